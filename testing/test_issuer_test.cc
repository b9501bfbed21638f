#include "testing/test_issuer.h"

#include <string>

#include "absl/time/time.h"
#include "authn/jose/jose_error.h"
#include "authn/jose/key_set.h"
#include "authn/jose/verify.h"
#include "base/http_client.h"
#include "gtest/gtest.h"
#include "testing/fake_http_client.h"

namespace gatehouse::testing {
namespace {

authn::KeySet KeysOf(const TestIssuer& issuer) {
  authn::KeySetOptions options;
  options.key_ids = authn::KeyIdRule::kOptional;
  auto keys = authn::KeySet::FromJwks(issuer.jwks(), "jwks", options);
  EXPECT_TRUE(keys.ok()) << keys.status();
  return *std::move(keys);
}

TEST(TestIssuerTest, SignsWhatItsKeysVerify) {
  const TestIssuer issuer("https://a");
  const std::string token = issuer.Token(
      "jane", "me", absl::FromUnixSeconds(1000), R"("groups":["a"])");
  const auto jws = authn::VerifyCompact(token, KeysOf(issuer));
  ASSERT_TRUE(jws.ok()) << jws.status();
  EXPECT_EQ(jws->payload(),
            R"({"iss":"https://a","sub":"jane","aud":"me","exp":1000,)"
            R"("groups":["a"]})");
  EXPECT_EQ(jws->key_id().value_or(""), "key-1");
  const auto nameless =
      authn::VerifyCompact(issuer.Sign("{}", false), KeysOf(issuer));
  ASSERT_TRUE(nameless.ok()) << nameless.status();
  EXPECT_FALSE(nameless->key_id().has_value());
}

TEST(TestIssuerTest, KeysComeAndGo) {
  TestIssuer issuer("https://a");
  const std::string old_token = issuer.Sign("{}");
  issuer.RotateKey();
  EXPECT_EQ(issuer.key_id(), "key-2");
  EXPECT_EQ(KeysOf(issuer).keys().size(), 2u);
  EXPECT_TRUE(authn::VerifyCompact(old_token, KeysOf(issuer)).ok());
  EXPECT_TRUE(authn::VerifyCompact(issuer.Sign("{}"), KeysOf(issuer)).ok());
  issuer.WithdrawOldKeys();
  EXPECT_EQ(authn::JoseErrorOf(
                authn::VerifyCompact(old_token, KeysOf(issuer)).status()),
            authn::JoseError::kUnknownKeyId);
  EXPECT_TRUE(authn::VerifyCompact(issuer.Sign("{}"), KeysOf(issuer)).ok());
}

TEST(TestIssuerTest, ServesItsDocumentsAsTheyAre) {
  TestIssuer issuer("https://a");
  FakeHttpClient http;
  issuer.Serve(&http);
  HttpRequest request;
  request.url = "https://a/.well-known/openid-configuration";
  EXPECT_EQ(http.Do(request)->body,
            R"({"issuer":"https://a","jwks_uri":"https://a/keys"})");
  request.url = issuer.jwks_url();
  EXPECT_EQ(http.Do(request)->body, issuer.jwks());
  issuer.RotateKey();
  EXPECT_EQ(http.Do(request)->body, issuer.jwks());
}

}  // namespace
}  // namespace gatehouse::testing
