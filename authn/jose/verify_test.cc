#include "authn/jose/verify.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "authn/jose/base64url.h"
#include "authn/jose/jose_error.h"
#include "authn/jose/testing/test_signer.h"
#include "base/errors.h"
#include "gtest/gtest.h"

namespace gatehouse::authn {
namespace {

KeySet SetOf(std::vector<VerificationKey> keys,
             KeyIdRule rule = KeyIdRule::kRequired) {
  KeySetOptions options;
  options.key_ids = rule;
  return *KeySet::FromKeys(std::move(keys), options);
}

std::string ErrorName(absl::string_view token, const KeySet& keys) {
  return std::string(
      JoseErrorName(JoseErrorOf(VerifyCompact(token, keys).status())));
}

class AlgorithmTest : public testing::TestWithParam<JwsAlgorithm> {};

TEST_P(AlgorithmTest, VerifiesItsOwnSignatures) {
  const KeySet keys = SetOf({TestKey(GetParam(), "k")});
  for (const std::string& payload :
       {std::string(), std::string("{\"a\":1}"), std::string(40000, 'x')}) {
    const auto jws = VerifyCompact(TestToken(GetParam(), payload), keys);
    ASSERT_TRUE(jws.ok()) << jws.status();
    EXPECT_EQ(jws->payload(), payload);
    EXPECT_EQ(jws->algorithm(), GetParam());
    EXPECT_EQ(jws->key_id(), "k");
  }
}

// Every key, asked by every algorithm, for a signature that is good under
// another name.
TEST_P(AlgorithmTest, TheAlgorithmIsTheKeysProperty) {
  const KeySet keys = SetOf({TestKey(GetParam(), "k")});
  for (const JwsAlgorithm other : kAllAlgorithms) {
    if (other == GetParam()) continue;
    EXPECT_EQ(ErrorName(TestToken(other, "{}"), keys), "AlgorithmMismatch");
    // The other's signature under this one's name.
    const std::string token =
        TestToken(other,
                  absl::StrCat(R"({"alg":")", JwsAlgorithmName(GetParam()),
                               R"(","kid":"k"})"),
                  "{}");
    const std::string error = ErrorName(token, keys);
    EXPECT_TRUE(error == "BadSignature" || error == "SignatureLength") << error;
  }
}

TEST_P(AlgorithmTest, OtherLengthsAreNoSignatures) {
  const KeySet keys = SetOf({TestKey(GetParam(), "k")});
  const std::string token = TestToken(GetParam(), "{}");
  const std::string input = token.substr(0, token.rfind('.') + 1);
  std::string good;
  ASSERT_EQ(Base64UrlDecode(token.substr(input.size()), &good),
            JoseError::kNone);
  const size_t half = good.size() / 2;
  const std::string zero(1, '\0');
  for (const std::string& other :
       {std::string(), good.substr(1), good.substr(0, good.size() - 1),
        good + zero, zero + good, good + good,
        // Of two numbers, each padded, and each cut.
        absl::StrCat(zero, good.substr(0, half), zero, good.substr(half)),
        good.substr(0, half)}) {
    EXPECT_EQ(ErrorName(input + Base64UrlEncode(other), keys),
              "SignatureLength");
  }
  EXPECT_EQ(
      ErrorName(input + Base64UrlEncode(std::string(good.size(), '\0')), keys),
      "BadSignature");
  EXPECT_EQ(ErrorName(input + Base64UrlEncode(std::string(good.size(), '\xff')),
                      keys),
            "BadSignature");
}

INSTANTIATE_TEST_SUITE_P(All, AlgorithmTest, testing::ValuesIn(kAllAlgorithms),
                         [](const testing::TestParamInfo<JwsAlgorithm>& info) {
                           return std::string(JwsAlgorithmName(info.param));
                         });

// What the RFCs publish.
struct Example {
  const char* name;
  KeyKind kind;
  const char* jwk;
  const char* token;
  const char* payload_start;
};

class ExampleTest : public testing::TestWithParam<Example> {};

