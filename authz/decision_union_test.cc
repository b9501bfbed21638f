#include "authz/decision_union.h"

#include <string>
#include <utility>
#include <vector>

#include "authz/internal/fake_authorizer.h"
#include "gtest/gtest.h"

namespace gatehouse::authz {
namespace {

using CD = ConditionalDecision;
using internal::ErrorOf;

// Conditions are named after their own result: "t..." is true, "f..." false,
// "e..." an error, and "u..." cannot be evaluated.
ConditionResult ResultOf(const std::string& id) {
  switch (id[0]) {
    case 't':
      return ConditionResult::Of(true);
    case 'f':
      return ConditionResult::Of(false);
    case 'e':
      return ConditionResult::Error(ErrorOf("boom"));
  }
  return ConditionResult();
}

std::vector<Condition> Make(const std::vector<std::string>& ids) {
  std::vector<Condition> conditions;
  for (const std::string& id : ids) {
    conditions.push_back(
        {id, "", "", "", [id](const ConditionsData&) { return ResultOf(id); }});
  }
  return conditions;
}

CD Map(const std::vector<std::string>& deny,
       const std::vector<std::string>& no_opinion,
       const std::vector<std::string>& allow) {
  return CD::FromConditions({Make(deny), Make(no_opinion), Make(allow)});
}

CD UnionOf(std::vector<NamedDecision> members) {
  DecisionUnion folded;
  for (NamedDecision& m : members) folded.Add(m.name, std::move(m.decision));
  return folded.Build();
}

constexpr char kErrors[] =
    R"(reason="one or more conditional evaluation errors occurred", err=)";

TEST(EvaluateConditionsTest, Precedence) {
  const struct {
    std::vector<std::string> deny;
    std::vector<std::string> no_opinion;
    std::vector<std::string> allow;
    std::string want;
  } kCases[] = {
      // One condition.
      {{"t"}, {}, {}, R"(Deny(reason="condition \"t\" denied the request"))"},
      {{"f"}, {}, {}, R"(NoOpinion(reason="no conditions matched"))"},
      {{}, {}, {"t"}, R"(Allow(reason="condition \"t\" allowed the request"))"},
      {{}, {}, {"f"}, R"(NoOpinion(reason="no conditions matched"))"},
      {{"e"},
       {},
       {},
       std::string("Deny(") + kErrors +
           R"("condition \"e\" with effect=Deny evaluated to an error: boom"))"},
      {{},
       {},
       {"e"},
       std::string("NoOpinion(") + kErrors +
           R"("condition \"e\" with effect=Allow evaluated to an error: boom"))"},
      {{"u"}, {}, {}, "ConditionsMap(denies=1)"},
      {{}, {}, {"u"}, "ConditionsMap(allows=1)"},
      // Deny before no opinion before allow.
      {{"t1"},
       {"t2"},
       {"t3"},
       R"(Deny(reason="condition \"t1\" denied the request"))"},
      {{"f1"},
       {"t2"},
       {"t3"},
       R"(NoOpinion(reason="condition \"t2\" evaluated to NoOpinion"))"},
      {{"f1"},
       {"f2"},
       {"t3"},
       R"(Allow(reason="condition \"t3\" allowed the request"))"},
      {{"f1"}, {"f2"}, {"f3"}, R"(NoOpinion(reason="no conditions matched"))"},
      // True before error before unevaluatable before false.
      {{"f", "u", "e", "t"},
       {},
       {},
       R"(Deny(reason="condition \"t\" denied the request"))"},
      {{"t", "e"},
       {},
       {},
       R"(Deny(reason="condition \"t\" denied the request"))"},
      {{},
       {},
       {"e", "u", "t"},
       R"(Allow(reason="condition \"t\" allowed the request"))"},
      {{"u", "e", "f"},
       {"t2"},
       {"t3"},
       std::string("Deny(") + kErrors +
           R"("condition \"e\" with effect=Deny evaluated to an error: boom"))"},
      // Errors of all conditions of the group.
      {{"e1", "e2"},
       {},
       {},
       std::string("Deny(") + kErrors +
           R"("[condition \"e1\" with effect=Deny evaluated to an error: boom, )"
           R"(condition \"e2\" with effect=Deny evaluated to an error: boom]"))"},
      {{"f"},
       {"e"},
       {"t"},
       std::string("NoOpinion(") + kErrors +
           R"("condition \"e\" with effect=NoOpinion evaluated to an error: )"
           R"(boom"))"},
      // What is left over keeps the later groups.
      {{"u1", "f"},
       {"t2"},
       {"t3"},
       "ConditionsMap(denies=1, noopinions=1, allows=1)"},
      {{"f"},
       {"u1", "f2", "u3"},
       {"t3", "f4"},
       "ConditionsMap(noopinions=2, allows=2)"},
      {{"f"}, {"f2"}, {"u1", "f3", "u2"}, "ConditionsMap(allows=2)"},
      // Nothing left that could allow.
      {{"f"},
       {"u"},
       {},
       R"(NoOpinion(reason="only NoOpinion conditions always evaluate to )"
       R"(NoOpinion"))"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(&c - kCases);
    const ConditionsMap map = {Make(c.deny), Make(c.no_opinion), Make(c.allow)};
    const CD got = EvaluateConditions(map, {}, nullptr);
    EXPECT_EQ(got.ToString(), c.want);
    // A whole decision gives the same.
    EXPECT_EQ(
        PartiallyEvaluate(CD::FromConditions(map), {}, nullptr).ToString(),
        c.want);
  }
}

