#include "base/go_quote.h"

#include "gtest/gtest.h"

namespace gatehouse {
namespace {

struct Case {
  absl::string_view text;
  const char* want;
};

TEST(GoQuoteTest, QuotesAsGo) {
  const Case kCases[] = {
      {"", R"("")"},
      {"pods", R"("pods")"},
      {"a b/c:d*", R"("a b/c:d*")"},
      {"say \"hi\"", R"("say \"hi\"")"},
      {"back\\slash", R"("back\\slash")"},
      {"it's", R"("it's")"},
      {"\a\b\t\n\v\f\r", R"("\a\b\t\n\v\f\r")"},
      {absl::string_view("\0\x01\x1f\x7f", 4), R"("\x00\x01\x1f\x7f")"},
      {"j\xc3\xbcrgen", "\"j\xc3\xbcrgen\""},
      {"\xe6\x97\xa5\xe6\x9c\xac", "\"\xe6\x97\xa5\xe6\x9c\xac\""},
      {"\xf0\x9f\x98\x80", "\"\xf0\x9f\x98\x80\""},
      // Invisible: no-break space, soft hyphen, zero width space, right-to-left
      // override, byte order mark, private use, noncharacter, tag.
      {"\xc2\xa0", R"("\u00a0")"},
      {"\xc2\xad", R"("\u00ad")"},
      {"\xe2\x80\x8b", R"("\u200b")"},
      {"\xe2\x80\xae", R"("\u202e")"},
      {"\xef\xbb\xbf", R"("\ufeff")"},
      {"\xee\x80\x80", R"("\ue000")"},
      {"\xef\xbf\xbf", R"("\uffff")"},
      {"\xf3\xa0\x80\x81", R"("\U000e0001")"},
      {"\xf4\x8f\xbf\xbf", R"("\U0010ffff")"},
      // The replacement character, written as such, is printable.
      {"\xef\xbf\xbd", "\"\xef\xbf\xbd\""},
      // Not UTF-8: stray bytes, overlong forms, surrogates, cut sequences.
      {"\x80", R"("\x80")"},
      {"\xff"
       "a",
       R"("\xffa")"},
      {"\xc0\x80", R"("\xc0\x80")"},
      {"\xe0\x80\x80", R"("\xe0\x80\x80")"},
      {"\xed\xa0\x80", R"("\xed\xa0\x80")"},
      {"\xf4\x90\x80\x80", R"("\xf4\x90\x80\x80")"},
      {"\xf5\x80\x80\x80", R"("\xf5\x80\x80\x80")"},
      {"\xe2\x82", R"("\xe2\x82")"},
      {"\xc3", R"("\xc3")"},
      {"\xe2"
       "ab",
       R"("\xe2ab")"},
  };
  for (const Case& c : kCases) {
    EXPECT_EQ(GoQuote(c.text), c.want);
  }
}

TEST(GoQuoteTest, EscapesWhatUnicodeDoesNotShow) {
  const struct {
    std::string text;
    std::string want;
  } kCases[] = {
      {"web-1", R"("web-1")"},
      {"a b'`", R"("a b'`")"},
      {R"(a"b\c)", R"("a\"b\\c")"},
      {"\a\b\f\n\r\t\v", R"("\a\b\f\n\r\t\v")"},
      {std::string("\0\x01\x1f", 3), R"("\x00\x01\x1f")"},
      {"\x7f", R"("\x7f")"},
      // Printable UTF-8 stands: two, three and four bytes.
      {"\xc3\xa9", "\"\xc3\xa9\""},
      {"\xe2\x82\xac", "\"\xe2\x82\xac\""},
      // Controls, spaces and format characters above ASCII do not.
      {"\xc2\x80", R"("\u0080")"},
      // Bytes that are no UTF-8: alone, cut off, overlong, surrogates, too
      // large.
      {"a\xff!", R"("a\xff!")"},
      {"\xc3(", R"("\xc3(")"},
      {"\xf0\x9f\x98", R"("\xf0\x9f\x98")"},
      {"\xc0\xaf", R"("\xc0\xaf")"},
      {"\xe0\x80\xaf", R"("\xe0\x80\xaf")"},
  };
  for (const auto& c : kCases) EXPECT_EQ(GoQuote(c.text), c.want);
}

}  // namespace
}  // namespace gatehouse
