#include "authz/conditions.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "authz/decision_union.h"
#include "authz/internal/fake_authorizer.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace gatehouse::authz {
namespace {

using CD = ConditionalDecision;
using Kind = ConditionalDecision::Kind;
using internal::ErrorOf;
using testing::HasSubstr;

constexpr Outcome kDeny = Outcome::kDeny;
constexpr Outcome kAllow = Outcome::kAllow;
constexpr Outcome kNone = Outcome::kNoOpinion;

std::vector<Condition> Ids(const std::vector<std::string>& ids) {
  std::vector<Condition> conditions;
  for (const std::string& id : ids) conditions.push_back({id, "", "", "", {}});
  return conditions;
}

std::vector<Condition> Numbered(int count, const std::string& prefix) {
  std::vector<Condition> conditions;
  for (int i = 0; i < count; ++i) {
    conditions.push_back({absl::StrCat(prefix, i), "", "", "", {}});
  }
  return conditions;
}

CD Map(const std::vector<std::string>& deny,
       const std::vector<std::string>& no_opinion,
       const std::vector<std::string>& allow) {
  return CD::FromConditions({Ids(deny), Ids(no_opinion), Ids(allow)});
}

CD UnionOf(std::vector<NamedDecision> members) {
  DecisionUnion folded;
  for (NamedDecision& m : members) folded.Add(m.name, std::move(m.decision));
  return folded.Build();
}

TEST(ConditionResultTest, DefaultsToUnevaluatable) {
  EXPECT_EQ(ConditionResult().kind(), ConditionResult::Kind::kUnevaluatable);
  EXPECT_EQ(ConditionResult::Of(true).kind(), ConditionResult::Kind::kTrue);
  EXPECT_EQ(ConditionResult::Of(false).kind(), ConditionResult::Kind::kFalse);
  EXPECT_TRUE(ConditionResult::Of(false).error().ok());
}

TEST(ConditionResultTest, AnErrorIsNeverOk) {
  const ConditionResult result = ConditionResult::Error(ErrorOf("e"));
  EXPECT_EQ(result.kind(), ConditionResult::Kind::kError);
  EXPECT_EQ(result.error().message(), "e");
  const ConditionResult unspecified = ConditionResult::Error(absl::OkStatus());
  EXPECT_EQ(unspecified.kind(), ConditionResult::Kind::kError);
  EXPECT_EQ(unspecified.error().message(), "unspecified evaluation error");
}

TEST(ConditionalDecisionTest, Properties) {
  const struct {
    CD decision;
    Kind kind;
    std::string text;
    std::vector<Outcome> possible;
    Outcome failure;
    bool decided;
  } kCases[] = {
      {CD(), Kind::kDeny, "Deny", {kDeny}, kDeny, true},
      {CD::Deny(""), Kind::kDeny, "Deny", {kDeny}, kDeny, true},
      {CD::Deny("r", ErrorOf("e")),
       Kind::kDeny,
       R"(Deny(reason="r", err="e"))",
       {kDeny},
       kDeny,
       true},
      {CD::Allow("r"),
       Kind::kAllow,
       R"(Allow(reason="r"))",
       {kAllow},
       kNone,
       true},
      {CD::Allow("", ErrorOf("e")),
       Kind::kAllow,
       R"(Allow(err="e"))",
       {kAllow},
       kNone,
       true},
      {CD::NoOpinion(""), Kind::kNoOpinion, "NoOpinion", {kNone}, kNone, false},
      {CD::NoOpinion("a \"b\"\n"),
       Kind::kNoOpinion,
       R"(NoOpinion(reason="a \"b\"\n"))",
       {kNone},
       kNone,
       false},
      {Map({"d"}, {}, {}),
       Kind::kConditionsMap,
       "ConditionsMap(denies=1)",
       {kDeny, kNone},
       kDeny,
       false},
      {Map({}, {}, {"a", "b"}),
       Kind::kConditionsMap,
       "ConditionsMap(allows=2)",
       {kAllow, kNone},
       kNone,
       false},
      {Map({}, {"n"}, {"a"}),
       Kind::kConditionsMap,
       "ConditionsMap(noopinions=1, allows=1)",
       {kAllow, kNone},
       kNone,
       false},
      {Map({"d", "e"}, {"n"}, {"a"}),
       Kind::kConditionsMap,
       "ConditionsMap(denies=2, noopinions=1, allows=1)",
       {kDeny, kAllow, kNone},
       kDeny,
       false},
      {UnionOf({{"x", Map({}, {}, {"a"})}, {"y", CD::NoOpinion("r")}}),
       Kind::kUnion,
       R"(Union[x: ConditionsMap(allows=1), y: NoOpinion(reason="r")])",
       {kAllow, kNone},
       kNone,
       false},
      {UnionOf({{"x", Map({}, {}, {"a"})}, {"y", CD::Deny("")}}),
       Kind::kUnion,
       "Union[x: ConditionsMap(allows=1), y: Deny]",
       {kDeny, kAllow},
       kDeny,
       true},
      {UnionOf({{"x", UnionOf({{"y", Map({"d"}, {}, {})}})}}),
       Kind::kUnion,
       "Union[x: Union[y: ConditionsMap(denies=1)]]",
       {kDeny, kNone},
       kDeny,
       false},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.text);
    EXPECT_EQ(c.decision.kind(), c.kind);
    EXPECT_EQ(c.decision.ToString(), c.text);
    EXPECT_EQ(c.decision.PossibleOutcomes(), c.possible);
    EXPECT_EQ(c.decision.FailureOutcome(), c.failure);
    EXPECT_EQ(c.decision.ContainsUnconditionalAllowOrDeny(), c.decided);
    EXPECT_EQ(c.decision.IsUnconditional(),
              c.kind != Kind::kConditionsMap && c.kind != Kind::kUnion);
    for (const Outcome outcome : {kDeny, kAllow, kNone}) {
      EXPECT_EQ(c.decision.CanBecome(outcome),
                testing::Matches(testing::Contains(outcome))(c.possible));
    }
  }
}

