// The rules of AuthenticationConfiguration, in kube-apiserver's order.
#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "authn/config/authentication_configuration.h"
#include "authn/config/internal/field_path.h"
#include "base/errors.h"
#include "base/go_quote.h"
#include "objects/names.h"

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

constexpr int kMaxJwtAuthenticators = 64;
constexpr absl::string_view kNotBoth = "claim and expression can't both be set";
constexpr absl::string_view kOneOf = "claim or expression is required";
constexpr absl::string_view kNotBesideExpression =
    "may not be specified when expression is set";

void Append(Errors more, Errors* errors) {
  errors->insert(errors->end(), std::make_move_iterator(more.begin()),
                 std::make_move_iterator(more.end()));
}

// A rule by claim, or one by expression; it has one of the two.
void ValidateClaimRule(const k8s::ClaimValidationRule& rule,
                       absl::string_view path, TextSet* claims,
                       TextSet* expressions, Errors* errors) {
  if (!rule.claim().empty()) {
    if (!rule.message().empty()) {
      errors->push_back(InvalidError(Child(path, "message"), rule.message(),
                                     "may not be specified when claim is set"));
    }
    if (!claims->insert(rule.claim()).second) {
      errors->push_back(DuplicateError(Child(path, "claim"), rule.claim()));
    }
    return;
  }
  if (!rule.requiredvalue().empty()) {
    errors->push_back(InvalidError(Child(path, "requiredValue"),
                                   rule.requiredvalue(), kNotBesideExpression));
  }
  if (!expressions->insert(rule.expression()).second) {
    errors->push_back(
        DuplicateError(Child(path, "expression"), rule.expression()));
  }
}

void ValidateMapping(const k8s::PrefixedClaimOrExpression& mapping,
                     const std::string& path, bool required, Errors* errors) {
  const bool claim = !mapping.claim().empty();
  const bool expression = !mapping.expression().empty();
  if (claim && expression) {
    errors->push_back(InvalidError(path, "", kNotBoth));
  } else if (!claim && !expression && required) {
    errors->push_back(RequiredError(path, kOneOf));
  } else if (expression && mapping.has_prefix()) {
    errors->push_back(InvalidError(Child(path, "prefix"), mapping.prefix(),
                                   kNotBesideExpression));
  } else if (claim && !mapping.has_prefix()) {
    errors->push_back(RequiredError(
        Child(path, "prefix"),
        "prefix is required when claim is set. It can be set to an empty "
        "string to disable prefixing"));
  }
}

bool IsHttpPath(absl::string_view path) {
  return !path.empty() && absl::c_all_of(path, [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
           absl::StrContains("/-._~%!$&'()*+,;=:", absl::string_view(&c, 1));
  });
}

// "domain/path", where the domain is a DNS subdomain.
void ValidateDomainPrefixedPath(const std::string& key, const std::string& path,
                                Errors* errors) {
  if (key.empty()) return errors->push_back(RequiredError(path, ""));
  const size_t slash = key.find('/');
  if (slash == std::string::npos || slash == 0 || slash + 1 == key.size()) {
    return errors->push_back(InvalidError(
        path, key, "must be a domain-prefixed path (such as \"acme.io/foo\")"));
  }
  const std::string domain = key.substr(0, slash);
  for (const std::string& wrong : objects::CheckDnsSubdomain(domain)) {
    errors->push_back(InvalidError(path, domain, wrong));
  }
  const std::string rest = key.substr(slash + 1);
  if (!IsHttpPath(rest)) {
    errors->push_back(InvalidError(path, rest,
                                   "Invalid path (regex used for validation is "
                                   "'[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')"));
  }
}

bool IsOfKubernetes(absl::string_view key) {
  const size_t slash = key.find('/');
  if (slash == absl::string_view::npos) return false;
  const absl::string_view domain = key.substr(0, slash);
  return domain == "kubernetes.io" || domain == "k8s.io" ||
         absl::EndsWith(domain, ".kubernetes.io") ||
         absl::EndsWith(domain, ".k8s.io");
}

void ValidateExtra(const k8s::ExtraMapping& extra, absl::string_view path,
                   TextSet* seen, Errors* errors) {
  const std::string field = Child(path, "key");
  const std::string& key = extra.key();
  ValidateDomainPrefixedPath(key, field, errors);
  if (key != absl::AsciiStrToLower(key)) {
    errors->push_back(InvalidError(field, key, "must be lowercase"));
  }
  if (IsOfKubernetes(key)) {
    errors->push_back(InvalidError(field, key,
                                   "k8s.io, kubernetes.io and their subdomains "
                                   "are reserved for Kubernetes use"));
  }
  if (!seen->insert(key).second) {
    errors->push_back(DuplicateError(field, key));
  } else if (extra.valueexpression().empty()) {
    errors->push_back(RequiredError(Child(path, "valueExpression"), ""));
  }
}

void ValidateJwt(const k8s::JWTAuthenticator& jwt, const std::string& path,
                 const Options& options, Errors* errors) {
  Append(ValidateIssuer(jwt.issuer(), Child(path, "issuer"), options), errors);
  Append(ValidateClaimValidationRules(jwt, Child(path, "claimValidationRules")),
         errors);
  Append(
      ValidateClaimMappings(jwt.claimmappings(), Child(path, "claimMappings")),
      errors);
  Append(ValidateUserValidationRules(jwt, Child(path, "userValidationRules")),
         errors);
}

