#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cli/pki/pki_fixture.h"
#include "gtest/gtest.h"

namespace gatehouse::cli {
namespace {

const std::vector<Mask>& Masks() {
  static const auto* const masks = new std::vector<Mask>{
      {"\\([0-9]{10,}\\)", "(DECIMAL)"},
      {"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z", "TIME"},
      {"(?m)^ {22}[0-9a-f:]+\\n", ""},
      {"(?:[0-9a-f]{2}:){17,}[0-9a-f]{0,2}:?", "HEX"},
      {"(?:[0-9a-f]{2}){14,}", "HEX"},
  };
  return *masks;
}

TEST(InspectTest, ThePageOfACertificate) {
  InitCluster();
  MakeUser("john");
  EXPECT_EQ(Masked(Must("pki inspect --dir $D $john.crt"), Masks()),
            R"($john.crt:1: certificate
  Version:            3
  Serial number:      HEX (DECIMAL)
  Subject:            CN=john,O=examplegroup
  Issuer:             CN=kubernetes
  Not before:         TIME
  Not after:          TIME
  Public key:         ECDSA-P256
  Key bits:           HEX
  Key SHA-256:        HEX
  Extensions:
    X509v3 Key Usage (critical):
      Digital Signature, Key Encipherment
    X509v3 Extended Key Usage:
      TLS Web Client Authentication
    X509v3 Basic Constraints (critical):
      CA:FALSE
    X509v3 Subject Key Identifier:
      HEX
    X509v3 Authority Key Identifier:
      HEX
  Signature:          ecdsa-with-SHA256
  Signature value:    HEX
  SHA-256:            HEX
To an API server:
  User:               john
  Groups:             examplegroup
  UID:                -
  Credential:         X509SHA256=HEX
  Signed by:          $D/ca.crt
  CA:                 CN=kubernetes
  Accepted:           yes
  Revoked:            no
)");
}

// What openssl tells is there, digit by digit.
TEST(InspectTest, TheSameBytesAsOpenssl) {
  Shell(
      "openssl req -x509 -newkey rsa:2048 -nodes -keyout k.pem -out c.crt "
      "-subj /CN=x -days 3 -set_serial 0x0123456789abcdef "
      "-addext subjectAltName=DNS:a.example,IP:10.0.0.7,email:a@example.com,"
      "URI:https://example.com/ -addext "
      "nameConstraints=critical,permitted\\;DNS:example,excluded\\;IP:10.0.0."
      "0/255.0.0.0 -addext nsComment=hello -addext "
      "crlDistributionPoints=URI:http://crl.example/ 2>/dev/null");
  const std::string page = Must("pki inspect $c.crt");
  const std::string modulus = Shell(
      "openssl x509 -in c.crt -noout -modulus | cut -d= -f2 | tr A-F a-f "
      "| tr -d '\\n'");
  std::string digits;
  for (const char c : page) {
    if (absl::ascii_isxdigit(static_cast<unsigned char>(c))) digits += c;
  }
  ASSERT_EQ(modulus.size(), 512U);
  EXPECT_TRUE(absl::StrContains(digits, "00" + modulus));
  for (const char* part : {
           "  Serial number:      0123456789abcdef (81985529216486895)\n",
           "  Exponent:           65537\n",
           "  Public key:         RSA-2048\n",
           "      DNS:a.example\n",
           "      IP Address:10.0.0.7\n",
           "      email:a@example.com\n",
           "      URI:https://example.com/\n",
           "    X509v3 Name Constraints (critical):\n"
           "      Permitted: DNS:example\n"
           "      Excluded: IP Address:10.0.0.0/255.0.0.0\n",
           "    X509v3 CRL Distribution Points:\n"
           "      URI:http://crl.example/\n",
           "    Netscape Comment:\n      16:05:68:65:6c:6c:6f\n",
           "  Accepted:           not asked: give --client-ca-file or --dir\n",
           "  Revoked:            not asked: give --client-crl-file, "
           "--revocation-file or --dir\n",
           "  - A CA: what it signs is trusted where it is.\n",
       }) {
    EXPECT_TRUE(absl::StrContains(page, part)) << part << "\nin\n" << page;
  }
}

struct NoteRow {
  const char* subject;
  const char* extension;
  const char* note;
};

TEST(InspectTest, WhatToKnow) {
  const NoteRow rows[] = {
      {"/O=dev", "extendedKeyUsage=clientAuth", "  - No CommonName: "},
      {"/CN=a/O=system:masters", "extendedKeyUsage=clientAuth",
       "  - Member of system:masters: "},
      {"/CN=a", "keyUsage=digitalSignature", "  - No extended key usage: "},
      {"/CN=a", "extendedKeyUsage=serverAuth",
       "  - Its extended key usages do not allow client authentication"},
      {"/CN=a", "1.2.3.4=critical,DER:0500",
       "  - Critical extension 1.2.3.4 is not known here"},
  };
  for (const NoteRow& row : rows) {
    SCOPED_TRACE(row.note);
    Shell(absl::StrCat(
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes "
        "-keyout k.pem -out c.crt -subj '",
        row.subject, "' -addext basicConstraints=CA:FALSE -addext '",
        row.extension, "' 2>/dev/null"));
    const std::string page = Must("pki inspect $c.crt");
    EXPECT_TRUE(absl::StrContains(page, row.note)) << page;
  }
}

struct VerdictRow {
  const char* flags;
  const char* file;
  std::vector<const char*> parts;
};

TEST(InspectTest, WhoItIsToTheServer) {
  InitCluster();
  MakeUser("john");
  MakeUser("mary");
  Must("pki revoke --dir $D --reason keyCompromise $john.crt");
  const VerdictRow rows[] = {
      {"--dir $D",
       "$john.crt",
       {"Accepted:           no (Revoked)\n",
        "Revoked:            yes: certificate CN=john,O=examplegroup"}},
      {"--dir $D",
       "$mary.crt",
       {"Accepted:           yes\n", "Revoked:            no\n"}},
      {"--client-ca-file $D/ca.crt",
       "$john.crt",
       {"Accepted:           yes\n",
        "Revoked:            not known: no list was given\n"}},
      {"--dir $D --at 2090-01-01T00:00:00Z --stale-revocation trust",
       "$john.crt",
       {"Accepted:           no: x509: certificate has expired or is not yet "
        "valid",
        "(Expired)\n", "Revoked:            yes: "}},
      {"--dir $D --at 2090-01-01T00:00:00Z",
       "$mary.crt",
       {"(Expired)\n", "Revoked:            not known: "}},
      {"--dir $D",
       "$D/etcd/server.crt",
       {"Signed by:          $D/etcd/ca.crt\n",
        "Accepted:           no: x509: certificate signed by unknown authority",
        "Revoked:            not known: it leads to none of the CAs\n"}},
      {"--dir $D",
       "$D/apiserver.crt",
       {"Signed by:          $D/ca.crt\n", "(IncompatibleUsage)\n"}},
      {"--client-ca-file $D/front-proxy-ca.crt",
       "$john.crt",
       {"(UnknownAuthority)\n"}},
  };
  for (const VerdictRow& row : rows) {
    SCOPED_TRACE(absl::StrCat(row.flags, " ", row.file));
    const std::string page =
        Must(absl::StrCat("pki inspect ", row.flags, " ", row.file));
    for (const char* part : row.parts) {
      EXPECT_TRUE(absl::StrContains(page, part)) << part << "\nin\n" << page;
    }
  }
}

TEST(InspectTest, Json) {
  InitCluster();
  MakeUser("john");
  const std::string json =
      Masked(Must("pki inspect --dir $D -o json $john.crt"), Masks());
  for (const char* part : {
           "\"username\": \"john\"",
           "\"groups\": [\n                    \"examplegroup\"\n",
           "\"accepted\": \"yes\"",
           "\"revoked\": \"no\"",
           "\"subject\": \"CN=john,O=examplegroup\"",
           "\"version\": 3",
           "\"signedBy\": \"$D/ca.crt\"",
           "\"name\": \"X509v3 Key Usage\"",
           "\"source\": \"$john.crt:1\"",
           "\"credentialId\": \"X509SHA256=HEX\"",
       }) {
    EXPECT_TRUE(absl::StrContains(json, part)) << part << "\nin\n" << json;
  }
  EXPECT_TRUE(absl::StrContains(Must("pki inspect -o yaml $john.crt"),
                                "    accepted: unknown\n"));
}

TEST(InspectTest, RequestsListsAndKeys) {
  InitCluster();
  Must(
      "pki csr --user eve --group system:masters --dns eve.example "
      "--key-algorithm ECDSA-P256 --out $eve.csr");
  const std::string page =
      Masked(Must("pki inspect --dir $D $eve.csr $eve.key $D/ca.crl $D/sa.pub"),
             Masks());
  EXPECT_EQ(page, R"($eve.csr:1: certificate request
  Subject:            CN=eve,O=system:masters
  Public key:         ECDSA-P256
  Key bits:           HEX
  Key SHA-256:        HEX
  Asked for:
    X509v3 Subject Alternative Name:
      DNS:eve.example
  Signature:          valid: its maker held the private key
To an API server, once signed:
  User:               eve
  Groups:             system:masters
  UID:                -
What to know:
  - Asks for system:masters, which kubernetes.io/kube-apiserver-client
    refuses.

$D/ca.crl:1: certificate revocation list
  Version:            2
  Issuer:             CN=kubernetes
  Number:             0x01
  This update:        TIME
  Next update:        TIME
  Signature:          valid
  Revoked:            0

$eve.key:1: private key
  Private key:        ECDSA-P256 (not shown)
  Key SHA-256:        HEX

$D/sa.pub:1: public key
  Public key:         ECDSA-P256
  Key bits:           HEX
  Key SHA-256:        HEX
)");
}

TEST(InspectTest, NoKeyIsShown) {
  InitCluster();
  for (const char* format : {"text", "json", "yaml"}) {
    const std::string page =
        Must(absl::StrCat("pki inspect $D/ca.key -o ", format));
    EXPECT_FALSE(absl::StrContains(page, "PRIVATE KEY"));
    // The secret number of a P-256 key has 64 digits; all digits shown are
    // those of the public half.
    EXPECT_EQ(Shell("openssl pkey -in D/ca.key -noout -text | grep -A3 priv: | "
                    "tail -3 | tr -d ' :\\n' | head -c 20")
                  .size(),
              20U);
    EXPECT_FALSE(absl::StrContains(
        page, Shell("openssl pkey -in D/ca.key -noout -text | grep -A1 priv: | "
                    "tail -1 | tr -d ' \\n' | head -c 30")));
  }
}

TEST(InspectTest, Der) {
  InitCluster();
  MakeUser("john");
  Shell(
      "openssl x509 -in john.crt -outform DER -out john.der; "
      "openssl crl -in D/ca.crl -outform DER -out crl.der; "
      "openssl req -in john.csr -outform DER -out csr.der");
  EXPECT_TRUE(absl::StrContains(Must("pki inspect $john.der"),
                                "$john.der: certificate\n"));
  EXPECT_TRUE(absl::StrContains(Must("pki inspect $crl.der"),
                                "$crl.der: certificate revocation list\n"));
  EXPECT_TRUE(absl::StrContains(Must("pki inspect $csr.der"),
                                "$csr.der: certificate request\n"));
  EXPECT_TRUE(absl::StrContains(Must("pki inspect -", ReadTestFile("john.der")),
                                "stdin: certificate\n"));
}

TEST(InspectTest, SeveralInOneFile) {
  InitCluster();
  MakeUser("john");
  Shell("cat john.crt D/ca.crt > both.pem");
  const std::string page = Must("pki inspect --dir $D $both.pem");
  EXPECT_TRUE(absl::StrContains(page, "$both.pem:1: certificate\n"));
  EXPECT_TRUE(absl::StrContains(page, "\n\n$both.pem:")) << page;
}

// What stands in a certificate cannot steer a terminal.
TEST(InspectTest, ControlCharactersAreShown) {
  Shell(
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes "
      "-keyout k.pem -out c.crt -subj $'/CN=a\\x1b[2Jb' 2>/dev/null");
  const std::string page = Must("pki inspect $c.crt");
  EXPECT_FALSE(absl::StrContains(page, "\x1b"));
}

struct ErrorRow {
  const char* flags;
  const char* in;
  const char* error;
};

TEST(InspectTest, Errors) {
  InitCluster();
  const ErrorRow rows[] = {
      {"", "", "error: FILE is required"},
      {"$none.crt", "", "error: $none.crt: open: No such file"},
      {"-", "",
       "error: stdin: no certificate, request, revocation list or key"},
      {"-", "rubbish", "error: stdin: no certificate, request"},
      {"-", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
       "error: stdin:1"},
      {"-", "\x30\x03\x02\x01\x01", "error: stdin"},
      {"--at yesterday -", "", "error: --at: want a time such as"},
      {"--client-crl-file $D/ca.crl $D/ca.crt", "",
       "error: no CA: give --client-ca-file FILE\n"},
      {"--client-ca-file $D/ca.key $D/ca.crt", "", "error: $D/ca.key"},
      {"--dir $nowhere $D/ca.crt", "", "error: $nowhere/ca.crt: "},
      {"--dir $D --stale-revocation soon $D/ca.crt", "",
       "error: --stale-revocation: want refuse, trust, or a duration"},
      {"--dir $D --verification-policy lax $D/ca.crt", "",
       "error: --verification-policy: lax not in {default,kubernetes}"},
      {"-o table $D/ca.crt", "", "error: --output: table not in"},
  };
  for (const ErrorRow& row : rows) {
    SCOPED_TRACE(row.flags);
    const Result result =
        Gatehouse(absl::StrCat("pki inspect ", row.flags), row.in);
    EXPECT_EQ(result.status, 2);
    EXPECT_EQ(result.out, "");
    EXPECT_TRUE(absl::StartsWith(result.err, row.error)) << result.err;
  }
}

}  // namespace
}  // namespace gatehouse::cli
