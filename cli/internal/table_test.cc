#include "cli/internal/table.h"

#include <sstream>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace gatehouse::cli {
namespace {

struct TableRow {
  std::vector<std::vector<std::string>> rows;
  std::string text;
};

TEST(TableTest, Print) {
  const TableRow cases[] = {
      {{}, ""},
      {{{"a"}}, "a\n"},
      {{{"a", "b"}}, "a     b\n"},
      {{{"abc", "b"}}, "abc   b\n"},
      {{{"abcd", "b"}}, "abcd   b\n"},
      {{{"a", "b", "c"}, {"longer", "", "d"}},
       "a        b     c\nlonger         d\n"},
      // Three characters in nine bytes.
      {{{"\u4e2d\u4e2d\u4e2d", "b"}, {"abc", "b"}},
       "\u4e2d\u4e2d\u4e2d   b\nabc   b\n"},
      {{{"a\nb", "c"}}, "a\\nb   c\n"},
      {{{"a", "b"}, {"c"}}, "a     b\nc\n"},
  };
  for (const TableRow& c : cases) {
    SCOPED_TRACE(c.text);
    Table table;
    EXPECT_TRUE(table.empty());
    for (const auto& row : c.rows) table.AddRow(row);
    std::ostringstream out;
    table.Print(out);
    EXPECT_EQ(out.str(), c.text);
  }
}

TEST(TableTest, Indent) {
  Table table;
  table.AddRow({"a", "b"});
  table.AddRow({"c", "d"});
  EXPECT_FALSE(table.empty());
  std::ostringstream out;
  table.Print(out, "  ");
  EXPECT_EQ(out.str(), "  a     b\n  c     d\n");
}

TEST(TableTest, GoList) {
  EXPECT_EQ(GoList({}), "[]");
  EXPECT_EQ(GoList({"a"}), "[a]");
  EXPECT_EQ(GoList({"a", "b c"}), "[a b c]");
}

TEST(TableTest, Printable) {
  EXPECT_EQ(Printable(""), "");
  EXPECT_EQ(Printable("a\u00e9 b"), "a\u00e9 b");
  EXPECT_EQ(Printable("a\tb\r\n\x1b[0m\x7f"), "a\\x09b\\x0d\\n\\x1b[0m\\x7f");
}

}  // namespace
}  // namespace gatehouse::cli
