#include "authn/serviceaccount/keys.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "authn/jose/algorithm.h"
#include "authn/jose/jose_error.h"
#include "authn/jose/testing/test_signer.h"
#include "base/snapshot.h"
#include "gtest/gtest.h"
#include "pki/private_key.h"

namespace gatehouse::authn {
namespace {

const pki::PrivateKey& Key(JwsAlgorithm algorithm) {
  return TestPrivateKey(algorithm);
}
pki::PublicKey Public(JwsAlgorithm algorithm) {
  return Key(algorithm).public_key();
}

// Returns the types of the keys, a star before those that have not the name
// that Kubernetes gives.
std::string Shown(const std::vector<VerificationKey>& keys) {
  std::vector<std::string> shown;
  for (const VerificationKey& key : keys) {
    const bool ours = key.key_id() == KubernetesKeyId(*key.public_key());
    shown.push_back(
        absl::StrCat(ours ? "" : "*", key.public_key()->ToString()));
  }
  return absl::StrJoin(shown, " ");
}

TEST(ServiceAccountKeysTest, AllVerifyAndOneSigns) {
  const auto keys = ServiceAccountKeys::Create(
      {Public(JwsAlgorithm::kRs256), Public(JwsAlgorithm::kEs384),
       Public(JwsAlgorithm::kRs256)},
      Key(JwsAlgorithm::kEs256));
  ASSERT_TRUE(keys.ok()) << keys.status();
  constexpr char kAll[] = "ECDSA-P256 RSA-2048 ECDSA-P384";
  EXPECT_EQ(Shown(keys->verifying.keys()), kAll);
  EXPECT_EQ(Shown(keys->published), kAll);
  EXPECT_EQ(keys->signing_key_id,
            KubernetesKeyId(Public(JwsAlgorithm::kEs256)));
  EXPECT_EQ(keys->verifying.key_ids(), KeyIdRule::kOptional);
}

TEST(ServiceAccountKeysTest, TheSigningKeyIsFirstAndOnce) {
  const auto keys = ServiceAccountKeys::Create(
      {Public(JwsAlgorithm::kRs256), Public(JwsAlgorithm::kEs256)},
      Key(JwsAlgorithm::kEs256));
  EXPECT_EQ(Shown(keys->verifying.keys()), "ECDSA-P256 RSA-2048");
  EXPECT_EQ(Shown(keys->published), "ECDSA-P256 RSA-2048");
}

TEST(ServiceAccountKeysTest, NoneIsNoError) {
  const auto keys = ServiceAccountKeys::Create({});
  ASSERT_TRUE(keys.ok());
  EXPECT_TRUE(keys->verifying.keys().empty());
  EXPECT_FALSE(keys->signing.has_value());
  EXPECT_EQ(keys->signing_key_id, "");
}

TEST(ServiceAccountKeysTest, KeysUnderTheirOwnNames) {
  const VerificationKey shown =
      *VerificationKey::FromPublicKey(Public(JwsAlgorithm::kRs256), "a");
  const VerificationKey hidden =
      *VerificationKey::FromPublicKey(Public(JwsAlgorithm::kEs256), "b");
  const std::vector<VerificationKey> published = {shown};
  const auto keys = ServiceAccountKeys::FromVerificationKeys(
      {shown, hidden}, absl::nullopt, &published);
  ASSERT_TRUE(keys.ok()) << keys.status();
  EXPECT_EQ(Shown(keys->verifying.keys()), "*RSA-2048 *ECDSA-P256");
  EXPECT_EQ(Shown(keys->published), "*RSA-2048");
}

// Two keys of one name would leave both unused: an operator is told.
TEST(ServiceAccountKeysTest, OneNameForTwoKeysIsAnError) {
  const auto keys = ServiceAccountKeys::FromVerificationKeys(
      {*VerificationKey::FromPublicKey(Public(JwsAlgorithm::kEs256), "a"),
       *VerificationKey::FromPublicKey(
           pki::PrivateKey::Generate(pki::KeyAlgorithm::kEcdsaP256)
               ->public_key(),
           "a")},
      absl::nullopt);
  EXPECT_EQ(JoseErrorOf(keys.status()), JoseError::kAmbiguousKeyId);
}

TEST(ServiceAccountKeyRingTest, CountsGenerations) {
  ServiceAccountKeyRing ring(
      *ServiceAccountKeys::Create({}, Key(JwsAlgorithm::kEs256)));
  EXPECT_EQ(ring.generation(), 1u);
  const EpochGuard guard;
  const ServiceAccountKeys* const before = ring.Load();
  EXPECT_EQ(before->generation, 1u);
  ring.Update(*ServiceAccountKeys::Create({}, Key(JwsAlgorithm::kEs384)));
  EXPECT_EQ(ring.generation(), 2u);
  EXPECT_EQ(ring.Load()->generation, 2u);
  EXPECT_EQ(Shown(ring.Load()->verifying.keys()), "ECDSA-P384");
  // Who reads the old ones still may.
  EXPECT_EQ(Shown(before->verifying.keys()), "ECDSA-P256");
}

}  // namespace
}  // namespace gatehouse::authn
