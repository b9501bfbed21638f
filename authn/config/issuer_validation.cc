// The rules of an AuthenticationConfiguration's issuer, in kube-apiserver's
// order.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"
#include "authn/config/authentication_configuration.h"
#include "authn/config/internal/field_path.h"
#include "authn/config/internal/go_url.h"
#include "pki/verify/trust_bundle.h"

namespace gatehouse::authn {
namespace {

using internal::Child;
using internal::Item;
using objects::DuplicateError;
using objects::FieldError;
using objects::InvalidError;
using objects::RequiredError;
using Errors = std::vector<FieldError>;
using TextSet = absl::flat_hash_set<absl::string_view>;
using Options = AuthenticationConfigurationOptions;

constexpr absl::string_view kMatchAny = "MatchAny";

// As Go prints a list of strings, sorted.
std::string ShowSet(absl::Span<const std::string> values) {
  std::vector<std::string> sorted(values.begin(), values.end());
  absl::c_sort(sorted);
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  return absl::StrCat("[", absl::StrJoin(sorted, " "), "]");
}

void ValidateUrl(const std::string& text, const std::string& path,
                 absl::Span<const std::string> disallowed, Errors* errors) {
  const auto invalid = [&](absl::string_view detail) {
    errors->push_back(InvalidError(path, text, detail));
  };
  if (absl::c_linear_search(disallowed, text)) {
    invalid(absl::StrCat("URL must not overlap with disallowed issuers: ",
                         ShowSet(disallowed)));
  }
  const absl::StatusOr<internal::GoUrl> url = internal::ParseGoUrl(text);
  if (!url.ok()) return invalid(url.status().message());
  if (url->scheme != "https") invalid("URL scheme must be https");
  if (url->has_user) invalid("URL must not contain a username or password");
  if (!url->query.empty()) invalid("URL must not contain a query");
  if (!url->fragment.empty()) invalid("URL must not contain a fragment");
  // Kubernetes would find out when it asks for the keys.
  if (url->scheme == "https" && url->host.empty()) {
    invalid("URL must name a host");
  }
}

absl::string_view WithoutSlashes(absl::string_view url) {
  while (absl::ConsumeSuffix(&url, "/")) {
  }
  return url;
}

void ValidateDiscoveryUrl(const k8s::Issuer& issuer, const std::string& path,
                          Errors* errors) {
  const std::string& url = issuer.discoveryurl();
  if (url.empty()) return;
  if (!issuer.url().empty() &&
      WithoutSlashes(issuer.url()) == WithoutSlashes(url)) {
    errors->push_back(
        InvalidError(path, url, "discoveryURL must be different from URL"));
  }
  ValidateUrl(url, path, {}, errors);
}

void ValidateAudiences(const k8s::Issuer& issuer, absl::string_view path,
                       Errors* errors) {
  const std::string field = Child(path, "audiences");
  if (issuer.audiences().empty()) {
    errors->push_back(RequiredError(
        field, absl::StrCat("at least one ", field, " is required")));
    return;
  }
  TextSet seen;
  for (int i = 0; i < issuer.audiences_size(); ++i) {
    const std::string& audience = issuer.audiences(i);
    if (audience.empty()) errors->push_back(RequiredError(Item(field, i), ""));
    if (!seen.insert(audience).second) {
      errors->push_back(DuplicateError(Item(field, i), audience));
    }
  }
  const std::string& policy = issuer.audiencematchpolicy();
  const bool several = issuer.audiences_size() > 1;
  if (policy == kMatchAny || (!several && policy.empty())) return;
  errors->push_back(InvalidError(
      Child(path, "audienceMatchPolicy"), policy,
      several ? "audienceMatchPolicy must be MatchAny for multiple audiences"
              : "audienceMatchPolicy must be empty or MatchAny for single "
                "audience"));
}

void ValidateCertificateAuthority(const std::string& pem,
                                  const std::string& path, Errors* errors) {
  if (pem.empty()) return;
  const auto bundle = pki::TrustBundle::FromPem(pem, "certificateAuthority");
  if (bundle.ok()) return;
  const bool none = !absl::StrContains(pem, "-----BEGIN CERTIFICATE-----");
  errors->push_back(InvalidError(
      path, "<omitted>",
      none ? "data does not contain any valid RSA or ECDSA certificates"
           : bundle.status().message()));
}

void ValidateEgressSelector(const std::string& type, const std::string& path,
                            const Options& options, Errors* errors) {
  if (type.empty()) return;
  if (!options.egress_selector) {
    errors->push_back(InvalidError(
        path, type,
        "egress selector is not supported when "
        "StructuredAuthenticationConfigurationEgressSelector feature gate is "
        "disabled"));
  }
  if (type != "controlplane" && type != "cluster") {
    errors->push_back(InvalidError(
        path, type, "egress selector must be either controlplane or cluster"));
  }
}

}  // namespace

std::vector<FieldError> ValidateIssuer(const k8s::Issuer& issuer,
                                       absl::string_view path,
                                       const Options& options) {
  Errors errors;
  if (issuer.url().empty()) {
    errors.push_back(RequiredError(Child(path, "url"), ""));
  } else {
    ValidateUrl(issuer.url(), Child(path, "url"), options.disallowed_issuers,
                &errors);
  }
  ValidateDiscoveryUrl(issuer, Child(path, "discoveryURL"), &errors);
  ValidateAudiences(issuer, path, &errors);
  ValidateCertificateAuthority(issuer.certificateauthority(),
                               Child(path, "certificateAuthority"), &errors);
  ValidateEgressSelector(issuer.egressselectortype(),
                         Child(path, "egressSelectorType"), options, &errors);
  return errors;
}

}  // namespace gatehouse::authn