TEST(EvaluateConditionsTest, DescriptionsShow) {
  const auto with = [](std::vector<Condition> conditions) {
    conditions[0].description = "because of \"x\"";
    return conditions;
  };
  EXPECT_EQ(
      EvaluateConditions({with(Make({"t"})), {}, {}}, {}, nullptr).reason(),
      R"(condition "t" denied the request with description )"
      R"("because of \"x\"")");
  EXPECT_EQ(
      EvaluateConditions({Make({"f"}), with(Make({"t"})), {}}, {}, nullptr)
          .reason(),
      R"(condition "t" evaluated to NoOpinion with description )"
      R"("because of \"x\"")");
  EXPECT_EQ(
      EvaluateConditions({{}, {}, with(Make({"t"}))}, {}, nullptr).reason(),
      R"(condition "t" allowed the request with description )"
      R"("because of \"x\"")");
}

TEST(EvaluateConditionsTest, TheEvaluatorGetsOnlyWhatIsLeft) {
  const struct {
    std::vector<std::string> deny;
    std::vector<std::string> allow;
    ConditionResult answer;
    std::string want;
    std::vector<std::string> asked;
  } kCases[] = {
      {{"u1"},
       {},
       ConditionResult::Of(true),
       R"(Deny(reason="condition \"u1\" denied the request"))",
       {"u1"}},
      {{"u1"},
       {"u2"},
       ConditionResult::Of(false),
       R"(NoOpinion(reason="no conditions matched"))",
       {"u1", "u2"}},
      {{"f", "u1"},
       {"t"},
       ConditionResult::Of(false),
       R"(Allow(reason="condition \"t\" allowed the request"))",
       {"u1"}},
      {{"t", "u1"},
       {"u2"},
       ConditionResult::Of(true),
       R"(Deny(reason="condition \"t\" denied the request"))",
       {}},
      {{"e"},
       {"u2"},
       ConditionResult::Of(true),
       std::string("Deny(") + kErrors +
           R"("condition \"e\" with effect=Deny evaluated to an error: boom"))",
       {}},
      {{},
       {"u1"},
       ConditionResult::Error(ErrorOf("late")),
       std::string("NoOpinion(") + kErrors +
           R"("condition \"u1\" with effect=Allow evaluated to an error: late"))",
       {"u1"}},
      {{"u1"},
       {"u2"},
       ConditionResult(),
       "ConditionsMap(denies=1, allows=1)",
       {"u1"}},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(&c - kCases);
    std::vector<std::string> asked;
    const CD got = EvaluateConditions(
        {Make(c.deny), {}, Make(c.allow)}, {},
        [&](const Condition& condition, const ConditionsData&) {
          asked.push_back(condition.id);
          return c.answer;
        });
    EXPECT_EQ(got.ToString(), c.want);
    EXPECT_EQ(asked, c.asked);
  }
}

TEST(EvaluateConditionsTest, DataIsHandedOn) {
  Attributes attributes;
  attributes.verb = "create";
  ConditionsData data;
  data.attributes = &attributes;
  data.operation = "CREATE";
  Condition condition = {
      "a", "", "", "", [](const ConditionsData& d) {
        return ConditionResult::Of(d.operation == "CREATE" && !d.dry_run &&
                                   d.attributes->verb == "create");
      }};
  const ConditionsMap map = {{}, {}, {condition}};
  EXPECT_EQ(EvaluateConditions(map, data, nullptr).kind(), CD::Kind::kAllow);
  data.dry_run = true;
  EXPECT_EQ(EvaluateConditions(map, data, nullptr).kind(),
            CD::Kind::kNoOpinion);
}

