// The kind of kubeconfig that is in a cluster's tree: a current context with
// one cluster and a user with a client certificate, all data embedded.
#ifndef GATEHOUSE_PKI_CLUSTER_INTERNAL_KUBECONFIG_FILE_H_
#define GATEHOUSE_PKI_CLUSTER_INTERNAL_KUBECONFIG_FILE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/secret.h"

namespace gatehouse::pki::internal {

// KubeconfigFile is what the current context of such a file says.
struct KubeconfigFile {
  std::string server;
  std::string ca_pem;
  std::string user;  // The user's name within the file.
  std::string certificate_pem;
  Secret key_pem;
};

// Returns a new file's text, named as kubeadm does: cluster "kubernetes",
// context "<user>@kubernetes".
Secret MakeKubeconfigFile(const KubeconfigFile& file);

// Reads the current context. kInvalid if it has no embedded CA, certificate
// and key; otherwise the errors of ParseKubeconfig. `path` is for them.
absl::StatusOr<KubeconfigFile> ParseKubeconfigFile(absl::string_view text,
                                                   absl::string_view path);

// Returns `text` with the current context's data (all but the user's name)
// replaced; other entries stay. Errors as ParseKubeconfigFile.
absl::StatusOr<Secret> UpdateKubeconfigFile(absl::string_view text,
                                            absl::string_view path,
                                            const KubeconfigFile& file);

}  // namespace gatehouse::pki::internal

#endif  // GATEHOUSE_PKI_CLUSTER_INTERNAL_KUBECONFIG_FILE_H_
