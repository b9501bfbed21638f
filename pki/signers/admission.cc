#include "pki/signers/admission.h"

#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "authz/attributes.h"
#include "base/errors.h"
#include "base/go_quote.h"
#include "google/protobuf/util/message_differencer.h"
#include "pki/ca/certificate_request.h"
#include "pki/signers/signer_names.h"

namespace gatehouse::pki {
namespace {

using Csr = k8s::CertificateSigningRequest;
using Operation = AdmissionRequest::Operation;
using google::protobuf::util::MessageDifferencer;

constexpr char kGroup[] = "certificates.k8s.io";
constexpr char kResource[] = "certificatesigningrequests";

bool Concerns(const AdmissionRequest& request, Operation operation,
              absl::string_view subresource) {
  return request.operation == operation && request.api_group == kGroup &&
         request.resource == kResource && request.subresource == subresource;
}

absl::Status Forbidden(absl::string_view object_name, absl::string_view what) {
  // Kubernetes leaves a name out that is not there.
  const std::string name =
      object_name.empty() ? "" : absl::StrCat(" ", GoQuote(object_name));
  return MakeError(
      absl::StatusCode::kPermissionDenied, Reason::kForbidden,
      absl::StrCat(kResource, ".", kGroup, name, " is forbidden: ", what));
}

// Returns the name of the Go type of an object inside an API server, such as
// "*certificates.CertificateSigningRequest".
std::string GoTypeOf(const objects::Object& object) {
  if (object.kind == nullptr) return "<nil>";
  const std::vector<absl::string_view> group =
      absl::StrSplit(object.kind->group(), '.');
  return absl::StrCat("*", group[0].empty() ? "core" : group[0], ".",
                      object.kind->kind);
}

// Returns the object as a request; null, and *status says why, if it is none.
const Csr* AsCsr(const AdmissionRequest& request, const objects::Object& object,
                 absl::Status* status) {
  const Csr* csr = object.As<Csr>();
  if (csr == nullptr) {
    *status =
        Forbidden(request.name,
                  absl::StrCat("expected type CertificateSigningRequest, got: ",
                               GoTypeOf(object)));
  }
  return csr;
}

bool SameOutcome(const Csr& a, const Csr& b) {
  return a.status().certificate() == b.status().certificate() &&
         absl::c_equal(a.status().conditions(), b.status().conditions(),
                       [](const auto& x, const auto& y) {
                         return MessageDifferencer::Equivalent(x, y);
                       });
}

}  // namespace

absl::Status CertificateSubjectRestriction(const AdmissionRequest& request) {
  if (!Concerns(request, Operation::kCreate, "")) return absl::OkStatus();
  absl::Status status;
  const Csr* csr = AsCsr(request, request.object, &status);
  if (csr == nullptr) return status;
  if (csr->spec().signername() != kKubeApiserverClientSigner) {
    return absl::OkStatus();
  }
  const absl::StatusOr<CertificateRequest> parsed =
      CertificateRequest::FromPem(csr->spec().request());
  if (!parsed.ok()) {
    return Forbidden(request.name, absl::StrCat("failed to parse CSR: ",
                                                parsed.status().message()));
  }
  if (absl::c_linear_search(parsed->subject().organizations(), kMastersGroup)) {
    return Forbidden(request.name,
                     absl::StrCat("use of ", kKubeApiserverClientSigner,
                                  " signer with system:masters group is not "
                                  "allowed"));
  }
  return absl::OkStatus();
}

absl::Status CertificateApproval(const AdmissionRequest& request,
                                 const authz::Authorizer& authorizer) {
  if (!Concerns(request, Operation::kUpdate, "approval")) {
    return absl::OkStatus();
  }
  absl::Status status;
  const Csr* old = AsCsr(request, request.old_object, &status);
  if (old == nullptr) return status;
  return CheckSignerPermission(authorizer, request.user, "approve", *old);
}

absl::Status CertificateSigning(const AdmissionRequest& request,
                                const authz::Authorizer& authorizer) {
  if (!Concerns(request, Operation::kUpdate, "status")) return absl::OkStatus();
  absl::Status status;
  const Csr* old = AsCsr(request, request.old_object, &status);
  if (old == nullptr) return status;
  const Csr* csr = AsCsr(request, request.object, &status);
  if (csr == nullptr) return status;
  if (SameOutcome(*old, *csr)) return absl::OkStatus();
  return CheckSignerPermission(authorizer, request.user, "sign", *old);
}

absl::Status CheckSignerPermission(const authz::Authorizer& authorizer,
                                   const UserInfo& user, absl::string_view verb,
                                   const Csr& csr) {
  const std::string& signer = csr.spec().signername();
  if (IsAuthorizedForSigner(authorizer, user, verb, signer)) {
    return absl::OkStatus();
  }
  return Forbidden(csr.metadata().name(),
                   absl::StrCat("user not permitted to ", verb,
                                " requests with signerName ", GoQuote(signer)));
}

bool IsAuthorizedForSigner(const authz::Authorizer& authorizer,
                           const UserInfo& user, absl::string_view verb,
                           absl::string_view signer_name) {
  const std::string wildcard = SignerWildcard(signer_name);
  for (const absl::string_view name :
       {signer_name, absl::string_view(wildcard)}) {
    authz::Attributes attributes;
    attributes.user = &user;
    attributes.verb = verb;
    attributes.api_group = kGroup;
    attributes.api_version = "*";
    attributes.resource = "signers";
    attributes.name = name;
    const authz::Decision decision = authorizer.Authorize(attributes);
    if (decision.outcome == authz::Outcome::kAllow && decision.error.ok()) {
      return true;
    }
  }
  return false;
}

}  // namespace gatehouse::pki
