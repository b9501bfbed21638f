#include "pki/cluster/rotate_ca.h"

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pki/ca/ca.h"
#include "pki/ca/journal.h"
#include "pki/ca/testing/command.h"
#include "pki/certificate.h"
#include "pki/cluster/init.h"
#include "pki/cluster/internal/store.h"
#include "pki/cluster/layout.h"
#include "pki/cluster/renew.h"
#include "pki/cluster/revoke.h"
#include "pki/cluster/testing/test_cluster.h"
#include "pki/revocation/crl.h"
#include "pki/revocation/crl_set.h"

namespace gatehouse::pki {
namespace {

using testing::CrashingWriter;
using testing::GetFile;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::TestCluster;

constexpr absl::Duration kDay = absl::Hours(24);
const absl::Time kLater = TestCluster::kNow + 10 * kDay;

absl::StatusOr<std::vector<std::string>> Rotate(
    const TestCluster& cluster, RotationStep step, bool force = false,
    absl::string_view ca_name = "ca") {
  RotateOptions options;
  options.ca_name = std::string(ca_name);
  options.force = force;
  return RotateCa(cluster.directory(), step, options, kLater);
}

absl::Status RenewAll(const TestCluster& cluster) {
  return RenewCertificates(cluster.directory(), {}, kLater).status();
}

// What must hold at every moment, in the middle of a step too: the key that
// signs is one of a trusted certificate, what the tree holds verifies, the
// lists are of trusted CAs.
void ExpectSound(const TestCluster& cluster, absl::string_view ca_name = "ca") {
  const internal::StoredCa ca = cluster.Ca(ca_name);
  ASSERT_TRUE(ca.signer.has_value());
  for (const ClusterCertificate& leaf : ClusterCertificates("")) {
    if (leaf.ca_name != ca_name) continue;
    EXPECT_NE(ca.SignerOf(cluster.Leaf(leaf.name).certificate), nullptr)
        << leaf.name;
  }
  const std::string name = absl::StrCat(ca.ca->base, ".crl");
  absl::StatusOr<std::vector<Crl>> crls =
      Crl::FromPem(GetFile(cluster.Path(name)), name);
  ASSERT_TRUE(crls.ok()) << crls.status();
  const auto set = CrlSet::Create(*std::move(crls), ca.bundle);
  EXPECT_TRUE(set.ok()) << set.status();
}

std::vector<std::string> Leftovers(const TestCluster& cluster,
                                   const std::string& base = "ca") {
  std::vector<std::string> names;
  for (const char* end : {"-next.key", "-next.crt", "-old.key"}) {
    if (std::filesystem::exists(cluster.Path(base + end))) {
      names.push_back(base + end);
    }
  }
  return names;
}

TEST(RotateCa, TheWholeWay) {
  for (const ClusterCa& ca : ClusterCas()) {
    SCOPED_TRACE(ca.name);
    const TestCluster cluster;
    const Certificate old = cluster.Ca(ca.name).signer->certificate();

    const auto first =
        Rotate(cluster, RotationStep::kTrustBoth, false, ca.name);
    ASSERT_TRUE(first.ok()) << first.status();
    const internal::StoredCa both = cluster.Ca(ca.name);
    ASSERT_EQ(both.bundle.size(), 2U);
    const Certificate next = both.bundle[0];
    EXPECT_EQ(both.signer->certificate(), next);
    EXPECT_EQ(both.old->certificate(), old);
    EXPECT_EQ(next.subject(), old.subject());
    EXPECT_EQ(next.public_key().ToString(), old.public_key().ToString());
    EXPECT_FALSE(next.public_key() == old.public_key());
    EXPECT_EQ(next.not_after(), kLater + 3650 * kDay);
    EXPECT_THAT(Leftovers(cluster, ca.base),
                ::testing::ElementsAre(ca.base + "-old.key"));
    ExpectSound(cluster, ca.name);

    EXPECT_EQ(
        ReasonOf(
            Rotate(cluster, RotationStep::kDropOld, false, ca.name).status()),
        Reason::kConflict);
    ASSERT_TRUE(RenewAll(cluster).ok());
    const auto second = Rotate(cluster, RotationStep::kDropOld, false, ca.name);
    ASSERT_TRUE(second.ok()) << second.status();
    const internal::StoredCa only = cluster.Ca(ca.name);
    ASSERT_EQ(only.bundle.size(), 1U);
    EXPECT_EQ(only.signer->certificate(), next);
    EXPECT_THAT(Leftovers(cluster, ca.base), IsEmpty());
    ExpectSound(cluster, ca.name);
    // The result is a tree like any other.
    EXPECT_TRUE(
        InitCluster(cluster.directory(), TestCluster::Options(), kLater).ok());
  }
}

TEST(RotateCa, KubeconfigsTrustWhatCaCrtSays) {
  const TestCluster cluster;
  for (const RotationStep step :
       {RotationStep::kTrustBoth, RotationStep::kDropOld}) {
    ASSERT_TRUE(Rotate(cluster, step, true).ok());
    for (const ClusterCertificate& leaf : ClusterCertificates("")) {
      if (!leaf.is_kubeconfig()) continue;
      EXPECT_EQ(cluster.Leaf(leaf.name).kubeconfig.ca_pem,
                GetFile(cluster.Path("ca.crt")));
    }
  }
}

TEST(RotateCa, StepsThatAreDoneChangeNothing) {
  const TestCluster cluster;
  for (const RotationStep step :
       {RotationStep::kDropOld, RotationStep::kTrustBoth}) {
    if (step == RotationStep::kTrustBoth) {
      ASSERT_TRUE(Rotate(cluster, step).ok());
    }
    const auto files = cluster.Files();
    const auto again = Rotate(cluster, step);
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_THAT(*again, IsEmpty());
    EXPECT_EQ(cluster.Files(), files);
  }
  ASSERT_TRUE(RenewAll(cluster).ok());
  ASSERT_TRUE(Rotate(cluster, RotationStep::kDropOld).ok());
  const auto files = cluster.Files();
  ASSERT_TRUE(Rotate(cluster, RotationStep::kDropOld).ok());
  EXPECT_EQ(cluster.Files(), files);
}

TEST(RotateCa, UsersHoldOnToTheOldCa) {
  const struct {
    const char* name;
    absl::Duration lifetime;
    bool revoked;
    bool ok;
  } kCases[] = {
      {"live", 365 * kDay, false, false},
      {"expired", 9 * kDay, false, true},
      {"revoked", 365 * kDay, true, true},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.name);
    const TestCluster cluster;
    const Certificate john =
        cluster.IssueFor("john", TestCluster::kNow, c.lifetime);
    ASSERT_TRUE(Rotate(cluster, RotationStep::kTrustBoth).ok());
    ASSERT_TRUE(RenewAll(cluster).ok());
    // A second one, from the new CA, does not free the first.
    cluster.IssueFor("john", kLater);
    if (c.revoked) {
      ASSERT_TRUE(
          RevokeCertificate(cluster.directory(), john, "superseded", kLater)
              .ok());
    }
    const absl::Status status =
        Rotate(cluster, RotationStep::kDropOld).status();
    EXPECT_EQ(status.ok(), c.ok) << status;
    if (c.ok) continue;
    EXPECT_EQ(ReasonOf(status), Reason::kConflict);
    EXPECT_THAT(status.message(), HasSubstr("1 live certificates"));
    EXPECT_THAT(status.message(), HasSubstr("CN=john"));
    EXPECT_THAT(status.message(),
                HasSubstr("kubernetes.io/kube-apiserver-client"));
    EXPECT_EQ(cluster.Ca().bundle.size(), 2U);
    EXPECT_TRUE(Rotate(cluster, RotationStep::kDropOld, true).ok());
    EXPECT_EQ(cluster.Ca().bundle.size(), 1U);
  }
}

TEST(RotateCa, TheTreeHoldsOnToTheOldCa) {
  const TestCluster cluster;
  ASSERT_TRUE(Rotate(cluster, RotationStep::kTrustBoth).ok());
  RenewOptions most;
  for (const ClusterCertificate& leaf : ClusterCertificates("")) {
    if (leaf.name != "kubelet.conf") most.names.push_back(leaf.name);
  }
  ASSERT_TRUE(RenewCertificates(cluster.directory(), most, kLater).ok());
  const absl::Status status = Rotate(cluster, RotationStep::kDropOld).status();
  EXPECT_EQ(ReasonOf(status), Reason::kConflict);
  EXPECT_THAT(status.message(), HasSubstr("pki.gatehouse.dev/kubelet.conf"));
  // Without a journal the files speak for themselves.
  for (const char* end : {"", "-wal", "-shm"}) {
    std::filesystem::remove(cluster.Path(absl::StrCat(kJournalFile, end)));
  }
  const absl::Status again = Rotate(cluster, RotationStep::kDropOld).status();
  EXPECT_EQ(ReasonOf(again), Reason::kConflict);
  EXPECT_THAT(again.message(), HasSubstr("kubelet.conf (in the directory)"));
}

TEST(RotateCa, RevocationsOfBothCas) {
  const TestCluster cluster;
  const Certificate john = cluster.IssueFor("john");
  const Certificate jane = cluster.IssueFor("jane");
  ASSERT_TRUE(
      RevokeCertificate(cluster.directory(), john, "keyCompromise", kLater)
          .ok());
  ASSERT_TRUE(Rotate(cluster, RotationStep::kTrustBoth).ok());
  const Certificate mary = cluster.IssueFor("mary", kLater);
  for (const Certificate* certificate : {&jane, &mary}) {
    ASSERT_TRUE(RevokeCertificate(cluster.directory(), *certificate,
                                  "keyCompromise", kLater)
                    .ok());
  }
  const internal::StoredCa ca = cluster.Ca();
  const auto set = CrlSet::Create(
      *Crl::FromPem(GetFile(cluster.Path("ca.crl")), "ca.crl"), ca.bundle);
  ASSERT_TRUE(set.ok()) << set.status();
  for (const Certificate* certificate : {&john, &jane, &mary}) {
    EXPECT_EQ((*set)->Find(*certificate, *ca.SignerOf(*certificate)).state,
              CrlAnswer::State::kRevoked)
        << certificate->subject().ToString();
  }
  ASSERT_TRUE(RenewAll(cluster).ok());
  ASSERT_TRUE(Rotate(cluster, RotationStep::kDropOld).ok());
  EXPECT_EQ(Crl::FromPem(GetFile(cluster.Path("ca.crl")), "ca.crl")->size(),
            1U);
  ExpectSound(cluster);
}

TEST(RotateCa, Refuses) {
  const TestCluster cluster;
  EXPECT_EQ(
      ReasonOf(Rotate(cluster, RotationStep::kTrustBoth, false, "sa").status()),
      Reason::kNotFound);
  std::filesystem::remove(cluster.Path("ca.key"));
  for (const RotationStep step :
       {RotationStep::kTrustBoth, RotationStep::kDropOld}) {
    const absl::Status status = Rotate(cluster, step).status();
    EXPECT_EQ(ReasonOf(status), Reason::kNotFound);
    EXPECT_THAT(status.message(), HasSubstr("ca.key"));
  }
}

// Whatever write the first step dies at: all is sound, and it can be finished.
TEST(RotateCa, TrustBothGoesOnAfterACrashAnywhere) {
  for (int writes = 0;; ++writes) {
    SCOPED_TRACE(writes);
    const TestCluster cluster;
    const Certificate old = cluster.Ca().signer->certificate();
    CrashingWriter writer(writes);
    const absl::Status status = RotateCa(cluster.directory(&writer),
                                         RotationStep::kTrustBoth, {}, kLater)
                                    .status();
    EXPECT_EQ(status.ok(), !writer.crashed());
    ExpectSound(cluster);
    if (writer.crashed() && !Leftovers(cluster).empty()) {
      const bool begun = Leftovers(cluster).front() == "ca-next.key";
      EXPECT_EQ(ReasonOf(Rotate(cluster, RotationStep::kDropOld).status()),
                Reason::kConflict)
          << begun;
    }
    const auto again = Rotate(cluster, RotationStep::kTrustBoth);
    ASSERT_TRUE(again.ok()) << again.status();
    const internal::StoredCa both = cluster.Ca();
    ASSERT_EQ(both.bundle.size(), 2U);
    EXPECT_EQ(both.signer->certificate(), both.bundle[0]);
    EXPECT_EQ(both.old->certificate(), old);
    EXPECT_THAT(Leftovers(cluster), ::testing::ElementsAre("ca-old.key"));
    ExpectSound(cluster);
    if (!writer.crashed()) {
      EXPECT_GE(writes, 10);
      return;
    }
  }
}

TEST(RotateCa, DropOldGoesOnAfterACrashAnywhere) {
  for (int writes = 0;; ++writes) {
    SCOPED_TRACE(writes);
    const TestCluster cluster;
    ASSERT_TRUE(Rotate(cluster, RotationStep::kTrustBoth).ok());
    ASSERT_TRUE(RenewAll(cluster).ok());
    const Certificate next = cluster.Ca().signer->certificate();
    CrashingWriter writer(writes);
    const absl::Status status =
        RotateCa(cluster.directory(&writer), RotationStep::kDropOld, {}, kLater)
            .status();
    EXPECT_EQ(status.ok(), !writer.crashed());
    ExpectSound(cluster);
    const auto again = Rotate(cluster, RotationStep::kDropOld);
    ASSERT_TRUE(again.ok()) << again.status();
    ASSERT_EQ(cluster.Ca().bundle.size(), 1U);
    EXPECT_EQ(cluster.Ca().signer->certificate(), next);
    EXPECT_THAT(Leftovers(cluster), IsEmpty());
    EXPECT_TRUE(
        InitCluster(cluster.directory(), TestCluster::Options(), kLater).ok());
    ExpectSound(cluster);
    if (!writer.crashed()) return;
  }
}

}  // namespace
}  // namespace gatehouse::pki
