#include "pki/cluster/revoke.h"

#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

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
#include "pki/cluster/internal/store.h"
#include "pki/cluster/layout.h"
#include "pki/cluster/testing/test_cluster.h"
#include "pki/distinguished_name.h"
#include "pki/revocation/crl.h"
#include "pki/revocation/crl_set.h"
#include "pki/revocation/deny_list.h"

namespace gatehouse::pki {
namespace {

using testing::CrashingWriter;
using testing::GetFile;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::PutFile;
using testing::TestCluster;

const absl::Time kLater = TestCluster::kNow + absl::Hours(24);

absl::Status Revoke(const TestCluster& cluster, const Certificate& certificate,
                    absl::string_view reason = "keyCompromise",
                    absl::Time now = kLater) {
  return RevokeCertificate(cluster.directory(), certificate, reason, now);
}

std::vector<Crl> Crls(const TestCluster& cluster,
                      const std::string& name = "ca.crl") {
  const absl::StatusOr<std::vector<Crl>> crls =
      Crl::FromPem(GetFile(cluster.Path(name)), name);
  EXPECT_TRUE(crls.ok()) << crls.status();
  return crls.value_or(std::vector<Crl>());
}

CrlAnswer AskCrl(const TestCluster& cluster, const Certificate& certificate,
                 absl::string_view ca_name = "ca") {
  const internal::StoredCa ca = cluster.Ca(ca_name);
  const auto set = CrlSet::Create(
      Crls(cluster, absl::StrCat(ca.ca->base, ".crl")), ca.bundle);
  EXPECT_TRUE(set.ok()) << set.status();
  CrlAnswer answer = (*set)->Find(certificate, *ca.SignerOf(certificate));
  answer.list = nullptr;
  return answer;
}

std::shared_ptr<const DenyList> Denied(const TestCluster& cluster) {
  const auto list =
      DenyList::Parse(GetFile(cluster.Path(kRevokedFile)), kRevokedFile);
  EXPECT_TRUE(list.ok()) << list.status();
  return *list;
}

JournalEntry Entry(const TestCluster& cluster, const Certificate& certificate) {
  for (const JournalEntry& entry : cluster.Journal()) {
    if (entry.certificate == certificate) return entry;
  }
  ADD_FAILURE() << "not in the journal";
  return cluster.Journal().front();
}

TEST(RevokeCertificate, IsInAllThree) {
  const TestCluster cluster;
  const Certificate john = cluster.IssueFor("john");
  const Certificate mary = cluster.IssueFor("mary");
  const absl::Status status = Revoke(cluster, john);
  ASSERT_TRUE(status.ok()) << status;

  EXPECT_EQ(AskCrl(cluster, john).state, CrlAnswer::State::kRevoked);
  EXPECT_EQ(AskCrl(cluster, john).reason, CrlReason::kKeyCompromise);
  EXPECT_EQ(AskCrl(cluster, john).revoked_at, kLater);
  EXPECT_EQ(AskCrl(cluster, mary).state, CrlAnswer::State::kGood);

  const std::shared_ptr<const DenyList> list = Denied(cluster);
  const DenyEntry* entry = list->FindCertificate(john);
  ASSERT_NE(entry, nullptr);
  EXPECT_EQ(entry->reason, CrlReason::kKeyCompromise);
  EXPECT_EQ(entry->revoked_at, kLater);
  EXPECT_THAT(entry->comment, HasSubstr("CN=john"));
  EXPECT_EQ(list->FindCertificate(mary), nullptr);

  EXPECT_EQ(Entry(cluster, john).state, JournalEntry::State::kRevoked);
  EXPECT_EQ(Entry(cluster, john).revoked_at, kLater);
  EXPECT_EQ(Entry(cluster, john).revocation_reason, "keyCompromise");
  EXPECT_EQ(Entry(cluster, mary).state, JournalEntry::State::kHandedOut);
}

TEST(RevokeCertificate, ASecondTimeChangesNothing) {
  const TestCluster cluster;
  const Certificate john = cluster.IssueFor("john");
  ASSERT_TRUE(Revoke(cluster, john).ok());
  const auto files = cluster.Files();
  ASSERT_TRUE(
      Revoke(cluster, john, "superseded", kLater + absl::Hours(1)).ok());
  EXPECT_EQ(cluster.Files(), files);
}

TEST(RevokeCertificate, NumbersRise) {
  const TestCluster cluster;
  std::string number = Crls(cluster).front().info().number.value();
  for (const std::string user : {"john", "mary", "jane"}) {
    const Certificate certificate = cluster.IssueFor(user);
    ASSERT_TRUE(Revoke(cluster, certificate).ok());
    const CrlInfo info = Crls(cluster).front().info();
    EXPECT_GT(CompareCrlNumbers(*info.number, number), 0);
    number = *info.number;
    EXPECT_EQ(info.this_update, kLater);
    EXPECT_EQ(info.next_update, kLater + absl::Hours(24 * 30));
  }
  EXPECT_EQ(Crls(cluster).front().info().entry_count, 3U);
  EXPECT_EQ(Denied(cluster)->entries().size(), 3U);
}

TEST(RevokeCertificate, OfEveryCa) {
  const TestCluster cluster;
  for (const auto& [leaf, ca] :
       {std::make_pair("apiserver", "ca"), std::make_pair("admin.conf", "ca"),
        std::make_pair("etcd-peer", "etcd-ca"),
        std::make_pair("front-proxy-client", "front-proxy-ca")}) {
    SCOPED_TRACE(leaf);
    const Certificate certificate = cluster.Leaf(leaf).certificate;
    ASSERT_TRUE(Revoke(cluster, certificate, "cessationOfOperation").ok());
    EXPECT_EQ(AskCrl(cluster, certificate, ca).state,
              CrlAnswer::State::kRevoked);
  }
}

TEST(RevokeCertificate, WhatTheJournalDoesNotKnow) {
  const TestCluster cluster;
  const CertificateAuthority ca = *cluster.Ca().signer;
  CertificateTemplate request;
  request.subject = DistinguishedName::ForUser("stranger", {});
  request.not_before = TestCluster::kNow;
  request.not_after = TestCluster::kNow + absl::Hours(1000);
  const Certificate stranger = *ca.Issue(ca.key().public_key(), request);
  const absl::Status status = Revoke(cluster, stranger);
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(AskCrl(cluster, stranger).state, CrlAnswer::State::kRevoked);
}

TEST(RevokeCertificate, Refuses) {
  const TestCluster cluster;
  const TestCluster other;
  const auto files = cluster.Files();
  const Certificate john = cluster.IssueFor("john");
  EXPECT_EQ(ReasonOf(Revoke(cluster, other.IssueFor("mary"))),
            Reason::kUnknownAuthority);
  for (const char* reason : {"because", "removeFromCRL"}) {
    EXPECT_EQ(ReasonOf(Revoke(cluster, john, reason)), Reason::kInvalid);
  }
  EXPECT_THAT(Denied(cluster)->entries(), IsEmpty());
  EXPECT_EQ(GetFile(cluster.Path("ca.crl")), files.at("ca.crl"));
  // A list that cannot be read is not written over.
  for (const char* name : {"revoked.yaml", "ca.crl"}) {
    const std::string before = GetFile(cluster.Path(name));
    PutFile(cluster.Path(name), "garbage: [");
    const absl::Status status = Revoke(cluster, john);
    EXPECT_FALSE(status.ok());
    EXPECT_THAT(status.message(), HasSubstr(cluster.Path(name)));
    EXPECT_EQ(GetFile(cluster.Path(name)), "garbage: [");
    PutFile(cluster.Path(name), before);
  }
}

TEST(RevokeCertificate, WithoutTheCasKeyTheDenyListRemains) {
  const TestCluster cluster;
  const Certificate john = cluster.IssueFor("john");
  std::filesystem::remove(cluster.Path("ca.key"));
  const absl::Status status = Revoke(cluster, john);
  EXPECT_EQ(ReasonOf(status), Reason::kNotFound) << status;
  EXPECT_THAT(status.message(), HasSubstr("ca.crl"));
  EXPECT_NE(Denied(cluster)->FindCertificate(john), nullptr);
  EXPECT_EQ(Entry(cluster, john).state, JournalEntry::State::kRevoked);
}

TEST(RevokeCertificate, AfterACrashItIsRevokedOrWasNotYet) {
  for (int writes = 0;; ++writes) {
    SCOPED_TRACE(writes);
    const TestCluster cluster;
    const Certificate john = cluster.IssueFor("john");
    CrashingWriter writer(writes);
    const absl::Status status = RevokeCertificate(
        cluster.directory(&writer), john, "keyCompromise", kLater);
    EXPECT_EQ(status.ok(), !writer.crashed());
    EXPECT_EQ(Denied(cluster)->FindCertificate(john) != nullptr, writes > 0);
    if (writes == 0) {
      EXPECT_EQ(Entry(cluster, john).state, JournalEntry::State::kHandedOut);
    }
    ASSERT_TRUE(Revoke(cluster, john).ok());
    EXPECT_NE(Denied(cluster)->FindCertificate(john), nullptr);
    EXPECT_EQ(Denied(cluster)->entries().size(), 1U);
    EXPECT_EQ(AskCrl(cluster, john).state, CrlAnswer::State::kRevoked);
    EXPECT_EQ(Entry(cluster, john).state, JournalEntry::State::kRevoked);
    if (!writer.crashed()) break;
  }
}

// Two that revoke at once wait for each other: none is lost.
TEST(RevokeCertificate, AtOnce) {
  const TestCluster cluster;
  std::vector<Certificate> certificates;
  for (int i = 0; i < 8; ++i) {
    certificates.push_back(cluster.IssueFor(absl::StrCat("user-", i)));
  }
  std::vector<std::thread> threads;
  for (const Certificate& certificate : certificates) {
    threads.emplace_back([&cluster, &certificate] {
      const absl::Status status = Revoke(cluster, certificate);
      EXPECT_TRUE(status.ok()) << status;
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const Certificate& certificate : certificates) {
    EXPECT_EQ(AskCrl(cluster, certificate).state, CrlAnswer::State::kRevoked);
    EXPECT_NE(Denied(cluster)->FindCertificate(certificate), nullptr);
  }
}

TEST(RefreshCrls, SameEntriesNextNumberNewDates) {
  const TestCluster cluster;
  const Certificate john = cluster.IssueFor("john");
  ASSERT_TRUE(Revoke(cluster, john).ok());
  const CrlInfo before = Crls(cluster).front().info();
  const absl::Time now = kLater + absl::Hours(24 * 20);
  const absl::Status status =
      RefreshCrls(cluster.directory(), now, absl::Hours(48));
  ASSERT_TRUE(status.ok()) << status;
  const CrlInfo after = Crls(cluster).front().info();
  EXPECT_GT(CompareCrlNumbers(*after.number, *before.number), 0);
  EXPECT_EQ(after.this_update, now);
  EXPECT_EQ(after.next_update, now + absl::Hours(48));
  EXPECT_EQ(after.entry_count, 1U);
  EXPECT_EQ(AskCrl(cluster, john).state, CrlAnswer::State::kRevoked);
  EXPECT_EQ(AskCrl(cluster, john).revoked_at, kLater);
  EXPECT_EQ(Crls(cluster, "etcd/ca.crl").front().info().this_update, now);
}

// A list that is made anew must not take back what was revoked.
TEST(RefreshCrls, ALostListComesBackWithItsEntries) {
  for (const bool by_revoking : {false, true}) {
    const TestCluster cluster;
    const Certificate john = cluster.IssueFor("john");
    const Certificate mary = cluster.IssueFor("mary");
    ASSERT_TRUE(Revoke(cluster, john).ok());
    std::filesystem::remove(cluster.Path("ca.crl"));
    // Once more with what is in the journal already.
    const absl::Status status =
        by_revoking ? Revoke(cluster, john, "superseded", kLater)
                    : RefreshCrls(cluster.directory(), kLater);
    ASSERT_TRUE(status.ok()) << status;
    EXPECT_EQ(AskCrl(cluster, john).state, CrlAnswer::State::kRevoked);
    EXPECT_EQ(AskCrl(cluster, mary).state, CrlAnswer::State::kGood);
    EXPECT_EQ(Crls(cluster, "etcd/ca.crl").front().info().entry_count, 0U);
    std::filesystem::remove(cluster.Path("ca.crl"));
    ASSERT_TRUE(Revoke(cluster, mary).ok());
    EXPECT_EQ(AskCrl(cluster, john).state, CrlAnswer::State::kRevoked);
    EXPECT_EQ(AskCrl(cluster, john).reason, CrlReason::kKeyCompromise);
    EXPECT_EQ(AskCrl(cluster, mary).state, CrlAnswer::State::kRevoked);
  }
}

TEST(RefreshCrls, WhoHasNoKeyKeepsTheList) {
  const TestCluster cluster;
  std::filesystem::remove(cluster.Path("ca.key"));
  const std::string before = GetFile(cluster.Path("ca.crl"));
  ASSERT_TRUE(RefreshCrls(cluster.directory(), kLater).ok());
  EXPECT_EQ(GetFile(cluster.Path("ca.crl")), before);
}

}  // namespace
}  // namespace gatehouse::pki
