#include "authn/serviceaccount/discovery.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "authn/jose/algorithm.h"
#include "authn/jose/key_set.h"
#include "authn/jose/testing/test_signer.h"
#include "authn/jose/verify.h"
#include "authn/serviceaccount/testing/test_accounts.h"
#include "base/errors.h"
#include "gtest/gtest.h"

namespace gatehouse::authn {
namespace {

constexpr char kRest[] = R"("response_types_supported":["id_token"],)"
                         R"("subject_types_supported":["public"],)"
                         R"("id_token_signing_alg_values_supported":)";

TEST(DiscoveryTest, ShowsTheConfiguration) {
  const struct {
    const char* issuer;
    const char* jwks_uri;
    const char* want_uri;
  } kCases[] = {
      {"https://a.example", "", "https://a.example/openid/v1/jwks"},
      {"https://a.example:6443/", "", "https://a.example:6443/openid/v1/jwks"},
      {"https://a.example/tenant?x", "", "https://a.example/openid/v1/jwks"},
      {"https://a.example", "https://b.example/keys", "https://b.example/keys"},
  };
  for (const auto& c : kCases) {
    const auto discovery =
        MakeDiscovery(c.issuer, c.jwks_uri, TestKeys(JwsAlgorithm::kEs256));
    ASSERT_TRUE(discovery.ok()) << discovery.status();
    EXPECT_EQ(discovery->configuration.body,
              absl::StrCat(R"({"issuer":")", c.issuer, R"(","jwks_uri":")",
                           c.want_uri, "\",", kRest, R"(["ES256"]})"));
    EXPECT_EQ(discovery->configuration.content_type, "application/json");
    EXPECT_EQ(discovery->jwks.content_type, "application/jwk-set+json");
    EXPECT_EQ(discovery->configuration.cache_control, "public, max-age=3600");
    EXPECT_EQ(discovery->jwks.cache_control, "public, max-age=3600");
  }
}

TEST(DiscoveryTest, ListsEachAlgorithmOnce) {
  const auto keys = ServiceAccountKeys::Create(
      {TestPrivateKey(JwsAlgorithm::kEs384).public_key(),
       pki::PrivateKey::Generate(pki::KeyAlgorithm::kEcdsaP256)->public_key(),
       TestPrivateKey(JwsAlgorithm::kEdDsa).public_key()},
      TestPrivateKey(JwsAlgorithm::kEs256));
  EXPECT_TRUE(absl::EndsWith(
      MakeDiscovery("https://a.example", "", *keys)->configuration.body,
      R"(["ES256","ES384","EdDSA"]})"));
}

// Whoever reads it can verify the tokens, and cannot sign any.
TEST(DiscoveryTest, TheKeysVerifyTokens) {
  for (const JwsAlgorithm algorithm :
       {JwsAlgorithm::kRs256, JwsAlgorithm::kEs256, JwsAlgorithm::kEs512,
        JwsAlgorithm::kEdDsa}) {
    const TestAccounts accounts(algorithm);
    const auto discovery =
        MakeDiscovery("https://a.example", "", TestKeys(algorithm));
    const std::string& jwks = discovery->jwks.body;
    const auto keys = KeySet::FromJwks(jwks, "jwks");
    ASSERT_TRUE(keys.ok()) << keys.status();
    EXPECT_TRUE(keys->problems().empty());
    EXPECT_TRUE(VerifyCompact(accounts.Issue(), *keys).ok());
    for (const char* secret : {"\"d\"", "\"p\"", "\"q\""}) {
      EXPECT_FALSE(absl::StrContains(jwks, secret)) << jwks;
    }
  }
}

TEST(DiscoveryTest, HiddenKeysAreNotShown) {
  const VerificationKey shown = TestKey(JwsAlgorithm::kRs256, "shown");
  const VerificationKey hidden = TestKey(JwsAlgorithm::kEs256, "hidden");
  const std::vector<VerificationKey> published = {shown};
  const auto keys = ServiceAccountKeys::FromVerificationKeys(
      {shown, hidden}, absl::nullopt, &published);
  const auto discovery = MakeDiscovery("https://a.example", "", *keys);
  ASSERT_TRUE(discovery.ok()) << discovery.status();
  EXPECT_TRUE(absl::StrContains(discovery->jwks.body, "shown"));
  EXPECT_FALSE(absl::StrContains(discovery->jwks.body, "hidden"));
}

TEST(DiscoveryTest, OnlyOverHttps) {
  const struct {
    const char* issuer;
    const char* jwks_uri;
  } kCases[] = {
      {"", ""},
      {"http://a.example", ""},
      {"kubernetes.default.svc", ""},
      {"https://", ""},
      {"https:///x", ""},
      {"https://user@a.example", ""},
      {"https://a.example", "http://a.example/keys"},
      {"https://a.example", "/keys"},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(ReasonOf(MakeDiscovery(c.issuer, c.jwks_uri,
                                     TestKeys(JwsAlgorithm::kEs256))
                           .status()),
              Reason::kInvalid)
        << c.issuer << " " << c.jwks_uri;
  }
  EXPECT_EQ(ReasonOf(MakeDiscovery("https://a.example", "", {}).status()),
            Reason::kNotFound);
}

}  // namespace
}  // namespace gatehouse::authn
