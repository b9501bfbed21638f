// A server's certificate and key from files, kept up to date.
#ifndef GATEHOUSE_NET_CERTIFICATE_FILES_H_
#define GATEHOUSE_NET_CERTIFICATE_FILES_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/file_reloader.h"
#include "base/secret.h"

namespace gatehouse::net {

// CertificateFilesStatus counts the pairs that were put in effect.
using CertificateFilesStatus = ReloadStatus;

// CertificateFilesOptions say what is read and what is done with it; how, and
// who is told, ReloadOptions say.
struct CertificateFilesOptions : ReloadOptions<CertificateFilesStatus> {
  std::string certificate_file;  // --tls-cert-file: PEM, the leaf first.
  std::string key_file;          // --tls-private-key-file: PEM.

  // Puts a pair in effect; HttpsServer::ReplaceCertificate of a server that
  // outlives the CertificateFiles.
  std::function<absl::Status(absl::string_view certificate_pem,
                             const Secret& key_pem)>
      apply;
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
