// A chain whose files change under it.
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "authn/config/chain.h"
#include "authn/config/testing/chain_world.h"
#include "authn/testing/test_client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pki/private_key.h"
#include "pki/revocation/crl_writer.h"
#include "pki/revocation/deny_list.h"
#include "pki/testing/certificate_builder.h"
#include "testing/test_issuer.h"

namespace gatehouse::authn {
namespace {

using authn::testing::Bundle;
using authn::testing::ChainWorld;
using authn::testing::Shown;
using authn::testing::TestNow;
using pki::testing::Leaf;
using pki::testing::TestCa;
using pki::testing::TestCertificate;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kFileHeader[] =
    "apiVersion: apiserver.config.k8s.io/v1\n"
    "kind: AuthenticationConfiguration\n";

TestCertificate Old() { return TestCa("old"); }
TestCertificate New() { return TestCa("new"); }

std::string DenyListOf(const std::string& user) {
  pki::DenyEntry entry;
  entry.user = user;
  return (*pki::DenyList::Create({entry}))->ToYaml();
}

std::string CrlOf(const TestCertificate& ca, const std::string& serial) {
  pki::CrlTemplate request;
  request.this_update = TestNow() - absl::Hours(1);
  request.next_update = TestNow() + absl::Hours(1);
  if (!serial.empty()) {
    request.entries.emplace_back();
    request.entries.back().serial = serial;
    request.entries.back().revoked_at = request.this_update;
  }
  return pki::WriteCrl(request, ca.Build(),
                       *pki::PrivateKey::FromPem(ca.key.PrivatePem()))
      ->ToPem();
}

Shown Certificate(const TestCertificate& leaf) {
  Shown shown;
  shown.certificates = {leaf};
  return shown;
}

TEST(ChainReloadTest, ClientCa) {
  ChainWorld world;
  world.Write("ca.crt", Bundle({Old()}));
  ASSERT_TRUE(world.Start({"--client-ca-file=$D/ca.crt"}).ok());
  const uint64_t before = world.chain().generation();
  world.Write("ca.crt", Bundle({Old(), New()}));
  world.WaitForChange("client-ca-file", 1);
  EXPECT_EQ(world.chain().generation(), before + 1);
  EXPECT_THAT(world.Ask(Certificate(Leaf("jane", New()))), HasSubstr("jane"));

  world.Write("ca.crt", "rubbish");
  EXPECT_THAT(world.WaitForError("client-ca-file"),
              HasSubstr(world.In("ca.crt")));
  EXPECT_FALSE(world.StatusOf("client-ca-file").last_error.ok());
  EXPECT_EQ(world.chain().generation(), before + 1);
  EXPECT_THAT(world.Ask(Certificate(Leaf("jane", New()))), HasSubstr("jane"));

  world.Write("ca.crt", Bundle({New()}));
  world.WaitForChange("client-ca-file", 2);
  EXPECT_TRUE(world.StatusOf("client-ca-file").last_error.ok());
  EXPECT_THAT(world.Ask(Certificate(Leaf("jane", Old()))),
              StartsWith("UnknownAuthority: "));
}

TEST(ChainReloadTest, RevocationLists) {
  ChainWorld world;
  TestCertificate jane = Leaf("jane", Old());
  jane.serial = "\x07";
  world.Write("ca.crt", Bundle({Old()}));
  world.Write("ca.crl", CrlOf(Old(), ""));
  world.Write("deny.yaml", DenyListOf("nobody"));
  ASSERT_TRUE(
      world
          .Start({"--client-ca-file=$D/ca.crt", "--client-crl-file=$D/ca.crl",
                  "--revocation-file=$D/deny.yaml"})
          .ok());
  EXPECT_THAT(world.Ask(Certificate(jane)), HasSubstr("jane"));
  world.Write("deny.yaml", DenyListOf("jane"));
  world.WaitForChange("client-ca-file", 1);
  EXPECT_THAT(world.Ask(Certificate(jane)), StartsWith("Revoked: "));
  world.Write("deny.yaml", DenyListOf("nobody"));
  world.WaitForChange("client-ca-file", 2);
  EXPECT_THAT(world.Ask(Certificate(jane)), HasSubstr("jane"));
  world.Write("ca.crl", CrlOf(Old(), "\x07"));
  world.WaitForChange("client-ca-file", 3);
  EXPECT_THAT(world.Ask(Certificate(jane)), StartsWith("Revoked: "));
}

// Lists of users' CAs and of proxies' CAs stand beside each other.
TEST(ChainReloadTest, RevocationListsOfBothSorts) {
  ChainWorld world;
  TestCertificate jane = Leaf("jane", Old());
  jane.serial = "\x07";
  TestCertificate proxy = Leaf("proxy", New());
  proxy.serial = "\x08";
  world.Write("ca.crt", Bundle({Old()}));
  world.Write("proxy.crt", Bundle({New()}));
  world.Write("ca.crl", CrlOf(Old(), ""));
  world.Write("proxy.crl", CrlOf(New(), ""));
  ASSERT_TRUE(
      world
          .Start({"--client-ca-file=$D/ca.crt", "--client-crl-file=$D/ca.crl",
                  "--client-crl-file=$D/proxy.crl",
                  "--requestheader-client-ca-file=$D/proxy.crt",
                  "--requestheader-username-headers=X-Remote-User"})
          .ok());
  Shown shown = Certificate(proxy);
  shown.headers.Add("X-Remote-User", "rose");
  EXPECT_THAT(world.Ask(Certificate(jane)), StartsWith("jane "));
  EXPECT_THAT(world.Ask(shown), StartsWith("rose "));
  world.Write("ca.crl", CrlOf(Old(), "\x07"));
  world.WaitForChange("client-ca-file", 1);
  world.WaitForChange("requestheader-client-ca-file", 1);
  EXPECT_THAT(world.Ask(Certificate(jane)), HasSubstr("revoked"));
  EXPECT_THAT(world.Ask(shown), StartsWith("rose "));
  world.Write("proxy.crl", CrlOf(New(), "\x08"));
  world.WaitForChange("requestheader-client-ca-file", 2);
  EXPECT_THAT(world.Ask(shown), HasSubstr("revoked"));
}

TEST(ChainReloadTest, ProxyCa) {
  ChainWorld world;
  world.Write("ca.crt", Bundle({Old()}));
  world.Write("proxy.crt", Bundle({TestCa("proxies")}));
  ASSERT_TRUE(world
                  .Start({"--client-ca-file=$D/ca.crt",
                          "--requestheader-client-ca-file=$D/proxy.crt",
                          "--requestheader-username-headers=X-Remote-User"})
                  .ok());
  // Users' certificates would be proxies'.
  world.Write("proxy.crt", Bundle({Old()}));
  EXPECT_THAT(world.WaitForError("requestheader-client-ca-file"),
              HasSubstr("overlapping certificates"));
  Shown shown = Certificate(Leaf("jane", Old()));
  shown.headers.Add("X-Remote-User", "admin");
  EXPECT_THAT(world.Ask(shown), StartsWith("jane "));

  world.Write("proxy.crt", Bundle({New()}));
  world.WaitForChange("requestheader-client-ca-file", 1);
  shown.certificates = {Leaf("proxy", New())};
  EXPECT_THAT(world.Ask(shown), StartsWith("admin "));
  // The other way round.
  world.Write("ca.crt", Bundle({New()}));
  EXPECT_THAT(world.WaitForError("client-ca-file"),
              HasSubstr("overlapping certificates"));
}

TEST(ChainReloadTest, TokenFile) {
  ChainWorld world;
  world.Write("tokens.csv", "one,tom,7\n");
  ASSERT_TRUE(world.Start({"--token-auth-file=$D/tokens.csv"}).ok());
  world.Write("tokens.csv", "two,tom,7\n");
  world.WaitForChange("token-auth-file", 1);
  EXPECT_THAT(world.AskBearer("one"), StartsWith("UnknownToken: "));
  EXPECT_THAT(world.AskBearer("two"), StartsWith("tom "));
  world.Write("tokens.csv", "three,tom\n");
  EXPECT_THAT(world.WaitForError("token-auth-file"), Not(HasSubstr("three")));
  EXPECT_THAT(world.AskBearer("two"), StartsWith("tom "));
}

TEST(ChainReloadTest, ServiceAccountKeys) {
  ChainWorld world;
  world.Write("sa.pub", New().Build().ToPem());
  world.AddServiceAccount("app");
  ASSERT_TRUE(world
                  .Start({"--service-account-issuer=https://sa",
                          "--service-account-key-file=$D/sa.pub"})
                  .ok());
  const std::string token = ChainWorld::BoundToken("https://sa", "app");
  EXPECT_THAT(world.AskBearer(token), HasSubstr("invalid signature"));
  world.WriteServiceAccountKey("sa.pub");
  world.WaitForChange("service-account-key-file", 1);
  EXPECT_THAT(world.AskBearer(token), StartsWith("system:serviceaccount:"));
  world.Write("sa.pub", "");
  world.WaitForError("service-account-key-file");
  EXPECT_THAT(world.AskBearer(token), StartsWith("system:serviceaccount:"));
}

TEST(ChainReloadTest, WebhookKubeconfig) {
  ChainWorld world;
  constexpr char kFlag[] = "authentication-token-webhook-config-file";
  world.WriteWebhook("webhook.yaml", "https://one.example/x");
  ASSERT_TRUE(
      world.Start({absl::StrCat("--", kFlag, "=$D/webhook.yaml")}).ok());
  EXPECT_THAT(world.AskBearer("good-a"), StartsWith("good-a "));
  EXPECT_THAT(world.AskBearer("good-a"), StartsWith("good-a "));
  EXPECT_EQ(world.http().calls("https://one.example/x"), 1u);
  world.WriteWebhook("webhook.yaml", "https://two.example/x");
  world.WaitForChange(kFlag, 1);
  // What was remembered of the one is not what the other says.
  EXPECT_THAT(world.AskBearer("good-a"), StartsWith("good-a "));
  EXPECT_EQ(world.http().calls("https://two.example/x"), 1u);
  world.Write("webhook.yaml", "rubbish");
  EXPECT_THAT(world.WaitForError(kFlag), HasSubstr(world.In("webhook.yaml")));
  EXPECT_THAT(world.AskBearer("good-b"), StartsWith("good-b "));
  EXPECT_EQ(world.http().calls("https://one.example/x"), 1u);
}

// A file that the kubeconfig names, and that it names only later.
TEST(ChainReloadTest, FilesOfTheKubeconfig) {
  ChainWorld world;
  constexpr char kFlag[] = "authentication-token-webhook-config-file";
  const auto kubeconfig = [](const std::string& user) {
    return absl::StrCat(
        "apiVersion: v1\nkind: Config\ncurrent-context: c\n"
        "clusters: [{name: c, cluster: {server: 'https://one.example/x'}}]\n"
        "contexts: [{name: c, context: {cluster: c, user: u}}]\n"
        "users: [{name: u, user: {",
        user, "}}]\n");
  };
  const auto authorization = [&world] {
    return std::string(world.http()
                           .requests()
                           .back()
                           .headers.First("Authorization")
                           .value_or(""));
  };
  world.WriteWebhook("webhook.yaml", "https://one.example/x");
  ASSERT_TRUE(
      world.Start({absl::StrCat("--", kFlag, "=$D/webhook.yaml")}).ok());
  world.Write("token", "first");
  world.Write("webhook.yaml", kubeconfig("tokenFile: token"));
  world.WaitForChange(kFlag, 1);
  EXPECT_THAT(world.AskBearer("good-a"), StartsWith("good-a "));
  EXPECT_EQ(authorization(), "Bearer first");
  world.WaitFor(kFlag, [](const SourceStatus& status) {
    return status.files.size() == 2;
  });
  world.Write("token", "second");
  world.WaitForChange(kFlag, 2);
  EXPECT_THAT(world.AskBearer("good-a"), StartsWith("good-a "));
  EXPECT_EQ(authorization(), "Bearer second");
}

std::string JwtFile(const std::vector<std::string>& issuers,
                    const std::string& more = "") {
  std::string text = absl::StrCat(kFileHeader, more, "\njwt:\n");
  for (const std::string& issuer : issuers) {
    absl::StrAppend(&text, "- {issuer: {url: '", issuer,
                    "', audiences: [client]}, claimMappings: {username: "
                    "{claim: sub, prefix: ''}}}\n");
  }
  return text;
}

class JwtReloadTest : public ::testing::Test {
 protected:
  static constexpr char kSource[] = "authentication-config";

