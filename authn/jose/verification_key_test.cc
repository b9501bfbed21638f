#include "authn/jose/verification_key.h"

#include <string>

#include "absl/status/statusor.h"
#include "authn/jose/jose_error.h"
#include "authn/jose/testing/test_signer.h"
#include "gtest/gtest.h"

namespace gatehouse::authn {
namespace {

// Of secp256k1, which BoringSSL and JOSE here do not have.
constexpr char kOtherCurve[] = R"(-----BEGIN PUBLIC KEY-----
MFYwEAYHKoZIzj0CAQYFK4EEAAoDQgAEco7MKjM0DKnAAnhENIqahhaAr2IAZb+d
B4zdUoIWbFnki0Y2upulza6LrfsGD9B8RRrZv5yqWRcYyJZuXjOdRQ==
-----END PUBLIC KEY-----
)";

TEST(VerificationKeyTest, AlgorithmsAreOfTheType) {
  const struct {
    JwsAlgorithm key;
    const char* algorithms;
  } kCases[] = {
      {JwsAlgorithm::kRs256, "RS256, RS384, RS512, PS256, PS384, PS512"},
      {JwsAlgorithm::kEs256, "ES256"},
      {JwsAlgorithm::kEs384, "ES384"},
      {JwsAlgorithm::kEs512, "ES512"},
      {JwsAlgorithm::kEdDsa, "EdDSA"},
  };
  for (const auto& each : kCases) {
    const pki::PublicKey& half = TestPrivateKey(each.key).public_key();
    const auto key = VerificationKey::FromPublicKey(half, "k");
    ASSERT_TRUE(key.ok());
    EXPECT_EQ(key->algorithms().ToString(), each.algorithms);
    EXPECT_EQ(SigningAlgorithm(half), each.key);
    for (const JwsAlgorithm algorithm : kAllAlgorithms) {
      const auto bound = VerificationKey::FromPublicKey(half, "k", algorithm);
      EXPECT_EQ(bound.ok(), key->algorithms().Contains(algorithm));
      EXPECT_EQ(JoseErrorOf(bound.status()),
                bound.ok() ? JoseError::kNone : JoseError::kAlgorithmMismatch);
      if (bound.ok()) {
        EXPECT_EQ(bound->algorithms(), JwsAlgorithmSet{algorithm});
      }
    }
  }
}

TEST(VerificationKeyTest, UnknownTypesAreRefused) {
  const auto key = pki::PublicKey::FromPem(kOtherCurve);
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_EQ(JoseErrorOf(VerificationKey::FromPublicKey(*key, "k").status()),
            JoseError::kUnsupportedKeyType);
  EXPECT_FALSE(SigningAlgorithm(*key).has_value());
}

TEST(VerificationKeyTest, KeyIdsHaveBounds) {
  const pki::PublicKey& half =
      TestPrivateKey(JwsAlgorithm::kEdDsa).public_key();
  for (const std::string& bad :
       {std::string(), std::string(1025, 'k'), std::string("a\0", 2)}) {
    EXPECT_EQ(JoseErrorOf(VerificationKey::FromPublicKey(half, bad).status()),
              JoseError::kBadKeyId);
    EXPECT_EQ(
        JoseErrorOf(
            VerificationKey::FromSecret(Secret(TestSecret()), bad).status()),
        JoseError::kBadKeyId);
  }
  EXPECT_TRUE(
      VerificationKey::FromPublicKey(half, std::string(1024, 'k')).ok());
  EXPECT_TRUE(VerificationKey::FromPublicKey(half, absl::nullopt).ok());
}

TEST(VerificationKeyTest, SameKeyWhateverTheName) {
  const VerificationKey a = TestKey(JwsAlgorithm::kEs256, "a");
  const VerificationKey secret = TestKey(JwsAlgorithm::kHs256, "a");
  EXPECT_TRUE(a.SameKey(TestKey(JwsAlgorithm::kEs256, "b")));
  EXPECT_FALSE(a.SameKey(TestKey(JwsAlgorithm::kEs384, "a")));
  EXPECT_FALSE(a.SameKey(secret));
  EXPECT_FALSE(secret.SameKey(a));
  EXPECT_TRUE(secret.SameKey(TestKey(JwsAlgorithm::kHs512, "b")));
  EXPECT_EQ(secret.public_key(), nullptr);
}

TEST(VerificationKeyTest, VerifiesAndRefuses) {
  for (const JwsAlgorithm algorithm : kAllAlgorithms) {
    const VerificationKey key = TestKey(algorithm, "k");
    const std::string signature = TestSignature(algorithm, "message");
    EXPECT_TRUE(key.Verify(algorithm, "message", signature).ok())
        << JwsAlgorithmName(algorithm);
    EXPECT_EQ(JoseErrorOf(key.Verify(algorithm, "messagf", signature)),
              JoseError::kBadSignature);
    EXPECT_EQ(JoseErrorOf(key.Verify(algorithm, "message", signature + "x")),
              JoseError::kSignatureLength);
    EXPECT_EQ(JoseErrorOf(key.Verify(algorithm, "message", "")),
              JoseError::kSignatureLength);
  }
}

}  // namespace
}  // namespace gatehouse::authn
