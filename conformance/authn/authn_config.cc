// authn/authn_config.json: validation of AuthenticationConfiguration.
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "authn/config/authentication_configuration.h"
#include "base/errors.h"
#include "conformance/areas.h"
#include "objects/field_error.h"
#include "objects/node.h"
#include "proto/apiserver_config.pb.h"
#include "testing/test_ca.h"

namespace gatehouse::conformance {
namespace {

using Errors = std::vector<objects::FieldError>;
using Options = authn::AuthenticationConfigurationOptions;

constexpr char kAnyCertificate[] = "<any valid PEM certificate>";

// Input is what a case validates: a part, or the whole, of `configuration`,
// which is valid apart from it.
struct Input {
  k8s::AuthenticationConfiguration configuration;
  std::vector<std::string> disallowed;
  Options options;
  Errors errors;  // What validation says of the part.

  k8s::JWTAuthenticator* jwt() { return configuration.mutable_jwt(0); }
  k8s::Issuer* issuer() { return jwt()->mutable_issuer(); }
};

k8s::AuthenticationConfiguration ValidConfiguration() {
  k8s::AuthenticationConfiguration configuration;
  k8s::JWTAuthenticator* jwt = configuration.add_jwt();
  jwt->mutable_issuer()->set_url("https://issuer.example");
  jwt->mutable_issuer()->add_audiences("audience");
  auto* username = jwt->mutable_claimmappings()->mutable_username();
  username->set_claim("sub");
  username->set_prefix("");
  return configuration;
}

// Keeps the errors about one field of the issuer.
Errors About(absl::string_view field, Errors errors) {
  Errors kept;
  for (objects::FieldError& error : errors) {
    if (absl::StartsWith(error.field, field)) kept.push_back(std::move(error));
  }
  return kept;
}

void ReadIssuer(absl::string_view target, Fields& fields, Input* input) {
  k8s::Issuer* issuer = input->issuer();
  if (target == "issuer.url") {
    issuer->set_url(fields.Text("value"));
  } else if (target == "issuer.discoveryURL") {
    issuer->set_discoveryurl(fields.Text("value"));
    issuer->set_url(fields.Text("issuer_url"));
  } else if (target == "issuer.audiences") {
    issuer->clear_audiences();
    for (const std::string& audience : fields.Texts("value")) {
      issuer->add_audiences(audience);
    }
    issuer->set_audiencematchpolicy(fields.Text("audience_match_policy"));
  } else {
    const std::string pem = fields.Text("value");
    issuer->set_certificateauthority(
        pem == kAnyCertificate
            ? testing::TestCa("ca", absl::Now()).certificate().ToPem()
            : pem);
  }
  const absl::string_view about =
      target == "issuer.audiences" ? "issuer.audience" : target;
  input->errors =
      About(about, authn::ValidateIssuer(*issuer, "issuer", input->options));
}

void ReadRules(absl::string_view target, Fields& fields, Input* input) {
  k8s::JWTAuthenticator* jwt = input->jwt();
  if (target == "issuer.claimValidationRules") {
    for (auto& rule : fields.Messages<k8s::ClaimValidationRule>("value")) {
      *jwt->add_claimvalidationrules() = rule;
    }
    input->errors = authn::ValidateClaimValidationRules(*jwt, target);
  } else if (target == "issuer.userValidationRules") {
    for (auto& rule : fields.Messages<k8s::UserValidationRule>("value")) {
      *jwt->add_uservalidationrules() = rule;
    }
    input->errors = authn::ValidateUserValidationRules(*jwt, target);
  } else {
    *jwt->mutable_claimmappings() = fields.Message<k8s::ClaimMappings>("value");
    if (fields.Bool("email_verified_used_by_claim_validation_rules")) {
      jwt->add_claimvalidationrules()->set_expression("claims.email_verified");
    }
    input->errors = authn::ValidateClaimMappings(jwt->claimmappings(), target);
  }
}

void ReadConfiguration(Fields& fields, Input* input) {
  input->configuration =
      fields.Message<k8s::AuthenticationConfiguration>("config");
  input->options.egress_selector =
      fields.Bool("feature_StructuredAuthenticationConfigurationEgressSelector",
                  true) &&
      !fields.Bool("only_ga_features");
  input->errors = authn::ValidateAuthenticationConfiguration(
      input->configuration, input->options);
}

// Puts an expression where its kind stands.
void ReadExpression(Fields& fields, Input* input) {
  const std::string kind = fields.Text("kind");
  const std::string expression = fields.Text("expression");
  fields.Take("variable");
  k8s::JWTAuthenticator* jwt = input->jwt();
  if (kind == "ClaimMappingExpression") {
    jwt->mutable_claimmappings()->mutable_uid()->set_expression(expression);
  } else if (kind == "ExtraMappingExpression") {
    k8s::ExtraMapping* extra = jwt->mutable_claimmappings()->add_extra();
    extra->set_key("example.org/key");
    extra->set_valueexpression(expression);
  } else if (kind == "ClaimValidationCondition") {
    jwt->add_claimvalidationrules()->set_expression(expression);
  } else if (kind == "UserValidationCondition") {
    jwt->add_uservalidationrules()->set_expression(expression);
  } else {
    fields.Problem("kind", "is not known");
  }
}

void Read(Fields& fields, Input* input) {
  const std::string target = fields.Text("target");
  input->configuration = ValidConfiguration();
  input->disallowed = fields.Texts("disallowed_issuers");
  input->options.disallowed_issuers = input->disallowed;
  if (target == "AuthenticationConfiguration") {
    ReadConfiguration(fields, input);
  } else if (target == "cel") {
    ReadExpression(fields, input);
  } else if (target == "issuer.claimValidationRules" ||
             target == "issuer.userValidationRules" ||
             target == "issuer.claimMappings") {
    ReadRules(target, fields, input);
  } else if (target == "issuer.url" || target == "issuer.discoveryURL" ||
             target == "issuer.audiences" ||
             target == "issuer.certificateAuthority") {
    ReadIssuer(target, fields, input);
  } else {
    fields.Problem("target", "is not known");
  }
}

std::string TextOfErrors(const Errors& errors) {
  std::vector<std::string> texts;
  texts.reserve(errors.size());
  for (const objects::FieldError& error : errors) {
    texts.push_back(objects::ToString(error));
  }
  return AggregateMessages(texts);
}

// Whether what is expected is what only a compiler of CEL can tell.
bool NeedsCompiler(const Check& check, absl::string_view expected) {
  return check.Expects("error_contains") || expected.empty() ||
         absl::StrContains(expected, "compilation failed") ||
         absl::StrContains(expected, "must evaluate to bool") ||
         absl::StrContains(expected, "claims.email_verified must be used");
}

}  // namespace

void RunAuthnConfig(Check& check) {
  Input input;
  Read(check.input(), &input);
  const std::string error = TextOfErrors(input.errors);
  const objects::Node* expected = check.Expected("error");
  const absl::string_view expected_text =
      expected == nullptr ? absl::string_view() : expected->text();
  if (error.empty() && !authn::FindCel(input.configuration).empty() &&
      NeedsCompiler(check, expected_text)) {
    return check.NeedsCel(authn::CheckAuthenticationConfiguration(
        input.configuration, input.options));
  }
  check.Text("error", error);
}

}  // namespace gatehouse::conformance
