// authz/conditions.json: decisions that depend on data not seen yet.
#include "authz/conditions.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "authz/authorizer.h"
#include "authz/decision_union.h"
#include "conformance/areas.h"
#include "conformance/authz/decision_text.h"
#include "conformance/authz/decode.h"
#include "objects/node.h"

namespace gatehouse::conformance {
namespace {

using authz::Condition;
using authz::ConditionalDecision;
using authz::ConditionResult;
using authz::ConditionsData;
using objects::Node;

void Construct(Check& check) {
  const ConditionalDecision decision =
      DecodeDecision(check.input().Object("decision"));
  std::vector<std::string> possible;
  for (authz::Outcome outcome : decision.PossibleOutcomes()) {
    possible.emplace_back(authz::OutcomeName(outcome));
  }
  check.Text("type", KindName(decision.kind()));
  check.Text("string", decision.ToString());
  check.Text("reason", decision.reason());
  check.TextOrNull("error", ErrorText(decision.error()));
  check.Text("failureDecision", authz::OutcomeName(decision.FailureOutcome()));
  check.Bool("containsUnconditionalAllowOrDeny",
             decision.ContainsUnconditionalAllowOrDeny());
  // A set: the order in which a language lists it means nothing.
  check.TextsInAnyOrder("possibleDecisions", std::move(possible));
}

// Reads how conditions are evaluated that do not evaluate themselves.
authz::ConditionEvaluator DecodeFallback(Fields fallback, Check& check) {
  const bool forbidden = fallback.Bool("mustNotBeCalled");
  ConditionResult result =
      DecodeResult(fallback.Text("default"), "default", fallback);
  return [forbidden, result, &check](const Condition& condition,
                                     const ConditionsData&) {
    if (forbidden) {
      check.Fail(absl::StrCat("the evaluator was asked about ", condition.id));
    }
    return result;
  };
}

void Evaluate(Check& check) {
  authz::ConditionsMap map =
      DecodeConditionsMap(check.input().Object("conditionsMap"));
  authz::ConditionEvaluator evaluator;
  if (check.input().Has("fallbackEvaluator")) {
    evaluator =
        DecodeFallback(check.input().Object("fallbackEvaluator"), check);
  }
  check.input().Take("fallbackEvaluator");
  check.Text(
      "string",
      authz::EvaluateConditions(map, ConditionsData(), evaluator).ToString());
}

std::vector<std::string> TextsOfConditions(
    const std::vector<Condition>& conditions) {
  std::vector<std::string> texts;
  for (const Condition& condition : conditions) {
    texts.push_back(absl::StrCat(condition.id, " type=", condition.type,
                                 " condition=", condition.condition,
                                 " description=", condition.description));
  }
  return texts;
}

// Compares a decision with the tree that a case expects: {kind, reason, error,
// conditionsMap, union}.
void CompareTree(Fields expected, const ConditionalDecision& got,
                 Check& check) {
  check.Same(expected.PathOf("kind"), expected.Text("kind"),
             KindName(got.kind()));
  if (expected.Has("reason") || got.IsUnconditional()) {
    check.Same(expected.PathOf("reason"), expected.Text("reason"),
               got.reason());
  }
  check.Same(expected.PathOf("error"), expected.Text("error"),
             ErrorText(got.error()));
  const authz::ConditionsMap map =
      DecodeConditionsMap(expected.Object("conditionsMap"));
  const std::string path = expected.PathOf("conditionsMap");
  check.Same(path + ".deny", TextsOfConditions(map.deny),
             TextsOfConditions(got.conditions().deny));
  check.Same(path + ".noOpinion", TextsOfConditions(map.no_opinion),
             TextsOfConditions(got.conditions().no_opinion));
  check.Same(path + ".allow", TextsOfConditions(map.allow),
             TextsOfConditions(got.conditions().allow));
  const absl::Span<const Node> members = expected.List("union");
  check.Same(expected.PathOf("union"), absl::StrCat(members.size(), " members"),
             absl::StrCat(got.members().size(), " members"));
  for (size_t i = 0; i < members.size() && i < got.members().size(); ++i) {
    CompareTree(
        Fields(&members[i], absl::StrCat(expected.PathOf("union"), "[", i, "]"),
               expected.problems()),
        got.members()[i].decision, check);
  }
}

// Reads an evaluator that knows one condition, perhaps of one type only.
authz::ConditionEvaluator DecodeBuiltin(Fields builtin) {
  const std::string text = builtin.Text("trueWhenConditionEquals");
  const absl::optional<std::string> type = builtin.OptionalText("onlyForType");
  return [text, type](const Condition& condition, const ConditionsData&) {
    if (type.has_value() && condition.type != *type) return ConditionResult();
    return ConditionResult::Of(condition.condition == text);
  };
}

void PartiallyEvaluate(Check& check) {
  const ConditionalDecision decision =
      DecodeDecision(check.input().Object("decision"));
  const ConditionalDecision got = authz::PartiallyEvaluate(
      decision, ConditionsData(),
      DecodeBuiltin(check.input().Object("builtinEvaluator")));
  CompareTree(check.ExpectedAll(), got, check);
}

void UnionAdd(Check& check) {
  authz::DecisionUnion members;
  for (const Node& node : check.input().List("adds")) {
    Fields add(&node, "input.adds", check.input().problems());
    const std::string name = add.Text("name");
    members.Add(name, DecodeDecision(add.Object("decision")));
  }
  check.Text("string", members.Build().ToString());
}

}  // namespace

void RunConditions(Check& check) {
  const std::string op = check.input().Text("op");
  if (op == "construct") return Construct(check);
  if (op == "evaluateConditionsMap") return Evaluate(check);
  if (op == "partiallyEvaluateDecision") return PartiallyEvaluate(check);
  if (op == "unionAdd") return UnionAdd(check);
  check.Fail(absl::StrCat("the op \"", op, "\" is not known"));
}

}  // namespace gatehouse::conformance
