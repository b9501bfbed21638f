#include "authn/jose/jwk.h"

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "authn/jose/base64url.h"
#include "authn/jose/jose_error.h"
#include "authn/jose/testing/test_signer.h"
#include "gtest/gtest.h"

namespace gatehouse::authn {
namespace {

absl::StatusOr<VerificationKey> Parse(absl::string_view json,
                                      KeyKind kind = KeyKind::kPublic) {
  const auto document = objects::ParseJson(json, "jwk");
  if (!document.ok()) return document.status();
  return ParseJwk(document->root(), kind);
}

std::string Member(absl::string_view name, absl::string_view bytes) {
  return absl::StrCat("\"", name, "\":\"", Base64UrlEncode(bytes), "\"");
}

// The coordinates of a real point: RFC 7515 appendix A.3.
#define P256_X "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\""
#define P256_Y "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\""
#define P256 R"("kty":"EC","crv":"P-256",)" P256_X "," P256_Y
// RFC 8037 appendix A.2.
#define ED25519_X "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\""
#define ED25519 R"("kty":"OKP","crv":"Ed25519",)" ED25519_X

struct JwkCase {
  std::string json;
  JoseError error;
  const char* algorithms = "";
};

class JwkTest : public testing::TestWithParam<JwkCase> {};

TEST_P(JwkTest, IsReadOrRefused) {
  const auto key = Parse(GetParam().json);
  EXPECT_EQ(JoseErrorName(JoseErrorOf(key.status())),
            JoseErrorName(GetParam().error))
      << key.status();
  ASSERT_EQ(key.ok(), GetParam().error == JoseError::kNone) << key.status();
  if (key.ok()) {
    EXPECT_EQ(key->algorithms().ToString(), GetParam().algorithms);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Taken, JwkTest,
    testing::Values(
        JwkCase{"{" P256 "}", JoseError::kNone, "ES256"},
        JwkCase{"{" P256 R"(,"alg":"ES256","use":"sig","kid":"a"})",
                JoseError::kNone, "ES256"},
        JwkCase{"{" P256 R"(,"key_ops":["sign","verify"]})", JoseError::kNone,
                "ES256"},
        JwkCase{"{" P256 R"(,"x5c":[],"x5u":"https://a/","other":1})",
                JoseError::kNone, "ES256"},
        JwkCase{"{" ED25519 "}", JoseError::kNone, "EdDSA"},
        JwkCase{"{" ED25519 R"(,"alg":"EdDSA"})", JoseError::kNone, "EdDSA"}));

INSTANTIATE_TEST_SUITE_P(
    Use, JwkTest,
    testing::Values(
        JwkCase{"{" P256 R"(,"use":"enc"})", JoseError::kNotForSignatures},
        JwkCase{"{" P256 R"(,"use":"SIG"})", JoseError::kNotForSignatures},
        JwkCase{"{" P256 R"(,"use":""})", JoseError::kNotForSignatures},
        JwkCase{"{" P256 R"(,"use":1})", JoseError::kWrongType},
        JwkCase{"{" P256 R"(,"key_ops":[]})", JoseError::kNotForSignatures},
        JwkCase{"{" P256 R"(,"key_ops":["sign"]})",
                JoseError::kNotForSignatures},
        JwkCase{"{" P256 R"(,"key_ops":["encrypt"]})",
                JoseError::kNotForSignatures},
        JwkCase{"{" P256 R"(,"use":"enc","key_ops":["verify"]})",
                JoseError::kNotForSignatures},
        JwkCase{"{" P256 R"(,"key_ops":"verify"})", JoseError::kWrongType},
        JwkCase{"{" P256 R"(,"key_ops":["verify",1]})",
                JoseError::kWrongType}));

INSTANTIATE_TEST_SUITE_P(
    Algorithm, JwkTest,
    testing::Values(
        JwkCase{"{" P256 R"(,"alg":"ES384"})", JoseError::kAlgorithmMismatch},
        JwkCase{"{" P256 R"(,"alg":"RS256"})", JoseError::kAlgorithmMismatch},
        JwkCase{"{" P256 R"(,"alg":"HS256"})", JoseError::kAlgorithmMismatch},
        JwkCase{"{" P256 R"(,"alg":"ES521"})",
                JoseError::kUnsupportedAlgorithm},
        JwkCase{"{" P256 R"(,"alg":"ECDH-ES"})",
                JoseError::kUnsupportedAlgorithm},
        JwkCase{"{" P256 R"(,"alg":"none"})", JoseError::kUnsupportedAlgorithm},
        JwkCase{"{" P256 R"(,"alg":1})", JoseError::kWrongType},
        JwkCase{"{" ED25519 R"(,"alg":"ES256"})",
                JoseError::kAlgorithmMismatch}));

INSTANTIATE_TEST_SUITE_P(
    Shape, JwkTest,
    testing::Values(
        JwkCase{"[]", JoseError::kNotObject},
        JwkCase{"1", JoseError::kNotObject},
        JwkCase{"{}", JoseError::kMissingMember},
        JwkCase{R"({"kty":1})", JoseError::kWrongType},
        JwkCase{R"({"kty":"ec"})", JoseError::kUnsupportedKeyType},
        JwkCase{R"({"kty":"AKP"})", JoseError::kUnsupportedKeyType},
        JwkCase{R"({"kty":"oct","k":"AAAA"})", JoseError::kSymmetricKey},
        JwkCase{R"({"kty":"EC","crv":"P-256",)" P256_X "}",
                JoseError::kMissingMember},
        JwkCase{R"({"kty":"EC",)" P256_X "," P256_Y "}",
                JoseError::kMissingMember},
        JwkCase{R"({"kty":"EC","crv":"secp256k1",)" P256_X "," P256_Y "}",
                JoseError::kUnsupportedCurve},
        JwkCase{R"({"kty":"EC","crv":"P-224",)" P256_X "," P256_Y "}",
                JoseError::kUnsupportedCurve},
        JwkCase{R"({"kty":"OKP","crv":"Ed448",)" ED25519_X "}",
                JoseError::kUnsupportedCurve},
        JwkCase{R"({"kty":"OKP","crv":"X25519",)" ED25519_X "}",
                JoseError::kUnsupportedCurve},
        JwkCase{"{" P256 R"(,"kid":1})", JoseError::kWrongType},
        JwkCase{"{" P256 R"(,"kid":""})", JoseError::kBadKeyId},
        JwkCase{"{" P256 R"(,"kid":"\u0000"})", JoseError::kBadKeyId},
        JwkCase{absl::StrCat("{", P256, R"(,"kid":")", std::string(1025, 'k'),
                             "\"}"),
                JoseError::kBadKeyId},
        JwkCase{"{" P256 R"(,"d":"AA"})", JoseError::kPrivateKey},
        JwkCase{"{" ED25519 R"(,"d":null})", JoseError::kPrivateKey}));

INSTANTIATE_TEST_SUITE_P(
    Numbers, JwkTest,
    testing::Values(
        // Not on the curve; of another length; not canonical.
        JwkCase{absl::StrCat(R"({"kty":"EC","crv":"P-256",)", P256_X, ",",
                             Member("y", std::string(32, 1)), "}"),
                JoseError::kMalformedKey},
        JwkCase{absl::StrCat(R"({"kty":"EC","crv":"P-256",)",
                             Member("x", std::string(32, 0)), ",",
                             Member("y", std::string(32, 0)), "}"),
                JoseError::kMalformedKey},
        JwkCase{absl::StrCat(R"({"kty":"EC","crv":"P-256",)",
                             Member("x", std::string(32, '\xff')), ",",
                             Member("y", std::string(32, '\xff')), "}"),
                JoseError::kMalformedKey},
        JwkCase{R"({"kty":"EC","crv":"P-384",)" P256_X "," P256_Y "}",
                JoseError::kMalformedKey},
        JwkCase{absl::StrCat(R"({"kty":"EC","crv":"P-256",)", P256_X, ",",
                             Member("y", std::string(33, 0)), "}"),
                JoseError::kMalformedKey},
        JwkCase{absl::StrCat(R"({"kty":"EC","crv":"P-256",)", P256_X, ",",
                             Member("y", ""), "}"),
                JoseError::kMalformedKey},
        JwkCase{R"({"kty":"EC","crv":"P-256","y":"AA==",)" P256_X "}",
                JoseError::kBase64Padding},
        JwkCase{R"({"kty":"EC","crv":"P-256","y":"AB",)" P256_X "}",
                JoseError::kBase64NotCanonical},
        JwkCase{R"({"kty":"EC","crv":"P-256","y":"A/",)" P256_X "}",
                JoseError::kBase64Malformed},
        JwkCase{R"({"kty":"EC","crv":"P-256","y":[],)" P256_X "}",
                JoseError::kWrongType},
        JwkCase{R"({"kty":"OKP","crv":"Ed25519","x":"AA"})",
                JoseError::kMalformedKey},
        // Points of small order.
        JwkCase{absl::StrCat(R"({"kty":"OKP","crv":"Ed25519",)",
                             Member("x", std::string(32, 0)), "}"),
                JoseError::kWeakKey},
        JwkCase{absl::StrCat(R"({"kty":"OKP","crv":"Ed25519",)",
                             Member("x", "\x01" + std::string(31, 0)), "}"),
                JoseError::kWeakKey},
        JwkCase{absl::StrCat(R"({"kty":"OKP","crv":"Ed25519",)",
                             Member("x", std::string(31, 0) + "\x80"), "}"),
                JoseError::kWeakKey}));

std::string Rsa(absl::string_view n, absl::string_view e) {
  return absl::StrCat(R"({"kty":"RSA",)", Member("n", n), ",", Member("e", e),
                      "}");
}

// A number of that many bits, odd unless `last` is even. Whether it is a
// product of two primes nobody can tell.
std::string Modulus(int bits, char last = '\x01') {
  std::string n((bits + 7) / 8, '\x5a');
  n[0] = static_cast<char>(1 << ((bits - 1) % 8));
  n.back() = last;
  return n;
}

constexpr char kRsaAlgorithms[] = "RS256, RS384, RS512, PS256, PS384, PS512";

INSTANTIATE_TEST_SUITE_P(
    Rsa, JwkTest,
    testing::Values(
        JwkCase{Rsa(Modulus(2048), std::string("\x01\x00\x01", 3)),
                JoseError::kNone, kRsaAlgorithms},
        JwkCase{Rsa(Modulus(2049), "\x03"), JoseError::kNone, kRsaAlgorithms},
        JwkCase{Rsa(Modulus(8192), "\x03"), JoseError::kNone, kRsaAlgorithms},
        JwkCase{Rsa(Modulus(2047), "\x03"), JoseError::kWeakKey},
        JwkCase{Rsa(Modulus(1024), "\x03"), JoseError::kWeakKey},
        JwkCase{Rsa(Modulus(512), "\x03"), JoseError::kWeakKey},
        JwkCase{Rsa(Modulus(8200), "\x03"), JoseError::kKeyTooLarge},
        JwkCase{Rsa(Modulus(2048), "\x01"), JoseError::kWeakKey},
        JwkCase{Rsa(Modulus(2048), "\x02"), JoseError::kMalformedKey},
        JwkCase{Rsa(Modulus(2048), ""), JoseError::kMalformedKey},
        JwkCase{Rsa("", "\x03"), JoseError::kMalformedKey},
        JwkCase{Rsa(std::string(1, 0) + Modulus(2048), "\x03"),
                JoseError::kMalformedKey},
        JwkCase{Rsa(Modulus(2048), std::string("\0\x03", 2)),
                JoseError::kMalformedKey},
        JwkCase{Rsa(Modulus(2048), std::string(9, '\x03')),
                JoseError::kMalformedKey},
        JwkCase{Rsa(Modulus(2048, '\x02'), "\x03"), JoseError::kWeakKey},
        JwkCase{R"({"kty":"RSA","e":"AQAB"})", JoseError::kMissingMember},
        JwkCase{R"({"kty":"RSA","n":"AQAB"})", JoseError::kMissingMember},
        JwkCase{R"({"kty":"RSA","n":"AQAB","e":3})", JoseError::kWrongType}));

struct SecretCase {
  int octets;
  const char* algorithm;  // "": none is said.
  JoseError error;
  const char* algorithms = "";
};

TEST(SymmetricJwkTest, SecretsAreNoShorterThanTheDigest) {
  const SecretCase kCases[] = {
      {31, "", JoseError::kWeakKey},
      {32, "", JoseError::kNone, "HS256"},
      {48, "", JoseError::kNone, "HS256, HS384"},
      {64, "", JoseError::kNone, "HS256, HS384, HS512"},
      {0, "HS256", JoseError::kWeakKey},
      {31, "HS256", JoseError::kWeakKey},
      {64, "HS256", JoseError::kNone, "HS256"},
      {47, "HS384", JoseError::kWeakKey},
      {48, "HS384", JoseError::kNone, "HS384"},
      {63, "HS512", JoseError::kWeakKey},
      {64, "HS512", JoseError::kNone, "HS512"},
      {64, "RS256", JoseError::kAlgorithmMismatch},
      {64, "EdDSA", JoseError::kAlgorithmMismatch},
      {64, "A256KW", JoseError::kUnsupportedAlgorithm},
      {4096, "HS256", JoseError::kNone, "HS256"},
      {4097, "HS256", JoseError::kKeyTooLarge},
  };
  for (const SecretCase& each : kCases) {
    std::string json = absl::StrCat(R"({"kty":"oct",)",
                                    Member("k", std::string(each.octets, 'k')));
    if (*each.algorithm != '\0') {
      absl::StrAppend(&json, R"(,"alg":")", each.algorithm, "\"");
    }
    const auto key = Parse(json + "}", KeyKind::kSymmetric);
    EXPECT_EQ(JoseErrorName(JoseErrorOf(key.status())),
              JoseErrorName(each.error))
        << json << key.status();
    if (!key.ok()) continue;
    EXPECT_EQ(key->algorithms().ToString(), each.algorithms);
  }
}

TEST(SymmetricJwkTest, PublicKeysAreRefused) {
  EXPECT_EQ(JoseErrorOf(Parse("{" P256 "}", KeyKind::kSymmetric).status()),
            JoseError::kPublicKey);
  EXPECT_EQ(
      JoseErrorOf(Parse(R"({"kty":"oct"})", KeyKind::kSymmetric).status()),
      JoseError::kMissingMember);
  EXPECT_EQ(JoseErrorOf(Parse(R"({"kty":"oct","k":"====","kid":"a"})",
                              KeyKind::kSymmetric)
                            .status()),
            JoseError::kBase64Padding);
}

// Every bit of an error text is the reader's own: no secret shows.
TEST(SymmetricJwkTest, ErrorsShowNoSecret) {
  const auto status =
      Parse(R"({"kty":"oct","k":"SECRET"})", KeyKind::kSymmetric).status();
  EXPECT_EQ(status.message().find("SECRET"), absl::string_view::npos);
}

TEST(PublicJwkTest, WhatIsWrittenReadsBack) {
  for (const JwsAlgorithm algorithm :
       {JwsAlgorithm::kRs256, JwsAlgorithm::kEs256, JwsAlgorithm::kEs384,
        JwsAlgorithm::kEs512, JwsAlgorithm::kEdDsa}) {
    const pki::PublicKey& key = TestPrivateKey(algorithm).public_key();
    const std::string json = PublicJwk(key, "a \"b\"\n");
    const auto parsed = Parse(json);
    ASSERT_TRUE(parsed.ok()) << json << parsed.status();
    EXPECT_EQ(*parsed->public_key(), key);
    EXPECT_EQ(parsed->key_id(), "a \"b\"\n");
    EXPECT_EQ(parsed->algorithms(), JwsAlgorithmSet{algorithm});
  }
}

TEST(PublicJwkTest, HasTheMembersOfKubernetes) {
  const auto key = Parse("{" ED25519 "}");
  ASSERT_TRUE(key.ok());
  EXPECT_EQ(PublicJwk(*key->public_key(), "a"),
            R"({"use":"sig","kty":"OKP","kid":"a","alg":"EdDSA",)"
            R"("crv":"Ed25519",)" ED25519_X "}");
  EXPECT_EQ(PublicJwk(*key->public_key(), "\xff"), "");
}

}  // namespace
}  // namespace gatehouse::authn
