#include "pki/ca/internal/database.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/substitute.h"
#include "base/errors.h"

namespace gatehouse::pki::internal {
namespace {

constexpr int kBusyTimeoutMillis = 10'000;

absl::Status SqliteError(sqlite3* database, int code, absl::string_view path) {
  const std::string text = absl::StrCat(
      path, ": ",
      database != nullptr ? sqlite3_errmsg(database) : sqlite3_errstr(code));
  switch (code & 0xff) {
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return MakeError(absl::StatusCode::kDataLoss, Reason::kMalformed, text);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return MakeError(absl::StatusCode::kUnavailable, Reason::kConflict, text);
    case SQLITE_CANTOPEN:
      return MakeError(absl::StatusCode::kNotFound, Reason::kNotFound, text);
    default:
      return MakeError(absl::StatusCode::kInternal, Reason::kNone, text);
  }
}

absl::Status SystemError(absl::string_view path) {
  const int error = errno;
  return MakeError(
      error == ENOENT ? absl::StatusCode::kNotFound
                      : absl::StatusCode::kPermissionDenied,
      error == ENOENT ? Reason::kNotFound : Reason::kForbidden,
      absl::StrCat(path, ": cannot create: ", std::strerror(error)));
}

// A rename or link is durable when its directory is.
absl::Status SyncDirectoryOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  const std::string directory =
      slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const int fd = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return SystemError(directory);
  const int result = fsync(fd);
  close(fd);
  return result == 0 ? absl::OkStatus() : SystemError(directory);
}

// Puts `temporary` at `path` unless somebody else was first.
absl::Status LinkInto(const std::string& temporary, const std::string& path) {
  const bool linked = link(temporary.c_str(), path.c_str()) == 0;
  if (!linked && errno != EEXIST) return SystemError(path);
  return SyncDirectoryOf(path);
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

Statement::Statement(sqlite3* database, sqlite3_stmt* statement,
                     std::string path)
    : database_(database), statement_(statement), path_(std::move(path)) {}

void Statement::BindInt(int index, int64_t value) {
  sqlite3_bind_int64(statement_.get(), index, value);
}

void Statement::BindText(int index, absl::string_view value) {
  sqlite3_bind_text64(statement_.get(), index, value.data(), value.size(),
                      SQLITE_TRANSIENT, SQLITE_UTF8);
}

void Statement::BindBlob(int index, absl::string_view value) {
  sqlite3_bind_blob64(statement_.get(), index, value.data(), value.size(),
                      SQLITE_TRANSIENT);
}

absl::StatusOr<bool> Statement::Step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return SqliteError(database_, code, path_);
}

int64_t Statement::Int(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

absl::optional<int64_t> Statement::OptionalInt(int column) const {
  if (sqlite3_column_type(statement_.get(), column) == SQLITE_NULL) {
    return absl::nullopt;
  }
  return Int(column);
}

std::string Statement::Bytes(int column) const {
  const void* data = sqlite3_column_blob(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  if (data == nullptr) return "";
  return std::string(static_cast<const char*>(data), static_cast<size_t>(size));
}

void Database::Close::operator()(sqlite3* database) const {
  sqlite3_close_v2(database);
}

Database::Database(sqlite3* database, std::string path)
    : database_(database), path_(std::move(path)) {}

absl::StatusOr<std::unique_ptr<Database>> Database::Connect(
    const std::string& path) {
  sqlite3* handle = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &handle,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX, nullptr);
  std::unique_ptr<Database> database(new Database(handle, path));
  if (code != SQLITE_OK) return SqliteError(handle, code, path);
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, kBusyTimeoutMillis);
  return database;
}

absl::Status Database::CreateFile(const std::string& path,
                                  const Format& format) {
  std::string temporary = absl::StrCat(path, ".new-XXXXXX");
  const int fd = mkstemp(temporary.data());  // 0600, whatever the umask.
  if (fd < 0) return SystemError(path);
  close(fd);
  absl::Status status;
  {
    absl::StatusOr<std::unique_ptr<Database>> database = Connect(temporary);
    status = database.status();
    if (status.ok()) status = (*database)->Execute("PRAGMA journal_mode=WAL");
    if (status.ok()) status = (*database)->Execute(format.schema);
    const std::string mark =
        absl::Substitute("PRAGMA application_id=$0; PRAGMA user_version=$1;",
                         format.application_id, format.version);
    if (status.ok()) status = (*database)->Execute(mark.c_str());
  }  // Closing puts the write-ahead log into the file.
  if (status.ok()) status = LinkInto(temporary, path);
  unlink(temporary.c_str());
  return status;
}

absl::StatusOr<std::unique_ptr<Database>> Database::Open(
    const std::string& path, const Format& format) {
  if (access(path.c_str(), F_OK) != 0) {
    absl::Status status = CreateFile(path, format);
    if (!status.ok()) return status;
  }
  absl::StatusOr<std::unique_ptr<Database>> database = Connect(path);
  if (!database.ok()) return database;
  absl::Status status = (*database)->CheckFormat(format);
  if (status.ok()) status = (*database)->Execute("PRAGMA synchronous=FULL");
  if (!status.ok()) return status;
  return database;
}

absl::Status Database::CheckFormat(const Format& format) {
  const absl::StatusOr<int64_t> id = Pragma("PRAGMA application_id");
  if (!id.ok()) return id.status();
  if (*id != format.application_id) {
    return MakeError(absl::StatusCode::kDataLoss, Reason::kMalformed,
                     absl::StrCat(path_, ": not an issuance journal"));
  }
  const absl::StatusOr<int64_t> version = Pragma("PRAGMA user_version");
  if (!version.ok()) return version.status();
  if (*version != format.version) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     Reason::kUnsupported,
                     absl::Substitute("$0: schema version $1, known is $2",
                                      path_, *version, format.version));
  }
  return absl::OkStatus();
}

absl::StatusOr<int64_t> Database::Pragma(const char* sql) {
  absl::StatusOr<Statement> statement = Prepare(sql);
  if (!statement.ok()) return statement.status();
  const absl::StatusOr<bool> row = statement->Step();
  if (!row.ok()) return row.status();
  return *row ? statement->Int(0) : 0;
}

absl::StatusOr<Statement> Database::Prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  const int code =
      sqlite3_prepare_v2(database_.get(), sql, -1, &statement, nullptr);
  if (code != SQLITE_OK) return SqliteError(database_.get(), code, path_);
  return Statement(database_.get(), statement, path_);
}

absl::Status Database::Execute(const char* sql) {
  const int code =
      sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? absl::OkStatus()
                           : SqliteError(database_.get(), code, path_);
}

int Database::Changes() const { return sqlite3_changes(database_.get()); }

}  // namespace gatehouse::pki::internal
