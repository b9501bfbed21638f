#include "base/csv_reader.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/errors.h"
#include "gtest/gtest.h"

namespace gatehouse {
namespace {

// Returns the rows as "line:[field][field]", or the error.
std::string Read(absl::string_view text) {
  CsvReader reader(text, "f");
  std::string result;
  std::vector<absl::string_view> row;
  for (;;) {
    const absl::StatusOr<bool> more = reader.Next(&row);
    if (!more.ok()) {
      EXPECT_EQ(ReasonOf(more.status()), Reason::kMalformed);
      EXPECT_FALSE(*reader.Next(&row)) << "it goes on after an error";
      return absl::StrCat(result, "! ", more.status().message());
    }
    if (!*more) return result;
    absl::StrAppend(&result, reader.Place().substr(2), ":[",
                    absl::StrJoin(row, "]["), "] ");
  }
}

struct CsvCase {
  const char* name;
  std::string text;
  std::string want;
};

class CsvReaderTest : public ::testing::TestWithParam<CsvCase> {};

TEST_P(CsvReaderTest, Reads) {
  EXPECT_EQ(Read(GetParam().text), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, CsvReaderTest,
    ::testing::Values(
        CsvCase{"nothing", "", ""}, CsvCase{"one_field", "a", "1:[a] "},
        CsvCase{"fields", "a,b,c\n", "1:[a][b][c] "},
        CsvCase{"no_line_end", "a,b", "1:[a][b] "},
        CsvCase{"rows", "a,b\nc\nd,e,f\n", "1:[a][b] 2:[c] 3:[d][e][f] "},
        CsvCase{"crlf", "a,b\r\nc,d\r\n", "1:[a][b] 2:[c][d] "},
        CsvCase{"cr_at_the_end", "a,b\r", "1:[a][b] "},
        CsvCase{"two_crs", "a\r\r\n", "1:[a\r] "},
        CsvCase{"cr_within", "a\rb,c\n", "1:[a\rb][c] "},
        CsvCase{"empty_lines", "\n\r\n\na\n\n\r\nb\n\n", "4:[a] 7:[b] "},
        CsvCase{"only_empty_lines", "\n\r\n\r", ""},
        CsvCase{"spaces_are_a_row", " \n", "1:[ ] "},
        CsvCase{"empty_fields", ",\n,,\n", "1:[][] 2:[][][] "},
        CsvCase{"empty_last_field", "a,", "1:[a][] "},
        CsvCase{"not_trimmed", " a , b\t\n", "1:[ a ][ b\t] "},
        CsvCase{"no_comments", "#a,b\n", "1:[#a][b] "},
        CsvCase{"other_separators", "a;b\tc\n", "1:[a;b\tc] "},
        CsvCase{"nul", std::string("a\0b,c", 5),
                std::string("1:[a\0b][c] ", 11)},
        CsvCase{"byte_order_mark",
                "\xEF\xBB\xBF"
                "a,b",
                "1:[\xEF\xBB\xBF"
                "a][b] "}),
    [](const auto& info) { return std::string(info.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Quotes, CsvReaderTest,
    ::testing::Values(
        CsvCase{"quoted", "\"a\",\"b\"\n", "1:[a][b] "},
        CsvCase{"quoted_at_the_end", "a,\"b\"", "1:[a][b] "},
        CsvCase{"quoted_and_cr_at_the_end", "a,\"b\"\r", "1:[a][b] "},
        CsvCase{"quoted_and_crlf", "a,\"b\"\r\nc", "1:[a][b] 2:[c] "},
        CsvCase{"empty", "\"\",\"\"\n", "1:[][] "},
        CsvCase{"only_an_empty_one", "\"\"\n", "1:[] "},
        CsvCase{"comma", "\"a,b\",c\n", "1:[a,b][c] "},
        CsvCase{"doubled", "\"a\"\"b\"\"\"\n", "1:[a\"b\"] "},
        CsvCase{"only_a_doubled", "\"\"\"\"", "1:[\"] "},
        CsvCase{"line_breaks", "\"a\nb\",c\nd\n", "1:[a\nb][c] 3:[d] "},
        CsvCase{"crlf_becomes_lf", "\"a\r\nb\r\r\nc\"\n", "1:[a\nb\r\nc] "},
        CsvCase{"empty_lines_within", "\"\n\n\",x\n", "1:[\n\n][x] "},
        CsvCase{"bare", "a\"b\n",
                "! f:1:2: a quote within a field that has none"},
        CsvCase{"bare_later", "a,b\nc,d\"\n",
                "1:[a][b] ! f:2:4: a quote within a field that has none"},
        CsvCase{"space_before", "a, \"b\"\n",
                "! f:1:4: a quote within a field that has none"},
        CsvCase{"space_behind", "\"a\" ,b\n",
                "! f:1:4: something between a closing quote and a comma"},
        CsvCase{"text_behind", "x\n\"a\"b\n",
                "1:[x] ! f:2:4: something between a closing quote and a comma"},
        CsvCase{"cr_behind", "\"a\"\rb\n",
                "! f:1:4: something between a closing quote and a comma"},
        CsvCase{"behind_line_breaks", "\"a\nbc\"d\n",
                "! f:2:4: something between a closing quote and a comma"},
        CsvCase{"not_closed", "a,\"b\nc\nd\n",
                "! f:1:3: a quote that is not closed"},
        CsvCase{"not_closed_at_once", "\"",
                "! f:1:1: a quote that is not closed"},
        CsvCase{"doubled_at_the_end", "\"a\"\"",
                "! f:1:1: a quote that is not closed"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(CsvReaderViewsTest, StayValidWhileRowsAreRead) {
  std::string text;
  std::vector<std::string> want;
  for (int i = 0; i < 1000; ++i) {
    want.push_back(absl::StrCat("user \"", i, "\""));
    absl::StrAppend(&text, "\"user \"\"", i, "\"\"\",x\n");
  }
  CsvReader reader(text, "f");
  std::vector<absl::string_view> got;
  std::vector<absl::string_view> row;
  while (*reader.Next(&row)) got.push_back(row[0]);
  ASSERT_EQ(got.size(), want.size());
  for (size_t i = 0; i < want.size(); ++i) EXPECT_EQ(got[i], want[i]);
}

}  // namespace
}  // namespace gatehouse
