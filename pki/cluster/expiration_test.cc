#include "pki/cluster/expiration.h"

#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pki/ca/testing/command.h"
#include "pki/cluster/layout.h"
#include "pki/cluster/renew.h"
#include "pki/cluster/rotate_ca.h"
#include "pki/cluster/testing/test_cluster.h"

namespace gatehouse::pki {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::PutFile;
using testing::TestCluster;

constexpr absl::Duration kDay = absl::Hours(24);

std::vector<std::string> Names(const std::vector<ExpirationRow>& rows) {
  std::vector<std::string> names;
  for (const ExpirationRow& row : rows) names.push_back(row.name);
  return names;
}

TEST(CheckExpiration, IsKubeadmsTable) {
  const TestCluster cluster;
  const absl::StatusOr<Expirations> table =
      CheckExpiration(cluster.directory(), TestCluster::kNow + 65 * kDay);
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_THAT(Names(table->certificates),
              ElementsAre("admin.conf", "apiserver", "apiserver-etcd-client",
                          "apiserver-kubelet-client", "controller-manager.conf",
                          "etcd-healthcheck-client", "etcd-peer", "etcd-server",
                          "front-proxy-client", "kubelet.conf",
                          "scheduler.conf", "super-admin.conf"));
  EXPECT_THAT(Names(table->authorities),
              ElementsAre("ca", "etcd-ca", "front-proxy-ca"));
  for (const ExpirationRow& row : table->certificates) {
    EXPECT_EQ(row.expires, TestCluster::kNow + 365 * kDay);
    EXPECT_EQ(row.residual, 300 * kDay);
    EXPECT_NE(FindClusterCa(row.ca_name), nullptr);
    EXPECT_FALSE(row.missing);
    EXPECT_FALSE(row.externally_managed);
  }
  for (const ExpirationRow& row : table->authorities) {
    EXPECT_EQ(row.expires, TestCluster::kNow + 3650 * kDay);
    EXPECT_EQ(row.ca_name, "");
    EXPECT_FALSE(row.externally_managed);
  }
}

TEST(CheckExpiration, WhatIsMissingAndWhatIsManagedElsewhere) {
  const TestCluster cluster;
  for (const char* name : {"etcd/peer.crt", "scheduler.conf", "etcd/ca.key",
                           "front-proxy-ca.crt"}) {
    std::filesystem::remove(cluster.Path(name));
  }
  const absl::StatusOr<Expirations> table =
      CheckExpiration(cluster.directory(), TestCluster::kNow);
  ASSERT_TRUE(table.ok()) << table.status();
  std::vector<std::string> missing;
  std::vector<std::string> elsewhere;
  for (const auto* rows : {&table->certificates, &table->authorities}) {
    for (const ExpirationRow& row : *rows) {
      if (row.missing) missing.push_back(row.name);
      if (row.externally_managed) elsewhere.push_back(row.name);
    }
  }
  EXPECT_THAT(missing,
              ElementsAre("etcd-peer", "scheduler.conf", "front-proxy-ca"));
  EXPECT_THAT(
      elsewhere,
      ElementsAre("apiserver-etcd-client", "etcd-healthcheck-client",
                  "etcd-peer", "etcd-server", "front-proxy-client", "etcd-ca"));
}

TEST(CheckExpiration, ShowsBothCasOfARotation) {
  const TestCluster cluster;
  const absl::Time later = TestCluster::kNow + 10 * kDay;
  ASSERT_TRUE(
      RotateCa(cluster.directory(), RotationStep::kTrustBoth, {}, later).ok());
  const absl::StatusOr<Expirations> table =
      CheckExpiration(cluster.directory(), later);
  ASSERT_TRUE(table.ok()) << table.status();
  EXPECT_THAT(Names(table->authorities),
              ElementsAre("ca", "ca (old)", "etcd-ca", "front-proxy-ca"));
  EXPECT_EQ(table->authorities[0].residual, 3650 * kDay);
  EXPECT_EQ(table->authorities[1].residual, 3640 * kDay);
}

TEST(CheckExpiration, SaysWhichFileIsBroken) {
  for (const char* name : {"apiserver.crt", "etcd/ca.crt", "admin.conf"}) {
    const TestCluster cluster;
    PutFile(cluster.Path(name), "garbage");
    const absl::StatusOr<Expirations> table =
        CheckExpiration(cluster.directory(), TestCluster::kNow);
    EXPECT_THAT(table.status().message(), HasSubstr(cluster.Path(name)));
  }
}

TEST(CheckExpiration, AnEmptyDirectoryMissesEverything) {
  const TestCluster cluster(TestCluster::Contents::kNothing);
  const absl::StatusOr<Expirations> table =
      CheckExpiration(cluster.directory(), TestCluster::kNow);
  ASSERT_TRUE(table.ok()) << table.status();
  for (const ExpirationRow& row : table->certificates) {
    EXPECT_TRUE(row.missing) << row.name;
  }
  EXPECT_THAT(cluster.Files(), ::testing::IsEmpty());
}

TEST(HumanDuration, IsKubernetes) {
  const struct {
    absl::Duration residual;
    const char* text;
  } kCases[] = {
      {absl::Seconds(-2), "<invalid>"},
      {absl::Seconds(-1), "0s"},
      {absl::ZeroDuration(), "0s"},
      {absl::Seconds(59), "59s"},
      {absl::Seconds(60), "1m"},
      {absl::Minutes(59), "59m"},
      {absl::Minutes(60), "1h"},
      {absl::Hours(23), "23h"},
      {absl::Hours(24), "1d"},
      {364 * kDay, "364d"},
      {365 * kDay, "1y"},
      {3649 * kDay, "9y"},
      {-3649 * kDay, "<invalid>"},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(HumanDuration(c.residual), c.text) << c.residual;
  }
}

}  // namespace
}  // namespace gatehouse::pki
