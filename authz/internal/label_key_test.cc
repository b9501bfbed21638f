#include "authz/internal/label_key.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace gatehouse::authz::internal {
namespace {

TEST(LabelKeyTest, Accepts) {
  const std::string kCases[] = {
      "a",
      "A",
      "0",
      "my.name",
      "MyName",
      "a-b_c.d",
      "a--b",
      std::string(63, 'x'),
      "example.com/name",
      "example/name",
      "a-b.c0/N",
      "0.1/x",
      absl::StrCat(std::string(253, 'p'), "/x"),
  };
  for (const std::string& key : kCases) {
    EXPECT_TRUE(LabelKeyErrors(key).empty()) << key;
  }
}

TEST(LabelKeyTest, Refuses) {
  constexpr char kName[] = "name part must consist of alphanumeric";
  constexpr char kPrefix[] = "prefix part a lowercase RFC 1123 subdomain must";
  const struct {
    std::string key;
    std::vector<std::string> want;  // How each error begins.
  } kCases[] = {
      {"", {"name part must be non-empty", kName}},
      {"a b", {kName}},
      {"-a", {kName}},
      {"a-", {kName}},
      {".a", {kName}},
      {"a_", {kName}},
      {"\xc3\xa9", {kName}},
      {std::string("a\0b", 3), {kName}},
      {std::string(64, 'x'), {"name part must be no more than 63 bytes"}},
      {std::string(64, '-'),
       {"name part must be no more than 63 bytes", kName}},
      {"/a", {"prefix part must be non-empty"}},
      {"example.com/", {"name part must be non-empty", kName}},
      {"Example.com/a", {kPrefix}},
      {"example..com/a", {kPrefix}},
      {".example/a", {kPrefix}},
      {"example./a", {kPrefix}},
      {"-e/a", {kPrefix}},
      {"e-/a", {kPrefix}},
      {"e_x/a", {kPrefix}},
      {absl::StrCat(std::string(254, 'p'), "/x"),
       {"prefix part must be no more than 253 bytes"}},
      {"/",
       {"prefix part must be non-empty", "name part must be non-empty", kName}},
      {"a/b/c", {"a valid label key must consist of"}},
      {"//", {"a valid label key must consist of"}},
  };
  for (const auto& c : kCases) {
    const std::vector<std::string> errors = LabelKeyErrors(c.key);
    SCOPED_TRACE(absl::StrCat(c.key, "\n", absl::StrJoin(errors, "\n")));
    ASSERT_EQ(errors.size(), c.want.size());
    for (size_t i = 0; i < errors.size(); ++i) {
      EXPECT_THAT(errors[i], testing::StartsWith(c.want[i]));
    }
  }
}

TEST(LabelKeyTest, Values) {
  for (const std::string& value :
       {std::string(), std::string("a"), std::string("A.b-c_d"),
        std::string(63, 'x')}) {
    EXPECT_TRUE(IsLabelValue(value)) << value;
  }
  for (const std::string& value :
       {std::string(" "), std::string("-"), std::string("a/b"),
        std::string("a."), std::string(64, 'x')}) {
    EXPECT_FALSE(IsLabelValue(value)) << value;
  }
}

}  // namespace
}  // namespace gatehouse::authz::internal
