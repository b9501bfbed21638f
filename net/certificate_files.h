// A server's certificate and key from files, kept up to date.
#ifndef GATEHOUSE_NET_CERTIFICATE_FILES_H_
#define GATEHOUSE_NET_CERTIFICATE_FILES_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/file_watcher.h"
#include "base/secret.h"

namespace gatehouse::net {

// CertificateFilesStatus is what became of the files. A plain value.
struct CertificateFilesStatus {
  uint64_t loads = 0;     // Pairs that were put in effect.
  uint64_t failures = 0;  // Attempts that failed.
  absl::Time loaded_at = absl::InfinitePast();     // Of the last in effect.
  absl::Time attempted_at = absl::InfinitePast();  // Of the last attempt.
  // Why the last attempt failed, with the name of the file; OK if it did not.
  // What was in effect before still is.
  absl::Status last_error;
};

// CertificateFilesOptions say what is read and what is done with it.
struct CertificateFilesOptions {
  std::string certificate_file;  // --tls-cert-file: PEM, the leaf first.
  std::string key_file;          // --tls-private-key-file: PEM.

  // Puts a pair in effect; HttpsServer::ReplaceCertificate of a server that
  // outlives the CertificateFiles.
  std::function<absl::Status(absl::string_view certificate_pem,
                             const Secret& key_pem)>
      apply;
  // Told after every attempt; may be null. For metrics; must not call back.
  std::function<void(const CertificateFilesStatus&)> observe;

  FileWatcher::Options watch;
  const Clock* clock = &Clock::System();  // For the times of the status.
};

// CertificateFiles reads the files, applies them, and does so again when one
// changes (base/file_watcher.h says how that is noticed). A pair that `apply`
// refuses changes nothing. That is also how a key that was renewed a moment
// before its certificate is got over: the first attempt fails, the last good
// pair stays, the next one succeeds. An equal pair is not applied again.
//
// Owns the watcher's thread. Any thread may call anything.
class CertificateFiles {
 public:
  // Reads, applies and starts to watch. Errors: those of the first attempt,
  // kInvalid for options without a file or `apply`, and inotify's.
  static absl::StatusOr<std::unique_ptr<CertificateFiles>> Start(
      CertificateFilesOptions options);

  virtual ~CertificateFiles() = default;

  // Reads the files now, in the calling thread. The error is status()'s.
  virtual absl::Status Reload() = 0;

  virtual CertificateFilesStatus status() const = 0;
};

// KeyPair is a certificate and its key, PEM.
struct KeyPair {
  std::string certificate_pem;
  Secret key_pem;
};

// Reads the two files once, for HttpsServerOptions. Errors name the file.
absl::StatusOr<KeyPair> ReadKeyPair(const std::string& certificate_file,
                                    const std::string& key_file);

}  // namespace gatehouse::net

#endif  // GATEHOUSE_NET_CERTIFICATE_FILES_H_
