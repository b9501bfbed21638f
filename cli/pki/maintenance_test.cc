// check-expiration, renew, rotate-ca and list.
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "cli/pki/pki_fixture.h"
#include "gtest/gtest.h"

namespace gatehouse::cli {
namespace {

const std::vector<Mask>& Masks() {
  static const auto* const masks = new std::vector<Mask>{
      {"[A-Z][a-z]{2} [0-9]{2}, [0-9]{4} [0-9:]{5} UTC", "DATE"},
      {"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z", "TIME"},
      {"(?:[0-9a-f]{2}){12,}", "SERIAL"},
  };
  return *masks;
}

TEST(CheckExpirationTest, Table) {
  InitCluster();
  const Result result = Gatehouse("pki check-expiration --dir $D");
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(
      Masked(result.out, Masks()),
      R"(CERTIFICATE                EXPIRES                  RESIDUAL TIME   CERTIFICATE AUTHORITY   EXTERNALLY MANAGED
admin.conf                 DATE   364d            ca                      no
apiserver                  DATE   364d            ca                      no
apiserver-etcd-client      DATE   364d            etcd-ca                 no
apiserver-kubelet-client   DATE   364d            ca                      no
controller-manager.conf    DATE   364d            ca                      no
etcd-healthcheck-client    DATE   364d            etcd-ca                 no
etcd-peer                  DATE   364d            etcd-ca                 no
etcd-server                DATE   364d            etcd-ca                 no
front-proxy-client         DATE   364d            front-proxy-ca          no
kubelet.conf               DATE   364d            ca                      no
scheduler.conf             DATE   364d            ca                      no
super-admin.conf           DATE   364d            ca                      no

CERTIFICATE AUTHORITY   EXPIRES                  RESIDUAL TIME   EXTERNALLY MANAGED
ca                      DATE   9y              no
etcd-ca                 DATE   9y              no
front-proxy-ca          DATE   9y              no
)");
}

TEST(CheckExpirationTest, ExpiredMissingAndElsewhere) {
  InitCluster();
  const Result later =
      Gatehouse("pki check-expiration --dir $D --at 2090-01-01T00:00:00Z");
  EXPECT_EQ(later.status, 1);
  EXPECT_TRUE(absl::StrContains(later.out, "<invalid>")) << later.out;
  Shell("rm D/apiserver.crt; mv D/etcd/ca.key away.key");
  const Result result = Gatehouse("pki check-expiration --dir $D");
  EXPECT_EQ(result.status, 0);
  EXPECT_TRUE(absl::StrContains(result.out, "\n!MISSING! apiserver "))
      << result.out;
  EXPECT_TRUE(absl::StrContains(Masked(result.out, Masks()),
                                "364d            etcd-ca                 yes"))
      << result.out;
}

TEST(CheckExpirationTest, Json) {
  InitCluster();
  const std::string json =
      Masked(Must("pki check-expiration --dir $D -o json"), Masks());
  EXPECT_TRUE(absl::StrContains(json,
                                R"(        {
            "caName": "ca",
            "expirationDate": "TIME",
            "name": "admin.conf",
            "residualTime": 31)"))
      << json;
  EXPECT_TRUE(absl::StrContains(json, "\"certificateAuthorities\": ["));
}

TEST(RenewTest, NewKeysOldNames) {
  InitCluster();
  const std::string before = ReadTestFile("D/apiserver.key");
  const std::string other = ReadTestFile("D/etcd/server.key");
  const std::string names = Shell(
      "openssl x509 -in D/apiserver.crt -noout -subject -ext "
      "subjectAltName");
  EXPECT_EQ(Must("pki renew --dir $D apiserver admin.conf --expiration 48h"),
            "renewed apiserver\nrenewed admin.conf\n");
  EXPECT_NE(ReadTestFile("D/apiserver.key"), before);
  EXPECT_EQ(ReadTestFile("D/etcd/server.key"), other);
  EXPECT_EQ(ModeOf("D/apiserver.key"), "600");
  EXPECT_EQ(Shell("openssl x509 -in D/apiserver.crt -noout -subject -ext "
                  "subjectAltName"),
            names);
  EXPECT_TRUE(
      absl::StrContains(Masked(Must("pki check-expiration --dir $D"), Masks()),
                        "apiserver                  DATE   1d"));
  const std::string all = Must("pki renew --dir $D all");
  EXPECT_EQ(std::vector<std::string>(absl::StrSplit(all, '\n')).size(), 13U);
}

struct ErrorRow {
  const char* line;
  const char* error;
};

TEST(MaintenanceTest, Errors) {
  InitCluster();
  const ErrorRow rows[] = {
      {"pki renew --dir $D", "error: NAME is required"},
      {"pki renew --dir $D all apiserver",
       "error: NAME: all stands for every name: give it alone\n"},
      {"pki renew --dir $D nothing", "error: "},
      {"pki renew --dir $D ca", "error: "},
      {"pki renew --dir $nowhere all", "error: "},
      {"pki renew all", "error: --dir is required"},
      {"pki rotate-ca --dir $D", "error: --step is required"},
      {"pki rotate-ca --dir $D --step back",
       "error: --step: back not in {trust-both,drop-old}"},
      {"pki rotate-ca --dir $D --step trust-both --ca none", "error: "},
      {"pki check-expiration", "error: --dir is required"},
      {"pki check-expiration --dir $D --at soon", "error: --at: want a time"},
      {"pki check-expiration --dir $nowhere",
       "error: $nowhere: no such directory\n"},
      {"pki list --dir $nowhere",
       "error: $nowhere/journal.db: no journal that can be read; gatehouse pki "
       "init makes one\n"},
      {"pki list", "error: --dir is required"},
  };
  for (const ErrorRow& row : rows) {
    SCOPED_TRACE(row.line);
    const Result result = Gatehouse(row.line);
    EXPECT_EQ(result.status, 2);
    EXPECT_EQ(result.out, "");
    EXPECT_TRUE(absl::StartsWith(result.err, row.error)) << result.err;
  }
  EXPECT_EQ(ModeOf("nowhere/journal.db"), "");
}

TEST(RotateCaTest, NobodyIsRefusedOnTheWay) {
  InitCluster();
  MakeUser("john");
  const std::string old_ca = ReadTestFile("D/ca.crt");
  EXPECT_TRUE(absl::StrContains(
      Must("pki rotate-ca --dir $D --step trust-both"), "changed ca.crt\n"));
  EXPECT_EQ(Must("pki rotate-ca --dir $D --step trust-both"), "");
  MakeUser("mary");
  EXPECT_EQ(Gatehouse("pki verify --dir $D $john.crt").status, 0);
  EXPECT_EQ(Gatehouse("pki verify --dir $D $mary.crt").status, 0);

  const Result early = Gatehouse("pki rotate-ca --dir $D --step drop-old");
  EXPECT_EQ(early.status, 2);
  EXPECT_TRUE(
      absl::StrContains(early.err, "live certificates hang on the old CA"))
      << early.err;
  Must("pki renew --dir $D all");
  Must("pki revoke --dir $D --reason superseded $john.crt");
  EXPECT_TRUE(absl::StrContains(Must("pki rotate-ca --dir $D --step drop-old"),
                                "changed ca.crt\n"));
  EXPECT_FALSE(absl::StrContains(ReadTestFile("D/ca.crt"), old_ca));
  EXPECT_EQ(Gatehouse("pki verify --dir $D $mary.crt").status, 0);
  EXPECT_EQ(Gatehouse("pki verify --dir $D $john.crt").status, 1);
}

TEST(RotateCaTest, Force) {
  InitCluster();
  MakeUser("john");
  Must("pki rotate-ca --dir $D --step trust-both");
  Must("pki rotate-ca --dir $D --step drop-old --force");
  const Result result = Gatehouse("pki verify --dir $D $john.crt");
  EXPECT_EQ(result.status, 1);
  EXPECT_TRUE(absl::StrContains(result.out, "UnknownAuthority") ||
              absl::StrContains(result.out, "BadSignature"))
      << result.out;
}

TEST(ListTest, WhoHoldsWhat) {
  InitCluster();
  MakeUser("john");
  MakeUser("mary");
  const std::string john = "pki list --dir $D --user john";
  // A serial number may be short, and so may its column.
  EXPECT_EQ(Masked(Masked(Must(john), Masks()), {{" {3,}", " | "}}),
            "USER | GROUPS | SERIAL | EXPIRES | SIGNER | STATE\n"
            "john | [examplegroup] | SERIAL | TIME | "
            "kubernetes.io/kube-apiserver-client | live\n");
  const auto count = [](const std::string& table) {
    return std::vector<std::string>(absl::StrSplit(table, '\n')).size() - 2;
  };
  EXPECT_EQ(count(Must("pki list --dir $D --user nobody")), 0U);
  // The certificates of the tree are in it too; its node has two.
  EXPECT_EQ(count(Must("pki list --dir $D")), 17U);
  EXPECT_EQ(count(Must("pki list --dir $D --several --user john")), 0U);

  // Several of one user, as nobody but a journal can tell.
  Must(absl::StrCat("pki sign --dir $D --signer ", kClientSigner,
                    " --out $second.crt $john.csr"));
  EXPECT_EQ(count(Must(john)), 2U);
  const std::string several = Must("pki list --dir $D --several");
  EXPECT_EQ(count(several), 4U) << several;
  EXPECT_TRUE(absl::StrContains(several, "\njohn "));
  EXPECT_FALSE(absl::StrContains(several, "\nmary "));

  Must("pki revoke --dir $D $second.crt");
  EXPECT_EQ(count(Must(john)), 1U);
  EXPECT_EQ(count(Must(john + " --all")), 2U);
  EXPECT_EQ(count(Must(john + " --at 2090-01-01T00:00:00Z")), 0U);
  EXPECT_TRUE(absl::StrContains(Must(john + " --all --at 2090-01-01T00:00:00Z"),
                                "   expired\n"));
}

TEST(ListTest, Json) {
  InitCluster();
  MakeUser("john");
  Must("pki revoke --dir $D --reason superseded $john.crt");
  EXPECT_EQ(
      Masked(Must("pki list --dir $D --all --user john -o json"), Masks()),
      R"({
    "certificates": [
        {
            "credentialId": "X509SHA256=SERIAL",
            "groups": [
                "examplegroup"
            ],
            "notAfter": "TIME",
            "notBefore": "TIME",
            "recordedAt": "TIME",
            "revocationReason": "superseded",
            "revokedAt": "TIME",
            "serialNumber": "SERIAL",
            "signerName": "kubernetes.io/kube-apiserver-client",
            "state": "revoked",
            "user": "john"
        }
    ]
}
)");
}

}  // namespace
}  // namespace gatehouse::cli