  void Start(const std::string& text) {
    world_.Write("authn.yaml", text);
    const absl::Status status =
        world_.Start({"--authentication-config=$D/authn.yaml"});
    ASSERT_TRUE(status.ok()) << status;
  }
  std::string Ask(const std::string& issuer) {
    return world_.AskBearer(ChainWorld::IssuerToken(issuer, "olga", "client"));
  }

  ChainWorld world_;
};

TEST_F(JwtReloadTest, IssuersComeAndGo) {
  world_.ServeIssuer("https://one");
  world_.ServeIssuer("https://two");
  Start(JwtFile({}));
  EXPECT_THAT(Ask("https://one"), StartsWith("UnknownToken: "));
  world_.Write("authn.yaml", JwtFile({"https://one"}));
  world_.WaitForChange(kSource, 1);
  EXPECT_THAT(Ask("https://one"), StartsWith("olga "));
  EXPECT_THAT(Ask("https://two"), StartsWith("UnknownToken: "));
  world_.Write("authn.yaml", JwtFile({"https://two"}));
  world_.WaitForChange(kSource, 2);
  // Although its token was remembered.
  EXPECT_THAT(Ask("https://one"), StartsWith("UnknownToken: "));
  EXPECT_THAT(Ask("https://two"), StartsWith("olga "));
}

// What is remembered of an issuer's tokens ends with the key that signed them.
TEST_F(JwtReloadTest, TokensOfAWithdrawnKeyAreForgotten) {
  gatehouse::testing::TestIssuer issuer("https://keys.example");
  issuer.Serve(&world_.http());
  Start(JwtFile({}));
  world_.Write("authn.yaml", JwtFile({issuer.url()}));
  world_.WaitForChange(kSource, 1);
  const auto token = [&issuer] {
    return issuer.Token("olga", "client", TestNow() + absl::Hours(1));
  };
  const std::string old_token = token();
  EXPECT_THAT(world_.AskBearer(old_token), StartsWith("olga "));
  issuer.RotateKey();
  issuer.WithdrawOldKeys();
  EXPECT_THAT(world_.AskBearer(old_token), StartsWith("olga "));  // Remembered.
  EXPECT_THAT(world_.AskBearer(token()), StartsWith("olga "));
  EXPECT_THAT(world_.AskBearer(old_token), StartsWith("NotFound: "));
}

TEST_F(JwtReloadTest, WhatIsInvalidChangesNothing) {
  world_.ServeIssuer("https://one");
  Start(JwtFile({}, "anonymous: {enabled: false}"));
  world_.Write("authn.yaml",
               JwtFile({"https://one"}, "anonymous: {enabled: false}"));
  world_.WaitForChange(kSource, 1);
  struct Row {
    std::string text;
    const char* error;
  };
  const Row rows[] = {
      {"", "empty config data"},
      {JwtFile({"https://one"}),
       "anonymous: Forbidden: changed from initial configuration file"},
      {JwtFile({"http://one"}, "anonymous: {enabled: false}"),
       "URL scheme must be https"},
      {JwtFile({"https://one", "https://one"}, "anonymous: {enabled: false}"),
       "jwt[1].issuer.url: Duplicate value"},
      {absl::StrCat(kFileHeader, "jwts: []"), "unknown field \"jwts\""},
  };
  for (const Row& row : rows) {
    world_.Write("authn.yaml", row.text);
    world_.WaitFor(kSource, [&row](const SourceStatus& status) {
      return absl::StrContains(status.last_error.message(), row.error);
    });
    // Asked again, it is the same answer.
    EXPECT_THAT(std::string(world_.chain().Reload().message()),
                HasSubstr(row.error));
    EXPECT_THAT(Ask("https://one"), StartsWith("olga "));
    EXPECT_EQ(world_.StatusOf(kSource).generation, 2u);
  }
  world_.Write("authn.yaml",
               JwtFile({"https://one"}, "anonymous: {enabled: false}"));
  world_.WaitFor(kSource, [](const SourceStatus& status) {
    return status.last_error.ok();
  });
  EXPECT_EQ(world_.StatusOf(kSource).generation, 2u);
}

TEST_F(JwtReloadTest, IssuersThatAreDownChangeNothing) {
  world_.dependencies().jwt_health_timeout = absl::Milliseconds(1);
  world_.ServeIssuer("https://one");
  Start(JwtFile({}));
  world_.Write("authn.yaml", JwtFile({"https://down"}));
  EXPECT_THAT(world_.WaitForError(kSource),
              HasSubstr("authenticator for issuer \"https://down\" is not "
                        "healthy"));
  EXPECT_EQ(world_.StatusOf(kSource).generation, 1u);
  // Once the issuer is up the same file is good.
  world_.dependencies().jwt_health_timeout = absl::Minutes(1);
  world_.ServeIssuer("https://down");
  while (!world_.chain().Reload().ok()) std::this_thread::yield();
  EXPECT_EQ(world_.StatusOf(kSource).generation, 2u);
  EXPECT_THAT(Ask("https://down"), StartsWith("olga "));
}

// At the start nobody waits for an issuer.
TEST_F(JwtReloadTest, StartsWithAnIssuerThatIsDown) {
  Start(JwtFile({"https://down"}));
  EXPECT_THAT(std::string(world_.chain().Health().message()),
              HasSubstr("https://down"));
  EXPECT_THAT(Ask("https://down"), Not(HasSubstr("anonymous")));
  EXPECT_THAT(Ask("https://down"), Not(HasSubstr("olga")));
}

// The end does not wait for an issuer to become healthy.
TEST_F(JwtReloadTest, EndsWhileItWaits) {
  Start(JwtFile({}));
  world_.Write("authn.yaml", JwtFile({"https://down"}));
  world_.http().AwaitCalls("https://down/.well-known/openid-configuration", 1);
}

TEST(ChainReloadTest, OidcCaFile) {
  ChainWorld world;
  world.ServeIssuer("https://one");
  world.Write("oidc.crt", Bundle({Old()}));
  ASSERT_TRUE(
      world
          .Start({"--oidc-issuer-url=https://one", "--oidc-client-id=client",
                  "--oidc-signing-algs=ES256", "--oidc-ca-file=$D/oidc.crt"})
          .ok());
  world.Write("oidc.crt", Bundle({New()}));
  world.WaitForChange("oidc-ca-file", 1);
  EXPECT_EQ(world.http().options_seen().back().ca_pem, Bundle({New()}));
  world.Write("oidc.crt", "rubbish");
  EXPECT_THAT(world.WaitForError("oidc-ca-file"),
              HasSubstr("certificateAuthority"));
  EXPECT_THAT(
      world.AskBearer(ChainWorld::IssuerToken("https://one", "o", "client")),
      StartsWith("https://one#o "));
}

TEST(ChainReloadTest, ReloadReadsEverything) {
  ChainWorld world;
  world.Write("tokens.csv", "one,tom,7\n");
  world.Write("ca.crt", Bundle({Old()}));
  ASSERT_TRUE(world
                  .Start({"--token-auth-file=$D/tokens.csv",
                          "--client-ca-file=$D/ca.crt"})
                  .ok());
  EXPECT_TRUE(world.chain().Reload().ok());
  EXPECT_EQ(world.chain().generation(), 2u);
  world.Write("ca.crt", "rubbish");
  world.Write("tokens.csv", "two,tom,7\n");
  EXPECT_FALSE(world.chain().Reload().ok());
  EXPECT_THAT(world.AskBearer("two"), StartsWith("tom "));
}

}  // namespace
}  // namespace gatehouse::authn
