#include "base/csv_reader.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/errors.h"
#include "base/secret.h"

namespace gatehouse {

CsvReader::~CsvReader() { WipeString(&unquoted_); }

absl::StatusOr<bool> CsvReader::Next(std::vector<absl::string_view>* row) {
  row->clear();
  if (!SkipEmptyLines()) return false;
  row_line_ = line_;
  for (;;) {
    absl::string_view field;
    const absl::StatusOr<End> end = ReadField(&field);
    if (!end.ok()) {
      pos_ = text_.size();
      return end.status();
    }
    row->push_back(field);
    if (*end == End::kRow) return true;
  }
}

std::string CsvReader::Place() const {
  return absl::StrCat(source_, ":", row_line_);
}

absl::StatusOr<CsvReader::End> CsvReader::ReadField(absl::string_view* field) {
  const bool quoted = pos_ < text_.size() && text_[pos_] == '"';
  return quoted ? ReadQuoted(field) : ReadPlain(field);
}

absl::StatusOr<CsvReader::End> CsvReader::ReadPlain(absl::string_view* field) {
  const size_t start = pos_;
  pos_ = std::min(text_.find_first_of(",\n", start), text_.size());
  *field = text_.substr(start, pos_ - start);
  const size_t quote = field->find('"');
  if (quote != absl::string_view::npos) {
    return Malformed(start + quote, "a quote within a field that has none");
  }
  if (pos_ < text_.size() && text_[pos_] == ',') {
    ++pos_;
    return End::kField;
  }
  absl::ConsumeSuffix(field, "\r");
  if (pos_ < text_.size()) PassLineEnd(1);
  return End::kRow;
}

absl::StatusOr<CsvReader::End> CsvReader::ReadQuoted(absl::string_view* field) {
  unquoted_.reserve(text_.size());
  const size_t opening = pos_++;
  const size_t opening_line = line_;
  const size_t opening_line_start = line_start_;
  const size_t start = unquoted_.size();
  while (pos_ < text_.size()) {
    if (text_[pos_] != '"') {
      if (const size_t length = LineEnd(); length > 0) {
        unquoted_ += '\n';
        PassLineEnd(length);
      } else {
        unquoted_ += text_[pos_++];
      }
      continue;
    }
    ++pos_;
    if (pos_ < text_.size() && text_[pos_] == '"') {
      unquoted_ += text_[pos_++];
      continue;
    }
    *field = absl::string_view(unquoted_).substr(start);
    if (pos_ < text_.size() && text_[pos_] == ',') {
      ++pos_;
      return End::kField;
    }
    if (const size_t length = LineEnd(); length > 0) {
      PassLineEnd(length);
      return End::kRow;
    }
    absl::string_view rest = text_.substr(pos_);
    absl::ConsumePrefix(&rest, "\r");
    if (!rest.empty()) {
      return Malformed(pos_, "something between a closing quote and a comma");
    }
    pos_ = text_.size();
    return End::kRow;
  }
  line_ = opening_line;
  line_start_ = opening_line_start;
  return Malformed(opening, "a quote that is not closed");
}

bool CsvReader::SkipEmptyLines() {
  for (size_t length = LineEnd(); length > 0; length = LineEnd()) {
    PassLineEnd(length);
  }
  const absl::string_view rest = text_.substr(pos_);
  return !rest.empty() && rest != "\r";
}

size_t CsvReader::LineEnd() const {
  const absl::string_view rest = text_.substr(pos_);
  if (absl::StartsWith(rest, "\n")) return 1;
  return absl::StartsWith(rest, "\r\n") ? 2 : 0;
}

void CsvReader::PassLineEnd(size_t length) {
  pos_ += length;
  ++line_;
  line_start_ = pos_;
}

absl::Status CsvReader::Malformed(size_t offset, absl::string_view what) const {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kMalformed,
                   absl::StrCat(source_, ":", line_, ":",
                                offset - line_start_ + 1, ": ", what));
}

}  // namespace gatehouse
