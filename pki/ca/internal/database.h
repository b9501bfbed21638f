// The little of SQLite that the journal needs, with errors as a Status.
#ifndef GATEHOUSE_PKI_CA_INTERNAL_DATABASE_H_
#define GATEHOUSE_PKI_CA_INTERNAL_DATABASE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"

struct sqlite3;
struct sqlite3_stmt;

namespace gatehouse::pki::internal {

// Statement is one prepared statement in use. Values are bound, never pasted
// into the text. For one thread; must not outlive its Database.
class Statement {
 public:
  Statement(sqlite3* database, sqlite3_stmt* statement, std::string path);

  // Bind a value to parameter `index`, from 1. Text and blobs are copied.
  void BindInt(int index, int64_t value);
  void BindText(int index, absl::string_view value);
  void BindBlob(int index, absl::string_view value);

  // Goes to the next row. True: there is one; false: done.
  absl::StatusOr<bool> Step();

  // Read a column of the row, from 0.
  int64_t Int(int column) const;
  absl::optional<int64_t> OptionalInt(int column) const;
  std::string Bytes(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };

  sqlite3* database_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  std::string path_;
};

// Database is one connection to a SQLite file in WAL mode that syncs every
// commit and waits for other processes' locks for up to 10 seconds. For one
// thread at a time.
class Database {
 public:
  // What tells one kind of database from another.
  struct Format {
    int application_id;
    int version;
    const char* schema;  // SQL that makes it.
  };

  // Opens `path`. Where there is no such file a complete empty database takes
  // its place in one step, 0600, so that no process ever sees half of one.
  // kMalformed: it is no database, or of another application; kUnsupported: of
  // another version.
  static absl::StatusOr<std::unique_ptr<Database>> Open(const std::string& path,
                                                        const Format& format);

  // `sql` is one statement, a constant of the program.
  absl::StatusOr<Statement> Prepare(const char* sql);
  // Runs statements that return nothing.
  absl::Status Execute(const char* sql);
  // Returns how many rows the last statement changed.
  int Changes() const;

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };

  Database(sqlite3* database, std::string path);
  static absl::StatusOr<std::unique_ptr<Database>> Connect(
      const std::string& path);
  static absl::Status CreateFile(const std::string& path, const Format& format);
  absl::Status CheckFormat(const Format& format);
  absl::StatusOr<int64_t> Pragma(const char* sql);

  std::unique_ptr<sqlite3, Close> database_;
  std::string path_;
};

}  // namespace gatehouse::pki::internal

#endif  // GATEHOUSE_PKI_CA_INTERNAL_DATABASE_H_
