#include "pki/signers/signer_rules.h"

#include <set>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/errors.h"
#include "base/go_quote.h"
#include "pki/extensions.h"
#include "pki/signers/signer_names.h"
#include "pki/signers/usages.h"

namespace gatehouse::pki {
namespace {

using UsageSet = std::set<absl::string_view>;

constexpr char kOrganizationFault[] =
    "subject organization is not system:nodes";
constexpr char kCommonNameFault[] =
    "subject common name does not begin with system:node:";

absl::Status Fault(absl::string_view text) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid, text);
}

absl::Status NotAllowed(absl::string_view names) {
  return Fault(absl::StrCat(names, " subjectAltNames are not allowed"));
}

bool IsOfNodes(const CertificateRequest& request) {
  return request.subject().organizations() ==
         std::vector<std::string>{kNodesGroup};
}

bool IsNamedAsNode(const CertificateRequest& request) {
  return absl::StartsWith(request.subject().common_name(), kNodeUserPrefix);
}

// Key encipherment is for RSA only; kubelets with other keys leave it out.
bool AreKubeletUsages(absl::Span<const std::string> usages,
                      absl::string_view auth) {
  UsageSet set(usages.begin(), usages.end());
  set.erase(kKeyEnciphermentUsage);
  return set == UsageSet{kDigitalSignatureUsage, auth};
}

absl::Status UsagesFault(absl::string_view auth) {
  const UsageSet want = {kDigitalSignatureUsage, kKeyEnciphermentUsage, auth};
  return Fault(
      absl::StrCat("usages did not match [", absl::StrJoin(want, " "), "]"));
}

absl::Status CheckKubeletClient(const CertificateRequest& request,
                                absl::Span<const std::string> usages) {
  const GeneralNames& names = request.subject_alt_names();
  if (!IsOfNodes(request)) return Fault(kOrganizationFault);
  if (!names.dns.empty()) return NotAllowed("DNS");
  if (!names.emails.empty()) return NotAllowed("Email");
  if (!names.ips.empty()) return NotAllowed("IP");
  if (!names.uris.empty()) return NotAllowed("URI");
  if (!IsNamedAsNode(request)) return Fault(kCommonNameFault);
  if (!AreKubeletUsages(usages, kClientAuthUsage)) {
    return UsagesFault(kClientAuthUsage);
  }
  return absl::OkStatus();
}

absl::Status CheckKubeletServing(const CertificateRequest& request,
                                 absl::Span<const std::string> usages) {
  const GeneralNames& names = request.subject_alt_names();
  if (!IsOfNodes(request)) return Fault(kOrganizationFault);
  if (names.dns.empty() && names.ips.empty()) {
    return Fault("DNS or IP subjectAltName is required");
  }
  if (!names.emails.empty()) return NotAllowed("Email");
  if (!names.uris.empty()) return NotAllowed("URI");
  if (!AreKubeletUsages(usages, kServerAuthUsage)) {
    return UsagesFault(kServerAuthUsage);
  }
  if (!IsNamedAsNode(request)) return Fault(kCommonNameFault);
  return absl::OkStatus();
}

absl::Status CheckApiserverClient(absl::Span<const std::string> usages) {
  bool client_auth = false;
  for (const std::string& usage : usages) {
    if (usage == kClientAuthUsage) {
      client_auth = true;
    } else if (usage != kDigitalSignatureUsage &&
               usage != kKeyEnciphermentUsage) {
      return Fault(
          absl::StrCat("invalid usage for client certificate: ", usage));
    }
  }
  if (!client_auth) {
    return Fault(absl::StrCat("missing required usage for client certificate: ",
                              kClientAuthUsage));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckSignerRules(absl::string_view signer,
                              const CertificateRequest& request,
                              absl::Span<const std::string> usages) {
  if (signer == kKubeApiserverClientSigner) return CheckApiserverClient(usages);
  if (signer == kKubeApiserverClientKubeletSigner) {
    return CheckKubeletClient(request, usages);
  }
  if (signer == kKubeletServingSigner) {
    return CheckKubeletServing(request, usages);
  }
  if (signer == kLegacyUnknownSigner) return absl::OkStatus();
  return MakeError(absl::StatusCode::kUnimplemented, Reason::kUnsupported,
                   absl::StrCat("unrecognized signerName: ", GoQuote(signer)));
}

bool AreKubeletClientUsages(absl::Span<const std::string> usages) {
  return AreKubeletUsages(usages, kClientAuthUsage);
}

}  // namespace gatehouse::pki
