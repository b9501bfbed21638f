// kubeconfig files, and the files that they name.
#ifndef GATEHOUSE_PKI_KUBECONFIG_FILES_H_
#define GATEHOUSE_PKI_KUBECONFIG_FILES_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/secret.h"
#include "pki/kubeconfig/kubeconfig.h"

namespace gatehouse::pki {

// Reads a kubeconfig file of at most 16 MiB. Relative paths in it are taken
// from the file's directory, as client-go does, and made so that they hold
// from the working directory. Errors as for ReadFile and ParseKubeconfig.
absl::StatusOr<Kubeconfig> LoadKubeconfig(
    const std::string& path,
    UnknownFields unknown_fields = UnknownFields::kError);

// Writes a kubeconfig file, mode 0600, atomically. Paths are written as they
// stand: absolute ones hold wherever the file is put. Unless `overwrite`, a
// file that exists is kConflict, and untouched. Errors as for WriteFile.
absl::Status SaveKubeconfig(const std::string& path, const Kubeconfig& config,
                            bool overwrite = true);

// Makes the relative paths in `*config` start at `directory`: certificate-
// authority, client-certificate, client-key, tokenFile, and an exec command
// that has a slash in it. "" leaves them.
void ResolveKubeconfigPaths(absl::string_view directory, Kubeconfig* config);

// Puts the content of the certificate and key files in the place of their
// paths, as kubectl's --embed-certs and `config view --flatten`; where both
// are there the data stays. The token file stays a file: it changes. Errors as
// for ReadFile; `*config` is then unchanged.
absl::Status EmbedKubeconfigFiles(Kubeconfig* config);

// These return what a client would use, data before file; "" if the field is
// in neither form. Errors as for ReadFile.
absl::StatusOr<std::string> CertificateAuthorityOf(
    const KubeconfigCluster& cluster);
absl::StatusOr<std::string> ClientCertificateOf(const KubeconfigUser& user);
absl::StatusOr<Secret> ClientKeyOf(const KubeconfigUser& user);

// As those, for the bearer token: the token file's content without the white
// space around it, or, where the file is absent, unreadable or empty, the
// token (Kubernetes behaviour: a file that is rotated wins). An error only if
// there is a file, it cannot be read, and there is no token.
absl::StatusOr<Secret> BearerTokenOf(const KubeconfigUser& user);

}  // namespace gatehouse::pki

#endif  // GATEHOUSE_PKI_KUBECONFIG_FILES_H_
