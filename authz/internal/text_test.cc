#include "authz/internal/text.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "authz/internal/fake_authorizer.h"
#include "base/errors.h"
#include "gtest/gtest.h"

namespace gatehouse::authz::internal {
namespace {

TEST(QuoteTest, QuotesAsGoDoes) {
  const struct {
    std::string text;
    std::string want;
  } kCases[] = {
      {"", R"("")"},
      {"web-1", R"("web-1")"},
      {"a b'`", R"("a b'`")"},
      {R"(a"b\c)", R"("a\"b\\c")"},
      {"\a\b\f\n\r\t\v", R"("\a\b\f\n\r\t\v")"},
      {std::string("\0\x01\x1f", 3), R"("\x00\x01\x1f")"},
      {"\x7f", R"("\x7f")"},
      // Printable UTF-8 stands: two, three and four bytes.
      {"\xc3\xa9", "\"\xc3\xa9\""},
      {"\xe2\x82\xac", "\"\xe2\x82\xac\""},
      {"\xf0\x9f\x98\x80", "\"\xf0\x9f\x98\x80\""},
      // Controls, spaces and format characters above ASCII do not.
      {"\xc2\x80", R"("\u0080")"},
      {"\xc2\xa0", R"("\u00a0")"},
      {"\xc2\xad", R"("\u00ad")"},
      {"\xe2\x80\x8b", R"("\u200b")"},
      {"\xe2\x80\xae", R"("\u202e")"},
      {"\xef\xbb\xbf", R"("\ufeff")"},
      {"\xee\x80\x80", R"("\ue000")"},
      {"\xf3\xa0\x80\x81", R"("\U000e0001")"},
      // Bytes that are no UTF-8: alone, cut off, overlong, surrogates, too
      // large.
      {"\x80", R"("\x80")"},
      {"a\xff!", R"("a\xff!")"},
      {"\xc3", R"("\xc3")"},
      {"\xc3(", R"("\xc3(")"},
      {"\xe2\x82", R"("\xe2\x82")"},
      {"\xf0\x9f\x98", R"("\xf0\x9f\x98")"},
      {"\xc0\xaf", R"("\xc0\xaf")"},
      {"\xe0\x80\xaf", R"("\xe0\x80\xaf")"},
      {"\xed\xa0\x80", R"("\xed\xa0\x80")"},
      {"\xf4\x90\x80\x80", R"("\xf4\x90\x80\x80")"},
      {"\xf5\x80\x80\x80", R"("\xf5\x80\x80\x80")"},
  };
  for (const auto& c : kCases) EXPECT_EQ(Quote(c.text), c.want);
}

TEST(AggregateErrorsTest, JoinsTexts) {
  const struct {
    std::vector<std::string> errors;
    std::string want;
  } kCases[] = {
      {{}, ""},
      {{""}, ""},
      {{"", ""}, ""},
      {{"e"}, "e"},
      {{"", "e", ""}, "e"},
      {{"e", "f"}, "[e, f]"},
      {{"f", "", "e"}, "[f, e]"},
      {{"e", "e"}, "e"},
      {{"e", "f", "e"}, "[e, f]"},
  };
  for (const auto& c : kCases) {
    std::vector<absl::Status> errors;
    for (const std::string& error : c.errors) errors.push_back(ErrorOf(error));
    const absl::Status all = AggregateErrors(errors);
    EXPECT_EQ(all.message(), c.want);
    EXPECT_EQ(all.ok(), c.want.empty());
  }
}

TEST(AggregateErrorsTest, TakesItsOwnApart) {
  const auto of = [](const char* a, const char* b) {
    return AggregateErrors({ErrorOf(a), ErrorOf(b)});
  };
  EXPECT_EQ(AggregateErrors({of("a", "b"), of("b", "c")}).message(),
            "[a, b, c]");
  EXPECT_EQ(AggregateErrors({of("a", "b")}).message(), "[a, b]");
  EXPECT_EQ(AggregateErrors(
                {AggregateErrors({of("a", "b"), of("c", "d")}), of("", "e")})
                .message(),
            "[a, b, c, d, e]");
  // A prefix makes one error of it, as wrapping does in Go.
  EXPECT_EQ(
      AggregateErrors({PrefixError("x", of("a", "b")), ErrorOf("c")}).message(),
      "[x: [a, b], c]");
}

TEST(AggregateErrorsTest, KeepsCodeAndReasonOfTheFirst) {
  const absl::Status first =
      MakeError(absl::StatusCode::kNotFound, Reason::kNotFound, "a");
  const absl::Status second =
      MakeError(absl::StatusCode::kInternal, Reason::kInvalid, "b");
  const absl::Status all = AggregateErrors({absl::OkStatus(), first, second});
  EXPECT_EQ(all.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ReasonOf(all), Reason::kNotFound);
}

TEST(PrefixErrorTest, KeepsCodeAndReason) {
  EXPECT_TRUE(PrefixError("x", absl::OkStatus()).ok());
  const absl::Status error = PrefixError(
      "x", MakeError(absl::StatusCode::kNotFound, Reason::kNotFound, "a"));
  EXPECT_EQ(error.message(), "x: a");
  EXPECT_EQ(error.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ReasonOf(error), Reason::kNotFound);
}

}  // namespace
}  // namespace gatehouse::authz::internal