TEST_P(ExampleTest, Verifies) {
  KeySetOptions options;
  options.kind = GetParam().kind;
  options.key_ids = KeyIdRule::kOptional;
  const auto keys = KeySet::FromJwks(
      absl::StrCat("{\"keys\":[", GetParam().jwk, "]}"), "rfc", options);
  ASSERT_TRUE(keys.ok()) << keys.status();
  ASSERT_TRUE(keys->problems().empty()) << keys->problems()[0].status;
  const auto jws = VerifyCompact(GetParam().token, *keys);
  ASSERT_TRUE(jws.ok()) << jws.status();
  EXPECT_EQ(jws->payload().find(GetParam().payload_start), 0);
}

INSTANTIATE_TEST_SUITE_P(
    Rfc, ExampleTest,
    testing::Values(
        Example{"Rfc7515A1", KeyKind::kSymmetric,
                R"({"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQ)"
                R"(Lr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"})",
                "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
                "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9l"
                "eGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
                "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
                "{\"iss\":\"joe\""},
        Example{"Rfc7515A3", KeyKind::kPublic,
                R"({"kty":"EC","crv":"P-256",)"
                R"("x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
                R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})",
                "eyJhbGciOiJFUzI1NiJ9."
                "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9l"
                "eGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
                "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8I"
                "SlSApmWQxfKTUJqPP3-Kg6NU1Q",
                "{\"iss\":\"joe\""},
        Example{"Rfc8037A4", KeyKind::kPublic,
                R"({"kty":"OKP","crv":"Ed25519",)"
                R"("x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})",
                "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
                "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylG"
                "jg5BhVsPt9g7sVvpAr_MuM0KAg",
                "Example of Ed25519 signing"}),
    [](const testing::TestParamInfo<Example>& info) {
      return info.param.name;
    });

// A token without "kid".
std::string Nameless(JwsAlgorithm algorithm) {
  return TestToken(
      algorithm,
      absl::StrCat(R"({"alg":")", JwsAlgorithmName(algorithm), "\"}"), "{}");
}

VerificationKey NamelessKey(JwsAlgorithm algorithm) {
  return *VerificationKey::FromPublicKey(TestPrivateKey(algorithm).public_key(),
                                         absl::nullopt);
}

VerificationKey OtherKey(absl::optional<std::string> key_id) {
  static const auto* const key = new pki::PrivateKey(
      *pki::PrivateKey::Generate(pki::KeyAlgorithm::kEcdsaP256));
  return *VerificationKey::FromPublicKey(key->public_key(), std::move(key_id));
}

TEST(KeyChoiceTest, ByNameOnly) {
  const std::string token = TestToken(JwsAlgorithm::kEs256, "{}");
  EXPECT_EQ(ErrorName(token, SetOf({TestKey(JwsAlgorithm::kEs256, "k")})), "");
  // The right key under another name, the wrong one under this one.
  EXPECT_EQ(ErrorName(token, SetOf({TestKey(JwsAlgorithm::kEs256, "K")})),
            "UnknownKeyId");
  EXPECT_EQ(ErrorName(token, SetOf({OtherKey("k")})), "BadSignature");
  EXPECT_EQ(ErrorName(token, SetOf({TestKey(JwsAlgorithm::kEs256, "x"),
                                    OtherKey("k")})),
            "BadSignature");
  EXPECT_EQ(ErrorName(token, SetOf({TestKey(JwsAlgorithm::kEs256, "k"),
                                    OtherKey("k")})),
            "AmbiguousKeyId");
  EXPECT_EQ(ErrorName(token, SetOf({TestKey(JwsAlgorithm::kRs256, "k")})),
            "AlgorithmMismatch");
  EXPECT_EQ(ErrorName(token, KeySet()), "UnknownKeyId");
}

TEST(KeyChoiceTest, NamelessTokensWhereNamesAreRequired) {
  const std::string token = Nameless(JwsAlgorithm::kEs256);
  EXPECT_EQ(ErrorName(token, SetOf({TestKey(JwsAlgorithm::kEs256, "k")})),
            "MissingKeyId");
  EXPECT_EQ(ErrorName(token, KeySet()), "MissingKeyId");
}

