// A file of static tokens, kept up to date.
#ifndef GATEHOUSE_AUTHN_TOKEN_TOKEN_FILE_SOURCE_H_
#define GATEHOUSE_AUTHN_TOKEN_TOKEN_FILE_SOURCE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "authn/token/token_file.h"
#include "base/clock.h"
#include "base/file_watcher.h"

namespace gatehouse::authn {

// TokenFileStatus is what became of the file. A plain value.
struct TokenFileStatus {
  uint64_t loads = 0;     // Files that were put in effect.
  uint64_t failures = 0;  // Attempts that failed.
  absl::Time loaded_at = absl::InfinitePast();     // Of the last in effect.
  absl::Time attempted_at = absl::InfinitePast();  // Of the last attempt.
  // Why the last attempt failed; OK if it did not. What was in effect before
  // still is.
  absl::Status last_error;
  // Of what is in effect.
  size_t tokens = 0;
  std::vector<std::string> warnings;
};

// TokenFileOptions say which file is read and what is done with it.
struct TokenFileOptions {
  std::string path;
  // Told after every attempt; may be null. For metrics; must not call back.
  std::function<void(const TokenFileStatus&)> observe;

  FileWatcher::Options watch;
  const Clock* clock = &Clock::System();  // For the times of the status.
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
