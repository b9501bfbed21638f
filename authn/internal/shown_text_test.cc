#include "authn/internal/shown_text.h"

#include <string>

#include "gtest/gtest.h"

namespace gatehouse::authn::internal {
namespace {

TEST(ShownTextTest, IsBoundedAndWhole) {
  const std::string most(kMaxShownBytes, 'a');
  const struct {
    std::string text;
    std::string shown;
  } kCases[] = {
      {"", ""},
      {"a\nb", "a\nb"},
      {most, most},
      {most + "b", most + "..."},
      {most + std::string(100'000, 'b'), most + "..."},
      // U+20AC at the end, and over it.
      {most.substr(3) + "\xe2\x82\xac", most.substr(3) + "\xe2\x82\xac"},
      {most.substr(2) + "\xe2\x82\xac", most.substr(2) + "..."},
      {most.substr(1) + "\xe2\x82\xac", most.substr(1) + "..."},
      {most + "\xe2\x82\xac", most + "..."},
      {most.substr(3) + "\xf0\x9f\x98\x80", most.substr(3) + "..."},
      // What is no UTF-8 costs no more than that.
      {std::string(5000, '\x80'),
       std::string(kMaxShownBytes - 3, '\x80') + "..."},
  };
  for (const auto& c : kCases) EXPECT_EQ(ShownText(c.text), c.shown);
}

}  // namespace
}  // namespace gatehouse::authn::internal
