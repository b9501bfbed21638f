// The cases that need an authorizer: who may request, approve and sign what.
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "authz/attributes.h"
#include "authz/authorizer.h"
#include "conformance/authn/csr_signers.h"
#include "objects/object.h"
#include "pki/ca/certificate_request.h"
#include "pki/distinguished_name.h"
#include "pki/private_key.h"
#include "pki/signers/admission.h"
#include "pki/signers/auto_approver.h"
#include "pki/signers/csr_conditions.h"
#include "pki/signers/signer_names.h"
#include "pki/signers/usages.h"

namespace gatehouse::conformance {
namespace {

using pki::AdmissionRequest;

constexpr char kCsrType[] = "CertificateSigningRequest";
constexpr char kListType[] = "CertificateSigningRequestList";
constexpr objects::KindInfo kListKind = {"certificates.k8s.io/v1", kListType,
                                         "", false, nullptr};

// Answers allow to one question, or an error to all; counts them.
class OneAnswer : public authz::Authorizer {
 public:
  explicit OneAnswer(Fields fields)
      : error_(fields.Bool("returns_error")),
        allowed_(TextsOf(fields.Object("allows"))) {}
  explicit OneAnswer(bool allow) : always_(allow) {}

  authz::Decision Authorize(const authz::Attributes& asked) const override {
    ++questions_;
    if (error_) {
      return {authz::Outcome::kDeny, "", absl::InternalError("no answer")};
    }
    const std::vector<std::string> texts = {
        std::string(asked.verb), std::string(asked.api_group),
        std::string(asked.api_version), std::string(asked.resource),
        std::string(asked.name)};
    if (always_ || (asked.resource_request && texts == allowed_)) {
      return {authz::Outcome::kAllow, "", absl::OkStatus()};
    }
    return {authz::Outcome::kNoOpinion, "", absl::OkStatus()};
  }

  int questions() const { return questions_; }

 private:
  static std::vector<std::string> TextsOf(Fields allows) {
    std::vector<std::string> texts;
    for (const char* key :
         {"verb", "apiGroup", "apiVersion", "resource", "name"}) {
      texts.push_back(allows.Text(key));
    }
    return texts;
  }

  bool error_ = false;
  bool always_ = false;
  std::vector<std::string> allowed_;
  mutable int questions_ = 0;
};

// Returns the object of a type, read from the input's `key` if it is a request.
objects::Object ObjectOf(const std::string& type, absl::string_view key,
                         Check& check) {
  k8s::CertificateSigningRequest csr = DecodeCsr(check.input().Object(key));
  if (type == kCsrType) return objects::MakeObject(std::move(csr));
  if (type == kListType) return {&kListKind, nullptr, ""};
  check.Fail(absl::StrCat("the type \"", type, "\" is not known"));
  return {};
}

void CheckAdmission(absl::string_view subresource,
                    absl::Status (*plugin)(const AdmissionRequest&,
                                           const authz::Authorizer&),
                    Check& check) {
  Fields& input = check.input();
  AdmissionRequest request;
  request.operation = AdmissionRequest::Operation::kUpdate;
  request.api_group = "certificates.k8s.io";
  request.resource = "certificatesigningrequests";
  request.subresource = std::string(subresource);
  request.old_object = ObjectOf(input.Text("old_object_type"), "old", check);
  request.object = ObjectOf(kCsrType, "new", check);
  const OneAnswer authorizer(input.Object("authorizer"));
  const absl::Status status = plugin(request, authorizer);
  check.Bool("allowed", status.ok());
  check.TextOrNull("error", status.message());
}

// Returns a kubelet's request, or one that nothing recognizes.
absl::StatusOr<k8s::CertificateSigningRequest> MakeCsr(bool recognized) {
  const auto key = pki::PrivateKey::Generate(pki::KeyAlgorithm::kEcdsaP256);
  if (!key.ok()) return key.status();
  const auto request = pki::CertificateRequest::Create(
      *key, pki::DistinguishedName::ForUser(recognized ? "system:node:n" : "n",
                                            {"system:nodes"}));
  if (!request.ok()) return request.status();
  k8s::CertificateSigningRequest csr;
  csr.mutable_spec()->set_signername(pki::kKubeApiserverClientKubeletSigner);
  csr.mutable_spec()->set_username("system:bootstrap:n");
  csr.mutable_spec()->set_request(request->ToPem());
  csr.mutable_spec()->add_usages(pki::kClientAuthUsage);
  csr.mutable_spec()->add_usages(pki::kDigitalSignatureUsage);
  return csr;
}

}  // namespace

void CheckAutoApprove(Check& check) {
  Fields& input = check.input();
  absl::StatusOr<k8s::CertificateSigningRequest> csr =
      MakeCsr(input.Bool("recognized"));
  if (!csr.ok()) return check.Fail(std::string(csr.status().message()));
  for (const std::string& type : input.Texts("conditions")) {
    pki::AddCondition(type, "", "", absl::UnixEpoch(), &*csr);
  }
  const OneAnswer authorizer(input.Bool("access_review_allows"));
  const absl::StatusOr<bool> approved =
      pki::AutoApprove(authorizer, absl::UnixEpoch(), &*csr);
  std::vector<std::string> calls(authorizer.questions(),
                                 "create subjectaccessreview");
  if (approved.ok() && *approved) {
    calls.emplace_back("update certificatesigningrequests/approval");
  } else {
    csr->clear_status();
  }
  check.Texts("calls", calls);
  check.Bool("error", !approved.ok());
  CompareCondition(*csr, check);
}

void CheckSubjectRestriction(Check& check) {
  Fields& input = check.input();
  const std::pair<std::string, std::string> resource =
      absl::StrSplit(input.Text("resource"), absl::MaxSplits('.', 1));
  AdmissionRequest request;
  request.operation = AdmissionRequest::Operation::kCreate;
  request.resource = resource.first;
  request.api_group = resource.second;
  request.subresource = input.Text("subresource");
  request.name = input.Text("object_name");
  k8s::CertificateSigningRequest csr;
  csr.mutable_spec()->set_signername(input.Text("signerName"));
  csr.mutable_spec()->set_request(input.Text("request"));
  const std::string type = input.Text("object_type");
  if (type == kCsrType) {
    request.object = objects::MakeObject(std::move(csr));
  } else if (type == kListType) {
    request.object.kind = &kListKind;
  } else {
    return check.Fail(absl::StrCat("the type \"", type, "\" is not known"));
  }
  check.Text("error", pki::CertificateSubjectRestriction(request).message());
}

void CheckApprovalAdmission(Check& check) {
  CheckAdmission("approval", pki::CertificateApproval, check);
}

void CheckSigningAdmission(Check& check) {
  CheckAdmission("status", pki::CertificateSigning, check);
}

}  // namespace gatehouse::conformance
