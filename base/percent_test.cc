#include "base/percent.h"

#include "gtest/gtest.h"

namespace gatehouse {
namespace {

TEST(PercentTest, Decode) {
  struct Case {
    const char* text;
    absl::optional<std::string> want;
  };
  const Case kCases[] = {
      {"", ""},
      {"plain", "plain"},
      {"a%2fb", "a/b"},
      {"a%2Fb", "a/b"},
      {"%41%42", "AB"},
      {"%00", std::string(1, '\0')},
      {"%ff", "\xff"},
      {"%25", "%"},
      {"%2541", "%41"},
      {"a+b", "a+b"},
      {"%", absl::nullopt},
      {"%4", absl::nullopt},
      {"a%", absl::nullopt},
      {"%zz", absl::nullopt},
      {"%4z", absl::nullopt},
      {"%z4", absl::nullopt},
      {"%%41", absl::nullopt},
      {"%41%", absl::nullopt},
      {"% 4", absl::nullopt},
  };
  for (const Case& c : kCases) EXPECT_EQ(PercentDecode(c.text), c.want);
}

TEST(PercentTest, InAQueryAPlusIsASpace) {
  EXPECT_EQ(QueryDecode("a+b%2Bc"), "a b+c");
  EXPECT_EQ(QueryDecode("%"), absl::nullopt);
}

TEST(PercentTest, ExtraKeys) {
  struct Case {
    const char* suffix;
    const char* want;
  };
  const Case kCases[] = {
      {"Scopes", "scopes"},
      {"example.com%2Fkey", "example.com/key"},
      // Lower-cased before it is decoded, so that upper case survives.
      {"A%42C", "aBc"},
      // What does not decode stays, lower-cased.
      {"Almost%ZZ", "almost%zz"},
      {"a%2fb%", "a%2fb%"},
      {"", ""},
  };
  for (const Case& c : kCases) {
    EXPECT_EQ(ExtraKeyFromHeader(c.suffix), c.want) << c.suffix;
  }
}

TEST(PercentTest, EveryKeySurvivesAHeader) {
  std::string all;
  for (int i = 0; i < 256; ++i) all.push_back(static_cast<char>(i));
  for (const std::string& key : {std::string(), std::string("scopes"),
                                 std::string("example.com/A b%2f"), all}) {
    const std::string header = ExtraKeyToHeader(key);
    EXPECT_EQ(ExtraKeyFromHeader(header), key);
    EXPECT_EQ(header.find_first_of("/ :\r\n"), std::string::npos);
  }
}

}  // namespace
}  // namespace gatehouse
