// Changes to a kubeconfig, as `kubectl config` makes them.
#ifndef GATEHOUSE_PKI_KUBECONFIG_EDIT_H_
#define GATEHOUSE_PKI_KUBECONFIG_EDIT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "base/secret.h"
#include "pki/kubeconfig/kubeconfig.h"

namespace gatehouse::pki {

// A change is a set of flags of kubectl: those that are absent leave the field
// as it is, an empty value clears it. An entry that does not exist is made.
// On an error the kubeconfig is unchanged. An empty name is kInvalid.

// `kubectl config set-cluster NAME`.
struct ClusterChange {
  absl::optional<std::string> server;
  absl::optional<std::string> tls_server_name;
  absl::optional<bool> insecure_skip_tls_verify;
  absl::optional<std::string> certificate_authority;       // A path.
  absl::optional<std::string> certificate_authority_data;  // PEM.
  absl::optional<std::string> proxy_url;
  bool embed_certs = false;  // Reads the path, and keeps what is in the file.
};

// Changes or makes a cluster. A certificate authority ends
// insecure-skip-tls-verify, and the other way round; asking for both, or for a
// path and data, is kInvalid. Errors as for ReadFile when embedding, and
// kInvalid if the file holds no certificate.
absl::Status SetCluster(absl::string_view name, const ClusterChange& change,
                        Kubeconfig* config);

// `kubectl config set-credentials NAME`.
struct CredentialsChange {
  absl::optional<std::string> client_certificate;       // A path.
  absl::optional<std::string> client_certificate_data;  // PEM.
  absl::optional<std::string> client_key;               // A path.
  absl::optional<Secret> client_key_data;               // PEM.
  absl::optional<Secret> token;
  absl::optional<std::string> username;
  absl::optional<Secret> password;
  bool embed_certs = false;  // Reads the paths, and keeps what is in the files.
};

// Changes or makes a user. A token ends a user name and password, and the
// other way round; asking for both, or for a path and data, is kInvalid.
// Errors as for ReadFile when embedding.
absl::Status SetCredentials(absl::string_view name,
                            const CredentialsChange& change,
                            Kubeconfig* config);

// `kubectl config set-context NAME`.
struct ContextChange {
  absl::optional<std::string> cluster;
  absl::optional<std::string> user;
  absl::optional<std::string> namespace_name;
};

// Changes or makes a context. What it names need not exist yet.
absl::Status SetContext(absl::string_view name, const ContextChange& change,
                        Kubeconfig* config);

// `kubectl config use-context NAME`. kNotFound.
absl::Status UseContext(absl::string_view name, Kubeconfig* config);

// Adds the entries of `from` to `*config` as client-go merges the files of
// $KUBECONFIG: for a name that both have, `*config`'s entry stays, and so does
// its current context.
void MergeKubeconfig(const Kubeconfig& from, Kubeconfig* config);

}  // namespace gatehouse::pki

#endif  // GATEHOUSE_PKI_KUBECONFIG_EDIT_H_
