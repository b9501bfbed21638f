#include "authn/jose/key_set.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "authn/jose/jose_error.h"
#include "authn/jose/testing/test_signer.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "pki/private_key.h"

namespace gatehouse::authn {
namespace {

std::string Jwk(JwsAlgorithm algorithm, absl::string_view key_id) {
  return PublicJwk(TestPrivateKey(algorithm).public_key(), key_id);
}

// The same key, without its "alg".
std::string AnyAlgorithm(const std::string& jwk) {
  return absl::StrReplaceAll(jwk, {{"\"alg\":\"RS256\",", ""}});
}

std::string WithoutKeyId(const std::string& jwk) {
  return absl::StrReplaceAll(jwk, {{"\"kid\":\"k\",", ""}});
}

std::string Set(const std::vector<std::string>& jwks) {
  return absl::StrCat("{\"keys\":[", absl::StrJoin(jwks, ","), "]}");
}

std::string OtherP256(absl::string_view key_id) {
  static const auto* const key = new pki::PrivateKey(
      *pki::PrivateKey::Generate(pki::KeyAlgorithm::kEcdsaP256));
  return PublicJwk(key->public_key(), key_id);
}

// Returns "index:error" of the keys that were left out.
std::string Problems(const KeySet& set) {
  std::vector<std::string> texts;
  for (const KeyProblem& problem : set.problems()) {
    texts.push_back(absl::StrCat(problem.index, ":",
                                 JoseErrorName(JoseErrorOf(problem.status))));
  }
  return absl::StrJoin(texts, " ");
}

KeySet Parse(absl::string_view json, const KeySetOptions& options = {}) {
  auto set = KeySet::FromJwks(json, "set", options);
  EXPECT_TRUE(set.ok()) << set.status();
  return set.ok() ? *std::move(set) : KeySet();
}

TEST(KeySetTest, FindsByKeyIdAndAlgorithm) {
  const KeySet set =
      Parse(Set({Jwk(JwsAlgorithm::kRs256, "r"), Jwk(JwsAlgorithm::kEs256, "e"),
                 Jwk(JwsAlgorithm::kEdDsa, "d")}));
  EXPECT_EQ(Problems(set), "");
  ASSERT_EQ(set.keys().size(), 3);
  EXPECT_EQ(set.Find("r", JwsAlgorithm::kRs256), &set.keys()[0]);
  EXPECT_EQ(set.Find("e", JwsAlgorithm::kEs256), &set.keys()[1]);
  EXPECT_EQ(set.Find("d", JwsAlgorithm::kEdDsa), &set.keys()[2]);
  EXPECT_EQ(set.Find("r", JwsAlgorithm::kPs256), nullptr);
  EXPECT_EQ(set.Find("e", JwsAlgorithm::kRs256), nullptr);
  EXPECT_EQ(set.Find("", JwsAlgorithm::kRs256), nullptr);
  EXPECT_EQ(set.Find("R", JwsAlgorithm::kRs256), nullptr);
  EXPECT_EQ(set.WhyNotFound("r"), JoseError::kAlgorithmMismatch);
  EXPECT_EQ(set.WhyNotFound("x"), JoseError::kUnknownKeyId);
}

TEST(KeySetTest, KeysStayWhereTheyAreWhenTheSetMoves) {
  KeySet set = Parse(Set({Jwk(JwsAlgorithm::kEs256, "e")}));
  const VerificationKey* key = set.Find("e", JwsAlgorithm::kEs256);
  const KeySet moved = std::move(set);
  EXPECT_EQ(moved.Find("e", JwsAlgorithm::kEs256), key);
}

TEST(KeySetTest, RsaKeyWithoutAlgorithmIsForAllOfItsType) {
  const KeySet set = Parse(Set({AnyAlgorithm(Jwk(JwsAlgorithm::kRs256, "k"))}));
  for (const JwsAlgorithm algorithm : kAllAlgorithms) {
    const bool rsa = algorithm <= JwsAlgorithm::kPs512;
    EXPECT_EQ(set.Find("k", algorithm) != nullptr, rsa)
        << JwsAlgorithmName(algorithm);
    EXPECT_EQ(set.WithAlgorithm(algorithm).size(), rsa ? 1 : 0);
  }
}

struct SetCase {
  const char* name;
  std::vector<std::string> jwks;
  std::string problems;
  size_t kept;
};

class KeySetProblemTest : public testing::TestWithParam<SetCase> {};

TEST_P(KeySetProblemTest, OneBadKeyDoesNotSpoilTheSet) {
  const KeySet set = Parse(Set(GetParam().jwks));
  EXPECT_EQ(Problems(set), GetParam().problems);
  EXPECT_EQ(set.keys().size(), GetParam().kept);
}

INSTANTIATE_TEST_SUITE_P(
    Problems, KeySetProblemTest,
    testing::Values(
        SetCase{"none", {}, "", 0},
        SetCase{"unknown_type",
                {R"({"kty":"X","kid":"x"})", Jwk(JwsAlgorithm::kEs256, "e")},
                "0:UnsupportedKeyType",
                1},
        SetCase{"no_object",
                {"1", "null", Jwk(JwsAlgorithm::kEs256, "e"), "[]"},
                "0:NotObject 1:NotObject 3:NotObject",
                1},
        SetCase{"weak",
                {R"({"kty":"RSA","n":"_w","e":"AQAB","kid":"w"})",
                 Jwk(JwsAlgorithm::kEs256, "e")},
                "0:MalformedKey",
                1},
        SetCase{"secret",
                {R"({"kty":"oct","k":"AAAA","kid":"s"})",
                 Jwk(JwsAlgorithm::kEs256, "e")},
                "0:SymmetricKey",
                1},
        SetCase{"no_key_id",
                {WithoutKeyId(Jwk(JwsAlgorithm::kEs256, "k")),
                 Jwk(JwsAlgorithm::kEs256, "e")},
                "0:MissingKeyId",
                1},
        SetCase{
            "listed_twice",
            {Jwk(JwsAlgorithm::kEs256, "e"), Jwk(JwsAlgorithm::kEs256, "e")},
            "1:DuplicateKey",
            1},
        SetCase{
            "one_key_two_names",
            {Jwk(JwsAlgorithm::kEs256, "e"), Jwk(JwsAlgorithm::kEs256, "f")},
            "",
            2},
        SetCase{"one_name_two_algorithms_of_one_key",
                {Jwk(JwsAlgorithm::kRs256, "k"),
                 AnyAlgorithm(Jwk(JwsAlgorithm::kRs256, "k"))},
                "",
                2},
        SetCase{
            "one_name_two_types",
            {Jwk(JwsAlgorithm::kRs256, "k"), Jwk(JwsAlgorithm::kEs256, "k")},
            "",
            2},
        SetCase{"ambiguous",
                {Jwk(JwsAlgorithm::kEs256, "e"), OtherP256("e"),
                 Jwk(JwsAlgorithm::kEs256, "f")},
                "0:AmbiguousKeyId 1:AmbiguousKeyId",
                1},
        SetCase{
            "ambiguous_thrice",
            {Jwk(JwsAlgorithm::kEs256, "e"), OtherP256("e"), OtherP256("e")},
            "0:AmbiguousKeyId 1:AmbiguousKeyId 2:AmbiguousKeyId",
            0}),
    [](const testing::TestParamInfo<SetCase>& info) {
      return info.param.name;
    });

TEST(KeySetTest, ProblemsSayWhichAndShowNoMore) {
  const KeySet set = Parse(Set({R"({"kty":"X","kid":"a\nb"})"}));
  ASSERT_EQ(set.problems().size(), 1);
  EXPECT_EQ(set.problems()[0].key_id, "a\nb");
  EXPECT_EQ(set.problems()[0].status.message(),
            "set: keys[0] \"a\\nb\": key: its \"kty\" is none of RSA, EC, "
            "OKP, oct");
  EXPECT_EQ(ReasonOf(set.problems()[0].status), Reason::kUnsupported);
}

TEST(KeySetTest, AmbiguousNamesAreRemembered) {
  const KeySet set =
      Parse(Set({Jwk(JwsAlgorithm::kEs256, "e"), OtherP256("e")}));
  EXPECT_EQ(set.Find("e", JwsAlgorithm::kEs256), nullptr);
  EXPECT_EQ(set.WhyNotFound("e"), JoseError::kAmbiguousKeyId);
  EXPECT_TRUE(set.WithAlgorithm(JwsAlgorithm::kEs256).empty());
}

struct TextCase {
  std::string json;
  JoseError error;
};

class KeySetTextTest : public testing::TestWithParam<TextCase> {};

TEST_P(KeySetTextTest, IsRefusedAsAWhole) {
  const auto status = KeySet::FromJwks(GetParam().json, "set").status();
  EXPECT_EQ(JoseErrorName(JoseErrorOf(status)), JoseErrorName(GetParam().error))
      << status;
  EXPECT_EQ(status.message().substr(0, 4), "set:");
}

INSTANTIATE_TEST_SUITE_P(
    Texts, KeySetTextTest,
    testing::Values(
        TextCase{"", JoseError::kNotJson}, TextCase{"{", JoseError::kNotJson},
        TextCase{"{\"keys\":[]}x", JoseError::kNotJson},
        TextCase{"{\"keys\":[],\"keys\":[]}", JoseError::kDuplicateMember},
        TextCase{R"({"keys":[{"kid":"a","kid":"b"}]})",
                 JoseError::kDuplicateMember},
        TextCase{"{\"keys\":[\"\xff\"]}", JoseError::kNotJson},
        TextCase{"[]", JoseError::kNotObject},
        TextCase{"null", JoseError::kNotObject},
        TextCase{"{}", JoseError::kMissingMember},
        TextCase{"{\"Keys\":[]}", JoseError::kMissingMember},
        TextCase{"{\"keys\":{}}", JoseError::kWrongType},
        TextCase{"{\"keys\":null}", JoseError::kWrongType},
        TextCase{absl::StrCat("{\"keys\":", std::string(20, '['),
                              std::string(20, ']'), "}"),
                 JoseError::kKeySetTooLarge},
        TextCase{absl::StrCat("{\"keys\":[", std::string(1 << 20, ' '), "]}"),
                 JoseError::kKeySetTooLarge}));

TEST(KeySetTest, KeysHaveACeiling) {
  KeySetOptions options;
  options.max_keys = 2;
  EXPECT_EQ(Parse("{\"keys\":[1,1]}", options).problems().size(), 2);
  EXPECT_EQ(JoseErrorOf(
                KeySet::FromJwks("{\"keys\":[1,1,1]}", "s", options).status()),
            JoseError::kTooManyKeys);
  const pki::PublicKey key = TestPrivateKey(JwsAlgorithm::kEs256).public_key();
  EXPECT_EQ(
      JoseErrorOf(KeySet::FromPublicKeys({key, key, key}, options).status()),
      JoseError::kTooManyKeys);
  const VerificationKey named = TestKey(JwsAlgorithm::kEs256, "k");
  EXPECT_EQ(
      JoseErrorOf(KeySet::FromKeys({named, named, named}, options).status()),
      JoseError::kTooManyKeys);
}

TEST(KeySetTest, TheSetMayNarrowTheAlgorithms) {
  KeySetOptions options;
  options.algorithms = {JwsAlgorithm::kPs256};
  const KeySet set = Parse(
      Set({AnyAlgorithm(Jwk(JwsAlgorithm::kRs256, "a")),
           Jwk(JwsAlgorithm::kRs256, "b"), Jwk(JwsAlgorithm::kEs256, "c")}),
      options);
  EXPECT_EQ(Problems(set), "1:AlgorithmMismatch 2:AlgorithmMismatch");
  EXPECT_NE(set.Find("a", JwsAlgorithm::kPs256), nullptr);
  EXPECT_EQ(set.Find("a", JwsAlgorithm::kRs256), nullptr);
  options.algorithms = {};
  EXPECT_TRUE(
      Parse(Set({Jwk(JwsAlgorithm::kRs256, "b")}), options).keys().empty());
}

TEST(KeySetTest, KeysWithoutKeyIdStayWhereTheSetSaysSo) {
  KeySetOptions options;
  options.key_ids = KeyIdRule::kOptional;
  const KeySet set = Parse(Set({WithoutKeyId(Jwk(JwsAlgorithm::kEs256, "k")),
                                Jwk(JwsAlgorithm::kEs256, "named")}),
                           options);
  EXPECT_EQ(Problems(set), "");
  EXPECT_EQ(set.Find("", JwsAlgorithm::kEs256), nullptr);
  EXPECT_EQ(set.WithAlgorithm(JwsAlgorithm::kEs256).size(), 2);
}

TEST(KeySetTest, KeysFromPemHaveKubernetesKeyId) {
  const pki::PublicKey rsa = TestPrivateKey(JwsAlgorithm::kRs256).public_key();
  const pki::PublicKey ec = TestPrivateKey(JwsAlgorithm::kEs512).public_key();
  const auto weak = pki::PublicKey::FromPem(rsa.ToPem());
  const auto set = KeySet::FromPublicKeys({rsa, ec, *weak});
  ASSERT_TRUE(set.ok());
  EXPECT_EQ(Problems(*set), "2:DuplicateKey");
  EXPECT_EQ(KubernetesKeyId(rsa).size(), 43);
  EXPECT_NE(set->Find(KubernetesKeyId(rsa), JwsAlgorithm::kRs256), nullptr);
  EXPECT_NE(set->Find(KubernetesKeyId(rsa), JwsAlgorithm::kPs512), nullptr);
  EXPECT_NE(set->Find(KubernetesKeyId(ec), JwsAlgorithm::kEs512), nullptr);
}

TEST(KeySetTest, EmptySetFindsNothing) {
  const KeySet set;
  EXPECT_EQ(set.Find("k", JwsAlgorithm::kRs256), nullptr);
  EXPECT_EQ(set.WhyNotFound("k"), JoseError::kUnknownKeyId);
}

TEST(KeySetTest, SymmetricSetsHoldSecretsOnly) {
  KeySetOptions options;
  options.kind = KeyKind::kSymmetric;
  const std::string secret = absl::StrCat(R"({"kty":"oct","kid":"s","k":")",
                                          std::string(86, 'A'), "\"}");
  const KeySet set =
      Parse(Set({secret, Jwk(JwsAlgorithm::kEs256, "e"), secret}), options);
  EXPECT_EQ(Problems(set), "1:PublicKey 2:DuplicateKey");
  EXPECT_NE(set.Find("s", JwsAlgorithm::kHs512), nullptr);
  // What stands in the way of parsing is not shown.
  const auto status =
      KeySet::FromJwks("{\"keys\":[SECRET]}", "s", options).status();
  EXPECT_EQ(status.message(), "s: NotJson");
}

}  // namespace
}  // namespace gatehouse::authn
