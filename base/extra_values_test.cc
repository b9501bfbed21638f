#include "base/extra_values.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace gatehouse {
namespace {

using Values = std::vector<std::string>;
using Reference = std::map<std::string, Values>;

Reference Shown(const ExtraValues& extra) {
  return Reference(extra.begin(), extra.end());
}

TEST(ExtraValuesTest, IsInOrderOfItsKeys) {
  const ExtraValues extra = {
      {"b", {"2"}}, {"a", {"1", "0"}}, {"", {}}, {"b", {"lost"}}, {"c", {"3"}}};
  std::string keys;
  for (const auto& [key, values] : extra) absl::StrAppend(&keys, key, ";");
  EXPECT_EQ(keys, ";a;b;c;");
  EXPECT_EQ(extra.size(), 4u);
  EXPECT_EQ(extra.at("a"), (Values{"1", "0"}));
  EXPECT_EQ(extra.at("b"), Values{"2"});
  EXPECT_EQ(extra.at("d"), Values());
  EXPECT_EQ(extra.count("c"), 1u);
  EXPECT_EQ(extra.count("cc"), 0u);
  EXPECT_EQ(extra.find("aa"), extra.end());
}

TEST(ExtraValuesTest, KeysAreComparedByteByByte) {
  ExtraValues extra;
  const std::string keys[] = {"\xff", "a", std::string("a\0", 2), "A", "\x7f"};
  for (const std::string& key : keys) extra[key] = {key};
  Values in_order;
  for (const auto& [key, values] : extra) in_order.push_back(key);
  EXPECT_EQ(in_order,
            (Values{"A", "a", std::string("a\0", 2), "\x7f", "\xff"}));
}

TEST(ExtraValuesTest, EqualIfAllIsEqual) {
  const ExtraValues one = {{"a", {"1"}}, {"b", {"2", "3"}}};
  EXPECT_EQ(one, (ExtraValues{{"b", {"2", "3"}}, {"a", {"1"}}}));
  EXPECT_NE(one, (ExtraValues{{"a", {"1"}}}));
  EXPECT_NE(one, (ExtraValues{{"a", {"1"}}, {"b", {"3", "2"}}}));
  EXPECT_NE(one, (ExtraValues{{"a", {"1"}}, {"c", {"2", "3"}}}));
  EXPECT_NE((ExtraValues{{"a", {}}}), ExtraValues());
}

TEST(ExtraValuesTest, FromUnordered) {
  EXPECT_TRUE(ExtraValues::FromUnordered({}).empty());
  EXPECT_EQ(ExtraValues::FromUnordered(
                {{"b", {"2"}}, {"a", {"1"}}, {"b", {"lost"}}, {"", {"0"}}}),
            (ExtraValues{{"", {"0"}}, {"a", {"1"}}, {"b", {"2"}}}));
  // As many as a large answer has room for, without moving each for each.
  std::vector<ExtraValues::value_type> many;
  for (uint64_t i = 0; i < 300'000; ++i) {
    many.emplace_back(absl::StrCat(i * 7919 % 300'007), Values{"v"});
  }
  const ExtraValues extra = ExtraValues::FromUnordered(std::move(many));
  EXPECT_EQ(extra.size(), 300'000u);
  EXPECT_TRUE(std::is_sorted(extra.begin(), extra.end()));
}

// Whatever is done to it, it is what a std::map is.
TEST(ExtraValuesTest, DoesWhatAMapDoes) {
  std::mt19937 random(11);
  const auto number = [&random](unsigned below) { return random() % below; };
  for (int round = 0; round < 200; ++round) {
    ExtraValues extra;
    Reference want;
    for (int step = 0; step < 40; ++step) {
      const std::string key(number(3), static_cast<char>('a' + number(4)));
      const Values values(number(3), absl::StrCat(step));
      switch (number(6)) {
        case 0:
          extra.erase(key);
          want.erase(key);
          break;
        case 1:
        case 2:
          extra.emplace(key, values);
          want.emplace(key, values);
          break;
        case 3:
          extra[key] = values;
          want[key] = values;
          break;
        case 4:
          extra[key].push_back("x");
          want[key].push_back("x");
          break;
        default:
          if (number(20) == 0) {
            extra.clear();
            want.clear();
          }
          extra.reserve(number(8));
      }
      ASSERT_EQ(Shown(extra), want);
      ASSERT_EQ(extra.size(), want.size());
      ASSERT_EQ(extra.empty(), want.empty());
      ASSERT_EQ(extra.count(key), want.count(key));
      ASSERT_TRUE(std::is_sorted(extra.begin(), extra.end()));
    }
  }
}

}  // namespace
}  // namespace gatehouse
