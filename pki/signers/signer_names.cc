#include "pki/signers/signer_names.h"

#include <cstddef>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/go_quote.h"
#include "objects/names.h"

namespace gatehouse::pki {
namespace {

using objects::FieldError;

constexpr size_t kMaxDomain = 253;
// A domain, a slash, and a path of a DNS label, a dot and a DNS subdomain.
constexpr size_t kMaxSignerName = kMaxDomain + 1 + 63 + 1 + 253;

constexpr absl::string_view kSigners[] = {
    kKubeApiserverClientSigner, kKubeApiserverClientKubeletSigner,
    kKubeletServingSigner, kLegacyUnknownSigner};

FieldError TooLongError(absl::string_view field, size_t max) {
  return {objects::FieldErrorType::kTooLong, std::string(field), "",
          absl::StrCat("may not be more than ", max, " bytes")};
}

// Appends the faults of the first part between dots that has some; those of
// the rest would read the same.
void CheckParts(absl::string_view field, absl::string_view segment,
                std::vector<std::string> (*check)(absl::string_view),
                std::vector<FieldError>& errors) {
  for (const absl::string_view part : absl::StrSplit(segment, '.')) {
    const std::vector<std::string> faults = check(part);
    for (const std::string& fault : faults) {
      errors.push_back(objects::InvalidError(
          field, segment,
          absl::StrCat("validating label ", GoQuote(part), ": ", fault)));
    }
    if (!faults.empty()) return;
  }
}

}  // namespace

absl::Span<const absl::string_view> KubernetesSigners() { return kSigners; }

std::vector<FieldError> ValidateSignerName(absl::string_view field,
                                           absl::string_view name) {
  if (name.empty()) return {objects::RequiredError(field, "")};
  const std::vector<absl::string_view> segments = absl::StrSplit(name, '/');
  if (segments.size() != 2) {
    return {objects::InvalidError(field, name,
                                  "must be a fully qualified domain and path "
                                  "of the form 'example.com/signer-name'")};
  }
  const absl::string_view domain = segments[0];
  std::vector<FieldError> errors;
  if (domain.size() > kMaxDomain) {
    errors.push_back(TooLongError(field, kMaxDomain));
  }
  CheckParts(field, domain, objects::CheckDnsLabel, errors);
  if (!absl::StrContains(domain, ".")) {
    errors.push_back(objects::InvalidError(
        field, domain,
        "should be a domain with at least two segments separated by dots"));
  }
  CheckParts(field, segments[1], objects::CheckDnsSubdomain, errors);
  if (name.size() > kMaxSignerName) {
    errors.push_back(TooLongError(field, kMaxSignerName));
  }
  return errors;
}

std::string SignerWildcard(absl::string_view name) {
  return absl::StrCat(name.substr(0, name.find('/')), "/*");
}

}  // namespace gatehouse::pki
