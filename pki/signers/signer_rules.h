// What each signer of kube-controller-manager demands of a request.
#ifndef GATEHOUSE_PKI_SIGNERS_SIGNER_RULES_H_
#define GATEHOUSE_PKI_SIGNERS_SIGNER_RULES_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "pki/ca/certificate_request.h"

namespace gatehouse::pki {

// What a kubelet's certificate says of itself.
inline constexpr char kNodesGroup[] = "system:nodes";
inline constexpr char kNodeUserPrefix[] = "system:node:";

// Checks the rules of `signer`, one of KubernetesSigners(), in Kubernetes'
// order, the first fault being the answer in its words. kInvalid; kUnsupported,
// `unrecognized signerName: "x"`, for any other signer.
absl::Status CheckSignerRules(absl::string_view signer,
                              const CertificateRequest& request,
                              absl::Span<const std::string> usages);

// Returns whether usages are those of a kubelet's client certificate, as a set:
// "client auth", "digital signature" and perhaps "key encipherment".
bool AreKubeletClientUsages(absl::Span<const std::string> usages);

}  // namespace gatehouse::pki

#endif  // GATEHOUSE_PKI_SIGNERS_SIGNER_RULES_H_
