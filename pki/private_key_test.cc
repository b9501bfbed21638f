#include "pki/private_key.h"

#include <sstream>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/secret.h"
#include "gtest/gtest.h"
#include "pki/internal/test_command.h"

namespace gatehouse::pki {
namespace {

using internal::CommandFolder;

std::string Reveal(const Secret& secret) {
  return std::string(secret.Reveal(SecretAccess::Get()));
}

struct AlgorithmRow {
  KeyAlgorithm algorithm;
  const char* name;
  const char* public_name;
};
constexpr AlgorithmRow kAlgorithms[] = {
    {KeyAlgorithm::kRsa2048, "RSA-2048", "RSA-2048"},
    {KeyAlgorithm::kRsa3072, "RSA-3072", "RSA-3072"},
    {KeyAlgorithm::kRsa4096, "RSA-4096", "RSA-4096"},
    {KeyAlgorithm::kEcdsaP256, "ECDSA-P256", "ECDSA-P256"},
    {KeyAlgorithm::kEcdsaP384, "ECDSA-P384", "ECDSA-P384"},
    {KeyAlgorithm::kEd25519, "Ed25519", "Ed25519"},
};

TEST(KeyAlgorithmTest, Names) {
  for (const AlgorithmRow& row : kAlgorithms) {
    EXPECT_EQ(KeyAlgorithmName(row.algorithm), row.name);
    for (const std::string& spelling :
         {std::string(row.name), absl::AsciiStrToLower(row.name),
          absl::AsciiStrToUpper(row.name)}) {
      const absl::StatusOr<KeyAlgorithm> parsed = ParseKeyAlgorithm(spelling);
      ASSERT_TRUE(parsed.ok()) << spelling;
      EXPECT_EQ(*parsed, row.algorithm);
    }
  }
  for (const char* bad : {"", "RSA", "RSA-1024", "P-256", "ECDSA-P521"}) {
    const absl::Status status = ParseKeyAlgorithm(bad).status();
    EXPECT_EQ(ReasonOf(status), Reason::kInvalid) << bad;
    EXPECT_TRUE(absl::StrContains(status.message(), "RSA-2048, RSA-3072"));
  }
}

// Checks `signature` of "message" with the openssl command.
std::string VerifyWithOpenssl(const CommandFolder& folder, const PublicKey& key,
                              const std::string& signature) {
  folder.Write("message", "message");
  folder.Write("signature", signature);
  folder.Write("public", key.ToPem());
  const std::string digest = key.curve() == "P-384"   ? "-sha384"
                             : key.curve() == "P-521" ? "-sha512"
                                                      : "-sha256";
  std::string output;
  const bool raw = key.type() == KeyType::kEd25519;
  folder.Try(absl::StrCat("openssl pkeyutl -verify -pubin -inkey public "
                          "-rawin -in message -sigfile signature ",
                          raw ? "" : "-digest " + digest.substr(1)),
             &output);
  return output;
}

TEST(PrivateKeyTest, GeneratesWhatOpensslReads) {
  const CommandFolder folder;
  for (const AlgorithmRow& row : kAlgorithms) {
    SCOPED_TRACE(row.name);
    const absl::StatusOr<PrivateKey> key = PrivateKey::Generate(row.algorithm);
    ASSERT_TRUE(key.ok()) << key.status();
    EXPECT_EQ(key->public_key().ToString(), row.public_name);
    folder.Write("key", Reveal(key->ToPem()));
    EXPECT_EQ(folder.Run("openssl pkey -in key -pubout"),
              key->public_key().ToPem());
    const absl::StatusOr<std::string> signature = key->Sign("message");
    ASSERT_TRUE(signature.ok()) << signature.status();
    EXPECT_TRUE(absl::StrContains(
        VerifyWithOpenssl(folder, key->public_key(), *signature),
        "Signature Verified Successfully"));
    const absl::StatusOr<PrivateKey> again =
        PrivateKey::FromPem(Reveal(key->ToPem()), "again");
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_EQ(again->public_key(), key->public_key());
  }
}

TEST(PrivateKeyTest, TwoKeysAreNotTheSame) {
  const absl::StatusOr<PrivateKey> a =
      PrivateKey::Generate(KeyAlgorithm::kEcdsaP256);
  const absl::StatusOr<PrivateKey> b =
      PrivateKey::Generate(KeyAlgorithm::kEcdsaP256);
  ASSERT_TRUE(a.ok() && b.ok());
  EXPECT_FALSE(a->public_key() == b->public_key());
}

struct FileRow {
  const char* command;  // Writes the file "key".
  const char* type;     // Of the key; or "!" and the Reason's name.
};
constexpr FileRow kFiles[] = {
    {"openssl genrsa -out key 2048", "RSA-2048"},
    {"openssl genrsa -traditional -out key 2048", "RSA-2048"},
    {"openssl ecparam -name prime256v1 -genkey -out key", "ECDSA-P256"},
    {"openssl ecparam -name secp384r1 -genkey -noout -out key", "ECDSA-P384"},
    {"openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-521 -out key",
     "ECDSA-P521"},
    {"openssl genpkey -algorithm ED25519 -out key", "Ed25519"},
    {"openssl req -x509 -newkey rsa:2048 -nodes -keyout k -subj /CN=x -out c "
     "&& cat c k > key",
     "RSA-2048"},
    {"openssl genrsa -aes128 -passout pass:secret -out key 2048",
     "!Unsupported"},
    {"openssl genrsa -traditional -aes128 -passout pass:secret -out key 2048",
     "!Unsupported"},
    {"openssl ecparam -name secp256k1 -genkey -noout -out key", "!Unsupported"},
    {"openssl ecparam -name secp224r1 -genkey -noout -out key", "!Unsupported"},
    {"openssl ecparam -name prime256v1 -param_enc explicit -genkey -noout "
     "-out key",
     "ECDSA-P256"},
    {"openssl genpkey -algorithm X25519 -out key", "!Unsupported"},
    {"openssl genpkey -algorithm ED448 -out key", "!Unsupported"},
    {"openssl genrsa 2048 | openssl rsa -pubout > key", "!NotFound"},
    {"printf '' > key", "!NotFound"},
};

TEST(PrivateKeyTest, ReadsOpensslsFiles) {
  const CommandFolder folder;
  for (const FileRow& row : kFiles) {
    SCOPED_TRACE(row.command);
    folder.Run(row.command);
    const absl::StatusOr<PrivateKey> key =
        PrivateKey::FromPem(folder.Read("key"), "ca.key");
    const std::string type =
        key.ok() ? key->public_key().ToString()
                 : absl::StrCat("!", ReasonName(ReasonOf(key.status())));
    EXPECT_EQ(type, row.type) << key.status();
    if (!key.ok()) {
      EXPECT_TRUE(absl::StartsWith(key.status().message(), "ca.key:"));
      continue;
    }
    const absl::StatusOr<std::string> signature = key->Sign("message");
    ASSERT_TRUE(signature.ok());
    EXPECT_TRUE(absl::StrContains(
        VerifyWithOpenssl(folder, key->public_key(), *signature),
        "Successfully"));
  }
}

struct BadRow {
  const char* pem;
  const char* message;
};
constexpr BadRow kBad[] = {
    {"", "k: no private key in it"},
    {"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n",
     "k: no private key in it"},
    {"-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n",
     "k:1: malformed private key"},
    {"\n-----BEGIN RSA PRIVATE KEY-----\nMAA=\n-----END RSA PRIVATE KEY-----\n",
     "k:2: malformed private key"},
    {"-----BEGIN EC PRIVATE KEY-----\nMAA=\n-----END EC PRIVATE KEY-----\n",
     "k:1: malformed private key"},
    {"-----BEGIN EC PRIVATE KEY-----\n-----END EC PRIVATE KEY-----\n",
     "k:1: malformed private key"},
};

TEST(PrivateKeyTest, BadOnesNameTheirPlaceAndNothingElse) {
  for (const BadRow& row : kBad) {
    EXPECT_EQ(PrivateKey::FromPem(row.pem, "k").status().message(),
              row.message);
  }
}

TEST(PrivateKeyTest, BytesAfterTheKeyAreRefused) {
  const CommandFolder folder;
  folder.Run(
      "openssl genpkey -algorithm ED25519 -outform DER -out d && printf '\\0' "
      ">> d && (echo '-----BEGIN PRIVATE KEY-----'; base64 d; echo '-----END "
      "PRIVATE KEY-----') > key");
  EXPECT_EQ(ReasonOf(PrivateKey::FromPem(folder.Read("key")).status()),
            Reason::kMalformed);
}

TEST(PrivateKeyTest, SignaturesFailForAnotherMessage) {
  const CommandFolder folder;
  const absl::StatusOr<PrivateKey> key =
      PrivateKey::Generate(KeyAlgorithm::kEcdsaP256);
  ASSERT_TRUE(key.ok());
  const absl::StatusOr<std::string> signature = key->Sign("another");
  ASSERT_TRUE(signature.ok());
  EXPECT_TRUE(absl::StrContains(
      VerifyWithOpenssl(folder, key->public_key(), *signature), "Failure"));
}

TEST(PrivateKeyTest, DoesNotPrint) {
  const absl::StatusOr<PrivateKey> key =
      PrivateKey::Generate(KeyAlgorithm::kEd25519);
  ASSERT_TRUE(key.ok());
  std::ostringstream out;
  out << key->ToPem();
  EXPECT_EQ(out.str(), "[redacted]");
  EXPECT_TRUE(
      absl::StartsWith(Reveal(key->ToPem()), "-----BEGIN PRIVATE KEY-----\n"));
}

}  // namespace
}  // namespace gatehouse::pki
