#include "objects/internal/number.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "gtest/gtest.h"

namespace gatehouse::objects::internal {
namespace {

TEST(IsJsonNumber, ByRfc8259) {
  for (const char* text : {"0", "-0", "10", "1.5", "-1.50", "1e9", "1E+9",
                           "1.0e-9", "123456789012345678901234567890"}) {
    EXPECT_TRUE(IsJsonNumber(text)) << text;
  }
  for (const char* text : {"", "-", "+1", "01", "1.", ".5", "1e", "1e+", "0x1",
                           "1 ", " 1", "1_0", "NaN", "--1", "1.5.6"}) {
    EXPECT_FALSE(IsJsonNumber(text)) << text;
  }
}

std::string Resolve(absl::string_view scalar) {
  const absl::optional<PlainScalar> value = ResolvePlain(scalar);
  if (!value) return "none";
  switch (value->kind) {
    case NodeKind::kNull:
      return "null";
    case NodeKind::kBool:
      return absl::StrCat("bool ", value->text);
    case NodeKind::kNumber:
      return absl::StrCat("number ", value->text);
    default:
      return "string";
  }
}

TEST(ResolvePlain, AsKubectl) {
  const struct {
    std::string scalar;
    std::string want;
  } rows[] = {
      {"", "null"},          {"~", "null"},       {"null", "null"},
      {"yes", "bool true"},  {"y", "bool true"},  {"off", "bool false"},
      {"True", "bool true"}, {"tRUE", "string"},  {"0x1F", "number 31"},
      {"017", "number 15"},  {"10", "number 10"}, {"1_000", "number 1000"},
      {".inf", "none"},      {".nan", "none"},    {"2024-05-01", "string"},
      {"a", "string"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(Resolve(row.scalar), row.want) << row.scalar;
  }
}

TEST(NeedsQuotes, WhatWouldBeReadAsSomethingElse) {
  for (const char* text : {"yes", "null", "~", "1", "1.5", "0x1F", "true",
                           "2024-05-01", "12:30:45"}) {
    EXPECT_TRUE(NeedsQuotes(text)) << text;
  }
  for (const char* text : {"a", "nope", "v1", "1.2.3", "get"}) {
    EXPECT_FALSE(NeedsQuotes(text)) << text;
  }
}

}  // namespace
}  // namespace gatehouse::objects::internal