TEST(ConditionalDecisionTest, FromDecision) {
  const struct {
    Decision decision;
    std::string want;
  } kCases[] = {
      {{}, "Deny"},
      {{kDeny, "r", ErrorOf("e")}, R"(Deny(reason="r", err="e"))"},
      {{kAllow, "r", {}}, R"(Allow(reason="r"))"},
      {{kNone, "", ErrorOf("e")}, R"(NoOpinion(err="e"))"},
      {{static_cast<Outcome>(7), "r", {}},
       R"(Deny(reason="r", err="unknown unconditional decision type: 7"))"},
      {{static_cast<Outcome>(-1), "", ErrorOf("e")},
       R"(Deny(err="[e, unknown unconditional decision type: -1]"))"},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(CD::FromDecision(c.decision).ToString(), c.want);
  }
}

TEST(ConditionalDecisionTest, ToUnconditional) {
  constexpr char kFailedClosed[] =
      "failed closed: tried to return conditional decision to "
      "conditions-unaware authorizer";
  const struct {
    CD decision;
    Outcome outcome;
    std::string reason;
    std::string error;
  } kCases[] = {
      {CD(), kDeny, "", ""},
      {CD::Deny("r", ErrorOf("e")), kDeny, "r", "e"},
      {CD::Allow("r", ErrorOf("e")), kAllow, "r", "e"},
      {CD::NoOpinion("r", ErrorOf("e")), kNone, "r", "e"},
      {Map({"d"}, {}, {"a"}), kDeny, kFailedClosed, ""},
      {Map({}, {"n"}, {"a"}), kNone, kFailedClosed, ""},
      {UnionOf({{"x", Map({}, {}, {"a"})}, {"y", CD::Deny("")}}), kDeny,
       kFailedClosed, ""},
      // Never an allow, even if nothing else is left but a deny.
      {UnionOf({{"x", Map({"d"}, {}, {})}, {"y", CD::Allow("")}}), kDeny,
       kFailedClosed, ""},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.decision.ToString());
    const Decision decision = c.decision.ToUnconditional();
    EXPECT_EQ(decision.outcome, c.outcome);
    EXPECT_EQ(decision.reason, c.reason);
    EXPECT_EQ(decision.error.message(), c.error);
  }
}

