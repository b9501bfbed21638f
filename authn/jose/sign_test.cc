#include "authn/jose/sign.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "authn/jose/base64url.h"
#include "authn/jose/jose_error.h"
#include "authn/jose/key_set.h"
#include "authn/jose/testing/test_signer.h"
#include "authn/jose/verify.h"
#include "gtest/gtest.h"

namespace gatehouse::authn {
namespace {

using std::string_literals::operator""s;

class SignTest : public testing::TestWithParam<JwsAlgorithm> {};

TEST_P(SignTest, VerifiesWithTheKeyAsKubernetesNamesIt) {
  const pki::PrivateKey& key = TestPrivateKey(GetParam());
  const std::string key_id = KubernetesKeyId(key.public_key());
  const KeySet keys = *KeySet::FromPublicKeys({key.public_key()});
  // Numbers of ECDSA are shorter now and then, and then they are padded.
  for (int i = 0; i < 50; ++i) {
    const std::string payload = absl::StrCat("{\"jti\":\"", i, "\"}");
    const auto token = SignCompact(payload, key, key_id, "");
    ASSERT_TRUE(token.ok()) << token.status();
    const auto jws = VerifyCompact(*token, keys);
    ASSERT_TRUE(jws.ok()) << jws.status();
    EXPECT_EQ(jws->payload(), payload);
    EXPECT_EQ(jws->algorithm(), GetParam());
  }
}

TEST_P(SignTest, TheHeaderSaysWhatWasAskedFor) {
  const pki::PrivateKey& key = TestPrivateKey(GetParam());
  const std::string name(JwsAlgorithmName(GetParam()));
  const struct {
    const char* key_id;
    const char* type;
    std::string header;
  } kCases[] = {
      {"", "", "{\"alg\":\"" + name + "\"}"},
      {"a", "", "{\"alg\":\"" + name + "\",\"kid\":\"a\"}"},
      {"", "JWT", "{\"alg\":\"" + name + "\",\"typ\":\"JWT\"}"},
      {"a\"", "t", "{\"alg\":\"" + name + R"(","kid":"a\"","typ":"t"})"},
  };
  for (const auto& each : kCases) {
    const auto token = SignCompact("p", key, each.key_id, each.type);
    ASSERT_TRUE(token.ok()) << token.status();
    std::string header;
    ASSERT_EQ(Base64UrlDecode(token->substr(0, token->find('.')), &header),
              JoseError::kNone);
    EXPECT_EQ(header, each.header);
  }
}

INSTANTIATE_TEST_SUITE_P(All, SignTest,
                         testing::Values(JwsAlgorithm::kRs256,
                                         JwsAlgorithm::kEs256,
                                         JwsAlgorithm::kEs384,
                                         JwsAlgorithm::kEs512,
                                         JwsAlgorithm::kEdDsa),
                         [](const testing::TestParamInfo<JwsAlgorithm>& info) {
                           return std::string(JwsAlgorithmName(info.param));
                         });

TEST(SignRefusalTest, NothingIsSignedThatWouldNotParse) {
  const pki::PrivateKey& key = TestPrivateKey(JwsAlgorithm::kEdDsa);
  const struct {
    std::string payload;
    std::string key_id;
    JoseError error;
  } kCases[] = {
      {"{}", "\xff", JoseError::kBadKeyId},
      {"{}", "a\0b"s, JoseError::kBadKeyId},
      {"{}", std::string(1025, 'k'), JoseError::kBadKeyId},
      {std::string(64 << 10, 'x'), "k", JoseError::kTokenTooLarge},
  };
  for (const auto& each : kCases) {
    EXPECT_EQ(
        JoseErrorOf(SignCompact(each.payload, key, each.key_id, "").status()),
        each.error);
  }
}

}  // namespace
}  // namespace gatehouse::authn
