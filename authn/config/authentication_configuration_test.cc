#include "authn/config/authentication_configuration.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "base/errors.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "objects/node.h"
#include "testing/test_ca.h"

namespace gatehouse::authn {
namespace {

using google::protobuf::util::MessageDifferencer;

constexpr char kHeader[] =
    "apiVersion: apiserver.config.k8s.io/v1\n"
    "kind: AuthenticationConfiguration\n";

constexpr char kFull[] = R"(
jwt:
- issuer:
    url: https://a.example
    discoveryURL: https://b.example/.well-known/openid-configuration
    audiences: [one, two]
    audienceMatchPolicy: MatchAny
  claimValidationRules:
  - claim: hd
    requiredValue: example.com
  claimMappings:
    username: {claim: sub, prefix: ""}
    groups: {claim: groups, prefix: "oidc:"}
    uid: {claim: uid}
- issuer: {url: https://c.example, audiences: [x]}
  claimMappings:
    username: {claim: email, prefix: p}
anonymous:
  enabled: true
  conditions:
  - path: /livez
  - path: ""
)";

k8s::AuthenticationConfiguration Decode(const std::string& text) {
  const auto decoded = DecodeAuthenticationConfiguration(text, "f");
  EXPECT_TRUE(decoded.ok()) << decoded.status();
  return decoded.ok() ? *decoded : k8s::AuthenticationConfiguration();
}

TEST(AuthenticationConfigurationTest, DecodesEveryVersionAlike) {
  const auto v1 = Decode(absl::StrCat(kHeader, kFull));
  EXPECT_EQ(v1.jwt_size(), 2);
  EXPECT_TRUE(v1.jwt(0).claimmappings().username().has_prefix());
  EXPECT_EQ(v1.jwt(0).claimmappings().username().prefix(), "");
  EXPECT_EQ(v1.anonymous().conditions_size(), 2);
  for (const char* version : {"v1beta1", "v1alpha1"}) {
    const std::string header =
        absl::StrReplaceAll(kHeader, {{"/v1", absl::StrCat("/", version)}});
    EXPECT_TRUE(
        MessageDifferencer::Equals(Decode(absl::StrCat(header, kFull)), v1))
        << version;
  }
  EXPECT_TRUE(
      CheckAuthenticationConfiguration(v1, AuthenticationConfigurationOptions())
          .ok());
}

TEST(AuthenticationConfigurationTest, WhatIsWrittenIsReadAlike) {
  for (const std::string& text :
       {absl::StrCat(kHeader, kFull), std::string(kHeader),
        absl::StrCat(kHeader, "anonymous: {}"),
        absl::StrCat(kHeader, "anonymous: {enabled: true}"),
        absl::StrCat(kHeader, "jwt: []"), absl::StrCat(kHeader, "jwt: [{}]"),
        absl::StrCat(kHeader, "jwt: null"),
        std::string(R"({"apiVersion":"apiserver.config.k8s.io/v1",)"
                    R"("kind":"AuthenticationConfiguration","jwt":[]})"),
        std::string("{apiVersion: apiserver.config.k8s.io/v1, "
                    "kind: AuthenticationConfiguration}")}) {
    const auto once = Decode(text);
    const auto again = Decode(EncodeAuthenticationConfiguration(once));
    EXPECT_TRUE(MessageDifferencer::Equals(once, again))
        << EncodeAuthenticationConfiguration(once);
  }
}

struct Bad {
  std::string text;
  Reason reason;
  const char* error;
};

TEST(AuthenticationConfigurationTest, StrictDecoding) {
  const std::string header = kHeader;
  const Bad kRows[] = {
      {"", Reason::kMalformed, "f: empty config data"},
      {"# nothing\n", Reason::kMalformed, "f: empty config data"},
      {"---\n---\n", Reason::kMalformed, "f: empty config data"},
      {"x", Reason::kInvalid, "f:1:1: want an object with apiVersion and kind"},
      {"kind: AuthenticationConfiguration", Reason::kInvalid,
       "f:1:1: an object without apiVersion"},
      {"apiVersion: apiserver.config.k8s.io/v1", Reason::kInvalid,
       "f:1:1: an object without kind"},
      {"apiVersion: 1\nkind: a", Reason::kInvalid,
       "f:1:13: apiVersion: want a string"},
      {"apiVersion: apiserver.config.k8s.io/v2\n"
       "kind: AuthenticationConfiguration",
       Reason::kUnsupported,
       "f:1:1: kind \"AuthenticationConfiguration\" of "
       "\"apiserver.config.k8s.io/v2\" is not known here, want "
       "AuthenticationConfiguration of apiserver.config.k8s.io/v1, v1beta1 or "
       "v1alpha1"},
      {"apiVersion: apiserver.config.k8s.io/v1\nkind: Other",
       Reason::kUnsupported,
       "f:1:1: kind \"Other\" of \"apiserver.config.k8s.io/v1\" is not known "
       "here, want AuthenticationConfiguration of apiserver.config.k8s.io/v1, "
       "v1beta1 or v1alpha1"},
      {header + "jwts: []", Reason::kUnknownField,
       "f:3:1: unknown field \"jwts\""},
      {header + "jwt:\n- issuer: {URL: x}", Reason::kUnknownField,
       "f:4:12: unknown field \"jwt[0].issuer.URL\", did you mean \"url\"?"},
      {header + "metadata: {}", Reason::kUnknownField,
       "f:3:1: unknown field \"metadata\""},
      {header + "jwt: {}", Reason::kInvalid,
       "f:3:6: jwt: want a list of maps, got a map"},
      {header + "anonymous: {enabled: \"true\"}", Reason::kInvalid,
       "f:3:22: anonymous.enabled: want a boolean, got a string"},
      {header + "---\n" + header, Reason::kMalformed,
       "f:4:1: a second document; there must be one"},
      {"{\"kind\":", Reason::kMalformed, nullptr},
      {header + "jwt: []\njwt: []", Reason::kDuplicate, nullptr},
  };
  for (const Bad& row : kRows) {
    const auto decoded = DecodeAuthenticationConfiguration(row.text, "f");
    ASSERT_FALSE(decoded.ok()) << row.text;
    EXPECT_EQ(ReasonOf(decoded.status()), row.reason) << decoded.status();
    if (row.error != nullptr) {
      EXPECT_EQ(decoded.status().message(), row.error);
    }
  }
}

TEST(AuthenticationConfigurationTest, SizeIsBounded) {
  const std::string large(kMaxAuthenticationConfigurationBytes + 1, ' ');
  EXPECT_EQ(ReasonOf(DecodeAuthenticationConfiguration(large, "f").status()),
            Reason::kTooLarge);
  std::string deep = absl::StrCat(kHeader, "jwt: ");
  for (int i = 0; i < 40; ++i) deep += "[";
  for (int i = 0; i < 40; ++i) deep += "]";
  EXPECT_EQ(ReasonOf(DecodeAuthenticationConfiguration(deep, "f").status()),
            Reason::kTooLarge);
}

// Returns the text of validating one JWT authenticator.
std::string Check(const std::string& jwt,
                  const AuthenticationConfigurationOptions& options =
                      AuthenticationConfigurationOptions()) {
  const absl::Status status = CheckAuthenticationConfiguration(
      Decode(absl::StrCat(kHeader, "jwt:\n- ", jwt)), options);
  return std::string(status.message());
}

constexpr char kMapped[] =
    ", claimMappings: {username: {claim: a, prefix: b}}}";

std::string WithIssuer(const std::string& issuer) {
  return Check(absl::StrCat("{issuer: {", issuer, "}", kMapped));
}

TEST(AuthenticationConfigurationTest, Issuers) {
  const std::pair<const char*, const char*> kRows[] = {
      {"url: https://a, audiences: [x]", ""},
      {"audiences: [x]", "jwt[0].issuer.url: Required value"},
      {"url: https://a",
       "jwt[0].issuer.audiences: Required value: at least one "
       "jwt[0].issuer.audiences is required"},
      {"url: 'https://u@a/?q#f', audiences: [x]",
       "[jwt[0].issuer.url: Invalid value: \"https://u@a/?q#f\": URL must not "
       "contain a username or password, jwt[0].issuer.url: Invalid value: "
       "\"https://u@a/?q#f\": URL must not contain a query, "
       "jwt[0].issuer.url: Invalid value: \"https://u@a/?q#f\": URL must not "
       "contain a fragment]"},
      {"url: 'https:///a', audiences: [x]",
       "jwt[0].issuer.url: Invalid value: \"https:///a\": URL must name a "
       "host"},
      {"url: https://a, audiences: ['', '']",
       "[jwt[0].issuer.audiences[0]: Required value, "
       "jwt[0].issuer.audiences[1]: Required value, "
       "jwt[0].issuer.audiences[1]: Duplicate value: \"\", "
       "jwt[0].issuer.audienceMatchPolicy: Invalid value: \"\": "
       "audienceMatchPolicy must be MatchAny for multiple audiences]"},
      {"url: https://a, audiences: [x], egressSelectorType: cluster",
       "jwt[0].issuer.egressSelectorType: oidc: egress lookup for \"cluster\" "
       "is not configured"},
      {"url: https://a, audiences: [x], certificateAuthority: x",
       "jwt[0].issuer.certificateAuthority: Invalid value: \"<omitted>\": data "
       "does not contain any valid RSA or ECDSA certificates"},
  };
  for (const auto& [issuer, error] : kRows) {
    EXPECT_EQ(WithIssuer(issuer), error) << issuer;
  }
}

// Of a file, each error says where its field stands, or the object without it.
TEST(AuthenticationConfigurationTest, Places) {
  const std::pair<const char*, const char*> kRows[] = {
      {"jwt:\n"
       "- issuer:\n"
       "    url: http://a\n"
       "    audiences: [x]\n"
       "  claimMappings:\n"
       "    username: {claim: a}\n",
       "[f:5:10: jwt[0].issuer.url: Invalid value: \"http://a\": URL scheme "
       "must be https, f:8:15: jwt[0].claimMappings.username.prefix: Required "
       "value: prefix is required when claim is set. It can be set to an empty "
       "string to disable prefixing]"},
      {"jwt:\n"
       "- issuer: {audiences: [x]}\n"
       "  claimMappings: {username: {claim: a, prefix: ''}}\n",
       "f:4:11: jwt[0].issuer.url: Required value"},
      {"jwt:\n"
       "- issuer: {url: https://a, audiences: [x]}\n"
       "  claimMappings: {username: {expression: b}}\n",
       "f:5:42: jwt[0].claimMappings.username.expression: CEL expressions are "
       "not supported"},
      {"jwt:\n"
       "- issuer: {url: https://a, audiences: [x], egressSelectorType: "
       "cluster}\n"
       "  claimMappings: {username: {claim: a, prefix: ''}}\n",
       "f:4:64: jwt[0].issuer.egressSelectorType: oidc: egress lookup for "
       "\"cluster\" is not configured"},
      {"anonymous: {enabled: false, conditions: [{path: /a}]}\n",
       "f:3:41: anonymous.conditions: Invalid value: [{\"Path\":\"/a\"}]: "
       "enabled should be set to true when conditions are defined"},
  };
  for (const auto& [text, error] : kRows) {
    objects::Document document;
    const auto decoded = DecodeAuthenticationConfiguration(
        absl::StrCat(kHeader, text), "f", &document);
    ASSERT_TRUE(decoded.ok()) << decoded.status();
    AuthenticationConfigurationOptions options;
    options.document = &document;
    options.file = "f";
    EXPECT_EQ(
        std::string(
            CheckAuthenticationConfiguration(*decoded, options).message()),
        error);
  }
}

TEST(AuthenticationConfigurationTest, CertificateAuthority) {
  k8s::Issuer issuer;
  issuer.set_url("https://a");
  issuer.add_audiences("x");
  issuer.set_certificateauthority(
      testing::TestCa("ca", absl::Now()).certificate().ToPem());
  EXPECT_TRUE(
      ValidateIssuer(issuer, "issuer", AuthenticationConfigurationOptions())
          .empty());
  issuer.set_certificateauthority(
      "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
  EXPECT_EQ(
      ValidateIssuer(issuer, "issuer", AuthenticationConfigurationOptions())
          .size(),
      1);
}

constexpr char kIssuer[] = "{issuer: {url: https://a, audiences: [x]}, ";

TEST(AuthenticationConfigurationTest, RulesAndMappings) {
  const std::pair<const char*, const char*> kRows[] = {
      {"claimMappings: {}",
       "jwt[0].claimMappings.username: Required value: claim or expression is "
       "required"},
      {"claimValidationRules: [{claim: a, expression: b}], "
       "claimMappings: {username: {claim: a, prefix: b}}",
       "jwt[0].claimValidationRules[0]: Invalid value: \"a\": claim and "
       "expression can't both be set"},
      {"claimMappings: {username: {claim: a, prefix: b}, groups: {claim: g}}",
       "jwt[0].claimMappings.groups.prefix: Required value: prefix is required "
       "when claim is set. It can be set to an empty string to disable "
       "prefixing"},
      {"claimMappings: {username: {claim: a, prefix: b}, "
       "uid: {claim: a, expression: b}}",
       "jwt[0].claimMappings.uid: Invalid value: \"\": claim and expression "
       "can't both be set"},
      {"claimMappings: {username: {claim: a, prefix: b}, "
       "extra: [{key: foo, valueExpression: a}]}",
       "jwt[0].claimMappings.extra[0].key: Invalid value: \"foo\": must be a "
       "domain-prefixed path (such as \"acme.io/foo\")"},
      {"claimMappings: {username: {claim: a, prefix: b}, "
       "extra: [{key: 'a b/c', valueExpression: a}]}",
       "jwt[0].claimMappings.extra[0].key: Invalid value: \"a b\": a lowercase "
       "RFC 1123 subdomain must consist of lower case alphanumeric characters, "
       "'-' or '.', and must start and end with an alphanumeric character "
       "(e.g. 'example.com', regex used for validation is "
       "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"},
      {"claimMappings: {username: {claim: a, prefix: b}, "
       "extra: [{key: 'a/b c', valueExpression: a}]}",
       "jwt[0].claimMappings.extra[0].key: Invalid value: \"b c\": Invalid "
       "path (regex used for validation is "
       "'[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')"},
      {"claimMappings: {username: {claim: a, prefix: b}}, "
       "userValidationRules: [{expression: a}, {expression: a}, {message: x}]",
       "[jwt[0].userValidationRules[1].expression: Duplicate value: \"a\", "
       "jwt[0].userValidationRules[2].expression: Required value]"},
  };
  for (const auto& [rest, error] : kRows) {
    EXPECT_EQ(Check(absl::StrCat(kIssuer, rest, "}")), error) << rest;
  }
}

TEST(AuthenticationConfigurationTest, CelIsRefusedByName) {
  const std::pair<const char*, const char*> kRows[] = {
      {"claimMappings: {username: {expression: a}}",
       "jwt[0].claimMappings.username.expression"},
      {"claimMappings: {username: {claim: a, prefix: b}, "
       "groups: {expression: a}, uid: {expression: b}, "
       "extra: [{key: a.b/c, valueExpression: x}]}",
       "jwt[0].claimMappings.groups.expression, "
       "jwt[0].claimMappings.uid.expression, "
       "jwt[0].claimMappings.extra[0].valueExpression"},
      {"claimMappings: {username: {claim: a, prefix: b}}, "
       "claimValidationRules: [{claim: a}, {expression: b}], "
       "userValidationRules: [{expression: a}]",
       "jwt[0].claimValidationRules[1].expression, "
       "jwt[0].userValidationRules[0].expression"},
  };
  for (const auto& [rest, fields] : kRows) {
    const absl::Status status = CheckAuthenticationConfiguration(
        Decode(absl::StrCat(kHeader, "jwt:\n- ", kIssuer, rest, "}")),
        AuthenticationConfigurationOptions());
    EXPECT_EQ(ReasonOf(status), Reason::kUnsupported) << rest;
    EXPECT_EQ(status.message(),
              absl::StrCat(fields, ": CEL expressions are not supported"));
  }
}

TEST(AuthenticationConfigurationTest, ManyIssuers) {
  k8s::AuthenticationConfiguration configuration;
  const k8s::JWTAuthenticator one =
      Decode(absl::StrCat(kHeader, "jwt:\n- ", kIssuer,
                          "claimMappings: {username: {claim: a, prefix: b}}}"))
          .jwt(0);
  for (int i = 0; i < 64; ++i) {
    *configuration.add_jwt() = one;
    configuration.mutable_jwt(i)->mutable_issuer()->set_url(
        absl::StrCat("https://a/", i));
  }
  const AuthenticationConfigurationOptions options;
  EXPECT_TRUE(CheckAuthenticationConfiguration(configuration, options).ok());
  *configuration.add_jwt() = one;
  EXPECT_EQ(CheckAuthenticationConfiguration(configuration, options).message(),
            "jwt: Too many: 65: must have at most 64 items");
}

TEST(AuthenticationConfigurationTest, Anonymous) {
  const std::string off = absl::StrCat(
      kHeader, "anonymous: {enabled: false, conditions: [{path: /a}]}");
  EXPECT_EQ(CheckAuthenticationConfiguration(
                Decode(off), AuthenticationConfigurationOptions())
                .message(),
            "anonymous.conditions: Invalid value: [{\"Path\":\"/a\"}]: enabled "
            "should be set to true when conditions are defined");
  const std::string none = kHeader;
  const std::string on = none + "anonymous: {enabled: true}";
  const std::string some =
      none + "anonymous: {enabled: true, conditions: [{path: /a}]}";
  const std::string other =
      none + "anonymous: {enabled: true, conditions: [{path: /b}]}";
  const std::string disabled = none + "anonymous: {enabled: false}";
  const std::string all[] = {none, on, some, other, disabled};
  for (const std::string& before : all) {
    for (const std::string& after : all) {
      const auto initial = Decode(before);
      AuthenticationConfigurationOptions options;
      options.initial = &initial;
      EXPECT_EQ(
          CheckAuthenticationConfiguration(Decode(after), options).message(),
          before == after
              ? ""
              : "anonymous: Forbidden: changed from initial configuration file")
          << before << after;
    }
  }
}

struct Prefix {
  const char* claim;
  const char* given;
  const char* prefix;
};

TEST(AuthenticationConfigurationTest, FlagsAsAnAuthenticator) {
  const Prefix kRows[] = {
      {"sub", "", "https://i#"}, {"email", "", ""},   {"sub", "-", ""},
      {"email", "-", ""},        {"sub", "p:", "p:"}, {"email", "p:", "p:"},
  };
  for (const Prefix& row : kRows) {
    Config::Oidc oidc;
    oidc.set_issuer_url("https://i");
    oidc.set_client_id("c");
    oidc.set_username_claim(row.claim);
    oidc.set_username_prefix(row.given);
    const k8s::JWTAuthenticator jwt = JwtAuthenticatorOfFlags(oidc, "");
    const auto& username = jwt.claimmappings().username();
    EXPECT_EQ(username.claim(), row.claim);
    EXPECT_TRUE(username.has_prefix());
    EXPECT_EQ(username.prefix(), row.prefix) << row.claim << " " << row.given;
    EXPECT_FALSE(jwt.claimmappings().has_groups());
  }
  Config::Oidc oidc;
  oidc.set_issuer_url("https://i");
  oidc.set_client_id("c");
  oidc.set_groups_claim("g");
  (*oidc.mutable_required_claims())["b"] = "2";
  (*oidc.mutable_required_claims())["a"] = "1";
  const k8s::JWTAuthenticator jwt = JwtAuthenticatorOfFlags(oidc, "pem");
  EXPECT_EQ(jwt.issuer().url(), "https://i");
  EXPECT_EQ(jwt.issuer().audiences(0), "c");
  EXPECT_EQ(jwt.issuer().certificateauthority(), "pem");
  EXPECT_EQ(jwt.claimmappings().username().claim(), "sub");
  EXPECT_EQ(jwt.claimmappings().groups().claim(), "g");
  EXPECT_TRUE(jwt.claimmappings().groups().has_prefix());
  ASSERT_EQ(jwt.claimvalidationrules_size(), 2);
  EXPECT_EQ(jwt.claimvalidationrules(0).claim(), "a");
  EXPECT_EQ(jwt.claimvalidationrules(1).requiredvalue(), "2");
}

}  // namespace
}  // namespace gatehouse::authn
