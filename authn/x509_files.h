// Client CAs and revocation lists from files, kept up to date.
#ifndef GATEHOUSE_AUTHN_X509_FILES_H_
#define GATEHOUSE_AUTHN_X509_FILES_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "authn/client_ca.h"
#include "base/file_reloader.h"
#include "pki/revocation/revocation.h"
#include "pki/revocation/revocation_files.h"

namespace gatehouse::authn {

// ClientCaFiles is a client CA whose certificates are in files.
struct ClientCaFiles {
  ClientCa ca;  // The rules; `ca.trust` is filled from the files.
  std::vector<std::string> bundle_files;  // PEM, one or more; together.
};

// X509FilesStatus counts the configurations that were put in effect.
using X509FilesStatus = ReloadStatus;

// X509FilesOptions say what is read and what is done with it; how, and
// who is told, ReloadOptions say.
struct X509FilesOptions : ReloadOptions<X509FilesStatus> {
  std::vector<ClientCaFiles> client_cas;
  pki::RevocationFiles revocation;
  pki::RevocationOptions revocation_options;
  // PEM files of intermediate CAs whose CRLs and OCSP answers are to be read;
  // the anchors' are anyway.
  std::vector<std::string> intermediate_files;

  // Puts a configuration in effect; X509Authenticator::Update or
  // X509Verifier::Update of an object that outlives the X509Files.
  std::function<absl::Status(X509Config)> apply;
};

// X509Files reads the files, applies what they say, and does so again whenever
// one changes: read all, validate, swap. A file that is missing, empty or
// wrong changes nothing: the last good configuration stays. Files that say
// what they said before are not applied again, so that remembered identities
// stay. Changes are noticed as base/file_watcher.h says, symlink swaps
// included.
//
// To replace a CA without refusing anybody, put the old and the new into the
// bundle, reissue, and take the old one out.
//
// Owns the watcher's thread. Any thread may call anything.
class X509Files {
 public:
  // Reads the files and starts to watch them. Errors: those of the first
  // reading (nothing is in effect then), kInvalid for options without a CA, a
  // file of one or `apply`, and inotify's.
  static absl::StatusOr<std::unique_ptr<X509Files>> Start(
      X509FilesOptions options);

  virtual ~X509Files() = default;

  // Reads the files now, in the calling thread. The error is status()'s.
  virtual absl::Status Reload() = 0;

  virtual X509FilesStatus status() const = 0;
};

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_X509_FILES_H_
