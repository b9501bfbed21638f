#include "authz/conditional_union.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "authz/builtin.h"
#include "authz/decision_union.h"
#include "authz/internal/fake_authorizer.h"
#include "base/errors.h"
#include "gtest/gtest.h"

namespace gatehouse::authz {
namespace {

using CD = ConditionalDecision;
using internal::ErrorOf;
using internal::FakeAuthorizer;

constexpr Outcome kDeny = Outcome::kDeny;
constexpr Outcome kAllow = Outcome::kAllow;
constexpr Outcome kNone = Outcome::kNoOpinion;

CD MayDeny() { return CD::FromConditions({{{"c", "", "", "", {}}}, {}, {}}); }
CD MayAllow() { return CD::FromConditions({{}, {}, {{"c", "", "", "", {}}}}); }

// Answers with `first`, and evaluates everything to `then`.
class FakeConditional : public ConditionalAuthorizer {
 public:
  FakeConditional(CD first, Decision then)
      : first_(std::move(first)), then_(std::move(then)) {}

  CD AuthorizeConditionally(const Attributes& attributes) const override {
    ++asked_;
    return first_;
  }
  Decision EvaluateConditions(const CD& decision,
                              const ConditionsData& data) const override {
    ++evaluated_;
    return then_;
  }

  int asked() const { return asked_; }
  int evaluated() const { return evaluated_; }

 private:
  const CD first_;
  const Decision then_;
  mutable int asked_ = 0;
  mutable int evaluated_ = 0;
};

struct Member {
  CD first;
  Decision then;
};

struct Chain {
  std::vector<std::shared_ptr<FakeConditional>> fakes;
  std::unique_ptr<ConditionalUnion> all;
};

// Names the members "a", "b", ...
Chain MakeChain(const std::vector<Member>& members) {
  Chain chain;
  std::vector<NamedConditionalAuthorizer> named;
  for (const Member& m : members) {
    chain.fakes.push_back(std::make_shared<FakeConditional>(m.first, m.then));
    named.push_back({std::string(1, 'a' + named.size()), chain.fakes.back()});
  }
  auto all = ConditionalUnion::Create(std::move(named));
  EXPECT_TRUE(all.ok()) << all.status();
  if (all.ok()) chain.all = *std::move(all);
  return chain;
}

TEST(ConditionalUnionTest, AsksThenEvaluates) {
  const Decision never = {kDeny, "never", ErrorOf("never")};
  const struct {
    std::vector<Member> members;
    std::string first;
    std::string then;   // "" if there is nothing to evaluate.
    std::string calls;  // Asked and evaluated, for each member.
  } kCases[] = {
      {{}, "NoOpinion", "", ""},
      {{{CD::Allow("r"), never}, {CD::Deny(""), never}},
       R"(Allow(reason="a: {r}"))",
       "",
       "10 00"},
      {{{CD::NoOpinion(""), never}, {CD::Deny("r"), never}},
       R"(Deny(reason="b: {r}"))",
       "",
       "10 10"},
      {{{CD::NoOpinion("x"), never}, {CD::NoOpinion("y"), never}},
       R"(NoOpinion(reason="a: {x}, b: {y}"))",
       "",
       "10 10"},
      // Conditions do not end the walk; what follows an answer is not asked.
      {{{MayAllow(), {kAllow, "ok", {}}},
        {CD::Deny("no"), never},
        {CD::Allow(""), never}},
       R"(Union[a: ConditionsMap(allows=1), b: Deny(reason="no")])",
       R"(Allow(reason="ok"))",
       "11 10 00"},
      {{{MayAllow(), {kNone, "hm", {}}}, {CD::Deny("no"), never}},
       R"(Union[a: ConditionsMap(allows=1), b: Deny(reason="no")])",
       R"(Deny(reason="no"))",
       "11 10"},
      {{{MayDeny(), {kDeny, "r", ErrorOf("e")}}, {CD::Allow("yes"), never}},
       R"(Union[a: ConditionsMap(denies=1), b: Allow(reason="yes")])",
       R"(Deny(reason="r", err="e"))",
       "11 10"},
      {{{MayDeny(), {kNone, "", ErrorOf("lost")}}, {CD::Allow("yes"), never}},
       R"(Union[a: ConditionsMap(denies=1), b: Allow(reason="yes")])",
       R"(Allow(reason="yes"))",
       "11 10"},
      // Nobody decides: lines of reasons, all the errors.
      {{{MayAllow(), {kNone, "x", ErrorOf("e")}},
        {CD::NoOpinion("y", ErrorOf("f")), never},
        {MayDeny(), {kNone, "", {}}}},
       R"(Union[a: ConditionsMap(allows=1), b: NoOpinion(reason="y", )"
       R"(err="f"), c: ConditionsMap(denies=1)])",
       R"(NoOpinion(reason="a: x\nb: y", err="[e, f]"))",
       "11 10 11"},
      // An answer that was not possible: the member's failure decision.
      {{{MayDeny(), {kAllow, "hack", {}}}, {CD::Allow(""), never}},
       "Union[a: ConditionsMap(denies=1), b: Allow]",
       R"(Deny(reason="failed closed", err="evaluated to decision Allow, but )"
       R"(only [Deny NoOpinion] were possible"))",
       "11 10"},
      {{{MayAllow(), {kDeny, "", {}}}, {MayDeny(), {kNone, "", {}}}},
       "Union[a: ConditionsMap(allows=1), b: ConditionsMap(denies=1)]",
       R"(NoOpinion(reason="a: failed closed", err="evaluated to decision )"
       R"(Deny, but only [Allow NoOpinion] were possible"))",
       "11 11"},
      {{{MayDeny(), {static_cast<Outcome>(9), "", {}}}},
       "Union[a: ConditionsMap(denies=1)]",
       R"(Deny(reason="failed closed", err="evaluated to decision Deny, but )"
       R"(only [Deny NoOpinion] were possible"))",
       "11"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(&c - kCases);
    const Chain chain = MakeChain(c.members);
    ASSERT_NE(chain.all, nullptr);
    const CD first = chain.all->AuthorizeConditionally(Attributes());
    EXPECT_EQ(first.ToString(), c.first);
    EXPECT_EQ(first.IsUnconditional(), c.then.empty());
    if (!first.IsUnconditional()) {
      const Decision then = chain.all->EvaluateConditions(first, {});
      EXPECT_EQ(CD::FromDecision(then).ToString(), c.then);
    }
    std::string calls;
    for (const auto& fake : chain.fakes) {
      if (!calls.empty()) calls += " ";
      calls +=
          std::to_string(fake->asked()) + std::to_string(fake->evaluated());
    }
    EXPECT_EQ(calls, c.calls);
  }
}

