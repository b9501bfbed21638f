#include "pki/ca/journal.h"

#include <sqlite3.h>
#include <sys/stat.h>

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pki/ca/ca.h"
#include "pki/ca/issuer.h"
#include "pki/ca/testing/command.h"
#include "pki/certificate.h"
#include "pki/distinguished_name.h"
#include "pki/extensions.h"
#include "pki/private_key.h"

namespace gatehouse::pki {
namespace {

using ::testing::ElementsAre;
using testing::GetFile;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::MakeTestDirectory;
using testing::PutFile;
using State = JournalEntry::State;

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);
constexpr absl::Duration kDay = absl::Hours(24);
constexpr char kSigner[] = "kubernetes.io/kube-apiserver-client";

const CertificateAuthority& Ca() {
  static const auto* const ca =
      new CertificateAuthority(*CertificateAuthority::SelfSigned(
          "kubernetes", *PrivateKey::Generate(KeyAlgorithm::kEcdsaP256), kNow,
          3650 * kDay));
  return *ca;
}

CertificateTemplate TemplateFor(const std::string& user, absl::Time from = kNow,
                                absl::Duration lifetime = 10 * kDay) {
  CertificateTemplate request;
  request.subject = DistinguishedName::ForUser(user, {"dev"});
  request.subject_alt_names.dns = {"a.example"};
  request.not_before = from;
  request.not_after = from + lifetime;
  request.key_usage = kDigitalSignature;
  return request;
}

Certificate Issue(const std::string& user, absl::Time from = kNow,
                  absl::Duration lifetime = 10 * kDay) {
  const absl::StatusOr<Certificate> certificate =
      Ca().Issue(Ca().key().public_key(), TemplateFor(user, from, lifetime));
  EXPECT_TRUE(certificate.ok()) << certificate.status();
  return *certificate;
}

class JournalTest : public ::testing::Test {
 protected:
  JournalTest() : path_(absl::StrCat(MakeTestDirectory(), "/journal.db")) {
    Reopen();
  }

  void Reopen() {
    journal_.reset();
    absl::StatusOr<std::unique_ptr<Journal>> journal = Journal::Open(path_);
    ASSERT_TRUE(journal.ok()) << journal.status();
    journal_ = *std::move(journal);
  }

  Certificate Record(const std::string& user, absl::Time from = kNow,
                     absl::Duration lifetime = 10 * kDay) {
    Certificate certificate = Issue(user, from, lifetime);
    EXPECT_TRUE(journal_->Signed(certificate, kSigner, from).ok());
    return certificate;
  }

  std::vector<std::string> Users(const Journal::Filter& filter) {
    const absl::StatusOr<std::vector<JournalEntry>> entries =
        journal_->List(filter);
    EXPECT_TRUE(entries.ok()) << entries.status();
    std::vector<std::string> users;
    for (const JournalEntry& entry : *entries) users.push_back(entry.user);
    return users;
  }

  JournalEntry Only() {
    const absl::StatusOr<std::vector<JournalEntry>> entries =
        journal_->List({});
    EXPECT_TRUE(entries.ok()) << entries.status();
    EXPECT_EQ(entries->size(), 1U);
    return entries->front();
  }

