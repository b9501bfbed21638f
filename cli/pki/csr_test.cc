#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cli/pki/pki_fixture.h"
#include "gtest/gtest.h"

namespace gatehouse::cli {
namespace {

TEST(CsrTest, OpensslReadsIt) {
  EXPECT_EQ(Must("pki csr --user john --group dev --group ops --dns a.example "
                 "--ip 10.0.0.7 --ip fd00::1 --uri spiffe://example/john "
                 "--out $john.csr"),
            "");
  EXPECT_EQ(ModeOf("john.key"), "600");
  EXPECT_EQ(ModeOf("john.csr"), "644");
  EXPECT_EQ(Shell("openssl req -in john.csr -verify -noout -subject"),
            "Certificate request self-signature verify OK\n"
            "subject=O = dev, O = ops, CN = john\n");
  EXPECT_EQ(Shell("openssl rsa -in john.key -noout -text | head -1"),
            "Private-Key: (2048 bit, 2 primes)\n");
  EXPECT_TRUE(absl::StrContains(
      Shell("openssl req -in john.csr -noout -text"),
      "DNS:a.example, IP Address:10.0.0.7, IP Address:FD00:0:0:0:0:0:0:1, "
      "URI:spiffe://example/john"));
}

struct KeyRow {
  const char* algorithm;
  const char* text;
};

TEST(CsrTest, KindsOfKeys) {
  const KeyRow rows[] = {
      {"ECDSA-P256", "NIST CURVE: P-256"},
      {"ecdsa-p384", "NIST CURVE: P-384"},
      {"Ed25519", "ED25519"},
      {"RSA-3072", "(3072 bit"},
  };
  for (const KeyRow& row : rows) {
    SCOPED_TRACE(row.algorithm);
    Must(absl::StrCat("pki csr --user a --key-algorithm ", row.algorithm,
                      " --out $a.csr --force"));
    EXPECT_TRUE(absl::StrContains(
        Shell("openssl req -in a.csr -verify -noout -text"), row.text));
  }
}

TEST(CsrTest, AKeyIsNotOverwritten) {
  Must("pki csr --user john --key-algorithm ECDSA-P256 --out $john.csr");
  const std::string key = ReadTestFile("john.key");
  const std::string line =
      "pki csr --user john --key-algorithm ECDSA-P256 --out $john.csr";
  const Result result = Gatehouse(line);
  EXPECT_EQ(result.status, 2);
  EXPECT_TRUE(absl::StrContains(result.err, "$john.key")) << result.err;
  EXPECT_TRUE(absl::EndsWith(result.err, "; --force overwrites it\n"))
      << result.err;
  EXPECT_EQ(ReadTestFile("john.key"), key);
  Must(line + " --force");
  EXPECT_NE(ReadTestFile("john.key"), key);
  EXPECT_EQ(ModeOf("john.key"), "600");
}

TEST(CsrTest, AnExistingKey) {
  Shell("openssl ecparam -name prime256v1 -genkey -noout -out own.key");
  const std::string key = ReadTestFile("own.key");
  const std::string csr = Must("pki csr --user john --key $own.key");
  EXPECT_TRUE(absl::StartsWith(csr, "-----BEGIN CERTIFICATE REQUEST-----\n"));
  EXPECT_FALSE(absl::StrContains(csr, "PRIVATE"));
  EXPECT_EQ(ReadTestFile("own.key"), key);
}

TEST(CsrTest, NothingSecretIsPrinted) {
  const Result result = Gatehouse(
      "pki csr --user john --key-algorithm ECDSA-P256 --key-out $k.key");
  EXPECT_EQ(result.status, 0);
  EXPECT_FALSE(absl::StrContains(result.out + result.err, "PRIVATE"));
  EXPECT_EQ(ModeOf("k.key"), "600");
}

struct ErrorRow {
  const char* flags;
  const char* error;
};

TEST(CsrTest, Errors) {
  Shell("echo rubbish > rubbish.key");
  const ErrorRow rows[] = {
      {"", "error: --user is required; see 'gatehouse pki csr --help'\n"},
      {"--user '' --out $a.csr", "error: --user: want a name, got none\n"},
      {"--user a",
       "error: where should the key go? Give --key-out FILE, or --out "
       "FILE.csr\n"},
      {"--user a --out -",
       "error: where should the key go? Give --key-out FILE, or --out "
       "FILE.csr\n"},
      {"--user a --key-out -", "error: --key-out: a key is not printed\n"},
      {"--user a --out $a --key-out $a",
       "error: --out and --key-out are one file\n"},
      {"--user a --key $a.key --key-out $b.key",
       "error: --key reads a key and --key-out makes one: give one\n"},
      {"--user a --ip 10.0.0 --out $a.csr",
       "error: --ip: want an IP address, got \"10.0.0\"\n"},
      {"--user a --key $none.key",
       "error: $none.key: open: No such file or directory\n"},
  };
  for (const ErrorRow& row : rows) {
    SCOPED_TRACE(row.flags);
    const Result result = Gatehouse(absl::StrCat("pki csr ", row.flags));
    EXPECT_EQ(result.status, 2);
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(result.err, row.error);
  }
  const Result rubbish = Gatehouse("pki csr --user a --key $rubbish.key");
  EXPECT_EQ(rubbish.status, 2);
  EXPECT_TRUE(absl::StartsWith(rubbish.err, "error: $rubbish.key"));
  EXPECT_EQ(ModeOf("a.key"), "");
}

}  // namespace
}  // namespace gatehouse::cli