TEST(ConditionalUnionTest, WithoutConditionsItFailsClosed) {
  constexpr char kFailedClosed[] =
      "failed closed: tried to return conditional decision to "
      "conditions-unaware authorizer";
  const struct {
    std::vector<Member> members;
    Outcome want;
    std::string reason;
  } kCases[] = {
      {{}, kNone, ""},
      {{{CD::Allow("r"), {}}}, kAllow, "r"},
      {{{MayAllow(), {}}}, kNone, std::string("a: ") + kFailedClosed},
      {{{MayDeny(), {}}}, kDeny, kFailedClosed},
      // As in a plain union: the failed member is one without an opinion.
      {{{MayAllow(), {}}, {CD::Allow("r"), {}}}, kAllow, "r"},
      {{{MayDeny(), {}}, {CD::Allow("r"), {}}}, kDeny, kFailedClosed},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(&c - kCases);
    const Chain chain = MakeChain(c.members);
    const Decision decision = chain.all->Authorize(Attributes());
    EXPECT_EQ(decision.outcome, c.want);
    EXPECT_EQ(decision.reason, c.reason);
    // No error, so that the answer is 403 and not 500.
    EXPECT_TRUE(decision.error.ok());
    EXPECT_EQ(chain.all->Decide(Attributes()), c.want);
  }
}