  const std::string path_;
  std::unique_ptr<Journal> journal_;
};

TEST_F(JournalTest, KeepsWhatItWasTold) {
  const Certificate certificate = Record("john");
  Reopen();
  JournalEntry entry = Only();
  EXPECT_EQ(entry.certificate, certificate);
  EXPECT_EQ(entry.state, State::kSigned);
  EXPECT_EQ(entry.user, "john");
  EXPECT_EQ(entry.signer_name, kSigner);
  EXPECT_EQ(entry.recorded_at, kNow);
  EXPECT_EQ(entry.revoked_at, absl::nullopt);
  EXPECT_EQ(entry.revocation_reason, "");

  ASSERT_TRUE(journal_->HandedOut(certificate).ok());
  Reopen();
  EXPECT_EQ(Only().state, State::kHandedOut);

  ASSERT_TRUE(
      journal_->Revoked(certificate, "keyCompromise", kNow + kDay).ok());
  Reopen();
  entry = Only();
  EXPECT_EQ(entry.state, State::kRevoked);
  EXPECT_EQ(entry.revoked_at, kNow + kDay);
  EXPECT_EQ(entry.revocation_reason, "keyCompromise");
}

TEST_F(JournalTest, StepsMayBeRepeated) {
  const Certificate certificate = Record("john");
  ASSERT_TRUE(journal_->HandedOut(certificate).ok());
  ASSERT_TRUE(journal_->HandedOut(certificate).ok());
  // Recording it again does not take it back to the start.
  ASSERT_TRUE(journal_->Signed(certificate, "other", kNow + kDay).ok());
  EXPECT_EQ(Only().state, State::kHandedOut);
  EXPECT_EQ(Only().signer_name, kSigner);
  ASSERT_TRUE(journal_->Revoked(certificate, "superseded", kNow).ok());
  ASSERT_TRUE(
      journal_->Revoked(certificate, "keyCompromise", kNow + kDay).ok());
  ASSERT_TRUE(journal_->HandedOut(certificate).ok());
  EXPECT_EQ(Only().state, State::kRevoked);
  EXPECT_EQ(Only().revoked_at, kNow);
  EXPECT_EQ(Only().revocation_reason, "superseded");
}

TEST_F(JournalTest, DoesNotKnowStrangers) {
  Record("john");
  const Certificate stranger = Issue("mary");
  for (const absl::Status& status :
       {journal_->HandedOut(stranger),
        journal_->Revoked(stranger, "superseded", kNow)}) {
    EXPECT_EQ(ReasonOf(status), Reason::kNotFound);
    EXPECT_THAT(status.message(), HasSubstr(path_));
    EXPECT_THAT(status.message(), HasSubstr("mary"));
  }
}

TEST_F(JournalTest, Filters) {
  Record("john", kNow, 10 * kDay);
  ASSERT_TRUE(
      journal_->HandedOut(Record("mary", kNow + 5 * kDay, 10 * kDay)).ok());
  ASSERT_TRUE(journal_
                  ->Revoked(Record("john", kNow + kDay, 10 * kDay),
                            "superseded", kNow + 2 * kDay)
                  .ok());
  const absl::Time end = kNow + 10 * kDay;
  const struct {
    const char* name;
    Journal::Filter filter;
    std::vector<std::string> users;
  } kCases[] = {
      {"all", {}, {"john", "mary", "john"}},
      {"john", {"john", {}, {}}, {"john", "john"}},
      {"nobody", {"nobody", {}, {}}, {}},
      {"an empty name", {"", {}, {}}, {}},
      {"before any", {{}, kNow - kDay, {}}, {}},
      {"at the first moment", {{}, kNow, {}}, {"john"}},
      {"just before", {{}, kNow - absl::Microseconds(1), {}}, {}},
      {"later", {{}, kNow + 6 * kDay, {}}, {"john", "mary"}},
      {"at the last moment", {{}, end, {}}, {"john", "mary"}},
      {"just after", {{}, end + absl::Microseconds(1), {}}, {"mary"}},
      {"revoked", {{}, {}, State::kRevoked}, {"john"}},
      {"signed", {{}, {}, State::kSigned}, {"john"}},
      {"handed out", {{}, {}, State::kHandedOut}, {"mary"}},
      {"john's, live", {"john", kNow + kDay, {}}, {"john"}},
      {"mary's, signed", {"mary", {}, State::kSigned}, {}},
      {"live and revoked", {{}, kNow + kDay, State::kRevoked}, {}},
      {"the end of time", {{}, absl::InfiniteFuture(), {}}, {}},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(Users(c.filter), c.users);
  }
}

TEST_F(JournalTest, UsersWithSeveral) {
  Record("john", kNow, 10 * kDay);
  Record("mary", kNow, 10 * kDay);
  const Certificate second = Record("john", kNow + 5 * kDay, 10 * kDay);
  // CAs and names that are no users.
  Record("");
  Record("");
  CertificateTemplate ca = TemplateFor("sub");
  ca.key_usage = kKeyCertSign;
  ca.basic_constraints.is_ca = true;
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(
        journal_->Signed(*Ca().Issue(Ca().key().public_key(), ca), "x", kNow)
            .ok());
  }
  const struct {
    absl::Duration at;
    std::vector<std::string> users;
  } kCases[] = {{absl::ZeroDuration(), {}},
                {5 * kDay, {"john"}},
                {10 * kDay, {"john"}},
                {11 * kDay, {}}};
  for (const auto& c : kCases) {
    EXPECT_EQ(*journal_->UsersWithSeveral(kNow + c.at), c.users) << c.at;
  }
  ASSERT_TRUE(journal_->Revoked(second, "superseded", kNow).ok());
  EXPECT_THAT(*journal_->UsersWithSeveral(kNow + 5 * kDay), IsEmpty());
}

