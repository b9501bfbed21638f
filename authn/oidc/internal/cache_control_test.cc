#include "authn/oidc/internal/cache_control.h"

#include <vector>

#include "absl/time/time.h"
#include "base/headers.h"
#include "gtest/gtest.h"

namespace gatehouse::authn::internal {
namespace {

constexpr int kNone = -1;

struct MaxAgeCase {
  const char* name;
  std::vector<Headers::Field> headers;
  int seconds;
};

class MaxAgeTest : public ::testing::TestWithParam<MaxAgeCase> {};

TEST_P(MaxAgeTest, Reads) {
  const auto max_age = MaxAge(Headers(GetParam().headers));
  if (GetParam().seconds == kNone) {
    EXPECT_FALSE(max_age.has_value());
    return;
  }
  ASSERT_TRUE(max_age.has_value());
  EXPECT_EQ(*max_age, absl::Seconds(GetParam().seconds));
}

INSTANTIATE_TEST_SUITE_P(
    All, MaxAgeTest,
    ::testing::Values(
        MaxAgeCase{"no_header", {}, kNone},
        MaxAgeCase{"other_header", {{"Expires", "0"}}, kNone},
        MaxAgeCase{"plain", {{"Cache-Control", "max-age=60"}}, 60},
        MaxAgeCase{"any_case", {{"cache-control", "Max-Age=60"}}, 60},
        MaxAgeCase{"in_a_list",
                   {{"Cache-Control", "public, max-age=60 , must-revalidate"}},
                   60},
        MaxAgeCase{"quoted", {{"Cache-Control", "max-age=\"60\""}}, 60},
        MaxAgeCase{"zero", {{"Cache-Control", "max-age=0"}}, 0},
        MaxAgeCase{"no_store", {{"Cache-Control", "no-store"}}, 0},
        MaxAgeCase{"no_cache", {{"Cache-Control", "no-cache"}}, 0},
        MaxAgeCase{
            "no_cache_wins", {{"Cache-Control", "max-age=60, no-cache"}}, 0},
        MaxAgeCase{"smallest_of_a_list",
                   {{"Cache-Control", "max-age=60, max-age=30"}},
                   30},
        MaxAgeCase{
            "smallest_of_fields",
            {{"Cache-Control", "max-age=30"}, {"Cache-Control", "max-age=60"}},
            30},
        MaxAgeCase{
            "less_age", {{"Cache-Control", "max-age=60"}, {"Age", "20"}}, 40},
        MaxAgeCase{"older_than_its_age",
                   {{"Cache-Control", "max-age=60"}, {"Age", "90"}},
                   0},
        MaxAgeCase{
            "bad_age", {{"Cache-Control", "max-age=60"}, {"Age", "x"}}, 60},
        MaxAgeCase{"age_alone", {{"Age", "20"}}, kNone},
        MaxAgeCase{"no_value", {{"Cache-Control", "max-age"}}, kNone},
        MaxAgeCase{"empty_value", {{"Cache-Control", "max-age="}}, kNone},
        MaxAgeCase{"negative", {{"Cache-Control", "max-age=-1"}}, kNone},
        MaxAgeCase{"fraction", {{"Cache-Control", "max-age=1.5"}}, kNone},
        MaxAgeCase{"shared", {{"Cache-Control", "s-maxage=60"}}, kNone},
        MaxAgeCase{"too_many_digits",
                   {{"Cache-Control", "max-age=99999999999999999999999"}},
                   2147483647}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace gatehouse::authn::internal
