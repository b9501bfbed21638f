// Finding the end of a request's headers, strictly.
#ifndef GATEHOUSE_NET_INTERNAL_HEADER_SCANNER_H_
#define GATEHOUSE_NET_INTERNAL_HEADER_SCANNER_H_

#include <cstddef>

#include "absl/strings/string_view.h"

namespace gatehouse::net::internal {

// HeaderScanner looks at the bytes of a request before the parser does, and
// refuses the line structures that parsers are known to disagree about and that
// Beast lets pass or waits for more of: lines that end in LF or CR alone, NUL,
// folded lines, empty lines before the request (RFC 9112 sections 2.2, 5.2). A
// value; one for each request.
class HeaderScanner {
 public:
  enum class Result { kMore, kComplete, kMalformed };

  // Scans `data`, the bytes received so far from the beginning of the request
  // on. With more of them, call it again: none is looked at twice.
  Result Scan(absl::string_view data);

  // The length of request line and headers with the empty line, once complete.
  size_t length() const { return length_; }

 private:
  // At "\r" with its follower in `data`: steps over the end of a line.
  Result EndOfLine(absl::string_view data);

  size_t position_ = 0;
  size_t line_ = 0;  // Where the line at `position_` begins.
  size_t length_ = 0;
};

}  // namespace gatehouse::net::internal

#endif  // GATEHOUSE_NET_INTERNAL_HEADER_SCANNER_H_