TEST(KeyChoiceTest, NamelessTokensWhereNamesAreOptional) {
  const auto rule = KeyIdRule::kOptional;
  const std::string token = Nameless(JwsAlgorithm::kEs256);
  EXPECT_EQ(ErrorName(token, SetOf({OtherKey("a"), OtherKey(absl::nullopt),
                                    TestKey(JwsAlgorithm::kEs256, "k")},
                                   rule)),
            "");
  EXPECT_EQ(ErrorName(token, SetOf({NamelessKey(JwsAlgorithm::kEs256)}, rule)),
            "");
  EXPECT_EQ(ErrorName(token, SetOf({OtherKey("a")}, rule)), "BadSignature");
  EXPECT_EQ(ErrorName(token, SetOf({TestKey(JwsAlgorithm::kRs256, "k")}, rule)),
            "UnknownKeyId");
  EXPECT_EQ(ErrorName(token, SetOf({}, rule)), "UnknownKeyId");
}

TEST(KeyChoiceTest, ANamelessKeyMatchesNoTokenThatHasAName) {
  EXPECT_EQ(ErrorName(TestToken(JwsAlgorithm::kEs256, "{}"),
                      SetOf({NamelessKey(JwsAlgorithm::kEs256)},
                            KeyIdRule::kOptional)),
            "UnknownKeyId");
}

TEST(KeyChoiceTest, TheKeysTriedHaveACeiling) {
  std::vector<VerificationKey> keys;
  for (size_t i = 1; i < KeySet::kMaxKeysTried; ++i) {
    keys.push_back(OtherKey(absl::StrCat(i)));
  }
  keys.push_back(TestKey(JwsAlgorithm::kEs256, "k"));
  const std::string token = Nameless(JwsAlgorithm::kEs256);
  EXPECT_EQ(ErrorName(token, SetOf(keys, KeyIdRule::kOptional)), "");
  keys.push_back(OtherKey("one more"));
  EXPECT_EQ(ErrorName(token, SetOf(keys, KeyIdRule::kOptional)), "TooManyKeys");
}

TEST(KeyChoiceTest, ReasonsAreThoseOfAllPackages) {
  const KeySet keys = SetOf({OtherKey("k")});
  EXPECT_EQ(
      ReasonOf(
          VerifyCompact(TestToken(JwsAlgorithm::kEs256, "{}"), keys).status()),
      Reason::kBadSignature);
  EXPECT_EQ(ReasonOf(VerifyCompact("x", keys).status()), Reason::kMalformed);
}

TEST(VerifiedJwsTest, OutlivesTheTextAndClaimsOutliveIt) {
  const KeySet keys = SetOf({TestKey(JwsAlgorithm::kEdDsa, "k")});
  auto text = std::make_unique<std::string>(
      TestToken(JwsAlgorithm::kEdDsa,
                R"({"alg":"EdDSA","kid":"k","typ":"at+jwt","cty":"c"})",
                R"({"iss":"me"})"));
  auto verified = VerifyCompact(*text, keys);
  ASSERT_TRUE(verified.ok()) << verified.status();
  text.reset();
  auto moved = std::make_unique<VerifiedJws>(*std::move(verified));
  EXPECT_EQ(moved->payload(), R"({"iss":"me"})");
  EXPECT_TRUE(moved->IsType("application/at+jwt"));
  EXPECT_EQ(moved->type(), "at+jwt");
  EXPECT_EQ(moved->content_type(), "c");
  const auto claims = moved->Claims();
  ASSERT_TRUE(claims.ok());
  moved.reset();
  EXPECT_EQ(claims->StringOf("iss"), "me");
}

TEST(VerifiedJwsTest, ClaimsAreStrictThoughSigned) {
  const KeySet keys = SetOf({TestKey(JwsAlgorithm::kEdDsa, "k")});
  const auto jws =
      VerifyCompact(TestToken(JwsAlgorithm::kEdDsa, R"({"a":1,"a":2})"), keys);
  ASSERT_TRUE(jws.ok());
  EXPECT_EQ(JoseErrorOf(jws->Claims().status()), JoseError::kDuplicateMember);
}

// A public key is no secret: its bytes, in any form, verify no HMAC.
TEST(ConfusionTest, PublicKeysAreNoSecrets) {
  const pki::PublicKey& key = TestPrivateKey(JwsAlgorithm::kRs256).public_key();
  const KeySet keys = SetOf({*VerificationKey::FromPublicKey(key, "k")});
  EXPECT_EQ(ErrorName(TestToken(JwsAlgorithm::kHs256, "{}"), keys),
            "AlgorithmMismatch");
}

}  // namespace
}  // namespace gatehouse::authn
