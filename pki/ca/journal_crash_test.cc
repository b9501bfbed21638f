// The journal and processes that die or write at the same time.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "pki/ca/ca.h"
#include "pki/ca/issuer.h"
#include "pki/ca/journal.h"
#include "pki/ca/testing/command.h"
#include "pki/certificate.h"
#include "pki/distinguished_name.h"
#include "pki/extensions.h"
#include "pki/private_key.h"

namespace gatehouse::pki {
namespace {

using State = JournalEntry::State;

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);
constexpr char kSigner[] = "kubernetes.io/kube-apiserver-client";

CertificateAuthority MakeCa() {
  return *CertificateAuthority::SelfSigned(
      "kubernetes", *PrivateKey::Generate(KeyAlgorithm::kEcdsaP256), kNow,
      absl::Hours(24 * 365));
}

CertificateTemplate TemplateFor(const std::string& user) {
  CertificateTemplate request;
  request.subject = DistinguishedName::ForUser(user, {});
  request.not_before = kNow;
  request.not_after = kNow + absl::Hours(24);
  request.key_usage = kDigitalSignature;
  return request;
}

// Runs `body` in a process of its own, which ends without running anything
// else: 0 if `body` returned true.
pid_t Fork(const std::function<bool()>& body) {
  const pid_t pid = fork();
  if (pid != 0) return pid;
  _exit(body() ? 0 : 1);
}

int WaitFor(pid_t pid) {
  int status = -1;
  EXPECT_EQ(waitpid(pid, &status, 0), pid);
  return status;
}

std::vector<JournalEntry> ListIn(const std::string& path) {
  absl::StatusOr<std::unique_ptr<Journal>> journal = Journal::Open(path);
  EXPECT_TRUE(journal.ok()) << journal.status();
  absl::StatusOr<std::vector<JournalEntry>> entries = (*journal)->List({});
  EXPECT_TRUE(entries.ok()) << entries.status();
  return *std::move(entries);
}

TEST(JournalCrash, KilledBetweenSigningAndHandingOut) {
  const std::string path =
      absl::StrCat(testing::MakeTestDirectory(), "/journal.db");
  const CertificateAuthority ca = MakeCa();
  const pid_t child = Fork([&] {
    const std::shared_ptr<Journal> journal = *Journal::Open(path);
    const JournaledIssuer issuer(ca, journal, kSigner);
    const PublicKey& key = ca.key().public_key();
    const absl::StatusOr<Certificate> first =
        issuer.Issue(key, TemplateFor("john"), kNow);
    if (!issuer.HandOut(*first, [](const auto&) { return absl::OkStatus(); })
             .ok()) {
      return false;
    }
    const absl::StatusOr<Certificate> second =
        issuer.Issue(key, TemplateFor("mary"), kNow);
    return issuer
        .HandOut(*second,
                 [](const Certificate&) {
                   kill(getpid(), SIGKILL);
                   return absl::OkStatus();
                 })
        .ok();
  });
  const int status = WaitFor(child);
  ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << status;

  const std::vector<JournalEntry> entries = ListIn(path);
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].user, "john");
  EXPECT_EQ(entries[0].state, State::kHandedOut);
  EXPECT_EQ(entries[1].user, "mary");
  EXPECT_EQ(entries[1].state, State::kSigned);
  // What was left open can be finished.
  const std::unique_ptr<Journal> journal = *Journal::Open(path);
  EXPECT_TRUE(
      journal->Revoked(entries[1].certificate, "superseded", kNow).ok());
}

// The child says over a pipe how far it came; what it said must be there.
TEST(JournalCrash, KilledAnywhere) {
  const CertificateAuthority ca = MakeCa();
  std::vector<Certificate> certificates;
  for (int i = 0; i < 20; ++i) {
    certificates.push_back(*ca.Issue(ca.key().public_key(),
                                     TemplateFor(absl::StrCat("user-", i))));
  }
  for (size_t after = 1; after < certificates.size(); after += 6) {
    const std::string path =
        absl::StrCat(testing::MakeTestDirectory(), "/journal.db");
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = Fork([&] {
      const std::unique_ptr<Journal> journal = *Journal::Open(path);
      for (const Certificate& certificate : certificates) {
        if (!journal->Signed(certificate, kSigner, kNow).ok()) return false;
        if (write(ends[1], "x", 1) != 1) return false;
      }
      pause();
      return false;
    });
    close(ends[1]);
    char byte = 0;
    size_t told = 0;
    while (told < after && read(ends[0], &byte, 1) == 1) ++told;
    kill(child, SIGKILL);
    WaitFor(child);
    while (read(ends[0], &byte, 1) == 1) ++told;
    close(ends[0]);
    ASSERT_GE(told, after);
    const std::vector<JournalEntry> entries = ListIn(path);
    ASSERT_GE(entries.size(), told);
    ASSERT_LE(entries.size(), told + 1);
    for (size_t i = 0; i < entries.size(); ++i) {
      EXPECT_EQ(entries[i].certificate, certificates[i]);
    }
  }
}

// Several processes create the same journal and write to it, at once.
TEST(JournalCrash, ProcessesWriteAtOnce) {
  const std::string path =
      absl::StrCat(testing::MakeTestDirectory(), "/journal.db");
  const CertificateAuthority ca = MakeCa();
  constexpr int kProcesses = 3;
  constexpr int kEach = 20;
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  std::vector<pid_t> children;
  for (int process = 0; process < kProcesses; ++process) {
    children.push_back(Fork([&, process] {
      char byte = 0;
      close(ends[1]);
      if (read(ends[0], &byte, 1) != 0) return false;  // Until all may start.
      absl::StatusOr<std::unique_ptr<Journal>> journal = Journal::Open(path);
      if (!journal.ok()) return false;
      const JournaledIssuer issuer(ca, *std::move(journal), kSigner);
      for (int i = 0; i < kEach; ++i) {
        const absl::StatusOr<Certificate> certificate = issuer.Issue(
            ca.key().public_key(),
            TemplateFor(absl::StrCat("user-", process, "-", i)), kNow);
        if (!certificate.ok()) return false;
        const auto deliver = [](const auto&) { return absl::OkStatus(); };
        if (!issuer.HandOut(*certificate, deliver).ok()) return false;
      }
      return true;
    }));
  }
  close(ends[0]);
  close(ends[1]);
  for (const pid_t child : children) EXPECT_EQ(WaitFor(child), 0);
  std::set<std::string> users;
  for (const JournalEntry& entry : ListIn(path)) {
    EXPECT_EQ(entry.state, State::kHandedOut);
    users.insert(entry.user);
  }
  EXPECT_EQ(users.size(), size_t{kProcesses * kEach});
}

}  // namespace
}  // namespace gatehouse::pki