TEST(DecisionUnionTest, Folds) {
  const CD allow = CD::Allow("yes");
  const CD deny = CD::Deny("no");
  const CD none = CD::NoOpinion("dunno");
  const CD empty = CD::NoOpinion("");
  const CD may_allow = Map({}, {}, {"u"});
  const CD may_deny = Map({"u"}, {}, {});
  const CD broken = CD::NoOpinion("", ErrorOf("e"));
  const struct {
    std::vector<NamedDecision> members;
    std::string want;
  } kCases[] = {
      {{}, "NoOpinion"},
      {{{"a", empty}}, "NoOpinion"},
      {{{"a", allow}}, R"(Allow(reason="a: {yes}"))"},
      {{{"a", deny}}, R"(Deny(reason="a: {no}"))"},
      {{{"a", none}}, R"(NoOpinion(reason="a: {dunno}"))"},
      {{{"a", none}, {"b", empty}, {"c", none}},
       R"(NoOpinion(reason="a: {dunno}, c: {dunno}"))"},
      // Errors bear names; only those of leaves with the outcome count.
      {{{"a", broken}}, R"(NoOpinion(err="a: e"))"},
      {{{"a", broken}, {"b", CD::NoOpinion("x", ErrorOf("f"))}},
       R"(NoOpinion(reason="b: {x}", err="[a: e, b: f]"))"},
      {{{"a", broken}, {"b", deny}}, R"(Deny(reason="b: {no}"))"},
      {{{"a", none}, {"b", CD::Allow("", ErrorOf("f"))}},
       R"(Allow(err="b: f"))"},
      // After a definite answer nothing counts, not even a bad name.
      {{{"a", allow}, {"b", deny}}, R"(Allow(reason="a: {yes}"))"},
      {{{"a", deny}, {"a", allow}, {"", may_allow}},
       R"(Deny(reason="a: {no}"))"},
      // Conditions that cannot change the outcome.
      {{{"a", may_allow}, {"b", allow}}, R"(Allow(reason="b: {yes}"))"},
      {{{"a", may_deny}, {"b", none}, {"c", deny}},
       R"(Deny(reason="c: {no}"))"},
      // Those that can.
      {{{"a", may_deny}, {"b", allow}},
       R"(Union[a: ConditionsMap(denies=1), b: Allow(reason="yes")])"},
      {{{"a", may_allow}, {"b", deny}, {"c", allow}},
       R"(Union[a: ConditionsMap(allows=1), b: Deny(reason="no")])"},
      {{{"a", may_allow}}, "Union[a: ConditionsMap(allows=1)]"},
      {{{"a", may_allow}, {"b", may_deny}, {"c", empty}},
       "Union[a: ConditionsMap(allows=1), b: ConditionsMap(denies=1), "
       "c: NoOpinion]"},
      // Nested.
      {{{"a", UnionOf({{"b", allow}})}}, R"(Allow(reason="a: {b: {yes}}"))"},
      {{{"a", UnionOf({{"b", broken}})}, {"c", broken}},
       R"(NoOpinion(err="[a: b: e, c: e]"))"},
      {{{"a", UnionOf({{"b", may_deny}, {"c", none}})}, {"d", deny}},
       R"(Deny(reason="d: {no}"))"},
      {{{"a", UnionOf({{"b", may_deny}, {"c", allow}})}, {"d", deny}},
       R"(Union[a: Union[b: ConditionsMap(denies=1), c: )"
       R"(Allow(reason="yes")]])"},
      {{{"x", may_deny},
        {"a",
         UnionOf({{"b", may_allow}, {"c", CD::Deny("deep", ErrorOf("e"))}})}},
       R"(Union[x: ConditionsMap(denies=1), a: Union[b: )"
       R"(ConditionsMap(allows=1), c: Deny(reason="deep", err="e")]])"},
      // Bad names fail closed; deny only if that was possible.
      {{{"", none}},
       R"(NoOpinion(reason="failed closed", err="conditionalAuthorizerName )"
       R"(must be non-empty"))"},
      {{{"", allow}},
       R"(NoOpinion(reason="failed closed", err="conditionalAuthorizerName )"
       R"(must be non-empty"))"},
      {{{"a", none}, {"a", deny}},
       R"(Deny(reason="failed closed", err="duplicate )"
       R"(conditionalAuthorizerName \"a\""))"},
      {{{"a", may_allow}, {"a", may_allow}},
       R"(NoOpinion(reason="failed closed", err="duplicate )"
       R"(conditionalAuthorizerName \"a\""))"},
      {{{"", may_deny}, {"", allow}},
       R"(Deny(reason="failed closed", err="[conditionalAuthorizerName must )"
       R"(be non-empty, duplicate conditionalAuthorizerName \"\"]"))"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(&c - kCases);
    EXPECT_EQ(UnionOf(c.members).ToString(), c.want);
  }
}

