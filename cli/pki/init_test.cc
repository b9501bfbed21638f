#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cli/pki/pki_fixture.h"
#include "gtest/gtest.h"

namespace gatehouse::cli {
namespace {

constexpr char kInit[] =
    "pki init --dir $D --node-name CP-1 --key-algorithm ECDSA-P256";

TEST(InitTest, MakesTheTreeAndKeepsIt) {
  const std::string first = Must(kInit);
  for (const char* file :
       {"ca.crt", "ca.key", "ca.crl", "etcd/ca.crt", "front-proxy-ca.crt",
        "apiserver.crt", "apiserver-kubelet-client.crt",
        "front-proxy-client.key", "sa.key", "sa.pub", "admin.conf",
        "super-admin.conf", "controller-manager.conf", "scheduler.conf",
        "kubelet.conf", "revoked.yaml"}) {
    EXPECT_TRUE(absl::StrContains(first, absl::StrCat("created ", file, "\n")))
        << file;
    EXPECT_NE(ModeOf(absl::StrCat("D/", file)), "") << file;
  }
  EXPECT_FALSE(absl::StrContains(first, "kept"));
  const std::string ca = ReadTestFile("D/ca.crt");
  const std::string second = Must(kInit);
  EXPECT_FALSE(absl::StrContains(second, "created")) << second;
  EXPECT_TRUE(absl::StrContains(second, "kept ca.crt\n")) << second;
  EXPECT_EQ(ReadTestFile("D/ca.crt"), ca);
}

TEST(InitTest, KeysAreSecret) {
  Must(kInit);
  EXPECT_EQ(Shell("find D -name '*.key' -not -perm 600; "
                  "find D -name '*.conf' -not -perm 600; "
                  "find D -name '*.crt' -not -perm 644"),
            "");
  EXPECT_EQ(ModeOf("D/ca.key"), "600");
  EXPECT_EQ(ModeOf("D/journal.db"), "600");
  EXPECT_EQ(ModeOf("D/sa.key"), "600");
}

TEST(InitTest, ForceMakesAllAnew) {
  Must(kInit);
  const std::string key = ReadTestFile("D/ca.key");
  EXPECT_TRUE(absl::StrContains(Must(absl::StrCat(kInit, " --force")),
                                "created ca.key\n"));
  EXPECT_NE(ReadTestFile("D/ca.key"), key);
  EXPECT_EQ(ModeOf("D/ca.key"), "600");
}

TEST(InitTest, WithoutForceNothingIsOverwritten) {
  Must(kInit);
  Shell("echo rubbish > D/ca.key");
  const Result result = Gatehouse(kInit);
  EXPECT_EQ(result.status, 2);
  EXPECT_TRUE(absl::StrContains(result.err, "ca.key")) << result.err;
  EXPECT_EQ(ReadTestFile("D/ca.key"), "rubbish\n");
}

TEST(InitTest, NamesOfTheServer) {
  Must(absl::StrCat(kInit,
                    " --apiserver-advertise-address 10.0.0.1 --service-cidr "
                    "10.20.0.0/16 --service-dns-domain example.internal "
                    "--apiserver-cert-extra-sans api.example.com,10.0.0.9 "
                    "--server https://api.example.com:6443"));
  EXPECT_EQ(Shell("openssl verify -purpose sslserver -CAfile D/ca.crt "
                  "D/apiserver.crt"),
            "D/apiserver.crt: OK\n");
  const std::string names =
      Shell("openssl x509 -in D/apiserver.crt -noout -ext subjectAltName");
  for (const char* name :
       {"DNS:cp-1", "DNS:kubernetes.default.svc.example.internal",
        "DNS:api.example.com", "IP Address:10.0.0.1", "IP Address:10.20.0.1",
        "IP Address:10.0.0.9"}) {
    EXPECT_TRUE(absl::StrContains(names, name)) << name << " in " << names;
  }
  EXPECT_TRUE(absl::StrContains(ReadTestFile("D/admin.conf"),
                                "server: https://api.example.com:6443"));
}

struct RangeRow {
  const char* range;
  const char* address;
};

TEST(InitTest, TheFirstAddressOfTheServices) {
  const RangeRow rows[] = {
      {"10.96.0.0/12", "10.96.0.1"},
      {"192.168.4.0/24", "192.168.4.1"},
      {"10.0.0.2/31", "10.0.0.3"},
      {"fd00:10:96::/112", "FD00:10:96:0:0:0:0:1"},
  };
  for (const RangeRow& row : rows) {
    SCOPED_TRACE(row.range);
    Must(absl::StrCat(kInit, " --force --service-cidr ", row.range));
    EXPECT_TRUE(absl::StrContains(
        Shell("openssl x509 -in D/apiserver.crt -noout -ext subjectAltName"),
        absl::StrCat("IP Address:", row.address)));
  }
}

TEST(InitTest, Lifetimes) {
  Must(absl::StrCat(kInit, " --ca-expiration 48h --expiration 24h"));
  EXPECT_EQ(Shell("openssl x509 -in D/ca.crt -noout -checkend 172000; "
                  "openssl x509 -in D/apiserver.crt -noout -checkend 90000 || "
                  "echo soon"),
            "Certificate will not expire\nCertificate will expire\nsoon\n");
}

struct ErrorRow {
  const char* flags;
  const char* error;
};

TEST(InitTest, Errors) {
  const ErrorRow rows[] = {
      {"--key-algorithm DSA", "DSA"},
      {"--service-cidr 10.96.0.1/12", "--service-cidr: want a range"},
      {"--service-cidr 10.96.0.0", "--service-cidr: want a range"},
      {"--service-cidr fd00::1/108", "--service-cidr: want a range"},
      {"--service-cidr a.b.c.d/8", "--service-cidr: want a range"},
      {"--apiserver-advertise-address nowhere", "nowhere"},
      {"--expiration 0", "--expiration: want a duration such as 24h or 90m"},
      {"--expiration inf", "--expiration: want a duration such as 24h or 90m"},
      {"--ca-expiration 1y", "--ca-expiration: want a duration"},
  };
  for (const ErrorRow& row : rows) {
    SCOPED_TRACE(row.flags);
    const Result result =
        Gatehouse(absl::StrCat("pki init --dir $D ", row.flags));
    EXPECT_EQ(result.status, 2);
    EXPECT_TRUE(absl::StartsWith(result.err, "error: ")) << result.err;
    EXPECT_TRUE(absl::StrContains(result.err, row.error)) << result.err;
  }
  const Result none = Gatehouse("pki init");
  EXPECT_EQ(none.status, 2);
  EXPECT_EQ(none.err,
            "error: --dir is required; see 'gatehouse pki init --help'\n");
}

}  // namespace
}  // namespace gatehouse::cli
