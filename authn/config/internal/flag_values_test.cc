#include "authn/config/internal/flag_values.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "base/errors.h"
#include "gtest/gtest.h"

namespace gatehouse::authn::internal {
namespace {

using Strings = std::vector<std::string>;

TEST(FlagValuesTest, Bools) {
  for (const char* text : {"1", "t", "T", "true", "True", "TRUE"}) {
    EXPECT_EQ(ParseGoBool(text).value_or(false), true) << text;
  }
  for (const char* text : {"0", "f", "F", "false", "False", "FALSE"}) {
    EXPECT_EQ(ParseGoBool(text).value_or(true), false) << text;
  }
  for (const char* text : {"", "yes", "tRUE", " true", "2"}) {
    EXPECT_EQ(ReasonOf(ParseGoBool(text).status()), Reason::kMalformed) << text;
  }
  EXPECT_EQ(ParseGoBool("yes").status().message(),
            R"(strconv.ParseBool: parsing "yes": invalid syntax)");
}

TEST(FlagValuesTest, Durations) {
  const std::pair<const char*, absl::Duration> kGood[] = {
      {"0", absl::ZeroDuration()},
      {"+0", absl::ZeroDuration()},
      {"0s", absl::ZeroDuration()},
      {"5s", absl::Seconds(5)},
      {"-5s", absl::Seconds(-5)},
      {"+5s", absl::Seconds(5)},
      {"1.5h", absl::Minutes(90)},
      {".5m", absl::Seconds(30)},
      {"5.s", absl::Seconds(5)},
      {"1h2m3s4ms5us6ns", absl::Hours(1) + absl::Minutes(2) + absl::Seconds(3) +
                              absl::Milliseconds(4) + absl::Microseconds(5) +
                              absl::Nanoseconds(6)},
      {"3\u00b5s", absl::Microseconds(3)},
      {"3\u03bcs", absl::Microseconds(3)},
      {"1s1h", absl::Hours(1) + absl::Seconds(1)},
      {"0.0000000001s", absl::ZeroDuration()},
      {"0.1234567891234567891234567890s", absl::Nanoseconds(123456789)},
      {"9223372036854775807ns", absl::Nanoseconds(9223372036854775807)},
  };
  for (const auto& [text, want] : kGood) {
    const auto got = ParseGoDuration(text);
    ASSERT_TRUE(got.ok()) << text << ": " << got.status();
    EXPECT_EQ(*got, want) << text;
  }
  const std::pair<const char*, const char*> kBad[] = {
      {"", R"(time: invalid duration "")"},
      {"-", R"(time: invalid duration "-")"},
      {"5", R"(time: missing unit in duration "5")"},
      {"5s6", R"(time: missing unit in duration "5s6")"},
      {"5d", R"(time: unknown unit "d" in duration "5d")"},
      {"5 s", R"(time: unknown unit " s" in duration "5 s")"},
      {"s", R"(time: invalid duration "s")"},
      {".s", R"(time: invalid duration ".s")"},
      {"9223372036854775808ns",
       R"(time: invalid duration "9223372036854775808ns")"},
      {"99999999999999999999h",
       R"(time: invalid duration "99999999999999999999h")"},
      {"9999999999999999999h9999999999999999999h",
       R"(time: invalid duration "9999999999999999999h9999999999999999999h")"},
  };
  for (const auto& [text, want] : kBad) {
    const auto got = ParseGoDuration(text);
    ASSERT_FALSE(got.ok()) << text;
    EXPECT_EQ(got.status().message(), want);
    EXPECT_EQ(ReasonOf(got.status()), Reason::kMalformed);
  }
}

TEST(FlagValuesTest, Lists) {
  const std::pair<const char*, Strings> kGood[] = {
      {"", {}},
      {"a", {"a"}},
      {"a,b", {"a", "b"}},
      {"a,", {"a", ""}},
      {",", {"", ""}},
      {" a , b", {" a ", " b"}},
      {R"("a,b",c)", {"a,b", "c"}},
      {R"("a""b")", {"a\"b"}},
      {R"("",x)", {"", "x"}},
      {R"(x,"")", {"x", ""}},
  };
  for (const auto& [text, want] : kGood) {
    const auto got = ParseGoList(text);
    ASSERT_TRUE(got.ok()) << text << ": " << got.status();
    EXPECT_EQ(*got, want) << text;
  }
  for (const char* text : {R"("a)", R"(")", R"("a"b)", R"(a"b)", "a\nb"}) {
    EXPECT_EQ(ReasonOf(ParseGoList(text).status()), Reason::kMalformed) << text;
  }
}

TEST(FlagValuesTest, Pairs) {
  const std::pair<const char*, std::pair<std::string, std::string>> kGood[] = {
      {"a=b", {"a", "b"}},     {" a = b ", {"a", "b"}},
      {"a=b=c", {"a", "b=c"}}, {"a=b,c=d", {"a", "b,c=d"}},
      {"a=", {"a", ""}},       {"=b", {"", "b"}},
  };
  for (const auto& [text, want] : kGood) {
    const auto got = ParseGoPair(text);
    ASSERT_TRUE(got.ok()) << text;
    EXPECT_EQ(*got, want) << text;
  }
  EXPECT_EQ(ParseGoPair("a").status().message(),
            "malformed pair, expect string=string");
}

}  // namespace
}  // namespace gatehouse::authn::internal