TEST(DecisionUnionTest, LeavesAUnionWithinAUnionWhoseOutcomeIsKnown) {
  // The inner union may still go either way, so its leaf is named in full.
  const CD inner =
      UnionOf({{"b", Map({"u"}, {}, {})}, {"c", CD::Allow("yes")}});
  ASSERT_EQ(inner.kind(), CD::Kind::kUnion);
  const CD outer = UnionOf({{"a", inner}});
  EXPECT_EQ(outer.kind(), CD::Kind::kUnion);
  EXPECT_FALSE(outer.CanBecome(Outcome::kNoOpinion));
}

TEST(DecisionUnionTest, CanBeBuiltMoreThanOnce) {
  DecisionUnion folded;
  EXPECT_EQ(folded.Build().ToString(), "NoOpinion");
  folded.Add("a", Map({}, {}, {"u"}));
  EXPECT_EQ(folded.Build().ToString(), "Union[a: ConditionsMap(allows=1)]");
  folded.Add("b", CD::Allow("yes"));
  EXPECT_EQ(folded.Build().ToString(), R"(Allow(reason="b: {yes}"))");
  EXPECT_EQ(folded.Build().ToString(), R"(Allow(reason="b: {yes}"))");
}

TEST(PartiallyEvaluateTest, RefinesFromTheLeft) {
  const CD none = CD::NoOpinion("");
  const struct {
    CD decision;
    std::string want;
  } kCases[] = {
      {CD::Deny("r"), R"(Deny(reason="r"))"},
      {CD::Allow("r"), R"(Allow(reason="r"))"},
      {none, "NoOpinion"},
      {UnionOf({{"a", Map({}, {}, {"t"})}, {"b", none}}),
       R"(Allow(reason="a: {condition \"t\" allowed the request}"))"},
      {UnionOf({{"a", Map({}, {}, {"f"})}, {"b", none}}),
       R"(NoOpinion(reason="a: {no conditions matched}"))"},
      {UnionOf({{"a", Map({}, {}, {"f"})}, {"b", Map({"t"}, {}, {})}}),
       R"(Deny(reason="b: {condition \"t\" denied the request}"))"},
      {UnionOf({{"a", Map({"f"}, {}, {})}, {"b", CD::Allow("yes")}}),
       R"(Allow(reason="b: {yes}"))"},
      // What follows a conditional member stays as it is.
      {UnionOf({{"a", Map({}, {}, {"u"})}, {"b", Map({"t"}, {}, {})}}),
       "Union[a: ConditionsMap(allows=1), b: ConditionsMap(denies=1)]"},
      {UnionOf({{"a", Map({}, {}, {"u", "f"})}, {"b", CD::Deny("no")}}),
       R"(Union[a: ConditionsMap(allows=1), b: Deny(reason="no")])"},
      // Unless only one outcome is left.
      {UnionOf({{"a", Map({"f"}, {}, {"u"})}, {"b", CD::Allow("yes")}}),
       R"(Allow(reason="b: {yes}"))"},
      // Nested.
      {UnionOf({{"a", UnionOf({{"b", Map({}, {}, {"f"})}})},
                {"c", Map({}, {}, {"t"})}}),
       R"(Allow(reason="c: {condition \"t\" allowed the request}"))"},
      {UnionOf({{"a", UnionOf({{"b", Map({}, {}, {"u"})}})},
                {"c", Map({}, {}, {"t"})}}),
       "Union[a: Union[b: ConditionsMap(allows=1)], "
       "c: ConditionsMap(allows=1)]"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.decision.ToString());
    EXPECT_EQ(PartiallyEvaluate(c.decision, {}, nullptr).ToString(), c.want);
  }
}

// However the leaves evaluate: the outcome is one that was possible, and
// folding first or evaluating first comes to the same.
TEST(PartiallyEvaluateTest, NeverLeavesWhatWasPossible) {
  const std::string kResults[] = {"t", "f", "e"};
  const ConditionEvaluator kEvaluator = [](const Condition& condition,
                                           const ConditionsData&) {
    return ResultOf(condition.description);
  };
  const auto later = [](const std::string& id, const std::string& result) {
    return Condition{id, "", "", result, {}};
  };
  for (const std::string& d : kResults) {
    for (const std::string& n : kResults) {
      for (const std::string& a : kResults) {
        const CD map = CD::FromConditions(
            {{later("d", d)}, {later("n", n)}, {later("a", a)}});
        for (const CD& last :
             {CD::Allow(""), CD::Deny(""), CD::NoOpinion("")}) {
          const CD all = UnionOf({{"x", map}, {"y", last}});
          const CD got = PartiallyEvaluate(all, {}, kEvaluator);
          ASSERT_TRUE(got.IsUnconditional()) << got.ToString();
          EXPECT_TRUE(all.CanBecome(got.ToUnconditional().outcome))
              << all.ToString() << " " << got.ToString();
        }
      }
    }
  }
}

}  // namespace
}  // namespace gatehouse::authz
