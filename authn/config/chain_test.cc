// What a chain answers, put together of real parts as the flags say.
#include "authn/config/chain.h"

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "authn/config/testing/chain_world.h"
#include "authn/testing/test_client.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pki/private_key.h"
#include "pki/revocation/crl_writer.h"
#include "pki/testing/certificate_builder.h"
#include "proto/authn_config.pb.h"

namespace gatehouse::authn {
namespace {

using authn::testing::Bundle;
using authn::testing::ChainWorld;
using authn::testing::Shown;
using pki::testing::Leaf;
using pki::testing::TestCa;
using pki::testing::TestCertificate;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kIssuer[] = "https://sa.example";
constexpr char kOidc[] = "https://oidc.example";
constexpr char kWebhook[] = "https://webhook.example/review";

TestCertificate Users() { return TestCa("users"); }
TestCertificate Proxies() { return TestCa("proxies"); }

Headers Of(const std::vector<Headers::Field>& fields) {
  return Headers(fields);
}

std::string Bearer(const std::string& token) {
  return absl::StrCat("Bearer ", token);
}

// All methods at once.
class FullChainTest : public ::testing::Test {
 protected:
  FullChainTest() {
    world_.Write("ca.crt", Bundle({Users()}));
    world_.Write("proxy.crt", Bundle({Proxies()}));
    world_.Write("tokens.csv", "static,tom,7\n");
    world_.WriteServiceAccountKey("sa.pub");
    world_.AddServiceAccount("app");
    stored_ = world_.AddStoredToken("app");
    bootstrap_ = world_.AddBootstrapToken();
    world_.ServeIssuer(kOidc);
    world_.WriteWebhook("webhook.yaml", kWebhook);
  }

  absl::Status Start(const std::vector<std::string>& more = {}) {
    std::vector<std::string> flags = {
        "--requestheader-client-ca-file=$D/proxy.crt",
        "--requestheader-username-headers=X-Remote-User",
        "--requestheader-group-headers=X-Remote-Group",
        "--requestheader-allowed-names=front-proxy",
        "--client-ca-file=$D/ca.crt",
        "--token-auth-file=$D/tokens.csv",
        "--enable-bootstrap-token-auth",
        "--service-account-key-file=$D/sa.pub",
        absl::StrCat("--service-account-issuer=", kIssuer),
        absl::StrCat("--oidc-issuer-url=", kOidc),
        "--oidc-client-id=client",
        "--oidc-signing-algs=ES256",
        "--authentication-token-webhook-config-file=$D/webhook.yaml",
    };
    flags.insert(flags.end(), more.begin(), more.end());
    return world_.Start(flags);
  }

  // Waits until the keys of the OIDC issuer are there.
  void AwaitKeys() {
    world_.http().AwaitCalls(absl::StrCat(kOidc, "/keys"), 1);
    while (!world_.chain().Health().ok()) std::this_thread::yield();
  }