TEST(ConditionsMapTest, FailsClosed) {
  const struct {
    ConditionsMap map;
    Kind kind;
    std::string reason;
    std::string error;  // A part of it; "" for none.
  } kCases[] = {
      {{},
       Kind::kNoOpinion,
       "no conditions",
       "at least one condition must be passed"},
      {{{}, Ids({"n"}), {}},
       Kind::kNoOpinion,
       "only NoOpinion conditions always evaluate to NoOpinion",
       ""},
      // They are not even validated, but counted.
      {{{}, Ids({"no label", "no label"}), {}},
       Kind::kNoOpinion,
       "only NoOpinion conditions always evaluate to NoOpinion",
       ""},
      {{{}, Numbered(129, "n"), {}},
       Kind::kNoOpinion,
       "failed closed",
       "too many conditions: 129 exceeds maximum of 128"},
      // Too many: deny if there is a deny among them.
      {{{}, {}, Numbered(129, "a")},
       Kind::kNoOpinion,
       "failed closed",
       "too many conditions: 129 exceeds maximum of 128"},
      {{Numbered(1, "d"), Numbered(64, "n"), Numbered(64, "a")},
       Kind::kDeny,
       "failed closed",
       "too many conditions: 129 exceeds maximum of 128"},
      // An id twice, in one group or in two.
      {{{}, {}, Ids({"a", "a"})},
       Kind::kNoOpinion,
       "failed closed",
       R"(duplicate condition ID "a")"},
      {{{}, Ids({"a"}), Ids({"a"})},
       Kind::kNoOpinion,
       "failed closed",
       R"(duplicate condition ID "a")"},
      {{Ids({"a"}), {}, Ids({"b", "a"})},
       Kind::kDeny,
       "failed closed",
       R"(duplicate condition ID "a")"},
      // What is no label key.
      {{{}, {}, Ids({""})},
       Kind::kNoOpinion,
       "failed closed",
       R"(invalid condition ID "": name part must be non-empty; name part)"},
      {{Ids({"x y"}), {}, {}},
       Kind::kDeny,
       "failed closed",
       R"(invalid condition ID "x y": name part must consist of)"},
      {{Ids({"ok"}), Ids({"a/b/c"}), {}},
       Kind::kDeny,
       "failed closed",
       R"(invalid condition ID "a/b/c": a valid label key must)"},
      {{{}, {}, {{"a", "not ok", "", "", {}}}},
       Kind::kNoOpinion,
       "failed closed",
       R"(invalid condition type "not ok": name part must)"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(&c - kCases);
    const CD decision = CD::FromConditions(c.map);
    EXPECT_EQ(decision.kind(), c.kind);
    EXPECT_EQ(decision.reason(), c.reason);
    EXPECT_EQ(decision.error().ok(), c.error.empty());
    EXPECT_THAT(std::string(decision.error().message()), HasSubstr(c.error));
    EXPECT_EQ(decision.conditions().size(), 0u);
  }
}

TEST(ConditionsMapTest, KeepsWhatItIsGiven) {
  const CD decision = CD::FromConditions(
      {Ids({"example.com/d"}),
       Numbered(63, "n"),
       {{"a", "example.com/cel", "object.x == 1", "only x", {}},
        {"b", "t", "", "", {}}}});
  ASSERT_EQ(decision.kind(), Kind::kConditionsMap);
  EXPECT_EQ(decision.conditions().size(), 66u);
  EXPECT_EQ(decision.conditions().deny[0].id, "example.com/d");
  EXPECT_EQ(decision.conditions().no_opinion[62].id, "n62");
  EXPECT_EQ(decision.conditions().allow[0].type, "example.com/cel");
  EXPECT_EQ(decision.conditions().allow[0].condition, "object.x == 1");
  EXPECT_EQ(decision.conditions().allow[0].description, "only x");
  EXPECT_EQ(
      CD::FromConditions({Numbered(64, "d"), {}, Numbered(64, "a")}).ToString(),
      "ConditionsMap(denies=64, allows=64)");
}

TEST(ConditionalDecisionTest, CopiesAreEqualAndOutliveTheOriginal) {
  CD copy;
  {
    const CD original = UnionOf({{"x", Map({}, {}, {"a"})}});
    copy = original;
  }
  EXPECT_EQ(copy.ToString(), "Union[x: ConditionsMap(allows=1)]");
  ASSERT_EQ(copy.members().size(), 1u);
  EXPECT_EQ(copy.members()[0].name, "x");
  EXPECT_EQ(copy.members()[0].decision.conditions().allow[0].id, "a");
  EXPECT_TRUE(CD().members().empty());
}

}  // namespace
}  // namespace gatehouse::authz
