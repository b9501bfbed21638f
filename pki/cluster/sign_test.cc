#include "pki/cluster/sign.h"

#include <filesystem>
#include <string>

#include "absl/status/statusor.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pki/ca/journal.h"
#include "pki/certificate.h"
#include "pki/cluster/rotate_ca.h"
#include "pki/cluster/testing/test_cluster.h"

namespace gatehouse::pki {
namespace {

using ::testing::HasSubstr;
using testing::TestCluster;

constexpr char kSigner[] = "kubernetes.io/kube-apiserver-client";

TEST(OpenIssuer, SignsWithTheCaAndItsJournal) {
  const TestCluster cluster;
  const Certificate john = cluster.IssueFor("john");
  EXPECT_TRUE(john.SignedBy(cluster.Ca().signer->certificate().public_key()));
  const JournalEntry entry = cluster.Journal().back();
  EXPECT_EQ(entry.certificate, john);
  EXPECT_EQ(entry.signer_name, kSigner);
  EXPECT_EQ(entry.state, JournalEntry::State::kHandedOut);
}

TEST(OpenIssuer, TheNewCaSignsDuringARotation) {
  const TestCluster cluster;
  ASSERT_TRUE(RotateCa(cluster.directory(), RotationStep::kTrustBoth, {},
                       TestCluster::kNow)
                  .ok());
  const absl::StatusOr<JournaledIssuer> issuer =
      OpenIssuer(cluster.directory(), kSigner);
  ASSERT_TRUE(issuer.ok()) << issuer.status();
  EXPECT_EQ(issuer->authority().certificate(), cluster.Ca().bundle.front());
}

TEST(OpenIssuer, OtherCas) {
  const TestCluster cluster;
  const absl::StatusOr<JournaledIssuer> issuer =
      OpenIssuer(cluster.directory(), "example.com/etcd", "etcd-ca");
  ASSERT_TRUE(issuer.ok()) << issuer.status();
  EXPECT_EQ(issuer->authority().certificate(),
            cluster.Ca("etcd-ca").bundle.front());
  EXPECT_EQ(issuer->signer_name(), "example.com/etcd");
}

TEST(OpenIssuer, Refuses) {
  const TestCluster cluster;
  std::filesystem::remove(cluster.Path("etcd/ca.key"));
  std::filesystem::remove(cluster.Path("front-proxy-ca.crt"));
  const struct {
    const char* ca;
    const char* text;
  } kCases[] = {
      {"etcd-ca", "etcd/ca.key: no such file: the CA is managed elsewhere"},
      {"front-proxy-ca", "front-proxy-ca.crt: no such file"},
      {"other", "no CA is called \"other\""},
  };
  for (const auto& c : kCases) {
    const absl::Status status =
        OpenIssuer(cluster.directory(), kSigner, c.ca).status();
    EXPECT_EQ(ReasonOf(status), Reason::kNotFound) << status;
    EXPECT_THAT(status.message(), HasSubstr(c.text));
  }
}

}  // namespace
}  // namespace gatehouse::pki
