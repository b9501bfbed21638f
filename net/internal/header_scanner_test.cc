#include "net/internal/header_scanner.h"

#include <string>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace gatehouse::net::internal {
namespace {

using Result = HeaderScanner::Result;

struct Row {
  std::string data;
  Result result;
  size_t length = 0;
};

const Row kRows[] = {
    {"", Result::kMore},
    {"G", Result::kMore},
    {"GET / HTTP/1.1", Result::kMore},
    {"GET / HTTP/1.1\r", Result::kMore},
    {"GET / HTTP/1.1\r\n", Result::kMore},
    {"GET / HTTP/1.1\r\n\r", Result::kMore},
    {"a\r\n\r\n", Result::kComplete, 5},
    {"a\r\nb: c\r\n\r\nbody\n\n", Result::kComplete, 11},
    {"a\r\nb:\tc d\r\n\r\n", Result::kComplete, 13},
    {"\r\n", Result::kMalformed},
    {"\n", Result::kMalformed},
    {"a\n", Result::kMalformed},
    {"a\r\r\n", Result::kMalformed},
    {"a\rb", Result::kMalformed},
    {"a\r\n\n", Result::kMalformed},
    {"a\r\n b", Result::kMalformed},
    {"a\r\n\tb", Result::kMalformed},
    {"a\r\nb: c\r\n \r\n", Result::kMalformed},
    {std::string("a\0", 2), Result::kMalformed},
};

TEST(HeaderScannerTest, Rows) {
  for (const Row& row : kRows) {
    HeaderScanner scanner;
    EXPECT_EQ(scanner.Scan(row.data), row.result) << row.data;
    EXPECT_EQ(scanner.length(), row.length) << row.data;
  }
}

// However the bytes are cut up, the answer is the same.
TEST(HeaderScannerTest, ByteByByte) {
  for (const Row& row : kRows) {
    HeaderScanner scanner;
    Result result = Result::kMore;
    for (size_t i = 1; i <= row.data.size() && result == Result::kMore; ++i) {
      result = scanner.Scan(absl::string_view(row.data).substr(0, i));
    }
    EXPECT_EQ(result, row.result) << row.data;
    EXPECT_EQ(scanner.length(), row.length) << row.data;
  }
}

}  // namespace
}  // namespace gatehouse::net::internal
