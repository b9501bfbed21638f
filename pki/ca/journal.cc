#include "pki/ca/journal.h"

#include <cstdint>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/mutex.h"
#include "pki/ca/internal/database.h"

namespace gatehouse::pki {
namespace {

using internal::Database;
using internal::Statement;

// Times are microseconds since 1970, so that comparisons here mean the same as
// those of absl::Time. `user` is the common name; a CA is nobody's credential.
constexpr Database::Format kFormat = {0x47617465, 1, R"sql(
BEGIN;
CREATE TABLE certificates (
  id INTEGER PRIMARY KEY,
  sha256 BLOB NOT NULL UNIQUE,
  state INTEGER NOT NULL,
  user TEXT NOT NULL,
  is_ca INTEGER NOT NULL,
  signer TEXT NOT NULL,
  der BLOB NOT NULL,
  not_before INTEGER NOT NULL,
  not_after INTEGER NOT NULL,
  recorded_at INTEGER NOT NULL,
  revoked_at INTEGER,
  reason TEXT NOT NULL DEFAULT ''
);
CREATE INDEX certificates_by_user ON certificates (user, not_after);
CREATE INDEX certificates_by_end ON certificates (not_after);
COMMIT;
)sql"};

constexpr int64_t kSignedState =
    static_cast<int64_t>(JournalEntry::State::kSigned);
constexpr int64_t kRevokedState =
    static_cast<int64_t>(JournalEntry::State::kRevoked);

std::string Key(const Certificate& certificate) {
  return std::string(certificate.sha256().begin(), certificate.sha256().end());
}

bool IsCa(const Certificate& certificate) {
  const auto& constraints = certificate.extensions().basic_constraints;
  return constraints.has_value() && constraints->is_ca;
}

absl::Status UnknownCertificate(absl::string_view path,
                                const Certificate& certificate) {
  return MakeError(
      absl::StatusCode::kNotFound, Reason::kNotFound,
      absl::StrCat(path, ": no certificate ", certificate.CredentialId(), " (",
                   certificate.subject().ToString(), ")"));
}

absl::StatusOr<JournalEntry> EntryOf(const Statement& row,
                                     absl::string_view path) {
  absl::StatusOr<Certificate> certificate =
      Certificate::FromDer(row.Bytes(1), path);
  if (!certificate.ok()) return certificate.status();
  const int64_t state = row.Int(0);
  if (state < kSignedState || state > kRevokedState) {
    return MakeError(absl::StatusCode::kDataLoss, Reason::kMalformed,
                     absl::StrCat(path, ": a certificate has state ", state));
  }
  const absl::optional<int64_t> revoked_at = row.OptionalInt(5);
  return JournalEntry{
      *std::move(certificate),
      static_cast<JournalEntry::State>(state),
      row.Bytes(2),
      row.Bytes(3),
      absl::FromUnixMicros(row.Int(4)),
      revoked_at.has_value()
          ? absl::make_optional(absl::FromUnixMicros(*revoked_at))
          : absl::nullopt,
      row.Bytes(6)};
}

// Returns the query for `filter`. Its text is made of constants; the values
// are bound by number: ?1 the user, ?2 the moment, ?3 the state.
std::string ListQuery(const Journal::Filter& filter) {
  std::string sql =
      "SELECT state, der, user, signer, recorded_at, revoked_at, reason "
      "FROM certificates WHERE 1";
  if (filter.user.has_value()) sql += " AND user = ?1";
  if (filter.live_at.has_value()) {
    absl::StrAppend(&sql, " AND not_before <= ?2 AND not_after >= ?2",
                    " AND state <> ", kRevokedState);
  }
  if (filter.state.has_value()) sql += " AND state = ?3";
  return sql + " ORDER BY id";
}

class SqliteJournal : public Journal {
 public:
  SqliteJournal(std::unique_ptr<Database> database, std::string path)
      : path_(std::move(path)), database_(std::move(database)) {}

  absl::Status Signed(const Certificate& certificate,
                      absl::string_view signer_name, absl::Time now) override;
  absl::Status HandedOut(const Certificate& certificate) override;
  absl::Status Revoked(const Certificate& certificate, absl::string_view reason,
                       absl::Time now) override;
  absl::StatusOr<std::vector<JournalEntry>> List(
      const Filter& filter) const override;
  absl::StatusOr<std::vector<std::string>> UsersWithSeveral(
      absl::Time now) const override;

