// How a server behind another one knows whom that one trusts.
#ifndef GATEHOUSE_AUTHN_CONFIG_DELEGATED_H_
#define GATEHOUSE_AUTHN_CONFIG_DELEGATED_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "authn/client_ca.h"
#include "authn/request_header.h"
#include "proto/core.pb.h"

namespace gatehouse::authn {

// The ConfigMap that kube-apiserver publishes for aggregated API servers.
inline constexpr char kDelegatedConfigNamespace[] = "kube-system";
inline constexpr char kDelegatedConfigName[] =
    "extension-apiserver-authentication";

// DelegatedConfig is what stands there, which is public. A plain value.
struct DelegatedConfig {
  // A proxy, which is kube-apiserver itself.
  struct Proxy {
    std::string client_ca_pem;
    std::vector<std::string> allowed_names;  // Empty: any of the CA.
    RequestHeaderConfig headers;
  };

  std::string client_ca_pem;  // Of client certificates; "": none.
  absl::optional<Proxy> proxy;
};

// Reads the ConfigMap (Kubernetes behaviour): client-ca-file and
// requestheader-client-ca-file are PEM, requestheader-username-headers,
// -uid-headers, -group-headers, -extra-headers-prefix and -allowed-names JSON
// lists of strings. Without requestheader-client-ca-file there is no proxy.
// Headers of users have no default here: a proxy without them is an error.
//
// kMalformed for what is no such list; kInvalid for an empty name, CAs that do
// not parse, a proxy whose names of users are missing, and a CA that is in both
// bundles while no names are given, since users could then name themselves.
absl::StatusOr<DelegatedConfig> DelegatedConfigFromConfigMap(
    const k8s::ConfigMap& config_map);

// Writes what DelegatedConfigFromConfigMap reads: what a server that others
// stand behind publishes.
k8s::ConfigMap DelegatedConfigToConfigMap(const DelegatedConfig& config);

// Return what X509Authenticator::Update, and X509Verifier::Update of
// NewFrontProxy, are to be given. kInvalid where there is no such CA.
absl::StatusOr<X509Config> ClientX509ConfigOf(const DelegatedConfig& config);
absl::StatusOr<X509Config> ProxyX509ConfigOf(const DelegatedConfig& config);

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_CONFIG_DELEGATED_H_
