#include "pki/signers/csr_handler.h"

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/go_quote.h"
#include "objects/field_error.h"
#include "objects/object.h"
#include "pki/signers/admission.h"
#include "pki/signers/auto_approver.h"
#include "pki/signers/csr_conditions.h"
#include "pki/signers/csr_lifecycle.h"

namespace gatehouse::pki {
namespace {

using Csr = k8s::CertificateSigningRequest;
using Operation = AdmissionRequest::Operation;

constexpr char kKind[] = "CertificateSigningRequest.certificates.k8s.io";

const objects::KindInfo& CsrKind() {
  return *objects::KindOf(Csr::default_instance());
}

absl::StatusOr<Csr> CsrOf(const absl::StatusOr<objects::Object>& object) {
  if (!object.ok()) return object.status();
  const Csr* csr = object->As<Csr>();
  if (csr == nullptr) {
    return MakeError(absl::StatusCode::kInternal, Reason::kInvalid,
                     "the store holds no CertificateSigningRequest under the "
                     "name of one");
  }
  return *csr;
}

AdmissionRequest RequestFor(Operation operation, const UserInfo& user,
                            const Csr& csr) {
  AdmissionRequest request;
  request.operation = operation;
  request.api_group = std::string(CsrKind().group());
  request.resource = std::string(CsrKind().resource);
  request.name = csr.metadata().name();
  request.object = objects::MakeObject(csr);
  request.user = user;
  return request;
}

// Returns what the admission plugins say; each looks at its own endpoint.
absl::Status Admit(const AdmissionRequest& request,
                   const authz::Authorizer& authorizer) {
  absl::Status status = CertificateSubjectRestriction(request);
  if (status.ok()) status = CertificateApproval(request, authorizer);
  if (status.ok()) status = CertificateSigning(request, authorizer);
  return status;
}

// Makes sure that what is looked at is what is replaced, also for who named no
// version ("0" is none) or guessed the next one.
absl::Status PinVersion(const Csr& old, Csr* csr) {
  const std::string& version = old.metadata().resourceversion();
  const std::string& named = csr->metadata().resourceversion();
  if (!named.empty() && named != "0" && named != version) {
    return MakeError(
        absl::StatusCode::kAborted, Reason::kConflict,
        absl::StrCat("Operation cannot be fulfilled on "
                     "certificatesigningrequests.certificates.k8s.io ",
                     GoQuote(old.metadata().name()),
                     ": the object has been modified; please apply your "
                     "changes to the latest version and try again"));
  }
  csr->mutable_metadata()->set_resourceversion(version);
  return absl::OkStatus();
}

const char* SubresourceOf(CsrEndpoint endpoint) {
  switch (endpoint) {
    case CsrEndpoint::kApproval:
      return "approval";
    case CsrEndpoint::kStatus:
      return "status";
    case CsrEndpoint::kObject:
      break;
  }
  return "";
}

}  // namespace

CsrHandler::CsrHandler(objects::ObjectStore* store,
                       const authz::Authorizer* authorizer, const Clock* clock)
    : store_(store), authorizer_(authorizer), clock_(clock) {}

absl::StatusOr<Csr> CsrHandler::Create(const UserInfo& requestor, Csr csr) {
  PrepareCsrCreate(requestor, &csr);
  absl::Status status = objects::InvalidObjectError(
      ValidateCertificateSigningRequest(csr), kKind, csr.metadata().name());
  if (!status.ok()) return status;
  status = Admit(RequestFor(Operation::kCreate, requestor, csr), *authorizer_);
  if (!status.ok()) return status;
  return CsrOf(store_->Create(objects::MakeObject(std::move(csr))));
}

absl::StatusOr<Csr> CsrHandler::Get(absl::string_view name) const {
  return CsrOf(store_->Get(CsrKind(), "", name));
}

absl::StatusOr<Csr> CsrHandler::Approve(const UserInfo& user,
                                        absl::string_view name,
                                        absl::string_view reason,
                                        absl::string_view message) {
  return Decide(user, name, kApproved, reason, message);
}

absl::StatusOr<Csr> CsrHandler::Deny(const UserInfo& user,
                                     absl::string_view name,
                                     absl::string_view reason,
                                     absl::string_view message) {
  return Decide(user, name, kDenied, reason, message);
}

absl::StatusOr<Csr> CsrHandler::Decide(const UserInfo& user,
                                       absl::string_view name,
                                       absl::string_view type,
                                       absl::string_view reason,
                                       absl::string_view message) {
  absl::StatusOr<Csr> csr = Get(name);
  if (!csr.ok() || HasCondition(*csr, type)) return csr;
  AddCondition(type, reason, message, clock_->Now(), &*csr);
  return Update(user, *std::move(csr), CsrEndpoint::kApproval);
}

absl::StatusOr<Csr> CsrHandler::Update(const UserInfo& user, Csr csr,
                                       CsrEndpoint endpoint) {
  const absl::StatusOr<Csr> old = Get(csr.metadata().name());
  if (!old.ok()) return old.status();
  absl::Status status = PinVersion(*old, &csr);
  if (!status.ok()) return status;
  PrepareCsrUpdate(*old, endpoint, clock_->Now(), &csr);
  status = objects::InvalidObjectError(
      ValidateCertificateSigningRequestUpdate(csr, *old, endpoint), kKind,
      csr.metadata().name());
  if (!status.ok()) return status;
  AdmissionRequest request = RequestFor(Operation::kUpdate, user, csr);
  request.subresource = SubresourceOf(endpoint);
  request.old_object = objects::MakeObject(*old);
  status = Admit(request, *authorizer_);
  if (!status.ok()) return status;
  return CsrOf(store_->Update(objects::MakeObject(std::move(csr))));
}

absl::StatusOr<Csr> CsrHandler::Sign(const UserInfo& user,
                                     absl::string_view name,
                                     const SigningController& signer) {
  absl::StatusOr<Csr> csr = Get(name);
  if (!csr.ok()) return csr;
  // Asked before anything is signed: a certificate that may not be stored
  // should not exist either.
  const absl::Status permission =
      CheckSignerPermission(*authorizer_, user, "sign", *csr);
  if (!permission.ok()) return permission;
  const absl::StatusOr<SigningController::Result> result =
      signer.Handle(clock_->Now(), &*csr);
  if (!result.ok()) return result.status();
  if (*result == SigningController::Result::kIgnored) return csr;
  return Update(user, *std::move(csr), CsrEndpoint::kStatus);
}

absl::StatusOr<Csr> CsrHandler::AutoApprove(const UserInfo& user,
                                            absl::string_view name) {
  absl::StatusOr<Csr> csr = Get(name);
  if (!csr.ok()) return csr;
  const absl::StatusOr<bool> approved =
      pki::AutoApprove(*authorizer_, clock_->Now(), &*csr);
  if (!approved.ok()) return approved.status();
  if (!*approved) return csr;
  return Update(user, *std::move(csr), CsrEndpoint::kApproval);
}

absl::StatusOr<std::vector<std::string>> CsrHandler::CollectGarbage() {
  const absl::StatusOr<objects::ObjectList> list = store_->List(CsrKind(), "");
  if (!list.ok()) return list.status();
  const absl::Time now = clock_->Now();
  std::vector<std::string> deleted;
  for (const objects::Object& object : list->items) {
    const Csr* csr = object.As<Csr>();
    if (csr == nullptr || !IsCsrGarbage(*csr, now)) continue;
    objects::Preconditions unchanged;
    unchanged.uid = csr->metadata().uid();
    unchanged.resource_version = csr->metadata().resourceversion();
    const std::string& name = csr->metadata().name();
    const absl::Status status =
        store_->Delete(CsrKind(), "", name, unchanged).status();
    if (status.ok()) {
      deleted.push_back(name);
    } else if (ReasonOf(status) != Reason::kNotFound &&
               ReasonOf(status) != Reason::kConflict) {
      return status;
    }
  }
  return deleted;
}

}  // namespace gatehouse::pki