  ChainWorld world_;
  std::string stored_;
  std::string bootstrap_;
};

TEST_F(FullChainTest, EveryMethodInItsOrder) {
  ASSERT_TRUE(Start().ok());
  EXPECT_THAT(world_.chain().authenticators(),
              ElementsAre("request-header", "x509", "token-file",
                          "legacy-service-account", "service-account",
                          "bootstrap", "oidc", "webhook", "anonymous"));
  EXPECT_THAT(world_.chain().api_audiences(), ElementsAre(kIssuer));
  ASSERT_NE(world_.chain().request_headers(), nullptr);
  EXPECT_THAT(world_.chain().request_headers()->group_headers,
              ElementsAre("X-Remote-Group"));
}

TEST_F(FullChainTest, EveryCredentialIsKnown) {
  ASSERT_TRUE(Start().ok());
  AwaitKeys();
  struct Row {
    const char* what;
    Shown shown;
    std::string who;
  };
  const Row rows[] = {
      {"nothing",
       {},
       "system:anonymous  [system:unauthenticated] by anonymous"},
      {"a certificate",
       {{Leaf("jane", Users())}},
       "jane  [system:authenticated] by x509"},
      {"a proxy",
       {{Leaf("front-proxy", Proxies())},
        Of({{"X-Remote-User", "rose"}, {"X-Remote-Group", "g"}})},
       "rose  [g, system:authenticated] by request-header"},
      {"a static token",
       {{}, Of({{"Authorization", "Bearer static"}})},
       "tom 7 [system:authenticated] by token-file"},
      {"a stored token",
       {{}, Of({{"Authorization", Bearer(stored_)}})},
       "system:serviceaccount:ns:app uid-of-app [system:serviceaccounts, "
       "system:serviceaccounts:ns, system:authenticated] by "
       "legacy-service-account"},
      {"a bound token",
       {{},
        Of({{"Authorization",
             Bearer(ChainWorld::BoundToken(kIssuer, "app"))}})},
       "system:serviceaccount:ns:app uid-of-app [system:serviceaccounts, "
       "system:serviceaccounts:ns, system:authenticated] by service-account"},
      {"a bootstrap token",
       {{}, Of({{"Authorization", Bearer(bootstrap_)}})},
       "system:bootstrap:abcdef  [system:bootstrappers, system:authenticated] "
       "by bootstrap"},
      {"an ID token",
       {{},
        Of({{"Authorization",
             Bearer(ChainWorld::IssuerToken(kOidc, "olga", "client"))}})},
       "https://oidc.example#olga  [system:authenticated] by oidc"},
      {"a token for the webhook",
       {{}, Of({{"Authorization", "Bearer good-wanda"}})},
       "good-wanda  [system:authenticated] by webhook"},
      {"a websocket token",
       {{},
        Of({{"Upgrade", "websocket"},
            {"Connection", "Upgrade"},
            {"Sec-WebSocket-Protocol",
             "base64url.bearer.authorization.k8s.io.c3RhdGlj, x"}})},
       "tom 7 [system:authenticated] by token-file"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(world_.Ask(row.shown), row.who) << row.what;
    // A second time, out of the caches.
    EXPECT_EQ(world_.Ask(row.shown), row.who) << row.what;
  }
  EXPECT_EQ(world_.http().calls(kWebhook), 1u);
}

// Of two credentials the one that stands first in the order counts.
TEST_F(FullChainTest, TheFirstCredentialCounts) {
  ASSERT_TRUE(Start().ok());
  Shown both = {
      {Leaf("jane", Users())},
      Of({{"Authorization", "Bearer static"}, {"X-Remote-User", "rose"}})};
  EXPECT_EQ(world_.Ask(both), "jane  [system:authenticated] by x509");
  both.certificates = {Leaf("front-proxy", Proxies())};
  EXPECT_EQ(world_.Ask(both), "rose  [system:authenticated] by request-header");
  both.certificates = {};
  EXPECT_EQ(world_.Ask(both), "tom 7 [system:authenticated] by token-file");
}

// A rejection by one method does not keep another from accepting.
TEST_F(FullChainTest, AGoodCredentialBesideABadOne) {
  ASSERT_TRUE(Start().ok());
  const TestCertificate stranger = Leaf("jane", TestCa("strangers"));
  EXPECT_EQ(world_.Ask({{stranger}, Of({{"Authorization", "Bearer static"}})}),
            "tom 7 [system:authenticated] by token-file");
}

// The law: who shows a credential that is no good is nobody, not anonymous.
TEST_F(FullChainTest, ARejectedCredentialNeverBecomesAnonymous) {
  ASSERT_TRUE(Start().ok());
  AwaitKeys();
  const std::string good = ChainWorld::IssuerToken(kOidc, "olga", "client");
  struct Row {
    const char* what;
    Shown shown;
  };
  const Row rows[] = {
      {"a certificate of another CA", {{Leaf("jane", TestCa("strangers"))}}},
      {"a proxy that is not listed",
       {{Leaf("mallory", Proxies())}, Of({{"X-Remote-User", "rose"}})}},
      {"a user's certificate as a proxy's",
       {{Leaf("front-proxy", TestCa("strangers"))},
        Of({{"X-Remote-User", "rose"}})}},
      {"an unknown token", {{}, Of({{"Authorization", "Bearer nobodys"}})}},
      {"a bootstrap token with a wrong secret",
       {{}, Of({{"Authorization", "Bearer abcdef.0123456789abcdee"}})}},
      {"an ID token for another client",
       {{},
        Of({{"Authorization",
             Bearer(ChainWorld::IssuerToken(kOidc, "olga", "other"))}})}},
      {"an ID token with another signature",
       {{},
        Of({{"Authorization",
             Bearer(
                 absl::StrCat(good.substr(0, good.size() - 6), "AAAAAA"))}})}},
      {"a bound token of an account that is not there",
       {{},
        Of({{"Authorization",
             Bearer(ChainWorld::BoundToken(kIssuer, "gone"))}})}},
      {"a stored token that is cut",
       {{},
        Of({{"Authorization",
             Bearer(stored_.substr(0, stored_.size() - 2))}})}},
      {"a websocket token that is no base64url",
       {{},
        Of({{"Upgrade", "websocket"},
            {"Connection", "Upgrade"},
            {"Sec-WebSocket-Protocol",
             "base64url.bearer.authorization.k8s.io.@, x"}})}},
  };
  for (const Row& row : rows) {
    const std::string who = world_.Ask(row.shown);
    EXPECT_THAT(who, ::testing::Not(HasSubstr("system:"))) << row.what;
    EXPECT_THAT(who, HasSubstr(": ")) << row.what;  // "Reason: text".
  }
}

TEST_F(FullChainTest, AcceptedCredentialsAreTakenOut) {
  ASSERT_TRUE(Start().ok());
  std::string who;
  const Headers left = world_.AskForHeaders(
      {{}, Of({{"Authorization", "Bearer static"}, {"Accept", "x"}})}, &who);
  EXPECT_FALSE(left.Has("Authorization"));
  EXPECT_TRUE(left.Has("Accept"));
}

// What is answered from memory is not remembered.
TEST_F(FullChainTest, ADeletedSecretCountsWithTheNextRequest) {
  ASSERT_TRUE(Start().ok());
  EXPECT_THAT(world_.AskBearer(stored_), HasSubstr("legacy-service-account"));
  EXPECT_THAT(world_.AskBearer(bootstrap_), HasSubstr("system:bootstrap"));
  world_.DeleteSecret("ns", "app-token");
  world_.DeleteSecret("kube-system", "bootstrap-token-abcdef");
  EXPECT_THAT(world_.AskBearer(stored_), StartsWith("Revoked: "));
  EXPECT_THAT(world_.AskBearer(bootstrap_), StartsWith("UnknownToken: "));
}

TEST_F(FullChainTest, TokensAloneForReviews) {
  ASSERT_TRUE(Start().ok());
  TokenContext context;
  context.now = authn::testing::TestNow();
  const TokenAuthenticator& tokens = world_.chain().token_authenticator();
  EXPECT_EQ(
      authn::testing::Describe(tokens.AuthenticateToken("static", context)),
      "tom 7 [system:authenticated]");
  EXPECT_EQ(
      authn::testing::Describe(tokens.AuthenticateToken("nobodys", context)),
      "no credential");
  // Static tokens are good for the API audiences alone.
  const std::vector<std::string> other = {"other"};
  context.audiences = &other;
  EXPECT_EQ(
      authn::testing::Describe(tokens.AuthenticateToken("static", context)),
      "no credential");
}

TEST_F(FullChainTest, ApiAudiences) {
  ASSERT_TRUE(Start({"--api-audiences=one,two"}).ok());
  EXPECT_THAT(world_.chain().api_audiences(), ElementsAre("one", "two"));
  EXPECT_EQ(world_.AskBearer("static"),
            "tom 7 [system:authenticated] by token-file");
  // Bound to the issuer, which is no audience of this server any more.
  EXPECT_THAT(world_.AskBearer(ChainWorld::BoundToken(kIssuer, "app")),
              ::testing::Not(HasSubstr(" by ")));
}

TEST_F(FullChainTest, StatusNamesEverySource) {
  ASSERT_TRUE(Start().ok());
  std::vector<std::string> names;
  uint64_t sum = 0;
  for (const SourceStatus& status : world_.chain().status()) {
    names.push_back(status.name);
    EXPECT_EQ(status.generation, 1u) << status.name;
    EXPECT_TRUE(status.last_error.ok()) << status.name;
    EXPECT_EQ(status.loaded_at, authn::testing::TestNow()) << status.name;
    EXPECT_EQ(status.attempted_at, authn::testing::TestNow()) << status.name;
    sum += status.generation;
  }
  EXPECT_THAT(names, ElementsAre("requestheader-client-ca-file",
                                 "client-ca-file", "token-auth-file",
                                 "service-account-key-file", "oidc-ca-file",
                                 "authentication-token-webhook-config-file"));
  EXPECT_EQ(world_.chain().generation(), sum);
  EXPECT_THAT(world_.StatusOf("client-ca-file").files,
              ElementsAre(world_.In("ca.crt")));
}

TEST(ChainTest, AnonymousAlone) {
  ChainWorld world;
  ASSERT_TRUE(world.Start({}).ok());
  EXPECT_THAT(world.chain().authenticators(), ElementsAre("anonymous"));
  EXPECT_EQ(world.chain().request_headers(), nullptr);
  EXPECT_EQ(world.Ask({}),
            "system:anonymous  [system:unauthenticated] by anonymous");
  // No method knows of tokens, so nobody rejects one (Kubernetes behaviour).
  EXPECT_EQ(world.AskBearer("x"),
            "system:anonymous  [system:unauthenticated] by anonymous");
}

TEST(ChainTest, WithoutAnonymous) {
  ChainWorld world;
  world.Write("tokens.csv", "static,tom,7\n");
  ASSERT_TRUE(
      world.Start({"--token-auth-file=$D/tokens.csv", "--anonymous-auth=false"})
          .ok());
  EXPECT_EQ(world.Ask({}), "no credential");
  EXPECT_THAT(world.AskBearer("x"), StartsWith("UnknownToken: "));
}

constexpr char kFileHeader[] =
    "apiVersion: apiserver.config.k8s.io/v1\n"
    "kind: AuthenticationConfiguration\n";

TEST(ChainTest, AnonymousByFile) {
  ChainWorld world;
  world.Write("authn.yaml",
              absl::StrCat(kFileHeader,
                           "anonymous: {enabled: true, conditions: "
                           "[{path: /livez}]}"));
  ASSERT_TRUE(world.Start({"--authentication-config=$D/authn.yaml"}).ok());
  Shown shown;
  shown.path = "/livez";
  EXPECT_THAT(world.Ask(shown), HasSubstr("system:anonymous"));
  shown.path = "/livez/x";
  EXPECT_EQ(world.Ask(shown), "no credential");
}

struct BadStart {
  const char* what;
  std::vector<std::string> flags;
  Reason reason;
  std::string error;  // A part of it; "$D" is the directory.
};

TEST(ChainTest, WhatCannotStart) {
  ChainWorld world;
  world.Write("ca.crt", Bundle({Users()}));
  world.Write("both.crt", Bundle({Proxies(), Users()}));
  world.Write("bad.crt", "no certificate");
  world.Write("bad.csv", "a,b\n");
  world.Write("off.yaml", absl::StrCat(kFileHeader, "anonymous: {}"));
  world.Write("cel.yaml",
              absl::StrCat(kFileHeader,
                           "jwt: [{issuer: {url: 'https://a', audiences: [x]}, "
                           "claimMappings: {username: {expression: "
                           "claims.sub}}}]"));
  world.Write("invalid.yaml", absl::StrCat(kFileHeader, "jwt: [{}]"));
  world.Write("taken.yaml",
              absl::StrCat(kFileHeader, "jwt: [{issuer: {url: '", kIssuer,
                           "', audiences: [x]}, claimMappings: {username: "
                           "{claim: sub, prefix: ''}}}]"));
  world.Write("insecure.yaml",
              "apiVersion: v1\nkind: Config\ncurrent-context: c\n"
              "clusters: [{name: c, cluster: {server: 'http://a'}}]\n"
              "contexts: [{name: c, context: {cluster: c, user: ''}}]\n");
  world.WriteServiceAccountKey("sa.pub");
  const std::vector<BadStart> rows = {
      {"nothing at all",
       {"--anonymous-auth=false"},
       Reason::kInvalid,
       "no authentication method configured"},
      {"a missing CA",
       {"--client-ca-file=$D/none.crt"},
       Reason::kNotFound,
       "--client-ca-file: $D/none.crt"},
      {"a file without a CA",
       {"--client-ca-file=$D/bad.crt"},
       Reason::kNone,
       "--client-ca-file: $D/bad.crt"},
      {"a bad CRL",
       {"--client-ca-file=$D/ca.crt", "--client-crl-file=$D/bad.crt"},
       Reason::kNone,
       "--client-ca-file: $D/bad.crt"},
      {"a bad token file",
       {"--token-auth-file=$D/bad.csv"},
       Reason::kInvalid,
       "--token-auth-file: "},
      {"a CA in common",
       {"--client-ca-file=$D/ca.crt",
        "--requestheader-client-ca-file=$D/both.crt",
        "--requestheader-username-headers=X-Remote-User"},
       Reason::kInvalid,
       "overlapping certificates; --requestheader-allowed-names must be"},
      {"a missing key",
       {"--service-account-issuer=a", "--service-account-key-file=$D/none.pub"},
       Reason::kNotFound,
       "--service-account-key-file: $D/none.pub"},
      {"a missing configuration",
       {"--authentication-config=$D/none.yaml"},
       Reason::kNotFound,
       "--authentication-config: $D/none.yaml"},
      {"CEL",
       {"--authentication-config=$D/cel.yaml"},
       Reason::kUnsupported,
       "--authentication-config: invalid authentication configuration: "
       "$D/cel.yaml:3:91: jwt[0].claimMappings.username.expression: CEL "
       "expressions are not supported"},
      {"an invalid configuration",
       {"--authentication-config=$D/invalid.yaml"},
       Reason::kInvalid,
       "invalid authentication configuration: [$D/invalid.yaml:3:7: "
       "jwt[0].issuer.url: Required value, "},
      {"an issuer of service accounts",
       {"--authentication-config=$D/taken.yaml",
        absl::StrCat("--service-account-issuer=", kIssuer),
        "--service-account-key-file=$D/sa.pub"},
       Reason::kInvalid,
       "URL must not overlap with disallowed issuers: [https://sa.example]"},
      {"anonymous twice",
       {"--authentication-config=$D/off.yaml", "--anonymous-auth=true"},
       Reason::kInvalid,
       "anonymous: Forbidden: --anonymous-auth flag cannot be set when "
       "anonymous field is configured in authentication configuration file"},
      {"a missing kubeconfig",
       {"--authentication-token-webhook-config-file=$D/none.yaml"},
       Reason::kNotFound,
       "--authentication-token-webhook-config-file: $D/none.yaml"},
      {"a webhook without TLS",
       {"--authentication-token-webhook-config-file=$D/insecure.yaml"},
       Reason::kInvalid,
       "--authentication-token-webhook-config-file: $D/insecure.yaml: "},
  };
  for (const BadStart& row : rows) {
    const absl::Status status = world.Start(row.flags);
    ASSERT_FALSE(status.ok()) << row.what;
    std::string want = row.error;
    const size_t at = want.find("$D");
    if (at != std::string::npos) want.replace(at, 3, world.In(""));
    EXPECT_THAT(std::string(status.message()), HasSubstr(want)) << row.what;
    if (row.reason != Reason::kNone) {
      EXPECT_EQ(ReasonOf(status), row.reason) << row.what << status;
    }
  }
}

// What flags cannot say.
TEST(ChainTest, SeveralClientCas) {
  ChainWorld world;
  world.Write("one.crt", Bundle({Users()}));
  world.Write("two.crt", Bundle({TestCa("two"), TestCa("three")}));
  Config config;
  Config::ClientCa* one = config.add_client_cas();
  one->set_name("one");
  one->add_files(world.In("one.crt"));
  one->add_allowed_common_names("jane");
  Config::ClientCa* two = config.add_client_cas();
  two->set_name("two");
  two->add_files(world.In("two.crt"));
  ASSERT_TRUE(world.StartWith(config).ok());
  EXPECT_THAT(world.Ask({{Leaf("jane", Users())}}), StartsWith("jane "));
  EXPECT_THAT(world.Ask({{Leaf("tom", Users())}}), StartsWith("NotAllowed: "));
  EXPECT_THAT(world.Ask({{Leaf("tom", TestCa("two"))}}), StartsWith("tom "));
  EXPECT_THAT(world.Ask({{Leaf("tom", TestCa("three"))}}), StartsWith("tom "));
  // Users are SPIFFE ids, of which these certificates have none.
  two->set_spiffe_trust_domain("example.org");
  ASSERT_TRUE(world.StartWith(config).ok());
  EXPECT_THAT(world.Ask({{Leaf("tom", TestCa("two"))}}),
              StartsWith("Invalid: "));
  two->set_spiffe_trust_domain("Not A Domain");
  EXPECT_THAT(std::string(world.StartWith(config).message()),
              StartsWith("--client-ca-file: "));
  two->clear_spiffe_trust_domain();
  two->set_name("one");
  EXPECT_EQ(world.StartWith(config).message(),
            "client CA \"one\" is there twice");
}

// A list that has run out is worth what --stale-revocation says.
TEST(ChainTest, StaleRevocation) {
  ChainWorld world;
  world.Write("ca.crt", Bundle({Users()}));
  pki::CrlTemplate crl;
  crl.this_update = authn::testing::TestNow() - absl::Hours(2);
  crl.next_update = authn::testing::TestNow() - absl::Hours(1);
  const TestCertificate ca = Users();
  world.Write("ca.crl",
              pki::WriteCrl(crl, ca.Build(),
                            *pki::PrivateKey::FromPem(ca.key.PrivatePem()))
                  ->ToPem());
  const std::pair<const char*, const char*> rows[] = {
      {"refuse", "Stale: "},
      {"30m", "Stale: "},
      {"2h", "jane "},
      {"trust", "jane "},
  };
  for (const auto& [mode, who] : rows) {
    ASSERT_TRUE(
        world
            .Start({"--client-ca-file=$D/ca.crt", "--client-crl-file=$D/ca.crl",
                    absl::StrCat("--stale-revocation=", mode)})
            .ok());
    EXPECT_THAT(world.Ask({{Leaf("jane", Users())}}), StartsWith(who)) << mode;
  }
}

TEST(ChainTest, DependenciesThatAreMissing) {
  ChainWorld world;
  world.WriteServiceAccountKey("sa.pub");
  world.dependencies().objects = nullptr;
  world.dependencies().http_clients = nullptr;
  const std::pair<std::vector<std::string>, const char*> rows[] = {
      {{"--enable-bootstrap-token-auth"},
       "--enable-bootstrap-token-auth: there is no object store"},
      {{"--service-account-issuer=a", "--service-account-key-file=$D/sa.pub"},
       "--service-account-issuer: there is no object store"},
      {{"--oidc-issuer-url=https://a", "--oidc-client-id=b"},
       "--oidc-issuer-url: there is no HTTP client"},
      {{"--authentication-token-webhook-config-file=$D/x"},
       "--authentication-token-webhook-config-file: there is no HTTP client"},
  };
  for (const auto& [flags, error] : rows) {
    EXPECT_EQ(world.Start(flags).message(), error);
  }
}

}  // namespace
}  // namespace gatehouse::authn
