// A file of static tokens, kept up to date.
#ifndef GATEHOUSE_AUTHN_TOKEN_TOKEN_FILE_SOURCE_H_
#define GATEHOUSE_AUTHN_TOKEN_TOKEN_FILE_SOURCE_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "authn/token/token_file.h"
#include "base/file_reloader.h"

namespace gatehouse::authn {

// TokenFileStatus is what became of the file. A plain value.
struct TokenFileStatus : ReloadStatus {
  // Of what is in effect.
  size_t tokens = 0;
  std::vector<std::string> warnings;
};

// TokenFileOptions say which file is read.
struct TokenFileOptions : ReloadOptions<TokenFileStatus> {
  std::string path;
};

// TokenFileSource reads a file of tokens, and again whenever it changes, where
// kube-apiserver wants to be restarted. A file that is missing or wrong changes
// nothing: the last good one stays. A file that says what it said before is not
// put in effect again. What was read is wiped. Changes are noticed as
// base/file_watcher.h says, symlink swaps included.
//
// Owns the watcher's thread. Any thread may call anything.
class TokenFileSource {
 public:
  // Reads the file and starts to watch it. Errors: those of the first reading,
  // kInvalid without a path, and inotify's.
  static absl::StatusOr<std::unique_ptr<TokenFileSource>> Start(
      TokenFileOptions options);

  virtual ~TokenFileSource() = default;

  // Returns who knows the tokens of the file. It may outlive the source, and
  // then no longer changes.
  virtual std::shared_ptr<const TokenFileAuthenticator> authenticator()
      const = 0;

  // Reads the file now, in the calling thread. The error is status()'s.
  virtual absl::Status Reload() = 0;

  virtual TokenFileStatus status() const = 0;
};

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_TOKEN_TOKEN_FILE_SOURCE_H_
