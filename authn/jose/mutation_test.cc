// Bits flipped, bytes cut off, bytes added: of a token of every algorithm and
// of every part of a key set. A mutation must be refused, or change nothing
// that counts.
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "authn/jose/base64url.h"
#include "authn/jose/jwk.h"
#include "authn/jose/key_set.h"
#include "authn/jose/testing/test_signer.h"
#include "authn/jose/verify.h"
#include "gtest/gtest.h"

namespace gatehouse::authn {
namespace {

constexpr absl::string_view kPayload = R"({"iss":"me","sub":"you","exp":1})";

class MutationTest : public testing::TestWithParam<JwsAlgorithm> {
 protected:
  static bool IsSymmetric() {
    return !JwsAlgorithmSet::Asymmetric().Contains(GetParam());
  }
};

TEST_P(MutationTest, NoMutatedTokenVerifies) {
  const KeySet keys = *KeySet::FromKeys({TestKey(GetParam(), "k")});
  const std::string token = TestToken(GetParam(), kPayload);
  ASSERT_TRUE(VerifyCompact(token, keys).ok());
  const auto refused = [&keys](const std::string& mutated) {
    return !VerifyCompact(mutated, keys).ok();
  };
  for (size_t i = 0; i < token.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string mutated = token;
      mutated[i] = static_cast<char>(mutated[i] ^ 1 << bit);
      ASSERT_TRUE(refused(mutated)) << "bit " << bit << " of byte " << i;
    }
    std::string without = token;
    without.erase(i, 1);
    ASSERT_TRUE(refused(without)) << "without byte " << i;
    ASSERT_TRUE(refused(token.substr(0, i))) << "cut at " << i;
    ASSERT_TRUE(refused(token.substr(i + 1))) << "cut before " << i;
  }
  for (size_t i = 0; i <= token.size(); ++i) {
    for (const char c : {'A', '=', '.', '\0', '\n', ' ', '_', '\xff'}) {
      std::string mutated = token;
      mutated.insert(i, 1, c);
      ASSERT_TRUE(refused(mutated)) << "added before " << i;
    }
  }
}

// The JWK that verifies by the algorithm.
std::string JwkFor(JwsAlgorithm algorithm, bool symmetric) {
  if (symmetric) {
    return absl::StrCat(R"({"kty":"oct","kid":"k","alg":")",
                        JwsAlgorithmName(algorithm), R"(","k":")",
                        Base64UrlEncode(TestSecret()), "\"}");
  }
  return PublicJwk(TestPrivateKey(algorithm).public_key(), "k");
}

// A set that was changed verifies the token with the very same key, or not.
TEST_P(MutationTest, NoMutatedKeyVerifies) {
  // PublicJwk says RS256 of RSA keys.
  const JwsAlgorithm algorithm =
      GetParam() <= JwsAlgorithm::kPs512 ? JwsAlgorithm::kRs256 : GetParam();
  KeySetOptions options;
  if (IsSymmetric()) options.kind = KeyKind::kSymmetric;
  const std::string json =
      absl::StrCat("{\"keys\":[", JwkFor(algorithm, IsSymmetric()), "]}");
  const std::string token = TestToken(algorithm, kPayload);
  const VerificationKey right = TestKey(algorithm, "k");
  const auto holds = [&](const std::string& mutated) {
    const auto keys = KeySet::FromJwks(mutated, "set", options);
    if (!keys.ok() || !VerifyCompact(token, *keys).ok()) return true;
    const VerificationKey* key = keys->Find("k", algorithm);
    return key != nullptr && key->SameKey(right);
  };
  ASSERT_TRUE(
      VerifyCompact(token, *KeySet::FromJwks(json, "set", options)).ok());
  for (size_t i = 0; i < json.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string mutated = json;
      mutated[i] = static_cast<char>(mutated[i] ^ 1 << bit);
      ASSERT_TRUE(holds(mutated)) << mutated;
    }
    std::string mutated = json;
    mutated.erase(i, 1);
    ASSERT_TRUE(holds(mutated)) << mutated;
    ASSERT_FALSE(KeySet::FromJwks(json.substr(0, i), "set", options).ok());
    mutated = json;
    mutated.insert(i, 1, 'A');
    ASSERT_TRUE(holds(mutated)) << mutated;
  }
}

INSTANTIATE_TEST_SUITE_P(All, MutationTest, testing::ValuesIn(kAllAlgorithms),
                         [](const testing::TestParamInfo<JwsAlgorithm>& info) {
                           return std::string(JwsAlgorithmName(info.param));
                         });

}  // namespace
}  // namespace gatehouse::authn
