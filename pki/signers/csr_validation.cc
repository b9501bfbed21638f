#include "pki/signers/csr_validation.h"

#include <iterator>
#include <set>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/go_quote.h"
#include "google/protobuf/util/message_differencer.h"
#include "objects/object_meta.h"
#include "pki/ca/certificate_request.h"
#include "pki/certificate.h"
#include "pki/pem.h"
#include "pki/signers/csr_conditions.h"
#include "pki/signers/signer_names.h"
#include "pki/signers/usages.h"

namespace gatehouse::pki {
namespace {

using Errors = std::vector<objects::FieldError>;
using Csr = k8s::CertificateSigningRequest;
using Condition = k8s::CertificateSigningRequestCondition;
using google::protobuf::util::MessageDifferencer;
using objects::FieldErrorType;

constexpr char kConditionsField[] = "status.conditions";
constexpr char kCertificateField[] = "status.certificate";
constexpr char kSignerNameField[] = "spec.signerName";

// Faults that are let pass because the stored object has them already.
struct Tolerated {
  bool approved_and_denied = false;
  bool legacy_signer_name = false;
  bool repeated_condition_types = false;
  bool empty_condition_type = false;
  bool arbitrary_certificate = false;
  bool unknown_usages = false;
  bool repeated_usages = false;
};

void Append(Errors more, Errors& errors) {
  absl::c_move(more, std::back_inserter(errors));
}

// Returns what is wrong with status.certificate; "" if nothing.
std::string CertificateFault(const std::string& pem) {
  if (pem.empty()) return "";
  const absl::StatusOr<std::vector<PemBlock>> blocks = DecodePem(pem, "");
  if (!blocks.ok()) return std::string(blocks.status().message());
  for (const PemBlock& block : *blocks) {
    if (block.label != "CERTIFICATE") {
      return absl::StrCat("only CERTIFICATE PEM blocks are allowed, found ",
                          GoQuote(block.label));
    }
    if (!block.headers.empty()) return "no PEM block headers are permitted";
    if (block.der.empty()) {
      return "found CERTIFICATE PEM block containing 0 certificates";
    }
    const absl::StatusOr<Certificate> certificate =
        Certificate::FromDer(block.der);
    if (!certificate.ok()) return std::string(certificate.status().message());
  }
  return blocks->empty() ? "must contain at least one CERTIFICATE PEM block"
                         : "";
}

// A request is bytes; a message shows them as JSON does.
void ValidateRequest(const std::string& request, Errors& errors) {
  const absl::Status status = CertificateRequest::FromPem(request).status();
  if (status.ok()) return;
  errors.push_back({FieldErrorType::kInvalid, "spec.request",
                    GoQuote(absl::Base64Escape(request)),
                    std::string(status.message())});
}

std::string UsageField(int index) {
  return absl::StrCat("spec.usages[", index, "]");
}

void ValidateUsages(const Csr& csr, const Tolerated& tolerated,
                    Errors& errors) {
  const auto& usages = csr.spec().usages();
  if (usages.empty()) {
    errors.push_back(objects::RequiredError("spec.usages", ""));
  }
  std::vector<absl::string_view> known;
  for (const Usage& usage : KnownUsages()) known.push_back(usage.name);
  for (int i = 0; i < usages.size() && !tolerated.unknown_usages; ++i) {
    if (FindUsage(usages[i]) != nullptr) continue;
    errors.push_back(
        objects::NotSupportedError(UsageField(i), usages[i], known));
  }
  std::set<absl::string_view> seen;
  for (int i = 0; i < usages.size() && !tolerated.repeated_usages; ++i) {
    if (seen.insert(usages[i]).second) continue;
    errors.push_back(objects::DuplicateError(UsageField(i), usages[i]));
  }
}

void ValidateSpec(const Csr& csr, const Tolerated& tolerated, Errors& errors) {
  const k8s::CertificateSigningRequestSpec& spec = csr.spec();
  ValidateRequest(spec.request(), errors);
  ValidateUsages(csr, tolerated, errors);
  if (spec.signername() != kLegacyUnknownSigner) {
    Append(ValidateSignerName(kSignerNameField, spec.signername()), errors);
  } else if (!tolerated.legacy_signer_name) {
    errors.push_back(objects::InvalidError(
        kSignerNameField, spec.signername(),
        "the legacy signerName is not allowed via this API version"));
  }
  if (spec.has_expirationseconds() &&
      spec.expirationseconds() < kMinExpirationSeconds) {
    errors.push_back({FieldErrorType::kInvalid, "spec.expirationSeconds",
                      absl::StrCat(spec.expirationseconds()),
                      "may not specify a duration less than 600 seconds (10 "
                      "minutes)"});
  }
}

void ValidateConditionStatus(const Condition& condition,
                             const std::string& field, Errors& errors) {
  const bool only_true = condition.type() == kApproved ||
                         condition.type() == kDenied ||
                         condition.type() == kFailed;
  std::vector<absl::string_view> allowed = {kConditionTrue};
  if (!only_true) allowed = {"False", kConditionTrue, "Unknown"};
  if (condition.status().empty()) {
    errors.push_back(objects::RequiredError(field, ""));
  } else if (!absl::c_linear_search(allowed, condition.status())) {
    errors.push_back(
        objects::NotSupportedError(field, condition.status(), allowed));
  }
}

void ValidateConditions(const Csr& csr, const Tolerated& tolerated,
                        Errors& errors) {
  std::set<absl::string_view> seen;
  for (int i = 0; i < csr.status().conditions_size(); ++i) {
    const Condition& condition = csr.status().conditions(i);
    const std::string& type = condition.type();
    const std::string field = absl::StrCat(kConditionsField, "[", i, "]");
    if (type.empty() && !tolerated.empty_condition_type) {
      errors.push_back(objects::RequiredError(field + ".type", ""));
    }
    ValidateConditionStatus(condition, field + ".status", errors);
    const bool exclusive = (type == kApproved && seen.count(kDenied) != 0) ||
                           (type == kDenied && seen.count(kApproved) != 0);
    if (exclusive && !tolerated.approved_and_denied) {
      errors.push_back(objects::InvalidError(
          field + ".type", type,
          "Approved and Denied conditions are mutually exclusive"));
    }
    if (!seen.insert(type).second && !tolerated.repeated_condition_types) {
      errors.push_back(objects::DuplicateError(field + ".type", type));
    }
  }
}

Errors Validate(const Csr& csr, const Tolerated& tolerated) {
  Errors errors =
      objects::ValidateObjectMeta(csr.metadata(), /*namespaced=*/false);
  ValidateSpec(csr, tolerated, errors);
  ValidateConditions(csr, tolerated, errors);
  if (tolerated.arbitrary_certificate) return errors;
  const std::string fault = CertificateFault(csr.status().certificate());
  if (!fault.empty()) {
    errors.push_back(
        objects::InvalidError(kCertificateField, "<certificate data>", fault));
  }
  return errors;
}

template <typename List>
bool HasRepeated(const List& values) {
  std::set<absl::string_view> seen;
  return absl::c_any_of(values, [&](absl::string_view value) {
    return !seen.insert(value).second;
  });
}

std::vector<absl::string_view> TypesOf(const Csr& csr) {
  std::vector<absl::string_view> types;
  for (const Condition& condition : csr.status().conditions()) {
    types.push_back(condition.type());
  }
  return types;
}

Tolerated ToleratedBy(const Csr& csr, const Csr& old) {
  const auto unknown = [](const std::string& usage) {
    return FindUsage(usage) == nullptr;
  };
  Tolerated out;
  out.approved_and_denied =
      HasCondition(old, kApproved) && HasCondition(old, kDenied);
  out.legacy_signer_name = old.spec().signername() == kLegacyUnknownSigner;
  out.repeated_condition_types = HasRepeated(TypesOf(old));
  out.empty_condition_type = HasCondition(old, "");
  out.arbitrary_certificate =
      csr.status().certificate() == old.status().certificate() ||
      !CertificateFault(old.status().certificate()).empty();
  out.unknown_usages = absl::c_any_of(old.spec().usages(), unknown);
  out.repeated_usages = HasRepeated(old.spec().usages());
  return out;
}

std::vector<const Condition*> ConditionsOf(const Csr& csr,
                                           absl::string_view type) {
  std::vector<const Condition*> found;
  for (const Condition& condition : csr.status().conditions()) {
    if (condition.type() == type) found.push_back(&condition);
  }
  return found;
}

void ForbidConditionChange(absl::string_view what, absl::string_view type,
                           Errors& errors) {
  errors.push_back(objects::ForbiddenError(
      kConditionsField, absl::StrCat("updates may not ", what,
                                     " a condition of type ", GoQuote(type))));
}

void ValidateConditionChanges(const Csr& csr, const Csr& old,
                              CsrEndpoint endpoint, Errors& errors) {
  for (const absl::string_view type : {kApproved, kDenied, kFailed}) {
    if (ConditionsOf(csr, type).size() < ConditionsOf(old, type).size()) {
      ForbidConditionChange("remove", type, errors);
    }
  }
  if (endpoint == CsrEndpoint::kApproval) return;
  for (const absl::string_view type : {kApproved, kDenied}) {
    const auto after = ConditionsOf(csr, type);
    const auto before = ConditionsOf(old, type);
    if (after.size() > before.size()) {
      ForbidConditionChange("add", type, errors);
    } else if (after.size() == before.size() &&
               !absl::c_equal(after, before, [](const auto* a, const auto* b) {
                 return MessageDifferencer::Equivalent(*a, *b);
               })) {
      ForbidConditionChange("modify", type, errors);
    }
  }
}

void ValidateCertificateChange(const Csr& csr, const Csr& old,
                               CsrEndpoint endpoint, Errors& errors) {
  const std::string& before = old.status().certificate();
  if (csr.status().certificate() == before) return;
  if (endpoint != CsrEndpoint::kStatus) {
    errors.push_back(objects::ForbiddenError(
        kCertificateField, "updates may not set certificate content"));
  } else if (!before.empty()) {
    errors.push_back(objects::ForbiddenError(
        kCertificateField,
        "updates may not modify existing certificate content"));
  }
}

}  // namespace

Errors ValidateCertificateSigningRequest(const Csr& csr) {
  return Validate(csr, Tolerated());
}

Errors ValidateCertificateSigningRequestUpdate(const Csr& csr, const Csr& old,
                                               CsrEndpoint endpoint) {
  Errors errors = Validate(csr, ToleratedBy(csr, old));
  ValidateConditionChanges(csr, old, endpoint, errors);
  ValidateCertificateChange(csr, old, endpoint, errors);
  Append(objects::ValidateObjectMetaUpdate(csr.metadata(), old.metadata()),
         errors);
  return errors;
}

}  // namespace gatehouse::pki
