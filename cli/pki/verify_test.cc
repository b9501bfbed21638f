#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cli/pki/pki_fixture.h"
#include "gtest/gtest.h"

namespace gatehouse::cli {
namespace {

TEST(VerifyTest, TheChain) {
  InitCluster();
  MakeUser("john");
  const Result result = Gatehouse("pki verify --dir $D $john.crt");
  EXPECT_EQ(result.status, 0);
  // A serial number may be short, and so may its column.
  EXPECT_EQ(
      Masked(result.out, {{"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z", "TIME"},
                          {"(?:[0-9a-f]{2}){12,}", "SERIAL"},
                          {" {3,}", " | "}}),
      "yes\n"
      "0 | CN=john,O=examplegroup | SERIAL | until TIME\n"
      "1 | CN=kubernetes | SERIAL | until TIME | trusted CA\n");
}

TEST(VerifyTest, AnIntermediate) {
  // A CA below the cluster's, by openssl.
  InitCluster();
  Shell(
      "printf 'basicConstraints=critical,CA:TRUE\\nkeyUsage=keyCertSign\\n' "
      "> ca.ext; printf 'extendedKeyUsage=clientAuth\\n' > leaf.ext; "
      "openssl ecparam -name prime256v1 -genkey -noout -out sub.key; "
      "openssl req -new -key sub.key -subj /CN=sub -out sub.csr; "
      "openssl x509 -req -in sub.csr -CA D/ca.crt -CAkey D/ca.key "
      "-set_serial 7 -extfile ca.ext -out sub.crt 2>/dev/null; "
      "openssl ecparam -name prime256v1 -genkey -noout -out leaf.key; "
      "openssl req -new -key leaf.key -subj /CN=ann -out leaf.csr; "
      "openssl x509 -req -in leaf.csr -CA sub.crt -CAkey sub.key "
      "-set_serial 8 -extfile leaf.ext -out leaf.crt 2>/dev/null");
  EXPECT_EQ(Gatehouse("pki verify --client-ca-file $D/ca.crt $leaf.crt").status,
            1);
  const Result result =
      Gatehouse("pki verify --client-ca-file $D/ca.crt $leaf.crt $sub.crt");
  EXPECT_EQ(result.status, 0) << result.out << result.err;
  EXPECT_TRUE(absl::StrContains(result.out, "1     CN=sub"));
  EXPECT_TRUE(absl::StrContains(result.out, "2     CN=kubernetes"));
}

struct Row {
  const char* flags;
  const char* file;
  int status;
  const char* out;
};

TEST(VerifyTest, Verdicts) {
  InitCluster();
  MakeUser("john");
  MakeUser("mary");
  Must("pki revoke --dir $D $mary.crt");
  Shell(
      "openssl req -x509 -newkey rsa:1024 -nodes -keyout weak.key -out "
      "weak.crt -subj /CN=weak 2>/dev/null");
  const Row rows[] = {
      {"--client-ca-file $D/ca.crt", "$john.crt", 0, "yes\n"},
      {"--client-ca-file $D/ca.crt --usage any", "$D/apiserver.crt", 0,
       "yes\n"},
      {"--client-ca-file $D/ca.crt --usage 'server auth'", "$D/apiserver.crt",
       0, "yes\n"},
      {"--client-ca-file $D/ca.crt", "$D/apiserver.crt", 1,
       "no: x509: certificate specifies an incompatible key usage\n"
       "Reason:        IncompatibleUsage\n"},
      {"--client-ca-file $D/etcd/ca.crt", "$john.crt", 1,
       "no: x509: certificate signed by unknown authority"},
      {"--client-ca-file $D/ca.crt --at 2090-01-01T00:00:00Z", "$john.crt", 1,
       "no: x509: certificate has expired or is not yet valid: current time "
       "2090-01-01T00:00:00Z is after"},
      {"--client-ca-file $D/ca.crt --at 2001-01-01T00:00:00Z", "$john.crt", 1,
       "no: x509: certificate has expired or is not yet valid: current time "
       "2001-01-01T00:00:00Z is before"},
      {"--client-ca-file $D/ca.crt", "$mary.crt", 0, "yes\n"},
      {"--client-ca-file $D/ca.crt --client-crl-file $D/ca.crl", "$mary.crt", 1,
       "no: certificate CN=mary,O=examplegroup"},
      {"--client-ca-file $D/ca.crt --revocation-file $D/revoked.yaml",
       "$mary.crt", 1, "no: certificate CN=mary,O=examplegroup"},
      {"--client-ca-file $D/ca.crt --require-revocation", "$john.crt", 1,
       "no: "},
      {"--dir $D --require-revocation", "$john.crt", 0, "yes\n"},
      {"--dir $D", "$john.crt", 0, "yes\n"},
      {"--client-ca-file $weak.crt", "$weak.crt", 1, "no: "},
      {"--client-ca-file $weak.crt --verification-policy kubernetes",
       "$weak.crt", 0, "yes\n"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(absl::StrCat(row.flags, " ", row.file));
    // The words of RunLine cannot hold spaces.
    const bool server = absl::StrContains(row.flags, "'server auth'");
    const Result result =
        server
            ? RunArgs({"pki", "verify", "--client-ca-file", PathOf("D/ca.crt"),
                       "--usage", "server auth", PathOf("D/apiserver.crt")})
            : Gatehouse(absl::StrCat("pki verify ", row.flags, " ", row.file));
    EXPECT_EQ(result.status, row.status) << result.err;
    EXPECT_EQ(result.err, "");
    EXPECT_TRUE(absl::StartsWith(result.out, row.out)) << result.out;
  }
}

struct ReasonRow {
  const char* flags;
  const char* reason;
};

TEST(VerifyTest, ReasonsAreStable) {
  InitCluster();
  MakeUser("john");
  Must("pki revoke --dir $D $john.crt");
  const ReasonRow rows[] = {
      {"--dir $D", "Revoked"},
      {"--client-ca-file $D/etcd/ca.crt", "UnknownAuthority"},
      {"--client-ca-file $D/ca.crt --at 2090-01-01T00:00:00Z", "Expired"},
      {"--client-ca-file $D/ca.crt --at 2001-01-01T00:00:00Z", "NotYetValid"},
      {"--client-ca-file $D/ca.crt --usage timestamping", "IncompatibleUsage"},
      {"--client-ca-file $D/ca.crt --require-revocation", "Stale"},
  };
  for (const ReasonRow& row : rows) {
    SCOPED_TRACE(row.flags);
    const Result text =
        Gatehouse(absl::StrCat("pki verify ", row.flags, " $john.crt"));
    EXPECT_EQ(text.status, 1);
    EXPECT_TRUE(absl::StrContains(
        text.out, absl::StrCat("\nReason:        ", row.reason, "\n")))
        << text.out;
    const Result json =
        Gatehouse(absl::StrCat("pki verify -o json ", row.flags, " $john.crt"));
    EXPECT_EQ(json.status, 1);
    EXPECT_TRUE(absl::StrContains(json.out, "\"accepted\": \"no\""));
    EXPECT_TRUE(absl::StrContains(
        json.out, absl::StrCat("\"reason\": \"", row.reason, "\"")))
        << json.out;
  }
}

// A list past its nextUpdate: refuse, trust for a while, trust.
TEST(VerifyTest, StaleLists) {
  InitCluster();
  MakeUser("john");
  // The list of D is good for 30 days, john for a year.
  const std::string later =
      Shell("date -u -d '+40 days' +%FT%TZ | tr -d '\\n'");
  const Row rows[] = {
      {"", "", 1, "no: "},
      {"--stale-revocation refuse", "", 1, "no: "},
      {"--stale-revocation 24h", "", 1, "no: "},
      {"--stale-revocation 480h", "", 0, "yes\n"},
      {"--stale-revocation trust", "", 0, "yes\n"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.flags);
    const Result result = Gatehouse(absl::StrCat(
        "pki verify --dir $D --at ", later, " ", row.flags, " $john.crt"));
    EXPECT_EQ(result.status, row.status) << result.err;
    EXPECT_TRUE(absl::StartsWith(result.out, row.out)) << result.out;
    if (row.status == 1) {
      EXPECT_TRUE(absl::StrContains(result.out, "Reason:        Stale\n"));
    }
  }
}

TEST(VerifyTest, Errors) {
  InitCluster();
  const Row rows[] = {
      {"$D/ca.crt", "", 2, "error: no CA: give --client-ca-file FILE\n"},
      {"--dir $D", "", 2, "error: CERT is required"},
      {"--dir $D $none", "", 2, "error: $none: open: No such file"},
      {"--dir $D $D/ca.key", "", 2, "error: $D/ca.key"},
      {"--dir $D --usage signing $D/ca.crt", "", 2,
       "error: --usage: want an extended key usage"},
      {"--dir $D --usage x $D/ca.crt", "", 2,
       "error: --usage: want an extended key usage"},
      {"--client-ca-file $D/ca.crt --client-crl-file $D/etcd/ca.crl $D/ca.crt",
       "", 2, "error: "},
      {"--client-ca-file $D/ca.crt --revocation-file $D/ca.crt $D/ca.crt", "",
       2, "error: $D/ca.crt"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.flags);
    const Result result = Gatehouse(absl::StrCat("pki verify ", row.flags));
    EXPECT_EQ(result.status, row.status);
    EXPECT_EQ(result.out, "");
    EXPECT_TRUE(absl::StartsWith(result.err, row.out)) << result.err;
  }
}

}  // namespace
}  // namespace gatehouse::cli
