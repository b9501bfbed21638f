// Names of signers: which CA, under which rules, shall sign a request.
#ifndef GATEHOUSE_PKI_SIGNERS_SIGNER_NAMES_H_
#define GATEHOUSE_PKI_SIGNERS_SIGNER_NAMES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "objects/field_error.h"

namespace gatehouse::pki {

// The signers of kube-controller-manager.
inline constexpr char kKubeApiserverClientSigner[] =
    "kubernetes.io/kube-apiserver-client";
inline constexpr char kKubeApiserverClientKubeletSigner[] =
    "kubernetes.io/kube-apiserver-client-kubelet";
inline constexpr char kKubeletServingSigner[] = "kubernetes.io/kubelet-serving";
// Signs anything. Objects of certificates.k8s.io/v1 cannot name it; it is for
// those that were made before.
inline constexpr char kLegacyUnknownSigner[] = "kubernetes.io/legacy-unknown";

// Returns the four names above, in alphabetical order.
absl::Span<const absl::string_view> KubernetesSigners();

// Returns what an API server finds wrong with a signer's name, at `field`:
// "<domain>/<path>", the domain of at least two DNS labels, the path of DNS
// subdomains between dots, at most 571 bytes (a domain of 253; a label and a
// subdomain, so that the path can name a namespaced object).
std::vector<objects::FieldError> ValidateSignerName(absl::string_view field,
                                                    absl::string_view name);

// Returns the name that stands for all signers of a domain, "example.com/*" for
// "example.com/x". Without a slash, the whole is taken for the domain.
std::string SignerWildcard(absl::string_view name);

}  // namespace gatehouse::pki

#endif  // GATEHOUSE_PKI_SIGNERS_SIGNER_NAMES_H_
