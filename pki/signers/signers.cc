#include "pki/signers/signers.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "base/errors.h"
#include "base/go_quote.h"
#include "pki/ca/certificate_request.h"
#include "pki/signers/csr_conditions.h"
#include "pki/signers/signer_names.h"
#include "pki/signers/signer_rules.h"

namespace gatehouse::pki {
absl::StatusOr<SigningController> SigningController::Create(
    absl::string_view signer_name, CertificateAuthority authority,
    SigningOptions options) {
  if (!absl::c_linear_search(KubernetesSigners(), signer_name)) {
    return MakeError(
        absl::StatusCode::kUnimplemented, Reason::kUnsupported,
        absl::StrCat("unrecognized signerName: ", GoQuote(signer_name)));
  }
  return SigningController(std::string(signer_name), std::move(authority),
                           std::move(options));
}

SigningController::SigningController(std::string signer_name,
                                     CertificateAuthority authority,
                                     SigningOptions options)
    : signer_name_(std::move(signer_name)),
      authority_(std::move(authority)),
      options_(std::move(options)) {}

absl::StatusOr<SigningController::Result> SigningController::Handle(
    absl::Time now, k8s::CertificateSigningRequest* csr) const {
  const k8s::CertificateSigningRequestSpec& spec = csr->spec();
  if (!csr->status().certificate().empty() || !IsApproved(*csr) ||
      HasTrueCondition(*csr, kFailed) || spec.signername() != signer_name_) {
    return Result::kIgnored;
  }
  const absl::StatusOr<CertificateRequest> request =
      CertificateRequest::FromPem(spec.request());
  if (!request.ok()) {
    return InContext(
        absl::StrCat("unable to parse csr ", GoQuote(csr->metadata().name())),
        request.status());
  }
  const std::vector<std::string> usages(spec.usages().begin(),
                                        spec.usages().end());
  const absl::Status rules = CheckSignerRules(signer_name_, *request, usages);
  if (!rules.ok()) {
    AddCondition(kFailed, "SignerValidationFailure", rules.message(), now, csr);
    return Result::kFailed;
  }
  const absl::StatusOr<Certificate> certificate = Sign(*request, spec, now);
  if (!certificate.ok()) {
    return InContext("error auto signing csr", certificate.status());
  }
  csr->mutable_status()->set_certificate(certificate->ToPem());
  return Result::kSigned;
}

absl::StatusOr<Certificate> SigningController::Sign(
    const CertificateRequest& request,
    const k8s::CertificateSigningRequestSpec& spec, absl::Time now) const {
  absl::optional<int32_t> wish;
  if (spec.has_expirationseconds()) wish = spec.expirationseconds();
  SigningPolicy policy;
  policy.lifetime = ChooseLifetime(wish, options_.max_lifetime);
  policy.usages.assign(spec.usages().begin(), spec.usages().end());
  const absl::StatusOr<CertificateTemplate> certificate = ApplySigningPolicy(
      policy, request, authority_.certificate().not_after(), now);
  if (!certificate.ok()) return certificate.status();
  if (options_.issue != nullptr) {
    return options_.issue(request.public_key(), *certificate, now);
  }
  return authority_.Issue(request.public_key(), *certificate);
}

}  // namespace gatehouse::pki