TEST(ConditionalUnionTest, EvaluatesOnlyUnionsOfItsOwn) {
  const Chain chain = MakeChain({{MayAllow(), {kAllow, "", {}}}});
  DecisionUnion foreign;
  foreign.Add("z", MayAllow());
  foreign.Add("y", MayDeny());
  constexpr char kOnlyUnions[] =
      R"(err="the union authorizer can only evaluate union )"
      R"(ConditionsAwareDecisions"))";
  const struct {
    CD decision;
    std::string want;
  } kCases[] = {
      {MayAllow(),
       std::string(R"(NoOpinion(reason="failed closed", )") + kOnlyUnions},
      {MayDeny(),
       std::string(R"(Deny(reason="failed closed", )") + kOnlyUnions},
      {CD::Allow(""),
       std::string(R"(NoOpinion(reason="failed closed", )") + kOnlyUnions},
      {CD(), std::string(R"(Deny(reason="failed closed", )") + kOnlyUnions},
      {foreign.Build(),
       R"(Deny(reason="failed closed", err="couldn't find authorizer with )"
       R"(name: \"y\""))"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.decision.ToString());
    EXPECT_EQ(CD::FromDecision(chain.all->EvaluateConditions(c.decision, {}))
                  .ToString(),
              c.want);
  }
}

TEST(ConditionalUnionTest, Nests) {
  const auto leaf = std::make_shared<FakeConditional>(
      MayAllow(), Decision{kAllow, "ok", ErrorOf("e")});
  const auto none =
      std::make_shared<FakeConditional>(CD::NoOpinion(""), Decision());
  std::shared_ptr<const ConditionalUnion> inner =
      *ConditionalUnion::Create({{"leaf", leaf}});
  const auto outer =
      ConditionalUnion::Create({{"none", none}, {"inner", inner}});
  ASSERT_TRUE(outer.ok());
  const CD first = (*outer)->AuthorizeConditionally(Attributes());
  EXPECT_EQ(first.ToString(),
            "Union[none: NoOpinion, inner: Union[leaf: "
            "ConditionsMap(allows=1)]]");
  const Decision then = (*outer)->EvaluateConditions(first, {});
  EXPECT_EQ(CD::FromDecision(then).ToString(),
            R"(Allow(reason="ok", err="e"))");
  EXPECT_EQ(leaf->evaluated(), 1);
}

TEST(ConditionalUnionTest, RefusesBadChains) {
  const std::shared_ptr<const ConditionalAuthorizer> some =
      MakeConditional(std::make_shared<AlwaysAllow>());
  const struct {
    std::vector<NamedConditionalAuthorizer> chain;
    std::string want;
    Reason reason;
  } kCases[] = {
      {{{"", some}},
       "empty AuthorizerName in union.New is invalid",
       Reason::kInvalid},
      {{{"a", some}, {"a", some}},
       R"(duplicate AuthorizerName "a" in union.New)",
       Reason::kDuplicate},
      {{{"a", nullptr}},
       R"(no authorizer behind AuthorizerName "a" in union.New)",
       Reason::kInvalid},
  };
  for (const auto& c : kCases) {
    const auto all = ConditionalUnion::Create(c.chain);
    EXPECT_EQ(all.status().message(), c.want);
    EXPECT_EQ(ReasonOf(all.status()), c.reason);
  }
}

TEST(MakeConditionalTest, AnswersAsThePlainOne) {
  const Decision kDecisions[] = {
      {kAllow, "r", ErrorOf("e")}, {kDeny, "r", {}}, {kNone, "", {}}, {}};
  for (const Decision& decision : kDecisions) {
    const auto plain = std::make_shared<FakeAuthorizer>(decision);
    const auto conditional = MakeConditional(plain);
    EXPECT_EQ(conditional->AuthorizeConditionally(Attributes()).ToString(),
              CD::FromDecision(decision).ToString());
    EXPECT_EQ(conditional->Authorize(Attributes()).reason, decision.reason);
    EXPECT_EQ(conditional->Decide(Attributes()), decision.outcome);
    EXPECT_EQ(plain->calls(), 3);
  }
  EXPECT_EQ(MakeConditional(nullptr), nullptr);
}

TEST(MakeConditionalTest, CannotEvaluate) {
  const auto conditional = MakeConditional(std::make_shared<AlwaysAllow>());
  const Decision decision = conditional->EvaluateConditions(MayAllow(), {});
  EXPECT_EQ(decision.outcome, kDeny);
  EXPECT_EQ(decision.reason, "");
  EXPECT_EQ(decision.error.message(), "condition evaluation not supported");
  EXPECT_EQ(ReasonOf(decision.error), Reason::kUnsupported);
}

}  // namespace
}  // namespace gatehouse::authz
