#include "pki/signers/auto_approver.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "authz/attributes.h"
#include "base/errors.h"
#include "base/go_quote.h"
#include "base/user_info.h"
#include "pki/signers/csr_conditions.h"
#include "pki/signers/signer_names.h"
#include "pki/signers/signer_rules.h"

namespace gatehouse::pki {
namespace {

using Csr = k8s::CertificateSigningRequest;

struct Recognizer {
  bool (*recognizes)(const Csr&, const CertificateRequest&);
  absl::string_view subresource;  // What the requestor must be let create.
  absl::string_view message;
};

constexpr Recognizer kRecognizers[] = {
    {IsSelfKubeletClientCsr, "selfnodeclient",
     "Auto approving self kubelet client certificate after "
     "SubjectAccessReview."},
    {IsKubeletClientCsr, "nodeclient",
     "Auto approving kubelet client certificate after SubjectAccessReview."},
};

UserInfo RequestorOf(const k8s::CertificateSigningRequestSpec& spec) {
  UserInfo user;
  user.name = spec.username();
  user.uid = spec.uid();
  user.groups.assign(spec.groups().begin(), spec.groups().end());
  for (const auto& [key, value] : spec.extra()) {
    user.extra[key].assign(value.items().begin(), value.items().end());
  }
  return user;
}

// Answers as a SubjectAccessReview does: an error beside an allow does not
// revoke it.
bool MayCreate(const authz::Authorizer& authorizer, const UserInfo& user,
               absl::string_view subresource) {
  authz::Attributes attributes;
  attributes.user = &user;
  attributes.verb = "create";
  attributes.api_group = "certificates.k8s.io";
  attributes.api_version = "*";
  attributes.resource = "certificatesigningrequests";
  attributes.subresource = subresource;
  return authorizer.Decide(attributes) == authz::Outcome::kAllow;
}

}  // namespace

bool IsKubeletClientCsr(const Csr& csr, const CertificateRequest& request) {
  const std::vector<std::string> usages(csr.spec().usages().begin(),
                                        csr.spec().usages().end());
  return csr.spec().signername() == kKubeApiserverClientKubeletSigner &&
         CheckSignerRules(kKubeApiserverClientKubeletSigner, request, usages)
             .ok();
}

bool IsSelfKubeletClientCsr(const Csr& csr, const CertificateRequest& request) {
  return csr.spec().username() == request.subject().common_name() &&
         IsKubeletClientCsr(csr, request);
}

absl::StatusOr<bool> AutoApprove(const authz::Authorizer& authorizer,
                                 absl::Time now, Csr* csr) {
  if (!csr->status().certificate().empty() || HasCondition(*csr, kApproved) ||
      HasCondition(*csr, kDenied)) {
    return false;
  }
  const std::string name = GoQuote(csr->metadata().name());
  const absl::StatusOr<CertificateRequest> request =
      CertificateRequest::FromPem(csr->spec().request());
  if (!request.ok()) {
    return InContext(absl::StrCat("unable to parse csr ", name),
                     request.status());
  }
  const UserInfo user = RequestorOf(csr->spec());
  std::vector<absl::string_view> tried;
  for (const Recognizer& recognizer : kRecognizers) {
    if (!recognizer.recognizes(*csr, *request)) continue;
    tried.push_back(recognizer.subresource);
    if (!MayCreate(authorizer, user, recognizer.subresource)) continue;
    AddCondition(kApproved, "AutoApproved", recognizer.message, now, csr);
    return true;
  }
  if (tried.empty()) return false;
  return MakeError(
      absl::StatusCode::kPermissionDenied, Reason::kForbidden,
      absl::StrCat("recognized csr ", name, " as [", absl::StrJoin(tried, " "),
                   "] but subject access review was not "
                   "approved"));
}

}  // namespace gatehouse::pki
