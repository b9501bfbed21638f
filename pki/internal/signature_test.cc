#include "pki/internal/signature.h"

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "pki/internal/der.h"
#include "pki/internal/test_command.h"
#include "pki/pem.h"

namespace gatehouse::pki::internal {
namespace {

std::string Hex(absl::string_view hex) { return absl::HexStringToBytes(hex); }

// Splits SEQUENCE { message, algorithm, BIT STRING }, as a certificate is.
struct Signed {
  std::string message;
  std::string algorithm;
  std::string signature;
};

Signed Split(absl::string_view der) {
  Signed parts;
  CBS in = CbsOf(der);
  CBS fields;
  CBS signature;
  absl::string_view message;
  absl::string_view algorithm;
  EXPECT_TRUE(CBS_get_asn1(&in, &fields, CBS_ASN1_SEQUENCE) &&
              ReadElement(&fields, CBS_ASN1_SEQUENCE, &message) &&
              ReadElement(&fields, CBS_ASN1_SEQUENCE, &algorithm) &&
              ReadBitString(&fields, &signature));
  parts.message = std::string(message);
  parts.algorithm = std::string(algorithm);
  parts.signature = std::string(ViewOf(signature));
  return parts;
}

Reason Verify(const Signed& parts, const PublicKey& key) {
  return ReasonOf(
      VerifySignature(parts.algorithm, parts.message, parts.signature, key));
}

struct OpensslRow {
  const char* newkey;  // Arguments of openssl req.
  const char* sign;
  const char* name;  // Of the algorithm.
  Reason reason;
};
constexpr OpensslRow kOpenssl[] = {
    {"rsa:2048", "-sha256", "sha256WithRSAEncryption", Reason::kNone},
    {"rsa:2048", "-sha384", "sha384WithRSAEncryption", Reason::kNone},
    {"rsa:2048", "-sha512", "sha512WithRSAEncryption", Reason::kNone},
    {"rsa:2048", "-sha1", "sha1WithRSAEncryption", Reason::kWeakCryptography},
    {"rsa:2048", "-md5", "md5WithRSAEncryption", Reason::kWeakCryptography},
    {"rsa:2048", "-sha224", "sha224WithRSAEncryption", Reason::kUnsupported},
    {"rsa:2048", "-sha3-256", "2.16.840.1.101.3.4.3.14", Reason::kUnsupported},
    {"rsa:2048",
     "-sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32",
     "rsassaPss", Reason::kNone},
    {"rsa:2048",
     "-sha384 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:48",
     "rsassaPss", Reason::kNone},
    {"rsa:2048",
     "-sha512 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:64",
     "rsassaPss", Reason::kNone},
    {"rsa:2048",
     "-sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:20",
     "rsassaPss", Reason::kUnsupported},
    {"rsa:2048",
     "-sha1 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:20",
     "rsassaPss", Reason::kWeakCryptography},
    {"rsa:2048",
     "-sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32 "
     "-sigopt rsa_mgf1_md:sha512",
     "rsassaPss", Reason::kUnsupported},
    {"ec -pkeyopt ec_paramgen_curve:P-256", "-sha256", "ecdsa-with-SHA256",
     Reason::kNone},
    {"ec -pkeyopt ec_paramgen_curve:P-256", "-sha512", "ecdsa-with-SHA512",
     Reason::kNone},
    {"ec -pkeyopt ec_paramgen_curve:P-384", "-sha384", "ecdsa-with-SHA384",
     Reason::kNone},
    {"ec -pkeyopt ec_paramgen_curve:P-521", "-sha512", "ecdsa-with-SHA512",
     Reason::kNone},
    {"ec -pkeyopt ec_paramgen_curve:P-256", "-sha1", "ecdsa-with-SHA1",
     Reason::kWeakCryptography},
    {"ec -pkeyopt ec_paramgen_curve:P-256", "-sha224", "ecdsa-with-SHA224",
     Reason::kUnsupported},
    {"ec -pkeyopt ec_paramgen_curve:secp256k1", "-sha256", "ecdsa-with-SHA256",
     Reason::kUnsupported},
    {"ed25519", "", "ED25519", Reason::kNone},
    {"ed448", "", "ED448", Reason::kUnsupported},
};

// Certificates that openssl signed with their own keys.
TEST(VerifySignatureTest, Openssls) {
  const CommandFolder folder;
  for (const OpensslRow& row : kOpenssl) {
    SCOPED_TRACE(absl::StrCat(row.newkey, " ", row.sign));
    folder.Run(
        absl::StrCat("openssl req -x509 -nodes -subj /CN=x -keyout k "
                     "-newkey ",
                     row.newkey, " ", row.sign, " -out c"));
    const std::string pem = folder.Read("c");
    const absl::StatusOr<std::vector<PemBlock>> blocks = DecodePem(pem, "c");
    const absl::StatusOr<PublicKey> key = PublicKey::FromPem(pem, "c");
    ASSERT_TRUE(blocks.ok() && key.ok() && blocks->size() == 1);
    Signed parts = Split((*blocks)[0].der);
    EXPECT_EQ(SignatureAlgorithmName(parts.algorithm), row.name);
    EXPECT_EQ(Verify(parts, *key), row.reason);
    if (row.reason != Reason::kNone) continue;
    parts.message.back() ^= 1;
    EXPECT_EQ(Verify(parts, *key), Reason::kBadSignature);
  }
}

struct KeyRow {
  KeyAlgorithm algorithm;
  const char* name;
};
constexpr KeyRow kKeys[] = {
    {KeyAlgorithm::kRsa2048, "sha256WithRSAEncryption"},
    {KeyAlgorithm::kEcdsaP256, "ecdsa-with-SHA256"},
    {KeyAlgorithm::kEcdsaP384, "ecdsa-with-SHA384"},
    {KeyAlgorithm::kEd25519, "ED25519"},
};

struct Mutation {
  const char* what;
  void (*apply)(Signed*);
};
constexpr Mutation kMutations[] = {
    {"message", [](Signed* s) { s->message[5] ^= 1; }},
    {"message longer", [](Signed* s) { s->message.push_back('\0'); }},
    {"first byte", [](Signed* s) { s->signature.front() ^= 1; }},
    {"last byte", [](Signed* s) { s->signature.back() ^= 1; }},
    {"truncated", [](Signed* s) { s->signature.pop_back(); }},
    {"extended", [](Signed* s) { s->signature.push_back('\0'); }},
    {"prefixed", [](Signed* s) { s->signature.insert(0, 1, '\0'); }},
    {"empty", [](Signed* s) { s->signature.clear(); }},
    {"zeros",
     [](Signed* s) { s->signature.assign(s->signature.size(), '\0'); }},
};

TEST(VerifySignatureTest, OwnSignaturesAndTheirMutations) {
  for (const KeyRow& row : kKeys) {
    SCOPED_TRACE(row.name);
    const absl::StatusOr<PrivateKey> key = PrivateKey::Generate(row.algorithm);
    ASSERT_TRUE(key.ok());
    const std::string tbs = BuildDer([](CBB* out) {
      return WriteElement(out, CBS_ASN1_SEQUENCE, "to be signed");
    });
    const absl::StatusOr<std::string> der = SignedSequence(tbs, *key);
    ASSERT_TRUE(der.ok()) << der.status();
    const Signed parts = Split(*der);
    EXPECT_EQ(parts.message, tbs);
    EXPECT_EQ(SignatureAlgorithmName(parts.algorithm), row.name);
    EXPECT_EQ(parts.algorithm, *SignatureAlgorithmFor(key->public_key()));
    EXPECT_EQ(Verify(parts, key->public_key()), Reason::kNone);
    for (const Mutation& mutation : kMutations) {
      Signed mutated = parts;
      mutation.apply(&mutated);
      EXPECT_EQ(Verify(mutated, key->public_key()), Reason::kBadSignature)
          << mutation.what;
    }
    // Each algorithm with the key of every other.
    for (const KeyRow& other : kKeys) {
      const absl::StatusOr<PrivateKey> other_key =
          PrivateKey::Generate(other.algorithm);
      ASSERT_TRUE(other_key.ok());
      EXPECT_EQ(Verify(parts, other_key->public_key()), Reason::kBadSignature)
          << other.name;
    }
  }
}

struct AlgorithmRow {
  const char* what;
  const char* der;  // Hex.
  const char* name;
  Reason reason;  // With an RSA key and a signature of nothing.
};

#define SHA256_ID "300d06096086480165030402010500"
#define MGF1_SHA256 "301a06092a864886f70d010108300d06096086480165030402010500"

constexpr AlgorithmRow kAlgorithms[] = {
    {"RSA with NULL", "300d06092a864886f70d01010b0500",
     "sha256WithRSAEncryption", Reason::kBadSignature},
    {"RSA without parameters", "300b06092a864886f70d01010b",
     "sha256WithRSAEncryption", Reason::kBadSignature},
    {"RSA with a SEQUENCE", "300d06092a864886f70d01010b3000",
     "sha256WithRSAEncryption", Reason::kUnsupported},
    {"RSA with a long NULL", "300e06092a864886f70d01010b050100",
     "sha256WithRSAEncryption", Reason::kUnsupported},
    {"RSA with NULL twice", "300f06092a864886f70d01010b05000500",
     "sha256WithRSAEncryption", Reason::kUnsupported},
    {"ECDSA with NULL", "300c06082a8648ce3d0403020500", "ecdsa-with-SHA256",
     Reason::kUnsupported},
    {"Ed25519 with NULL", "300706032b65700500", "ED25519",
     Reason::kUnsupported},
    {"MD2", "300d06092a864886f70d0101020500", "md2WithRSAEncryption",
     Reason::kWeakCryptography},
    {"SHA-1 by ISO's name", "300906052b0e03021d0500", "sha1WithRSA",
     Reason::kWeakCryptography},
    {"DSA", "300906072a8648ce380403", "dsaWithSHA1", Reason::kWeakCryptography},
    {"RSA, no digest", "300d06092a864886f70d0101010500", "1.2.840.113549.1.1.1",
     Reason::kUnsupported},
    {"none", "3000", "", Reason::kUnsupported},
    {"nothing", "", "", Reason::kUnsupported},
    {"no SEQUENCE", "06032b6570", "", Reason::kUnsupported},
    {"bytes after it", "300506032b657000", "ED25519", Reason::kUnsupported},
    {"PSS without parameters", "300b06092a864886f70d01010a", "rsassaPss",
     Reason::kUnsupported},
    {"PSS with defaults", "300d06092a864886f70d01010a3000", "rsassaPss",
     Reason::kWeakCryptography},
    {"PSS",
     "304106092a864886f70d01010a3034a00f" SHA256_ID "a11c" MGF1_SHA256
     "a203020120",
     "rsassaPss", Reason::kBadSignature},
    {"PSS, salt 31",
     "304106092a864886f70d01010a3034a00f" SHA256_ID "a11c" MGF1_SHA256
     "a20302011f",
     "rsassaPss", Reason::kUnsupported},
    {"PSS, salt left out",
     "303c06092a864886f70d01010a302fa00f" SHA256_ID "a11c" MGF1_SHA256,
     "rsassaPss", Reason::kUnsupported},
    {"PSS, MGF left out",
     "302306092a864886f70d01010a3016a00f" SHA256_ID "a203020120", "rsassaPss",
     Reason::kUnsupported},
    {"PSS, trailer written out",
     "304606092a864886f70d01010a3039a00f" SHA256_ID "a11c" MGF1_SHA256
     "a203020120a303020101",
     "rsassaPss", Reason::kUnsupported},
    {"PSS, bytes after the digest",
     "304306092a864886f70d01010a3036a011" SHA256_ID "0500a11c" MGF1_SHA256
     "a203020120",
     "rsassaPss", Reason::kUnsupported},
};

TEST(VerifySignatureTest, AlgorithmIdentifiers) {
  const absl::StatusOr<PrivateKey> key =
      PrivateKey::Generate(KeyAlgorithm::kRsa2048);
  ASSERT_TRUE(key.ok());
  for (const AlgorithmRow& row : kAlgorithms) {
    const std::string der = Hex(row.der);
    EXPECT_EQ(SignatureAlgorithmName(der), row.name) << row.what;
    const absl::Status status = VerifySignature(
        der, "message", std::string(256, '\1'), key->public_key());
    EXPECT_EQ(ReasonOf(status), row.reason) << row.what << " " << status;
  }
}

TEST(SignatureAlgorithmForTest, NothingForAnUnknownKey) {
  const absl::StatusOr<PublicKey> key =
      PublicKey::FromDer(Hex("300a300506032a0304030100"));
  ASSERT_TRUE(key.ok());
  EXPECT_EQ(ReasonOf(SignatureAlgorithmFor(*key).status()),
            Reason::kUnsupported);
  EXPECT_EQ(ReasonOf(VerifySignature(Hex("300506032b6570"), "", "", *key)),
            Reason::kUnsupported);
}

}  // namespace
}  // namespace gatehouse::pki::internal
