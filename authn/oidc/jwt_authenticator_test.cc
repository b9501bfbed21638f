#include "authn/oidc/jwt_authenticator.h"

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "authn/authenticator.h"
#include "authn/jose/algorithm.h"
#include "authn/jose/key_set.h"
#include "authn/token/token_authenticator.h"
#include "base/errors.h"
#include "base/http_client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/apiserver_config.pb.h"
#include "testing/fake_clock.h"
#include "testing/fake_http_client.h"
#include "testing/test_issuer.h"

namespace gatehouse::authn {
namespace {

using ::gatehouse::testing::FakeClock;
using ::gatehouse::testing::FakeHttpClient;
using ::gatehouse::testing::TestIssuer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kUrl[] = "https://issuer.example";

k8s::JWTAuthenticator GoodConfig() {
  k8s::JWTAuthenticator config;
  config.mutable_issuer()->set_url(kUrl);
  config.mutable_issuer()->add_audiences("me");
  auto* mappings = config.mutable_claimmappings();
  mappings->mutable_username()->set_claim("sub");
  mappings->mutable_username()->set_prefix("oidc:");
  mappings->mutable_groups()->set_claim("groups");
  mappings->mutable_groups()->set_prefix("oidc:");
  return config;
}

// How the good configuration is changed.
using Change =
    std::function<void(k8s::JWTAuthenticator&, JwtAuthenticatorOptions&)>;
using C = k8s::JWTAuthenticator&;
using O = JwtAuthenticatorOptions&;

struct CreateCase {
  const char* name;
  Change change;
  const char* error = "";  // "": it is good.
  Reason reason = Reason::kInvalid;
};

class CreateTest : public ::testing::TestWithParam<CreateCase> {};

TEST_P(CreateTest, ChecksTheConfiguration) {
  k8s::JWTAuthenticator config = GoodConfig();
  JwtAuthenticatorOptions options;
  const auto http = std::make_shared<FakeHttpClient>();
  options.http_client_factory = http->Factory();
  GetParam().change(config, options);
  const auto authenticator = JwtAuthenticator::Create(config, options);
  EXPECT_EQ(http->calls(), 0u);
  if (*GetParam().error == '\0') {
    EXPECT_TRUE(authenticator.ok()) << authenticator.status();
    return;
  }
  EXPECT_THAT(std::string(authenticator.status().message()),
              HasSubstr(GetParam().error));
  EXPECT_EQ(ReasonOf(authenticator.status()), GetParam().reason);
}

std::shared_ptr<HttpClient> Client() {
  return std::make_shared<FakeHttpClient>();
}

Change Egress(
    const char* type,
    const std::function<absl::StatusOr<HttpClientFactory>()>& lookup) {
  return [type, lookup](C config, O options) {
    config.mutable_issuer()->set_egressselectortype(type);
    options.http_client_factory = nullptr;
    if (lookup == nullptr) return;
    options.egress_lookup = [lookup](absl::string_view) { return lookup(); };
  };
}

INSTANTIATE_TEST_SUITE_P(
    Options, CreateTest,
    ::testing::Values(
        CreateCase{"good", [](C, O) {}},
        CreateCase{"client_instead_of_factory",
                   [](C, O options) {
                     options.http_client_factory = nullptr;
                     options.http_client = Client();
                   }},
        CreateCase{"client_and_factory",
                   [](C, O options) { options.http_client = Client(); },
                   "oidc: Client and CAContentProvider are mutually exclusive"},
        CreateCase{"no_client",
                   [](C, O options) { options.http_client_factory = nullptr; },
                   "oidc: there is no HTTP client to fetch keys with"},
        CreateCase{"static_keys_need_no_client",
                   [](C, O options) {
                     options.http_client_factory = nullptr;
                     options.static_keys = std::make_shared<const KeySet>();
                   }},
        CreateCase{"static_keys_and_discovery_url",
                   [](C config, O options) {
                     options.static_keys = std::make_shared<const KeySet>();
                     config.mutable_issuer()->set_discoveryurl("https://d/");
                   },
                   "oidc: KeySet and DiscoveryURL are mutually exclusive"},
        CreateCase{
            "symmetric_algorithm",
            [](C, O options) { options.algorithms.Add(JwsAlgorithm::kHs256); },
            R"(oidc: unsupported signing alg: "HS256")"},
        CreateCase{
            "eddsa",
            [](C, O options) { options.algorithms = {JwsAlgorithm::kEdDsa}; },
            R"(oidc: unsupported signing alg: "EdDSA")"},
        CreateCase{"no_algorithm",
                   [](C, O options) { options.algorithms = {}; },
                   "oidc: no signing alg is allowed"},
        CreateCase{"egress_without_lookup", Egress("cluster", nullptr),
                   R"(oidc: egress lookup for "cluster" is not configured)"},
        CreateCase{
            "egress_to_nowhere",
            Egress("controlplane", [] { return HttpClientFactory(); }),
            R"(oidc: egress lookup for "controlplane" is not configured)"},
        CreateCase{"egress_fails",
                   Egress("cluster", [] { return absl::InternalError("no"); }),
                   R"(oidc: egress lookup for "cluster" failed: no)",
                   Reason::kNone},
        CreateCase{"egress", Egress("cluster",
                                    [] {
                                      return std::make_shared<FakeHttpClient>()
                                          ->Factory();
                                    })},
        CreateCase{
            "factory_fails",
            [](C, O options) {
              options.http_client_factory = [](const HttpClientOptions&) {
                return MakeError(absl::StatusCode::kInvalidArgument,
                                 Reason::kMalformed, "no PEM");
              };
            },
            "oidc: issuer.certificateAuthority: no PEM", Reason::kMalformed}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Validation, CreateTest,
    ::testing::Values(
        CreateCase{"no_url",
                   [](C config, O) { config.mutable_issuer()->clear_url(); },
                   "issuer.url: Required value"},
        CreateCase{
            "http",
            [](C config, O) { config.mutable_issuer()->set_url("http://a"); },
            "issuer.url: Invalid value"},
        CreateCase{"taken",
                   [](C, O options) { options.disallowed_issuers = {kUrl}; },
                   "must not overlap with disallowed issuers"},
        CreateCase{
            "no_audiences",
            [](C config, O) { config.mutable_issuer()->clear_audiences(); },
            "issuer.audiences: "},
        CreateCase{"no_username",
                   [](C config, O) {
                     config.mutable_claimmappings()->clear_username();
                   },
                   "claimMappings.username: Required value: claim or "
                   "expression is required"}),
    [](const auto& info) { return info.param.name; });

// Every field that may hold CEL, each with what else it then must have.
INSTANTIATE_TEST_SUITE_P(
    Cel, CreateTest,
    ::testing::Values(
        CreateCase{"username",
                   [](C config, O) {
                     auto* username =
                         config.mutable_claimmappings()->mutable_username();
                     username->Clear();
                     username->set_expression("claims.sub");
                   },
                   "oidc: claimMappings.username.expression: CEL expressions "
                   "are not supported",
                   Reason::kUnsupported},
        CreateCase{"groups",
                   [](C config, O) {
                     auto* groups =
                         config.mutable_claimmappings()->mutable_groups();
                     groups->Clear();
                     groups->set_expression("claims.groups");
                   },
                   "claimMappings.groups.expression", Reason::kUnsupported},
        CreateCase{
            "uid",
            [](C config, O) {
              config.mutable_claimmappings()->mutable_uid()->set_expression(
                  "claims.oid");
            },
            "claimMappings.uid.expression", Reason::kUnsupported},
        CreateCase{"extra",
                   [](C config, O) {
                     auto* extra = config.mutable_claimmappings()->add_extra();
                     extra->set_key("a.example/b");
                     extra->set_valueexpression("claims.b");
                   },
                   "claimMappings.extra[0].valueExpression",
                   Reason::kUnsupported},
        CreateCase{"claim_rule",
                   [](C config, O) {
                     config.add_claimvalidationrules()->set_claim("hd");
                     config.add_claimvalidationrules()->set_expression("true");
                   },
                   "claimValidationRules[1].expression", Reason::kUnsupported},
        CreateCase{"user_rule",
                   [](C config, O) {
                     config.add_uservalidationrules()->set_expression("true");
                   },
                   "userValidationRules[0].expression", Reason::kUnsupported}),
    [](const auto& info) { return info.param.name; });

TEST(CreateClientTest, CasOfTheConfigurationAreTheClients) {
  k8s::JWTAuthenticator config = GoodConfig();
  const auto http = std::make_shared<FakeHttpClient>();
  JwtAuthenticatorOptions options;
  options.http_client_factory = http->Factory();
  ASSERT_TRUE(JwtAuthenticator::Create(config, options).ok());
  ASSERT_FALSE(http->options_seen().empty());
  for (const HttpClientOptions& seen : http->options_seen()) {
    EXPECT_EQ(seen.ca_pem, "");
  }
}

TEST(ParseJwtAlgorithmsTest, NamesOfTheFlag) {
  const JwsAlgorithmSet rs256 = {JwsAlgorithm::kRs256};
  EXPECT_EQ(*ParseJwtAlgorithms({}), rs256);
  EXPECT_EQ(*ParseJwtAlgorithms({"RS256", "RS256"}), rs256);
  EXPECT_EQ(*ParseJwtAlgorithms({"RS256", "RS384", "RS512", "ES256", "ES384",
                                 "ES512", "PS256", "PS384", "PS512"}),
            kJwtAlgorithms);
  for (const char* name : {"HS256", "none", "EdDSA", "rs256", ""}) {
    EXPECT_EQ(ParseJwtAlgorithms({"RS256", name}).status().message(),
              absl::StrCat("oidc: unsupported signing alg: \"", name, "\""));
  }
}

class JwtAuthenticatorTest : public ::testing::Test {
 protected:
  JwtAuthenticatorTest() { issuer_.Serve(http_.get()); }

  std::unique_ptr<JwtAuthenticator> Make(
      const k8s::JWTAuthenticator& config = GoodConfig(),
      JwsAlgorithmSet algorithms = kJwtAlgorithms) {
    JwtAuthenticatorOptions options;
    options.http_client = http_;
    options.algorithms = algorithms;
    options.clock = &clock_;
    auto authenticator = JwtAuthenticator::Create(config, options);
    EXPECT_TRUE(authenticator.ok()) << authenticator.status();
    (*authenticator)->RefreshIfDue();
    return *std::move(authenticator);
  }
  Result Ask(const JwtAuthenticator& authenticator, const std::string& token) {
    TokenContext context;
    context.now = clock_.Now();
    return authenticator.AuthenticateToken(token, context);
  }
  absl::Time InAnHour() const { return clock_.Now() + absl::Hours(1); }
  std::string Token(absl::string_view members = "") const {
    return issuer_.Token("jane", "me", InAnHour(), members);
  }

  FakeClock clock_;
  TestIssuer issuer_{kUrl};
  std::shared_ptr<FakeHttpClient> http_ = std::make_shared<FakeHttpClient>();
};

TEST_F(JwtAuthenticatorTest, Authenticates) {
  const auto authenticator = Make();
  const Result result =
      Ask(*authenticator, Token(R"("groups":["dev"],"jti":"7")"));
  ASSERT_TRUE(result.authenticated()) << result.error();
  const Authentication& who = result.authentication();
  EXPECT_EQ(who.user.name, "oidc:jane");
  EXPECT_THAT(who.user.groups, ElementsAre("oidc:dev"));
  EXPECT_THAT(who.user.extra.at(kCredentialIdKey), ElementsAre("JTI=7"));
  EXPECT_EQ(who.credential_id, "JTI=7");
  EXPECT_EQ(who.authenticator, "oidc");
  EXPECT_EQ(who.not_after, InAnHour());
  EXPECT_FALSE(who.audiences.has_value());
  EXPECT_FALSE(who.certificate_thumbprint.has_value());
}

TEST_F(JwtAuthenticatorTest, WhatIsNotOfTheIssuerIsNoCredential) {
  const auto authenticator = Make();
  const size_t fetches = http_->calls();
  const TestIssuer other("https://issuer.example/");
  for (const std::string& token :
       {std::string(), std::string("a"), std::string("a.b"),
        std::string("a.b.c"), std::string("a.b.c.d"),
        std::string(R"({"payload":"e30","signatures":[]})"), Token() + ".x",
        issuer_.Sign("{}"), issuer_.Sign(R"({"iss":1})"),
        issuer_.Sign(R"({"ISS":"https://issuer.example"})"),
        other.Token("jane", "me", InAnHour())}) {
    const Result result = Ask(*authenticator, token);
    EXPECT_EQ(result.outcome(), Result::Outcome::kNoCredential) << token;
  }
  EXPECT_EQ(http_->calls(), fetches);
}

TEST_F(JwtAuthenticatorTest, BeforeThereAreKeys) {
  http_->Fail(issuer_.discovery_url(), absl::UnavailableError("no route"));
  const auto authenticator = Make();
  const Result result = Ask(*authenticator, Token());
  EXPECT_EQ(result.error().message(), "oidc: authenticator not initialized");
  EXPECT_EQ(
      authenticator->Health().message(),
      "oidc: authenticator for issuer \"https://issuer.example\" is not "
      "healthy: Get "
      "\"https://issuer.example/.well-known/openid-configuration\": no route");
  // Not a second attempt before its time, nor by tokens.
  authenticator->RefreshIfDue();
  EXPECT_EQ(http_->calls(), 1u);
  issuer_.Serve(http_.get());
  clock_.Advance(absl::Seconds(10));
  authenticator->RefreshIfDue();
  EXPECT_TRUE(authenticator->Health().ok());
  EXPECT_TRUE(Ask(*authenticator, Token()).authenticated());
}

TEST_F(JwtAuthenticatorTest, HealthBeforeTheFirstAttempt) {
  JwtAuthenticatorOptions options;
  options.http_client = http_;
  const auto authenticator = JwtAuthenticator::Create(GoodConfig(), options);
  ASSERT_TRUE(authenticator.ok());
  EXPECT_THAT(std::string((*authenticator)->Health().message()),
              HasSubstr("is not healthy: oidc: authenticator not initialized"));
}

struct RejectedCase {
  const char* name;
  // Further members, or with "iss" a whole payload.
  const char* members;
  Reason reason;
  const char* error;
  absl::StatusCode code = absl::StatusCode::kUnauthenticated;
};

class RejectedTest : public JwtAuthenticatorTest,
                     public ::testing::WithParamInterface<RejectedCase> {};

TEST_P(RejectedTest, SaysWhy) {
  const auto authenticator = Make();
  const std::string members = GetParam().members;
  const Result result =
      Ask(*authenticator, absl::StrContains(members, "\"iss\"")
                              ? issuer_.Sign(members)
                              : Token(members));
  ASSERT_TRUE(result.rejected());
  EXPECT_EQ(ReasonOf(result.error()), GetParam().reason) << result.error();
  EXPECT_THAT(std::string(result.error().message()),
              HasSubstr(GetParam().error));
  EXPECT_EQ(result.error().code(), GetParam().code);
}

INSTANTIATE_TEST_SUITE_P(
    All, RejectedTest,
    ::testing::Values(
        RejectedCase{
            "expired", R"({"iss":"https://issuer.example","aud":"me","exp":1})",
            Reason::kExpired, "oidc: verify token: oidc: token is expired"},
        RejectedCase{"other_audience",
                     R"({"iss":"https://issuer.example","aud":"you"})",
                     Reason::kWrongAudience,
                     "oidc: verify token: oidc: expected audience \"me\""},
        RejectedCase{"not_yet", R"("nbf":9999999999)", Reason::kNotYetValid,
                     "oidc: verify token: oidc: current time"},
        RejectedCase{"two_subjects", R"("sub":"john")", Reason::kDuplicate,
                     "oidc: verify token: "},
        RejectedCase{"groups_of_another_type", R"("groups":7)",
                     Reason::kInvalid, "oidc: parse groups claim \"groups\""},
        RejectedCase{
            "distributed_claim",
            R"("_claim_names":{"groups":"s"},)"
            R"("_claim_sources":{"s":{"endpoint":"https://nobody.example/"}})",
            Reason::kNone,
            "oidc: could not expand distributed claims: while getting "
            "distributed claim \"groups\": Get \"https://nobody.example/\"",
            // No cache remembers it.
            absl::StatusCode::kUnavailable},
        RejectedCase{"bound_to_what_is_not_known", R"("cnf":{"jkt":"x"})",
                     Reason::kMalformed, "oidc: "},
        RejectedCase{"bound_to_no_digest", R"("cnf":{"x5t#S256":"AAAA"})",
                     Reason::kMalformed, "oidc: "}),
    [](const auto& info) { return info.param.name; });

TEST_F(JwtAuthenticatorTest, AlgorithmsThatAreNotAllowed) {
  const auto authenticator =
      Make(GoodConfig(), {JwsAlgorithm::kRs256, JwsAlgorithm::kEs256});
  EXPECT_TRUE(Ask(*authenticator, Token()).authenticated());
  JwtAuthenticatorOptions options;
  options.static_keys = std::make_shared<const KeySet>();
  options.algorithms = {JwsAlgorithm::kRs256, JwsAlgorithm::kPs256};
  const auto other = JwtAuthenticator::Create(GoodConfig(), options);
  ASSERT_TRUE(other.ok());
  EXPECT_EQ(Ask(**other, Token()).error().message(),
            "oidc: verify token: oidc: id token signed with unsupported "
            "algorithm, expected [\"RS256\" \"PS256\"] got \"ES256\"");
}

// The law: what another key signed is never let in, whatever it says.
TEST_F(JwtAuthenticatorTest, TokensOfAnotherKeyNeverPass) {
  const auto authenticator = Make();
  TestIssuer forger(kUrl);
  for (const bool rotated : {false, true}) {
    if (rotated) forger.RotateKey();
    for (const bool named : {true, false}) {
      for (const std::string& token :
           {Token(), Token(R"("groups":["dev"])"), Token(R"("jti":"1")")}) {
        ASSERT_TRUE(Ask(*authenticator, token).authenticated());
        // The same claims, signed anew.
        const size_t first = token.find('.');
        const size_t second = token.find('.', first + 1);
        std::string payload;
        ASSERT_TRUE(absl::WebSafeBase64Unescape(
            token.substr(first + 1, second - first - 1), &payload));
        const Result result = Ask(*authenticator, forger.Sign(payload, named));
        ASSERT_TRUE(result.rejected());
        EXPECT_EQ(ReasonOf(result.error()),
                  rotated && named ? Reason::kNotFound : Reason::kBadSignature);
        // The same token with the other's signature.
        const std::string forged = forger.Sign(payload, named);
        EXPECT_FALSE(Ask(*authenticator, token.substr(0, second) +
                                             forged.substr(forged.rfind('.')))
                         .authenticated());
      }
    }
  }
}

TEST_F(JwtAuthenticatorTest, DistributedGroups) {
  const auto authenticator = Make();
  const TestIssuer directory("https://directory.example");
  directory.Serve(http_.get());
  http_->Answer("https://directory.example/groups", 200,
                directory.Token("jane", "me", clock_.Now() + absl::Minutes(5),
                                R"("groups":"dev")"));
  const Result result =
      Ask(*authenticator,
          Token(R"("_claim_names":{"groups":"s"},"_claim_sources":{"s":)"
                R"({"endpoint":"https://directory.example/groups"}})"));
  ASSERT_TRUE(result.authenticated()) << result.error();
  EXPECT_THAT(result.authentication().user.groups, ElementsAre("oidc:dev"));
  EXPECT_EQ(result.authentication().not_after, clock_.Now() + absl::Minutes(5));
}

// Whose tokens name endpoints that hang, names that nobody answers for: they
// must not take what the issuer's own keys are fetched with.
TEST_F(JwtAuthenticatorTest, EndpointsHaveAClientOfTheirOwn) {
  std::vector<std::shared_ptr<FakeHttpClient>> clients;
  const TestIssuer directory("https://directory.example");
  JwtAuthenticatorOptions options;
  options.clock = &clock_;
  options.http_client_factory = [&](const HttpClientOptions&) {
    clients.push_back(std::make_shared<FakeHttpClient>());
    issuer_.Serve(clients.back().get());
    directory.Serve(clients.back().get());
    clients.back()->Answer(
        "https://directory.example/groups", 200,
        directory.Token("jane", "me", InAnHour(), R"("groups":"dev")"));
    return clients.back();
  };
  const auto authenticator = JwtAuthenticator::Create(GoodConfig(), options);
  ASSERT_TRUE(authenticator.ok()) << authenticator.status();
  (*authenticator)->RefreshIfDue();
  EXPECT_TRUE(
      Ask(**authenticator,
          Token(R"("_claim_names":{"groups":"s"},"_claim_sources":{"s":)"
                R"({"endpoint":"https://directory.example/groups"}})"))
          .authenticated());
  ASSERT_EQ(clients.size(), 2u);
  EXPECT_EQ(clients[0]->calls(), 2u);  // Discovery and keys.
  EXPECT_EQ(clients[0]->calls(issuer_.jwks_url()), 1u);
  EXPECT_EQ(clients[1]->calls(), 3u);
  EXPECT_EQ(clients[1]->calls(issuer_.jwks_url()), 0u);
}

TEST_F(JwtAuthenticatorTest, SourcesOfClaimsThatNobodyAsksForAreNotFetched) {
  k8s::JWTAuthenticator config = GoodConfig();
  config.mutable_claimmappings()->clear_groups();
  const auto authenticator = Make(config);
  EXPECT_TRUE(
      Ask(*authenticator,
          Token(R"("_claim_names":{"groups":"s"},"_claim_sources":{"s":)"
                R"({"endpoint":"https://directory.example/groups"}})"))
          .authenticated());
  EXPECT_EQ(http_->calls("https://directory.example/groups"), 0u);
}

TEST_F(JwtAuthenticatorTest, TokensThatAreBoundToACertificate) {
  const auto authenticator = Make();
  const Result result = Ask(
      *authenticator,
      Token(
          R"("cnf":{"x5t#S256":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE"})"));
  ASSERT_TRUE(result.authenticated()) << result.error();
  std::array<uint8_t, 32> want = {};
  want[31] = 1;
  EXPECT_EQ(result.authentication().certificate_thumbprint, want);
}

TEST_F(JwtAuthenticatorTest, Google) {
  constexpr char kGoogle[] = "https://accounts.google.com";
  k8s::JWTAuthenticator config = GoodConfig();
  config.mutable_issuer()->set_url(kGoogle);
  const TestIssuer google(kGoogle);
  google.Serve(http_.get());
  const auto authenticator = Make(config);
  for (const char* issuer : {"accounts.google.com", kGoogle}) {
    const std::string token = google.Sign(
        absl::StrCat(R"({"iss":")", issuer, R"(","sub":"jane","aud":"me",)",
                     R"("exp":)", absl::ToUnixSeconds(InAnHour()), "}"));
    EXPECT_TRUE(Ask(*authenticator, token).authenticated()) << issuer;
  }
}

TEST_F(JwtAuthenticatorTest, StaticKeys) {
  KeySetOptions key_set;
  key_set.key_ids = KeyIdRule::kOptional;
  auto keys = KeySet::FromJwks(issuer_.jwks(), "jwks", key_set);
  ASSERT_TRUE(keys.ok());
  JwtAuthenticatorOptions options;
  options.static_keys = std::make_shared<const KeySet>(*std::move(keys));
  const auto authenticator = JwtAuthenticator::Create(GoodConfig(), options);
  ASSERT_TRUE(authenticator.ok());
  (*authenticator)->RefreshIfDue();
  EXPECT_TRUE((*authenticator)->Health().ok());
  EXPECT_EQ((*authenticator)->key_set_health().keys, 1u);
  EXPECT_TRUE(Ask(**authenticator, Token()).authenticated());
  const Result unknown = [&] {
    TestIssuer other(kUrl);
    other.RotateKey();
    return Ask(**authenticator, other.Token("jane", "me", InAnHour()));
  }();
  EXPECT_EQ(unknown.error().message(),
            "oidc: verify token: failed to verify signature: no keys matches "
            "jwk keyid");
  // There is no client to fetch them with.
  EXPECT_TRUE(Ask(**authenticator,
                  Token(R"("_claim_names":{"groups":"s"},"_claim_sources":)"
                        R"({"s":{"endpoint":"https://d.example/"}})"))
                  .rejected());
}

}  // namespace
}  // namespace gatehouse::authn
