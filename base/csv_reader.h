// Comma-separated values, strictly.
#ifndef GATEHOUSE_BASE_CSV_READER_H_
#define GATEHOUSE_BASE_CSV_READER_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace gatehouse {

// CsvReader reads RFC 4180 as Go's encoding/csv does by default: lines end in
// LF or CRLF, empty ones are passed over, rows may differ in length, nothing is
// trimmed, a quoted field may hold commas, line breaks (CRLF becomes LF) and
// doubled quotes, and a quote anywhere else is an error.
//
// What it had to copy is wiped when it is destroyed, since fields may be
// secrets. For one thread.
class CsvReader {
 public:
  // Borrows both. `source` names the text in errors.
  CsvReader(absl::string_view text, absl::string_view source)
      : text_(text), source_(source) {}
  ~CsvReader();
  CsvReader(const CsvReader&) = delete;
  CsvReader& operator=(const CsvReader&) = delete;

  // Reads the next row, of at least one field, into `*row`; the views are valid
  // as long as the reader and the text. Returns false at the end. Errors:
  // Reason::kMalformed, "source:line:column: ..." without any of the text.
  // After one the reader is used up.
  absl::StatusOr<bool> Next(std::vector<absl::string_view>* row);

  // Returns "source:line" of the row that was read last.
  std::string Place() const;

 private:
  enum class End { kField, kRow };

  absl::StatusOr<End> ReadField(absl::string_view* field);
  absl::StatusOr<End> ReadPlain(absl::string_view* field);
  absl::StatusOr<End> ReadQuoted(absl::string_view* field);
  bool SkipEmptyLines();
  // Returns the length of the line's end at pos_: 0 if there is none; the end
  // of the text is not one.
  size_t LineEnd() const;
  void PassLineEnd(size_t length);
  absl::Status Malformed(size_t offset, absl::string_view what) const;

  const absl::string_view text_;
  const absl::string_view source_;
  size_t pos_ = 0;
  size_t line_ = 1;        // Of pos_.
  size_t line_start_ = 0;  // Its first byte.
  size_t row_line_ = 1;
  // What stood in quotes, of all rows: as large as the text from the beginning,
  // so that it never moves.
  std::string unquoted_;
};

}  // namespace gatehouse

#endif  // GATEHOUSE_BASE_CSV_READER_H_
