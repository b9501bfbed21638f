// Keys of service account tokens from files, kept up to date.
#ifndef GATEHOUSE_AUTHN_SERVICEACCOUNT_KEY_FILES_H_
#define GATEHOUSE_AUTHN_SERVICEACCOUNT_KEY_FILES_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "authn/serviceaccount/keys.h"
#include "base/clock.h"
#include "base/file_watcher.h"

namespace gatehouse::authn {

// ExternalKeyFile is a JWKS of keys that somebody else signs with, such as
// another cluster, or an external signer.
struct ExternalKeyFile {
  std::string path;
  // Whether the discovery shows them too. Off: they verify and no more.
  bool published = true;
};

// ServiceAccountKeyFiles names the files. Errors of reading name the file, and
// the line where there is one, and never show a key.
struct ServiceAccountKeyFiles {
  // --service-account-key-file: PEM, public keys, private keys (of which the
  // public half is used) or certificates, several in one file.
  std::vector<std::string> key_files;
  // --service-account-signing-key-file: one private key. "" if nothing signs.
  std::string signing_key_file;
  // Beyond Kubernetes: every key of each must be good, as a person wrote it.
  std::vector<ExternalKeyFile> jwks_files;
};

// Reads the files once. `now`: keys that have retired until then are left out
// (SigningKeys::Save writes when). The signing key verifies even if no file
// says so. Errors: no file at all, or one without any key, is kNotFound.
absl::StatusOr<ServiceAccountKeys> LoadServiceAccountKeys(
    const ServiceAccountKeyFiles& files, absl::Time now);

// KeyFilesStatus is what became of the files. A plain value.
struct KeyFilesStatus {
  uint64_t generation = 0;                         // Of the keys in effect.
  uint64_t failures = 0;                           // Attempts that failed.
  absl::Time loaded_at = absl::InfinitePast();     // Of the last in effect.
  absl::Time attempted_at = absl::InfinitePast();  // Of the last attempt.
  // Why the last attempt failed; OK if it did not. What was in effect still is.
  absl::Status last_error;
};

struct KeyFilesOptions {
  ServiceAccountKeyFiles files;
  // Told after every attempt; may be null. For metrics; must not call back.
  std::function<void(const KeyFilesStatus&)> observe;
  FileWatcher::Options watch;
  // How often, in real time, `clock` is asked whether a key has retired.
  absl::Duration retirement_check = absl::Seconds(1);
  const Clock* clock = &Clock::System();  // Not owned.
};

// ServiceAccountKeySource reads the files into a key ring, and does so again
// whenever one changes (base/file_watcher.h) and when a key retires. A file
// that is missing, empty or wrong changes nothing: the last good keys stay,
// those that retire meanwhile excepted. Keys that are what they were make no
// new generation, so that remembered tokens stay. Owns the watcher's thread and
// one more; any thread may call anything.
class ServiceAccountKeySource {
 public:
  // Reads the files and starts to watch them. Errors: those of the first
  // reading, and inotify's.
  static absl::StatusOr<std::unique_ptr<ServiceAccountKeySource>> Start(
      KeyFilesOptions options);

  virtual ~ServiceAccountKeySource() = default;

  // Returns the ring; it may outlive this object and changes no more then.
  virtual std::shared_ptr<const ServiceAccountKeyRing> ring() const = 0;

  // Reads the files now, in the calling thread. The error is status()'s.
  virtual absl::Status Reload() = 0;

  virtual KeyFilesStatus status() const = 0;
};

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_SERVICEACCOUNT_KEY_FILES_H_
