#include "rbac/labels.h"

#include "base/errors.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace gatehouse::rbac {
namespace {

k8s::LabelSelector Parse(const std::string& text) {
  k8s::LabelSelector selector;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &selector))
      << text;
  return selector;
}

struct MatchCase {
  std::string selector;
  std::vector<std::pair<std::string, std::string>> labels;
  bool want;
};

constexpr char kIn[] =
    R"(matchExpressions {key:"a" operator:"In" values:"1" values:"2"})";
constexpr char kNotIn[] =
    R"(matchExpressions {key:"a" operator:"NotIn" values:"1"})";
constexpr char kExists[] = R"(matchExpressions {key:"a" operator:"Exists"})";
constexpr char kAbsent[] =
    R"(matchExpressions {key:"a" operator:"DoesNotExist"})";
constexpr char kLabel[] = R"(matchLabels {key:"a" value:"1"})";

TEST(SelectorTest, Matches) {
  const std::string both = std::string(kLabel) +
                           R"( matchLabels {key:"b" value:"2"})" +
                           R"( matchExpressions {key:"c" operator:"Exists"})";
  const MatchCase kCases[] = {
      {"", {}, true},
      {"", {{"a", "1"}}, true},
      {kLabel, {{"a", "1"}}, true},
      {kLabel, {{"a", "1"}, {"b", "2"}}, true},
      {kLabel, {{"a", "2"}}, false},
      {kLabel, {{"A", "1"}}, false},
      {kLabel, {}, false},
      {kIn, {{"a", "2"}}, true},
      {kIn, {{"a", "3"}}, false},
      {kIn, {}, false},
      {kNotIn, {{"a", "1"}}, false},
      {kNotIn, {{"a", "2"}}, true},
      {kNotIn, {}, true},
      {kExists, {{"a", ""}}, true},
      {kExists, {{"b", ""}}, false},
      {kAbsent, {{"a", ""}}, false},
      {kAbsent, {{"b", ""}}, true},
      {both, {{"a", "1"}, {"b", "2"}, {"c", ""}}, true},
      {both, {{"a", "1"}, {"b", "2"}}, false},
      {both, {{"a", "1"}, {"c", ""}}, false},
      {std::string(kLabel) + kAbsent, {{"a", "1"}}, false},
  };
  for (const MatchCase& c : kCases) {
    SCOPED_TRACE(c.selector);
    const k8s::LabelSelector message = Parse(c.selector);
    const auto selector = Selector::Parse(&message);
    ASSERT_TRUE(selector.ok());
    EXPECT_EQ(selector->Matches(Labels(c.labels.begin(), c.labels.end())),
              c.want);
  }
}

TEST(SelectorTest, NullSelectsNothing) {
  const auto selector = Selector::Parse(nullptr);
  ASSERT_TRUE(selector.ok());
  EXPECT_FALSE(selector->Matches({}));
  EXPECT_FALSE(Selector().Matches({}));
}

struct ErrorCase {
  const char* selector;
  // The beginnings of the errors, in order.
  std::vector<std::string> want;
};

TEST(SelectorTest, Validation) {
  const ErrorCase kCases[] = {
      {"", {}},
      {kIn, {}},
      {kExists, {}},
      {R"(matchLabels {key:"a b" value:"1"})",
       {R"(s.matchLabels: Invalid value: "a b": name part must)"}},
      {R"(matchLabels {key:"a" value:"-"})",
       {R"(s.matchLabels: Invalid value: "-": a valid label must)"}},
      {R"(matchExpressions {key:"a" operator:"In"})",
       {"s.matchExpressions[0].values: Required value: must be specified when "
        "`operator` is 'In' or 'NotIn'"}},
      {R"(matchExpressions {key:"a" operator:"Exists" values:"x"})",
       {"s.matchExpressions[0].values: Forbidden: may not be specified when "
        "`operator` is 'Exists' or 'DoesNotExist'"}},
      {R"(matchExpressions {key:"a" operator:"in" values:"x"})",
       {R"(s.matchExpressions[0].operator: Invalid value: "in": not a valid)"}},
      {R"(matchExpressions {key:"a"})",
       {R"(s.matchExpressions[0].operator: Invalid value: "": not a valid)"}},
      {R"(matchExpressions {key:"" operator:"Exists"})",
       {R"(s.matchExpressions[0].key: Invalid value: "": name part must be n)",
        R"(s.matchExpressions[0].key: Invalid value: "": name part must c)"}},
      {R"(matchExpressions {key:"a" operator:"Exists"}
          matchExpressions {key:"a" operator:"In" values:"x" values:"*"})",
       {R"(s.matchExpressions[1].values[1]: Invalid value: "*": a valid la)"}},
  };
  for (const ErrorCase& c : kCases) {
    SCOPED_TRACE(c.selector);
    const k8s::LabelSelector message = Parse(c.selector);
    const auto errors = ValidateLabelSelector(message, "s");
    ASSERT_EQ(errors.size(), c.want.size());
    for (size_t i = 0; i < errors.size(); ++i) {
      EXPECT_EQ(ToString(errors[i]).substr(0, c.want[i].size()), c.want[i]);
    }
    const auto selector = Selector::Parse(&message);
    EXPECT_EQ(selector.ok(), errors.empty());
    if (!selector.ok()) {
      EXPECT_EQ(ReasonOf(selector.status()), Reason::kInvalid);
    }
  }
}

TEST(SelectorTest, InvalidValuesMayBeAllowed) {
  const auto message =
      Parse(R"(matchExpressions {key:"a" operator:"In" values:"*"})");
  EXPECT_EQ(ValidateLabelSelector(message, "s").size(), 1u);
  EXPECT_TRUE(ValidateLabelSelector(message, "s", true).empty());
}

TEST(SelectorTest, Same) {
  const std::string kCases[] = {
      "",
      kLabel,
      kIn,
      kNotIn,
      kExists,
      kAbsent,
      R"(matchLabels {key:"a" value:"2"})",
      R"(matchLabels {key:"b" value:"1"})",
      std::string(kLabel) + R"(matchLabels {key:"b" value:"1"})",
      std::string(kExists) + kAbsent,
      std::string(kAbsent) + kExists};
  for (const std::string& a : kCases) {
    for (const std::string& b : kCases) {
      EXPECT_EQ(SameSelector(Parse(a), Parse(b)), a == b) << a << " | " << b;
    }
  }
}

}  // namespace
}  // namespace gatehouse::rbac
