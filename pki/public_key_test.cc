#include "pki/public_key.h"

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "pki/internal/test_command.h"
#include "pki/pem.h"

namespace gatehouse::pki {
namespace {

using internal::CommandFolder;

std::string Hex(absl::string_view hex) { return absl::HexStringToBytes(hex); }

struct KeyRow {
  const char* genpkey;  // Arguments of openssl genpkey.
  KeyType type;
  int bits;
  const char* curve;
  const char* text;
};
constexpr KeyRow kKeys[] = {
    {"-algorithm RSA -pkeyopt rsa_keygen_bits:1024", KeyType::kRsa, 1024, "",
     "RSA-1024"},
    {"-algorithm RSA -pkeyopt rsa_keygen_bits:2048", KeyType::kRsa, 2048, "",
     "RSA-2048"},
    {"-algorithm EC -pkeyopt ec_paramgen_curve:P-256", KeyType::kEcdsa, 256,
     "P-256", "ECDSA-P256"},
    {"-algorithm EC -pkeyopt ec_paramgen_curve:P-384", KeyType::kEcdsa, 384,
     "P-384", "ECDSA-P384"},
    {"-algorithm EC -pkeyopt ec_paramgen_curve:P-521", KeyType::kEcdsa, 521,
     "P-521", "ECDSA-P521"},
    {"-algorithm ED25519", KeyType::kEd25519, 256, "", "Ed25519"},
    // Known to others, not here.
    {"-algorithm EC -pkeyopt ec_paramgen_curve:secp224r1", KeyType::kUnknown, 0,
     "", "unknown"},
    {"-algorithm EC -pkeyopt ec_paramgen_curve:secp256k1", KeyType::kUnknown, 0,
     "", "unknown"},
    {"-algorithm X25519", KeyType::kUnknown, 0, "", "unknown"},
    {"-algorithm ED448", KeyType::kUnknown, 0, "", "unknown"},
    {"-algorithm RSA-PSS -pkeyopt rsa_keygen_bits:1024", KeyType::kUnknown, 0,
     "", "unknown"},
};

TEST(PublicKeyTest, ReadsOpensslsKeys) {
  const CommandFolder folder;
  for (const KeyRow& row : kKeys) {
    SCOPED_TRACE(row.genpkey);
    folder.Run(absl::StrCat("openssl genpkey ", row.genpkey,
                            " -out k && openssl pkey -in k -pubout -out p"));
    const std::string pem = folder.Read("p");
    const absl::StatusOr<PublicKey> key = PublicKey::FromPem(pem, "p");
    ASSERT_TRUE(key.ok()) << key.status();
    EXPECT_EQ(key->type(), row.type);
    EXPECT_EQ(key->bits(), row.bits);
    EXPECT_EQ(key->curve(), row.curve);
    EXPECT_EQ(key->ToString(), row.text);
    EXPECT_EQ(key->handle() == nullptr, row.type == KeyType::kUnknown);
    EXPECT_EQ(key->ToPem(), pem);
    folder.Write("d", key->der());
    EXPECT_TRUE(absl::StrContains(
        folder.Run("openssl dgst -sha256 d"),
        absl::BytesToHexString(absl::string_view(
            reinterpret_cast<const char*>(key->sha256().data()), 32))));
    const absl::StatusOr<PublicKey> again = PublicKey::FromDer(key->der());
    ASSERT_TRUE(again.ok());
    EXPECT_EQ(*again, *key);
  }
}

TEST(PublicKeyTest, SubjectKeyIdIsOpenssls) {
  const CommandFolder folder;
  folder.Run(
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes "
      "-keyout k -subj /CN=x -out c");
  const std::string text =
      folder.Run("openssl x509 -in c -noout -ext subjectKeyIdentifier");
  const absl::StatusOr<PublicKey> key =
      PublicKey::FromPem(folder.Read("c"), "c");
  ASSERT_TRUE(key.ok()) << key.status();
  std::string colons;
  for (const char c : key->SubjectKeyId()) {
    absl::StrAppend(&colons, colons.empty() ? "" : ":",
                    absl::AsciiStrToUpper(
                        absl::BytesToHexString(absl::string_view(&c, 1))));
  }
  EXPECT_TRUE(absl::StrContains(text, colons)) << text << colons;
}

TEST(PublicKeyTest, ReadsPkcs1AndCertificates) {
  const CommandFolder folder;
  folder.Run(
      "openssl req -x509 -newkey rsa:1024 -nodes -keyout k -subj /CN=x -out c "
      "&& openssl rsa -in k -RSAPublicKey_out -out r "
      "&& openssl pkey -in k -pubout -out p");
  const absl::StatusOr<PublicKey> key =
      PublicKey::FromPem(folder.Read("p"), "p");
  ASSERT_TRUE(key.ok()) << key.status();
  for (const char* file : {"r", "c"}) {
    const absl::StatusOr<PublicKey> same =
        PublicKey::FromPem("text before\n" + folder.Read(file), file);
    ASSERT_TRUE(same.ok()) << same.status();
    EXPECT_EQ(*same, *key);
  }
}

struct BadPemRow {
  const char* label;
  const char* der;  // Hex.
  Reason reason;
};
constexpr BadPemRow kBadPems[] = {
    {"PRIVATE KEY", "3000", Reason::kNotFound},
    {"PUBLIC KEY", "3000", Reason::kMalformed},
    {"RSA PUBLIC KEY", "3000", Reason::kMalformed},
    {"CERTIFICATE", "3000", Reason::kMalformed},
    {"CERTIFICATE", "30023000", Reason::kMalformed},
    {"CERTIFICATE", "", Reason::kMalformed},
};

TEST(PublicKeyTest, BadPemNamesSourceAndLine) {
  for (const BadPemRow& row : kBadPems) {
    const std::string pem = "\n" + EncodePem(row.label, Hex(row.der));
    const absl::Status status = PublicKey::FromPem(pem, "sa.pub").status();
    EXPECT_EQ(ReasonOf(status), row.reason) << row.label << row.der;
    EXPECT_TRUE(absl::StartsWith(
        status.message(),
        row.reason == Reason::kNotFound ? "sa.pub: " : "sa.pub:2: "))
        << status;
  }
  EXPECT_EQ(ReasonOf(PublicKey::FromPem("").status()), Reason::kNotFound);
}

// The generator of P-256, uncompressed.
#define POINT                                                          \
  "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296" \
  "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"

struct DerRow {
  const char* what;
  const char* der;  // Hex.
  bool good;
};
constexpr DerRow kDers[] = {
    {"P-256", "3059301306072a8648ce3d020106082a8648ce3d030107034200" POINT,
     true},
    {"bytes after it",
     "3059301306072a8648ce3d020106082a8648ce3d030107034200" POINT "00", false},
    {"a point off the curve",
     "3059301306072a8648ce3d020106082a8648ce3d030107034200"
     "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
     "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f6",
     false},
    {"a compressed point",
     "3039301306072a8648ce3d020106082a8648ce3d030107032200"
     "036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
     false},
    {"a hybrid point",
     "3059301306072a8648ce3d020106082a8648ce3d030107034200"
     "076b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
     "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
     false},
    {"the point at infinity",
     "3019301306072a8648ce3d020106082a8648ce3d03010703020000", false},
    {"no point", "3018301306072a8648ce3d020106082a8648ce3d030107030100", false},
    {"no curve", "300f300906072a8648ce3d020103020004", false},
    {"a curve spelt out", "3012300c06072a8648ce3d020130010203020004", false},
    {"a curve that is NULL", "3011300b06072a8648ce3d0201050003020004", false},
    {"an unknown curve", "3014300e06072a8648ce3d020106032a030403020004", true},
    {"RSA without NULL", "3010300b06092a864886f70d010101030100", false},
    {"RSA, modulus zero",
     "301a300d06092a864886f70d01010105000309003006020100020103", false},
    {"RSA, negative modulus",
     "301a300d06092a864886f70d01010105000309003006020181020103", false},
    {"Ed25519",
     "302a300506032b6570032100"
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
     true},
    {"Ed25519 with parameters",
     "302c300706032b65700500032100"
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
     false},
    {"Ed25519, too short", "300a300506032b6570030100", false},
    {"an unknown algorithm", "300a300506032a0304030100", true},
    {"the same with an INTEGER", "300d300806032a0304020100030100", false},
    {"the same with unused bits", "300b300506032a030403020780", false},
    {"the same with more fields", "300c300506032a03040301000500", false},
    {"no key", "3007300506032a0304", false},
    {"an empty OID", "300730020600030100", false},
    {"an indefinite length", "3080300506032a03040301000000", false},
    {"nothing", "", false},
};

TEST(PublicKeyTest, Der) {
  for (const DerRow& row : kDers) {
    const absl::StatusOr<PublicKey> key = PublicKey::FromDer(Hex(row.der));
    EXPECT_EQ(key.ok(), row.good) << row.what << " " << key.status();
    if (!row.good) {
      EXPECT_EQ(ReasonOf(key.status()), Reason::kMalformed);
    }
  }
}

TEST(PublicKeyTest, Ceiling) {
  EXPECT_EQ(
      ReasonOf(PublicKey::FromDer(std::string(PublicKey::kMaxBytes + 1, '\0'))
                   .status()),
      Reason::kTooLarge);
}

}  // namespace
}  // namespace gatehouse::pki
