#include "objects/internal/shown.h"

#include <string>

#include "gtest/gtest.h"

namespace gatehouse::objects::internal {
namespace {

TEST(Shown, QuotesOnlyWhatDoesNotShowAsItself) {
  const struct {
    std::string text;
    std::string want;
  } rows[] = {
      {"", ""},
      {"dir/a file.yaml", "dir/a file.yaml"},
      {"a\"b\\c", "a\"b\\c"},
      {"\xC3\xA9.yaml", "\xC3\xA9.yaml"},
      {"\xC3\xA9\".yaml", "\xC3\xA9\".yaml"},
      {"a\nb", "\"a\\nb\""},
      {"a\"\nb", "\"a\\\"\\nb\""},
      {"\x1b[2J", "\"\\x1b[2J\""},
      {"\x7f", "\"\\x7f\""},
      {"\xff", "\"\\xff\""},
      {"\xE2\x80\xAE", "\"\\u202e\""},
  };
  for (const auto& row : rows) EXPECT_EQ(Shown(row.text), row.want);
}

TEST(ShownKey, QuotesWhatIsNoLabelKey) {
  const struct {
    std::string key;
    std::string want;
  } rows[] = {
      {"a.b/c-d_E9", "a.b/c-d_E9"}, {"", "\"\""},
      {"a b", "\"a b\""},           {"a]", "\"a]\""},
      {"a\n", "\"a\\n\""},          {"\"", "\"\\\"\""},
  };
  for (const auto& row : rows) EXPECT_EQ(ShownKey(row.key), row.want);
}

}  // namespace
}  // namespace gatehouse::objects::internal