TEST_F(JournalTest, NamesAreNeverSql) {
  const std::vector<std::string> kNames = {
      "'; DROP TABLE certificates; --", "john' OR '1'='1", "%", "_", "?1", "\"",
      "\xc3\xa9\xe2\x82\xac",
  };
  for (const std::string& name : kNames) Record(name);
  Record("john");
  for (const std::string& name : kNames) {
    EXPECT_THAT(Users({name, {}, {}}), ElementsAre(name));
  }
  const Certificate certificate = Issue("x");
  const std::string signer = "x'); DELETE FROM certificates; --";
  ASSERT_TRUE(journal_->Signed(certificate, signer, kNow).ok());
  ASSERT_TRUE(journal_->Revoked(certificate, signer, kNow).ok());
  EXPECT_EQ(journal_->List({"x", {}, {}})->front().signer_name, signer);
  EXPECT_EQ(journal_->List({"x", {}, {}})->front().revocation_reason, signer);
  EXPECT_EQ(journal_->List({})->size(), kNames.size() + 2);
}

TEST_F(JournalTest, FilesAreForTheOwnerOnly) {
  Record("john");
  for (const char* end : {"", "-wal", "-shm"}) {
    struct stat info = {};
    ASSERT_EQ(stat((path_ + end).c_str(), &info), 0) << end;
    EXPECT_EQ(info.st_mode & 0777, 0600U) << end;
  }
}

TEST_F(JournalTest, ReadingChangesNoByte) {
  Record("john");
  journal_.reset();
  const std::string before = GetFile(path_);
  Reopen();
  EXPECT_THAT(Users({}), ElementsAre("john"));
  journal_.reset();
  EXPECT_EQ(GetFile(path_), before);
}

