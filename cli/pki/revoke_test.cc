#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cli/pki/pki_fixture.h"
#include "gtest/gtest.h"

namespace gatehouse::cli {
namespace {

TEST(RevokeTest, WritesAllThree) {
  InitCluster();
  MakeUser("john");
  const std::string said =
      Must("pki revoke --dir $D --reason cessationOfOperation $john.crt");
  EXPECT_EQ(Masked(said, {{"(?:[0-9a-f]{2}){12,}", "SERIAL"}}),
            "revoked CN=john,O=examplegroup, serial SERIAL\n");
  EXPECT_TRUE(absl::StrContains(ReadTestFile("D/revoked.yaml"),
                                "reason: cessationOfOperation\n"));
  EXPECT_TRUE(absl::StrContains(
      Shell("openssl crl -in D/ca.crl -CAfile D/ca.crt -noout -text"),
      "Cessation Of Operation"));
  EXPECT_TRUE(absl::StrContains(Must("pki list --dir $D --user john --all"),
                                "revoked (cessationOfOperation)\n"));
  EXPECT_FALSE(
      absl::StrContains(Must("pki list --dir $D --user john"), "examplegroup"));
  // Again: nothing is wrong with it, and nothing is there twice.
  Must("pki revoke --dir $D $john.crt");
  EXPECT_TRUE(absl::StrContains(Must("pki crl show --dir $D"),
                                "  Revoked:            1\n"));
}

TEST(RevokeTest, SeveralAtOnce) {
  InitCluster();
  MakeUser("john");
  MakeUser("mary");
  Shell("cat john.crt D/ca.crt > chain.pem");
  Must("pki revoke --dir $D $chain.pem $mary.crt");
  const std::string list = Must("pki crl show --dir $D");
  EXPECT_TRUE(absl::StrContains(list, "  Revoked:            2\n")) << list;
}

struct ErrorRow {
  const char* flags;
  const char* error;
};

TEST(RevokeTest, Errors) {
  InitCluster();
  MakeUser("john");
  Shell(
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes "
      "-keyout o.key -out other.crt -subj /CN=other 2>/dev/null");
  const ErrorRow rows[] = {
      {"--dir $D", "error: CERT is required"},
      {"$john.crt", "error: --dir is required"},
      {"--dir $D --reason bored $john.crt", "error: "},
      {"--dir $D --reason removeFromCRL $john.crt",
       "error: reason removeFromCRL takes nothing back"},
      {"--dir $D $none.crt", "error: $none.crt: open: No such file"},
      {"--dir $D $john.key", "error: $john.key"},
      {"--dir $D $other.crt", "error: "},
      {"--dir $D $john.crt $none.crt", "error: $none.crt: open: No such file"},
  };
  for (const ErrorRow& row : rows) {
    SCOPED_TRACE(row.flags);
    const Result result = Gatehouse(absl::StrCat("pki revoke ", row.flags));
    EXPECT_EQ(result.status, 2);
    EXPECT_EQ(result.out, "");
    EXPECT_TRUE(absl::StartsWith(result.err, row.error)) << result.err;
  }
  // None of them was taken back, not even beside a bad one.
  EXPECT_TRUE(absl::StrContains(Must("pki crl show --dir $D"),
                                "  Revoked:            0\n"));
  EXPECT_FALSE(absl::StrContains(ReadTestFile("D/revoked.yaml"), "serial"));
}

TEST(RevokeTest, WithoutTheCasKeyTheDenyListIsWritten) {
  InitCluster();
  MakeUser("john");
  Shell("mv D/ca.key away.key");
  const Result result = Gatehouse("pki revoke --dir $D $john.crt");
  EXPECT_EQ(result.status, 2);
  EXPECT_TRUE(absl::StrContains(result.err, "the key of the CA that signed it"))
      << result.err;
  EXPECT_EQ(Gatehouse("pki verify --dir $D $john.crt").status, 1);
}

TEST(CrlTest, Show) {
  InitCluster();
  MakeUser("john");
  Must("pki revoke --dir $D --reason keyCompromise $john.crt");
  const std::string page =
      Masked(Must("pki crl show --dir $D"),
             {{"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z", "TIME"},
              {"(?:[0-9a-f]{2}){12,}", "SERIAL"}});
  EXPECT_EQ(page, R"($D/ca.crl:1: certificate revocation list
  Version:            2
  Issuer:             CN=kubernetes
  Number:             0x02
  This update:        TIME
  Next update:        TIME
  Signature:          valid
  Revoked:            1
    SERIAL   TIME   keyCompromise
)");
  // The serial number is shown as that of the certificate.
  const std::string serial = Shell(
      "openssl x509 -in john.crt -noout -serial | cut -d= -f2 | tr A-F "
      "a-f | tr -d '\\n'");
  EXPECT_TRUE(absl::StrContains(Must("pki crl show --dir $D"),
                                absl::StrCat("    ", serial, "   ")));
  EXPECT_TRUE(absl::StrContains(Must("pki crl show $D/ca.crl"),
                                "  Signature:          not checked: "));
  EXPECT_TRUE(absl::StrContains(
      Must("pki crl show --client-ca-file $D/etcd/ca.crt $D/ca.crl"),
      "  Signature:          not valid: "));
  EXPECT_TRUE(
      absl::StrContains(Must("pki crl show --dir $D --at 2090-01-01T00:00:00Z"),
                        "(passed: the list is stale)\n"));
  EXPECT_TRUE(absl::StrContains(Must("pki crl show --dir $D -o json"),
                                "\"reason\": \"keyCompromise\""));
}

TEST(CrlTest, AloneItShows) {
  InitCluster();
  EXPECT_EQ(Must("pki crl --dir $D"), Must("pki crl show --dir $D"));
  EXPECT_EQ(Must("pki crl --dir $D -o json"),
            Must("pki crl show --dir $D -o json"));
  // What is no subcommand is no file either.
  EXPECT_EQ(Gatehouse("pki crl shwo --dir $D").status, 2);
  // A subcommand has flags of its own.
  EXPECT_EQ(Gatehouse("pki crl --dir $D renew").status, 2);
}

TEST(CrlTest, Renew) {
  InitCluster();
  MakeUser("john");
  Must("pki revoke --dir $D $john.crt");
  EXPECT_EQ(Must("pki crl renew --dir $D --crl-expiration 2h"),
            "renewed the revocation lists\n");
  const std::string page = Must("pki crl show --dir $D");
  EXPECT_TRUE(absl::StrContains(page, "  Number:             0x03\n"));
  EXPECT_TRUE(absl::StrContains(page, "  Revoked:            1\n"));
  EXPECT_EQ(Shell("openssl crl -in D/ca.crl -CAfile D/ca.crt -noout"),
            "verify OK\n");
  EXPECT_EQ(Gatehouse("pki verify --dir $D $john.crt").status, 1);
}

TEST(CrlTest, Sign) {
  InitCluster();
  const std::string serials =
      "# leaked\n"
      "9cf3f468 2026-11-22T18:00:00Z keyCompromise\n"
      "\n"
      "01:02:03\n"
      "7 2026-11-22T18:00:00Z\n";
  const std::string line =
      "pki crl sign --ca-cert $D/ca.crt --ca-key $D/ca.key --serials - ";
  EXPECT_EQ(Must(line + "--out $own.crl", serials), "");
  const std::string text =
      Shell("openssl crl -in own.crl -CAfile D/ca.crt -noout -text");
  for (const char* part :
       {"verify OK\n", "Serial Number: 9CF3F468\n", "Serial Number: 010203\n",
        "Serial Number: 07\n", "Key Compromise\n",
        "Revocation Date: Nov 22 18:00:00 2026 GMT\n"}) {
    EXPECT_TRUE(absl::StrContains(text, part)) << part << " in " << text;
  }
  // On it goes: what is there stays, the number is the next.
  Must(line + "--base $own.crl --out $own.crl", "7 2020-01-01T00:00:00Z\nff\n");
  const std::string page = Must("pki crl show $own.crl");
  EXPECT_TRUE(absl::StrContains(page, "  Number:             0x02\n")) << page;
  EXPECT_TRUE(absl::StrContains(page, "  Revoked:            4\n")) << page;
  EXPECT_TRUE(absl::StrContains(page, "    07         2026-11-22")) << page;
  // And without serials, to stdout.
  EXPECT_TRUE(absl::StartsWith(
      Must("pki crl sign --ca-cert $D/ca.crt --ca-key $D/ca.key"),
      "-----BEGIN X509 CRL-----\n"));
}

struct SignRow {
  const char* flags;
  const char* in;
  const char* error;
};

TEST(CrlTest, Errors) {
  InitCluster();
  const SignRow rows[] = {
      {"show", "",
       "error: no list: give --dir with a ca.crl in it, or FILE to 'pki crl "
       "show'\n"},
      {"show $D/ca.key --at x", "", "error: --at: want a time"},
      {"show $none.crl", "", "error: $none.crl: open: No such file"},
      {"renew", "", "error: --dir is required"},
      {"renew --dir $nowhere", "", "error: "},
      {"sign --ca-key $D/ca.key", "", "error: --ca-cert is required"},
      {"sign --ca-cert $D/ca.crt", "", "error: --ca-key is required"},
      {"sign --ca-cert $D/ca.crt --ca-key $D/etcd/ca.key", "", "error: "},
      {"sign --ca-cert $D/ca.crt --ca-key $D/ca.key --serials -", "07\nxyz\n",
       "error: stdin:2: want a serial number in hexadecimal"},
      {"sign --ca-cert $D/ca.crt --ca-key $D/ca.key --serials -", "07 monday\n",
       "error: stdin:1: want a time such as"},
      {"sign --ca-cert $D/ca.crt --ca-key $D/ca.key --serials -",
       "07 2026-11-22T18:00:00Z bored\n", "error: stdin:1: "},
      {"sign --ca-cert $D/ca.crt --ca-key $D/ca.key --base $D/ca.crt", "",
       "error: $D/ca.crt"},
  };
  for (const SignRow& row : rows) {
    SCOPED_TRACE(row.flags);
    const Result result =
        Gatehouse(absl::StrCat("pki crl ", row.flags), row.in);
    EXPECT_EQ(result.status, 2);
    EXPECT_EQ(result.out, "");
    EXPECT_TRUE(absl::StartsWith(result.err, row.error)) << result.err;
  }
}

}  // namespace
}  // namespace gatehouse::cli
