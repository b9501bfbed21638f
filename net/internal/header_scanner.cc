#include "net/internal/header_scanner.h"

namespace gatehouse::net::internal {

HeaderScanner::Result HeaderScanner::EndOfLine(absl::string_view data) {
  if (data[position_ + 1] != '\n') return Result::kMalformed;
  const bool empty = position_ == line_;
  position_ += 2;
  if (!empty) {
    line_ = position_;
    return Result::kMore;
  }
  if (line_ == 0) return Result::kMalformed;
  length_ = position_;
  return Result::kComplete;
}

HeaderScanner::Result HeaderScanner::Scan(absl::string_view data) {
  while (position_ < data.size()) {
    const char c = data[position_];
    if (c == '\r') {
      if (position_ + 1 == data.size()) return Result::kMore;
      const Result result = EndOfLine(data);
      if (result != Result::kMore) return result;
      continue;
    }
    const bool folded =
        position_ == line_ && line_ != 0 && (c == ' ' || c == '\t');
    if (c == '\n' || c == '\0' || folded) return Result::kMalformed;
    ++position_;
  }
  return Result::kMore;
}

}  // namespace gatehouse::net::internal