// As Go prints the list in JSON; the type has no JSON names.
std::string ShowConditions(const k8s::AnonymousAuthConfig& anonymous) {
  return absl::StrCat(
      "[",
      absl::StrJoin(anonymous.conditions(), ",",
                    [](std::string* out, const auto& condition) {
                      absl::StrAppend(
                          out, "{\"Path\":", GoQuote(condition.path()), "}");
                    }),
      "]");
}

// Whether both are there and equal, or neither is.
bool SameAnonymous(const k8s::AuthenticationConfiguration& a,
                   const k8s::AuthenticationConfiguration& b) {
  return a.has_anonymous() == b.has_anonymous() &&
         a.anonymous().enabled() == b.anonymous().enabled() &&
         absl::c_equal(
             a.anonymous().conditions(), b.anonymous().conditions(),
             [](const auto& x, const auto& y) { return x.path() == y.path(); });
}

void ValidateAnonymous(const k8s::AuthenticationConfiguration& configuration,
                       const Options& options, Errors* errors) {
  const k8s::AnonymousAuthConfig& anonymous = configuration.anonymous();
  if (!anonymous.enabled() && !anonymous.conditions().empty()) {
    errors->push_back(
        {objects::FieldErrorType::kInvalid, "anonymous.conditions",
         ShowConditions(anonymous),
         "enabled should be set to true when conditions are defined"});
  }
  if (options.initial != nullptr &&
      !SameAnonymous(configuration, *options.initial)) {
    errors->push_back(objects::ForbiddenError(
        "anonymous", "changed from initial configuration file"));
  }
}

}  // namespace

std::vector<FieldError> ValidateClaimValidationRules(
    const k8s::JWTAuthenticator& jwt, absl::string_view path) {
  Errors errors;
  TextSet claims;
  TextSet expressions;
  for (int i = 0; i < jwt.claimvalidationrules_size(); ++i) {
    const k8s::ClaimValidationRule& rule = jwt.claimvalidationrules(i);
    const std::string here = Item(path, i);
    if (!rule.claim().empty() && !rule.expression().empty()) {
      errors.push_back(InvalidError(here, rule.claim(), kNotBoth));
    } else if (rule.claim().empty() && rule.expression().empty()) {
      errors.push_back(RequiredError(here, kOneOf));
    } else {
      ValidateClaimRule(rule, here, &claims, &expressions, &errors);
    }
  }
  return errors;
}

std::vector<FieldError> ValidateClaimMappings(
    const k8s::ClaimMappings& mappings, absl::string_view path) {
  Errors errors;
  ValidateMapping(mappings.username(), Child(path, "username"), true, &errors);
  ValidateMapping(mappings.groups(), Child(path, "groups"), false, &errors);
  if (!mappings.uid().claim().empty() && !mappings.uid().expression().empty()) {
    errors.push_back(InvalidError(Child(path, "uid"), "", kNotBoth));
  }
  TextSet seen;
  for (int i = 0; i < mappings.extra_size(); ++i) {
    ValidateExtra(mappings.extra(i), Item(Child(path, "extra"), i), &seen,
                  &errors);
  }
  return errors;
}

std::vector<FieldError> ValidateUserValidationRules(
    const k8s::JWTAuthenticator& jwt, absl::string_view path) {
  Errors errors;
  TextSet seen;
  for (int i = 0; i < jwt.uservalidationrules_size(); ++i) {
    const std::string& expression = jwt.uservalidationrules(i).expression();
    const std::string field = Child(Item(path, i), "expression");
    if (expression.empty()) {
      errors.push_back(RequiredError(field, ""));
    } else if (!seen.insert(expression).second) {
      errors.push_back(DuplicateError(field, expression));
    }
  }
  return errors;
}

std::vector<FieldError> ValidateAuthenticationConfiguration(
    const k8s::AuthenticationConfiguration& configuration,
    const Options& options) {
  Errors errors;
  if (configuration.jwt_size() > kMaxJwtAuthenticators) {
    return {objects::TooManyError("jwt", configuration.jwt_size(),
                                  kMaxJwtAuthenticators)};
  }
  TextSet issuers;
  TextSet discovery_urls;
  for (int i = 0; i < configuration.jwt_size(); ++i) {
    const k8s::JWTAuthenticator& jwt = configuration.jwt(i);
    const std::string path = Item("jwt", i);
    ValidateJwt(jwt, path, options, &errors);
    const k8s::Issuer& issuer = jwt.issuer();
    if (!issuers.insert(issuer.url()).second) {
      errors.push_back(DuplicateError(Child(path, "issuer.url"), issuer.url()));
    }
    if (!issuer.discoveryurl().empty() &&
        !discovery_urls.insert(issuer.discoveryurl()).second) {
      errors.push_back(DuplicateError(Child(path, "issuer.discoveryURL"),
                                      issuer.discoveryurl()));
    }
  }
  ValidateAnonymous(configuration, options, &errors);
  return errors;
}

}  // namespace gatehouse::authn