 private:
  // Runs an update whose first parameter is the certificate's key. Having
  // nothing to change is fine if the certificate is there.
  absl::Status Update(Statement statement, const Certificate& certificate)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string path_;
  mutable Mutex mutex_;
  const std::unique_ptr<Database> database_ ABSL_PT_GUARDED_BY(mutex_);
};

absl::Status SqliteJournal::Signed(const Certificate& certificate,
                                   absl::string_view signer_name,
                                   absl::Time now) {
  const MutexLock lock(mutex_);
  absl::StatusOr<Statement> insert = database_->Prepare(
      "INSERT INTO certificates (sha256, state, user, is_ca, signer, der, "
      "not_before, not_after, recorded_at) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) "
      "ON CONFLICT (sha256) DO NOTHING");
  if (!insert.ok()) return insert.status();
  insert->BindBlob(1, Key(certificate));
  insert->BindInt(2, kSignedState);
  insert->BindText(3, certificate.subject().common_name());
  insert->BindInt(4, IsCa(certificate) ? 1 : 0);
  insert->BindText(5, signer_name);
  insert->BindBlob(6, certificate.der());
  insert->BindInt(7, absl::ToUnixMicros(certificate.not_before()));
  insert->BindInt(8, absl::ToUnixMicros(certificate.not_after()));
  insert->BindInt(9, absl::ToUnixMicros(now));
  return insert->Step().status();
}

absl::Status SqliteJournal::Update(Statement statement,
                                   const Certificate& certificate) {
  statement.BindBlob(1, Key(certificate));
  absl::Status status = statement.Step().status();
  if (!status.ok() || database_->Changes() > 0) return status;
  absl::StatusOr<Statement> select =
      database_->Prepare("SELECT 1 FROM certificates WHERE sha256 = ?1");
  if (!select.ok()) return select.status();
  select->BindBlob(1, Key(certificate));
  const absl::StatusOr<bool> found = select->Step();
  if (!found.ok()) return found.status();
  return *found ? absl::OkStatus() : UnknownCertificate(path_, certificate);
}

absl::Status SqliteJournal::HandedOut(const Certificate& certificate) {
  const MutexLock lock(mutex_);
  absl::StatusOr<Statement> update = database_->Prepare(
      "UPDATE certificates SET state = ?2 WHERE sha256 = ?1 AND state = ?3");
  if (!update.ok()) return update.status();
  update->BindInt(2, static_cast<int64_t>(JournalEntry::State::kHandedOut));
  update->BindInt(3, kSignedState);
  return Update(*std::move(update), certificate);
}

absl::Status SqliteJournal::Revoked(const Certificate& certificate,
                                    absl::string_view reason, absl::Time now) {
  const MutexLock lock(mutex_);
  absl::StatusOr<Statement> update = database_->Prepare(
      "UPDATE certificates SET state = ?2, revoked_at = ?3, reason = ?4 "
      "WHERE sha256 = ?1 AND state <> ?2");
  if (!update.ok()) return update.status();
  update->BindInt(2, kRevokedState);
  update->BindInt(3, absl::ToUnixMicros(now));
  update->BindText(4, reason);
  return Update(*std::move(update), certificate);
}

absl::StatusOr<std::vector<JournalEntry>> SqliteJournal::List(
    const Filter& filter) const {
  const MutexLock lock(mutex_);
  absl::StatusOr<Statement> select =
      database_->Prepare(ListQuery(filter).c_str());
  if (!select.ok()) return select.status();
  if (filter.user.has_value()) select->BindText(1, *filter.user);
  if (filter.live_at.has_value()) {
    select->BindInt(2, absl::ToUnixMicros(*filter.live_at));
  }
  if (filter.state.has_value()) {
    select->BindInt(3, static_cast<int64_t>(*filter.state));
  }
  std::vector<JournalEntry> entries;
  while (true) {
    const absl::StatusOr<bool> row = select->Step();
    if (!row.ok()) return row.status();
    if (!*row) return entries;
    absl::StatusOr<JournalEntry> entry = EntryOf(*select, path_);
    if (!entry.ok()) return entry.status();
    entries.push_back(*std::move(entry));
  }
}

absl::StatusOr<std::vector<std::string>> SqliteJournal::UsersWithSeveral(
    absl::Time now) const {
  const MutexLock lock(mutex_);
  absl::StatusOr<Statement> select = database_->Prepare(
      "SELECT user FROM certificates WHERE state <> ?2 AND not_before <= ?1 "
      "AND not_after >= ?1 AND is_ca = 0 AND user <> '' "
      "GROUP BY user HAVING COUNT(*) > 1 ORDER BY user");
  if (!select.ok()) return select.status();
  select->BindInt(1, absl::ToUnixMicros(now));
  select->BindInt(2, kRevokedState);
  std::vector<std::string> users;
  while (true) {
    const absl::StatusOr<bool> row = select->Step();
    if (!row.ok()) return row.status();
    if (!*row) return users;
    users.push_back(select->Bytes(0));
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<Journal>> Journal::Open(
    const std::string& path) {
  absl::StatusOr<std::unique_ptr<Database>> database =
      Database::Open(path, kFormat);
  if (!database.ok()) return database.status();
  return absl::make_unique<SqliteJournal>(*std::move(database), path);
}

}  // namespace gatehouse::pki
