#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "authn/jose/internal/json_text.h"
#include "authn/serviceaccount/token_request.h"
#include "objects/names.h"

namespace gatehouse::authn {
namespace {

using objects::FieldError;
using objects::FieldErrorType;

// Returns a list of strings as the API server's messages show it.
template <typename List>
std::string ShownList(const List& list) {
  std::string out = "[";
  for (const std::string& text : list) {
    if (out.size() > 1) out.push_back(',');
    internal::AppendJsonString(text, &out);
  }
  out.push_back(']');
  return out;
}

// The attestations, sorted by key.
using Attestations = std::map<std::string, k8s::ExtraValue>;

std::string Shown(const Attestations& attestations) {
  if (attestations.empty()) return "null";
  std::string out;
  for (const auto& [key, value] : attestations) {
    out.push_back(out.empty() ? '{' : ',');
    internal::AppendJsonString(key, &out);
    absl::StrAppend(&out, ":", ShownList(value.items()));
  }
  out.push_back('}');
  return out;
}

// An error whose value is shown as it is, and not quoted.
FieldError Invalid(std::string field, std::string shown,
                   absl::string_view detail) {
  return {FieldErrorType::kInvalid, std::move(field), std::move(shown),
          std::string(detail)};
}

bool IsWebhookReference(const k8s::BoundObjectReference& reference) {
  return reference.apiversion() == "admissionregistration.k8s.io/v1" &&
         (reference.kind() == "ValidatingWebhookConfiguration" ||
          reference.kind() == "MutatingWebhookConfiguration");
}

// "" means another thing as an API group than as the name of a resource that
// may be attested, so it is no value.
void CheckApiGroup(const std::string& group, const std::string& field,
                   std::vector<FieldError>* errors) {
  if (group.empty()) {
    errors->push_back(
        objects::InvalidError(field, group, "may not be an empty string"));
    return;
  }
  if (group == "*") return;
  for (const std::string& fault : objects::CheckDnsSubdomain(group)) {
    errors->push_back(objects::InvalidError(
        field, group, absl::StrCat("must specify a valid API Group: ", fault)));
  }
}

void CheckWebhookAttestations(const Attestations& attestations,
                              std::vector<FieldError>* errors) {
  constexpr char kField[] = "spec.attestations";
  if (attestations.size() != 1) {
    errors->push_back(Invalid(kField, Shown(attestations),
                              "webhook bound requests require exactly one "
                              "admissionReviewAPIGroups attestation"));
    return;
  }
  const auto& [key, value] = *attestations.begin();
  const std::string field = absl::StrCat(kField, "[", key, "]");
  if (key != kAdmissionReviewApiGroups) {
    errors->push_back(
        objects::NotSupportedError(field, key, {kAdmissionReviewApiGroups}));
  } else if (value.items_size() != 1) {
    errors->push_back(Invalid(field, ShownList(value.items()),
                              "must specify a single value"));
  } else {
    CheckApiGroup(value.items(0), field, errors);
  }
}

void CheckDuration(int64_t seconds, std::vector<FieldError>* errors) {
  constexpr char kField[] = "spec.expirationSeconds";
  if (seconds < kMinTokenSeconds) {
    errors->push_back(
        Invalid(kField, absl::StrCat(seconds),
                "may not specify a duration less than 10 minutes"));
  }
  if (seconds > int64_t{1} << 32) {
    errors->push_back(
        Invalid(kField, absl::StrCat(seconds),
                "may not specify a duration larger than 2^32 seconds"));
  }
}

}  // namespace

std::vector<FieldError> ValidateTokenRequest(const k8s::TokenRequest& request) {
  const k8s::TokenRequestSpec& spec = request.spec();
  const Attestations attestations(spec.attestations().begin(),
                                  spec.attestations().end());
  std::vector<FieldError> errors;
  CheckDuration(spec.expirationseconds(), &errors);
  if (IsWebhookReference(spec.boundobjectref())) {
    if (spec.audiences_size() != 1) {
      errors.push_back(Invalid(
          "spec.audiences",
          spec.audiences().empty() ? "null" : ShownList(spec.audiences()),
          "must be length 1 when bound to a webhook config"));
    }
    CheckWebhookAttestations(attestations, &errors);
  } else if (!attestations.empty()) {
    // Alone, whatever else is wrong (Kubernetes behaviour).
    return {Invalid("spec.attestations", Shown(attestations),
                    "attestations may only be specified with a webhook bound "
                    "object reference")};
  }
  return errors;
}

}  // namespace gatehouse::authn