TEST_F(JournalTest, SeveralThreadsAndConnections) {
  constexpr int kThreads = 4;
  constexpr int kEach = 25;
  std::vector<Certificate> certificates;
  for (int i = 0; i < kThreads * kEach; ++i) {
    certificates.push_back(Issue(absl::StrCat("user-", i)));
  }
  const std::unique_ptr<Journal> other = *Journal::Open(path_);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      Journal& journal = t % 2 == 0 ? *journal_ : *other;
      for (int i = t * kEach; i < (t + 1) * kEach; ++i) {
        EXPECT_TRUE(journal.Signed(certificates[i], kSigner, kNow).ok());
        EXPECT_TRUE(journal.HandedOut(certificates[i]).ok());
        EXPECT_TRUE(journal.List({absl::StrCat("user-", i), {}, {}}).ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Users({{}, {}, State::kHandedOut}).size(), certificates.size());
}

// ---- Files that are no journals.

class BadFileTest : public ::testing::Test {
 protected:
  absl::Status Open() const { return Journal::Open(path_).status(); }

  void Run(const char* sql) const {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(path_.c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(database);
    sqlite3_close(database);
  }

  void ExpectRefused(const absl::Status& status, Reason reason,
                     const std::string& text) const {
    EXPECT_EQ(ReasonOf(status), reason) << status;
    EXPECT_THAT(status.message(), HasSubstr(path_));
    EXPECT_THAT(status.message(), HasSubstr(text));
  }

  const std::string directory_ = MakeTestDirectory();
  const std::string path_ = absl::StrCat(directory_, "/journal.db");
};

TEST_F(BadFileTest, NoDatabase) {
  PutFile(path_, std::string(5000, 'x'));
  ExpectRefused(Open(), Reason::kMalformed, "not a database");
  EXPECT_EQ(GetFile(path_), std::string(5000, 'x'));
}

TEST_F(BadFileTest, EmptyFile) {
  PutFile(path_, "");
  ExpectRefused(Open(), Reason::kMalformed, "not an issuance journal");
}

TEST_F(BadFileTest, AnotherProgramsDatabase) {
  Run("CREATE TABLE t (x); PRAGMA user_version=1;");
  ExpectRefused(Open(), Reason::kMalformed, "not an issuance journal");
}

TEST_F(BadFileTest, ANewerSchema) {
  ASSERT_TRUE(Open().ok());
  Run("PRAGMA user_version=2");
  ExpectRefused(Open(), Reason::kUnsupported, "schema version 2, known is 1");
}

TEST_F(BadFileTest, DamagedPages) {
  {
    const std::unique_ptr<Journal> journal = *Journal::Open(path_);
    for (int i = 0; i < 50; ++i) {
      ASSERT_TRUE(journal->Signed(Issue("john"), kSigner, kNow).ok());
    }
  }
  std::string bytes = GetFile(path_);
  ASSERT_GT(bytes.size(), 16384U);
  for (size_t i = 4096; i < bytes.size(); ++i) bytes[i] = '\xa5';
  PutFile(path_, bytes);
  const absl::StatusOr<std::unique_ptr<Journal>> journal = Journal::Open(path_);
  if (!journal.ok()) {
    ExpectRefused(journal.status(), Reason::kMalformed, "malformed");
    return;
  }
  ExpectRefused((*journal)->List({}).status(), Reason::kMalformed, "malformed");
  ExpectRefused((*journal)->Signed(Issue("mary"), kSigner, kNow),
                Reason::kMalformed, "malformed");
}

TEST_F(BadFileTest, CutShort) {
  {
    const std::unique_ptr<Journal> journal = *Journal::Open(path_);
    for (int i = 0; i < 50; ++i) {
      ASSERT_TRUE(journal->Signed(Issue("john"), kSigner, kNow).ok());
    }
  }
  PutFile(path_, GetFile(path_).substr(0, 12288));
  absl::Status status = Open();
  if (status.ok()) status = (*Journal::Open(path_))->List({}).status();
  ExpectRefused(status, Reason::kMalformed, "malformed");
}

TEST_F(BadFileTest, AnEntryThatIsNoCertificate) {
  ASSERT_TRUE(
      (*Journal::Open(path_))->Signed(Issue("john"), kSigner, kNow).ok());
  Run("UPDATE certificates SET der = x'3000'");
  ExpectRefused((*Journal::Open(path_))->List({}).status(), Reason::kMalformed,
                "");
  Run("UPDATE certificates SET state = 7");
}

TEST_F(BadFileTest, NoDirectory) {
  const absl::Status status =
      Journal::Open(absl::StrCat(directory_, "/no/journal.db")).status();
  EXPECT_EQ(ReasonOf(status), Reason::kNotFound) << status;
}

// ---- The issuer.

TEST_F(JournalTest, IssuerRecordsBeforeAndAfter) {
  const std::shared_ptr<Journal> journal = std::move(journal_);
  const JournaledIssuer issuer(Ca(), journal, kSigner);
  const absl::StatusOr<Certificate> certificate =
      issuer.Issue(Ca().key().public_key(), TemplateFor("john"), kNow);
  ASSERT_TRUE(certificate.ok()) << certificate.status();
  EXPECT_EQ(journal->List({})->front().state, State::kSigned);
  EXPECT_EQ(journal->List({})->front().signer_name, kSigner);

  const absl::Status lost = issuer.HandOut(
      *certificate,
      [](const Certificate&) { return absl::DataLossError("x"); });
  EXPECT_EQ(lost, absl::DataLossError("x"));
  EXPECT_EQ(journal->List({})->front().state, State::kSigned);

  absl::optional<Certificate> delivered;
  const absl::Status status =
      issuer.HandOut(*certificate, [&](const Certificate& given) {
        EXPECT_EQ(journal->List({})->front().state, State::kSigned);
        delivered = given;
        return absl::OkStatus();
      });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(delivered, certificate.value());
  EXPECT_EQ(journal->List({})->front().state, State::kHandedOut);
}

// A journal whose disk is full.
class FullJournal : public Journal {
 public:
  absl::Status Signed(const Certificate&, absl::string_view,
                      absl::Time) override {
    return absl::ResourceExhaustedError("full");
  }
  absl::Status HandedOut(const Certificate&) override {
    return absl::ResourceExhaustedError("full");
  }
  absl::Status Revoked(const Certificate&, absl::string_view,
                       absl::Time) override {
    return absl::ResourceExhaustedError("full");
  }
  absl::StatusOr<std::vector<JournalEntry>> List(const Filter&) const override {
    return std::vector<JournalEntry>();
  }
  absl::StatusOr<std::vector<std::string>> UsersWithSeveral(
      absl::Time) const override {
    return std::vector<std::string>();
  }
};

TEST(JournaledIssuer, WhatIsNotRecordedIsNotReturned) {
  const JournaledIssuer issuer(Ca(), absl::make_unique<FullJournal>(), kSigner);
  EXPECT_EQ(
      issuer.Issue(Ca().key().public_key(), TemplateFor("john"), kNow).status(),
      absl::ResourceExhaustedError("full"));
  CertificateTemplate bad = TemplateFor("john");
  bad.not_after = bad.not_before;
  EXPECT_EQ(ReasonOf(issuer.Issue(Ca().key().public_key(), bad, kNow).status()),
            Reason::kInvalid);
}

}  // namespace
}  // namespace gatehouse::pki
