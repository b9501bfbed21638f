#include "pki/cluster/renew.h"

#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pki/ca/journal.h"
#include "pki/ca/testing/command.h"
#include "pki/certificate.h"
#include "pki/cluster/init.h"
#include "pki/cluster/internal/store.h"
#include "pki/cluster/layout.h"
#include "pki/cluster/testing/test_cluster.h"

namespace gatehouse::pki {
namespace {

using testing::CrashingWriter;
using ::testing::ElementsAre;
using testing::GetFile;
using ::testing::HasSubstr;
using testing::PutFile;
using testing::TestCluster;

constexpr absl::Duration kDay = absl::Hours(24);
const absl::Time kLater = TestCluster::kNow + 300 * kDay;

void ExpectRenewed(const internal::StoredLeaf& before,
                   const internal::StoredLeaf& after, absl::Time now) {
  const Certificate& a = before.certificate;
  const Certificate& b = after.certificate;
  EXPECT_EQ(b.subject(), a.subject());
  EXPECT_EQ(b.extensions().key_usage, a.extensions().key_usage);
  EXPECT_EQ(b.extensions().extended_key_usages,
            a.extensions().extended_key_usages);
  ASSERT_EQ(b.extensions().subject_alt_names.has_value(),
            a.extensions().subject_alt_names.has_value());
  if (a.extensions().subject_alt_names.has_value()) {
    EXPECT_EQ(b.extensions().subject_alt_names->dns,
              a.extensions().subject_alt_names->dns);
    EXPECT_EQ(b.extensions().subject_alt_names->ips,
              a.extensions().subject_alt_names->ips);
  }
  EXPECT_EQ(b.not_before(), now - absl::Minutes(5));
  EXPECT_EQ(b.not_after(), now + 365 * kDay);
  EXPECT_FALSE(b.public_key() == a.public_key());
  EXPECT_EQ(b.public_key().ToString(), a.public_key().ToString());
  EXPECT_EQ(after.key->public_key(), b.public_key());
  EXPECT_NE(b.serial(), a.serial());
  EXPECT_EQ(after.kubeconfig.server, before.kubeconfig.server);
  EXPECT_EQ(after.kubeconfig.user, before.kubeconfig.user);
}

TEST(RenewCertificates, All) {
  const TestCluster cluster;
  std::vector<internal::StoredLeaf> before;
  std::vector<std::string> names;
  for (const ClusterCertificate& leaf : ClusterCertificates("")) {
    names.push_back(leaf.name);
    before.push_back(cluster.Leaf(leaf.name));
  }
  const std::string ca = GetFile(cluster.Path("ca.crt"));
  const absl::StatusOr<std::vector<std::string>> renewed =
      RenewCertificates(cluster.directory(), {}, kLater);
  ASSERT_TRUE(renewed.ok()) << renewed.status();
  EXPECT_EQ(*renewed, names);
  for (size_t i = 0; i < names.size(); ++i) {
    SCOPED_TRACE(names[i]);
    ExpectRenewed(before[i], cluster.Leaf(names[i]), kLater);
  }
  EXPECT_EQ(GetFile(cluster.Path("ca.crt")), ca);
  // What init makes, renew keeps: init finds nothing to do or to mend.
  EXPECT_TRUE(
      InitCluster(cluster.directory(), TestCluster::Options(), kLater).ok());
}

TEST(RenewCertificates, ByName) {
  const TestCluster cluster;
  const auto before = cluster.Files();
  RenewOptions options;
  options.names = {"scheduler.conf", "etcd-server"};
  options.certificate_lifetime = 7 * kDay;
  const absl::StatusOr<std::vector<std::string>> renewed =
      RenewCertificates(cluster.directory(), options, kLater);
  ASSERT_TRUE(renewed.ok()) << renewed.status();
  EXPECT_EQ(*renewed, options.names);
  std::vector<std::string> changed;
  for (const auto& file : cluster.Files()) {
    if (file.second != before.at(file.first)) changed.push_back(file.first);
  }
  EXPECT_THAT(changed, ElementsAre("etcd/server.crt", "etcd/server.key",
                                   "journal.db", "scheduler.conf"));
  EXPECT_EQ(cluster.Leaf("etcd-server").certificate.not_after(),
            kLater + 7 * kDay);
  const std::vector<JournalEntry> journal = cluster.Journal();
  EXPECT_EQ(journal.back().signer_name, TreeSignerName("etcd-server"));
  EXPECT_EQ(journal.back().state, JournalEntry::State::kHandedOut);
  EXPECT_EQ(journal.back().certificate,
            cluster.Leaf("etcd-server").certificate);
}

TEST(RenewCertificates, WhatHasExpired) {
  const TestCluster cluster;
  const absl::Time late = TestCluster::kNow + 400 * kDay;
  ASSERT_TRUE(RenewCertificates(cluster.directory(), {}, late).ok());
  EXPECT_TRUE(
      InitCluster(cluster.directory(), TestCluster::Options(), late).ok());
}

TEST(RenewCertificates, KeepsWhatElseIsInAKubeconfig) {
  const TestCluster cluster;
  const std::string path = cluster.Path("admin.conf");
  PutFile(path, absl::StrReplaceAll(GetFile(path),
                                    {{"contexts:\n",
                                      "contexts:\n- context:\n    cluster: c\n"
                                      "    user: u\n  name: mine\n"}}));
  RenewOptions options;
  options.names = {"admin.conf"};
  const auto renewed = RenewCertificates(cluster.directory(), options, kLater);
  ASSERT_TRUE(renewed.ok()) << renewed.status();
  EXPECT_THAT(GetFile(path), HasSubstr("name: mine"));
  EXPECT_EQ(cluster.Leaf("admin.conf").certificate.not_after(),
            kLater + 365 * kDay);
}

TEST(RenewCertificates, PassesOverWhatItCannotDo) {
  const TestCluster cluster;
  std::filesystem::remove(cluster.Path("etcd/ca.key"));
  std::filesystem::remove(cluster.Path("kubelet.conf"));
  const absl::StatusOr<std::vector<std::string>> renewed =
      RenewCertificates(cluster.directory(), {}, kLater);
  ASSERT_TRUE(renewed.ok()) << renewed.status();
  EXPECT_THAT(*renewed,
              ElementsAre("admin.conf", "apiserver", "apiserver-kubelet-client",
                          "controller-manager.conf", "front-proxy-client",
                          "scheduler.conf", "super-admin.conf"));
  const struct {
    const char* name;
    const char* text;
  } kCases[] = {
      {"etcd-peer", "the key of etcd-ca is not here"},
      {"kubelet.conf", "no such certificate to renew"},
      {"ca", "no certificate of a cluster is called so"},
      {"", "no certificate of a cluster is called so"},
  };
  for (const auto& c : kCases) {
    RenewOptions options;
    options.names = {c.name};
    const absl::Status status =
        RenewCertificates(cluster.directory(), options, kLater).status();
    EXPECT_EQ(ReasonOf(status), Reason::kNotFound) << status;
    EXPECT_THAT(status.message(), HasSubstr(c.text));
  }
}

TEST(RenewCertificates, ANameThatIsNoneStopsAll) {
  const TestCluster cluster;
  const auto before = cluster.Files();
  RenewOptions options;
  options.names = {"apiserver", "apisever"};
  EXPECT_FALSE(RenewCertificates(cluster.directory(), options, kLater).ok());
  EXPECT_EQ(cluster.Files(), before);
}

TEST(RenewCertificates, RunsAgainAfterACrashAnywhere) {
  for (int writes = 0;; ++writes) {
    SCOPED_TRACE(writes);
    const TestCluster cluster;
    CrashingWriter writer(writes);
    RenewOptions options;
    options.names = {"apiserver", "admin.conf"};
    const absl::Status status =
        RenewCertificates(cluster.directory(&writer), options, kLater).status();
    EXPECT_EQ(status.ok(), !writer.crashed());
    ASSERT_TRUE(RenewCertificates(cluster.directory(), options, kLater).ok());
    EXPECT_TRUE(
        InitCluster(cluster.directory(), TestCluster::Options(), kLater).ok());
    if (!writer.crashed()) break;
  }
}

}  // namespace
}  // namespace gatehouse::pki
