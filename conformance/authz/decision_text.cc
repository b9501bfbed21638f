#include "conformance/authz/decision_text.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "authz/authorizer.h"
#include "authz/decision_union.h"
#include "conformance/authz/decode.h"
#include "objects/node.h"

namespace gatehouse::conformance {
namespace {

using authz::Condition;
using authz::ConditionalDecision;
using objects::Node;
using objects::NodeKind;

// No case needs more than one over the ceiling of a map.
constexpr int kMaxGenerated = 10'000;

std::vector<Condition> DecodeConditions(Fields& map, absl::string_view key) {
  std::vector<Condition> conditions;
  for (const Node& node : map.List(key)) {
    Fields fields(&node, map.PathOf(key), map.problems());
    Condition condition;
    condition.id = fields.Text("id");
    condition.type = fields.Text("type");
    condition.condition = fields.Text("condition");
    condition.description = fields.Text("description");
    authz::ConditionResult result =
        DecodeResult(fields.Text("result"), "result", fields);
    if (result.kind() != authz::ConditionResult::Kind::kUnevaluatable) {
      condition.evaluate = [result](const authz::ConditionsData&) {
        return result;
      };
    }
    conditions.push_back(std::move(condition));
  }
  Fields generated = map.Object(absl::StrCat(key, "Generated"));
  const std::string pattern = generated.Text("idPattern");
  const int count = generated.Has("count") ? generated.Number("count") : 0;
  if (count < 0 || count > kMaxGenerated) {
    generated.Problem("count", "want a number of conditions");
    return conditions;
  }
  for (int i = 0; i < count; ++i) {
    conditions.emplace_back().id =
        absl::StrReplaceAll(pattern, {{"%d", absl::StrCat(i)}});
  }
  return conditions;
}

std::string PartText(const Node& node) { return std::string(node.text()); }

ConditionalDecision DecodeParts(Fields& fields) {
  const absl::Span<const Node> parts = fields.List("fromParts");
  if (parts.size() != 3) {
    fields.Problem("fromParts", "want a decision, a reason and an error");
    return {};
  }
  authz::Decision decision;
  int number = 0;
  if (parts[0].is(NodeKind::kNumber) &&
      absl::SimpleAtoi(parts[0].text(), &number)) {
    decision.outcome = static_cast<authz::Outcome>(number);
  } else if (auto outcome = OutcomeOf(parts[0].text())) {
    decision.outcome = *outcome;
  } else {
    fields.Problem("fromParts", "no such decision");
  }
  decision.reason = PartText(parts[1]);
  decision.error = StatusOf(PartText(parts[2]));
  return ConditionalDecision::FromDecision(std::move(decision));
}

ConditionalDecision DecodeLeaf(Fields& fields) {
  const std::string reason = fields.Text("reason");
  const absl::Status error = StatusOf(fields.Text("error"));
  switch (DecodeOutcome(fields, "leaf")) {
    case authz::Outcome::kAllow:
      return ConditionalDecision::Allow(reason, error);
    case authz::Outcome::kNoOpinion:
      return ConditionalDecision::NoOpinion(reason, error);
    case authz::Outcome::kDeny:
      break;
  }
  return ConditionalDecision::Deny(reason, error);
}

ConditionalDecision DecodeUnion(Fields& fields) {
  authz::DecisionUnion members;
  for (const Node& node : fields.List("union")) {
    Fields member(&node, fields.PathOf("union"), fields.problems());
    const std::string name = member.Text("name");
    members.Add(name, DecodeDecision(member.Object("decision")));
  }
  return members.Build();
}

}  // namespace

ConditionalDecision DecodeDecision(Fields decision) {
  if (decision.Has("leaf")) return DecodeLeaf(decision);
  if (decision.Has("fromParts")) return DecodeParts(decision);
  if (decision.Has("union")) return DecodeUnion(decision);
  if (decision.Has("conditionsMap")) {
    return ConditionalDecision::FromConditions(
        DecodeConditionsMap(decision.Object("conditionsMap")));
  }
  if (decision.Bool("zeroValue")) return {};
  decision.Problem("", "this is no kind of decision that is known");
  return {};
}

authz::ConditionsMap DecodeConditionsMap(Fields map) {
  authz::ConditionsMap conditions;
  conditions.deny = DecodeConditions(map, "deny");
  conditions.no_opinion = DecodeConditions(map, "noOpinion");
  conditions.allow = DecodeConditions(map, "allow");
  return conditions;
}

authz::ConditionResult DecodeResult(absl::string_view text,
                                    absl::string_view key, Fields& fields) {
  if (text.empty()) return {};
  if (text == "true" || text == "false") {
    return authz::ConditionResult::Of(text == "true");
  }
  if (absl::ConsumePrefix(&text, "error:")) {
    return authz::ConditionResult::Error(absl::UnknownError(text));
  }
  fields.Problem(key, "want true, false or error:<message>");
  return {};
}

absl::string_view KindName(ConditionalDecision::Kind kind) {
  switch (kind) {
    case ConditionalDecision::Kind::kDeny:
      return "Deny";
    case ConditionalDecision::Kind::kAllow:
      return "Allow";
    case ConditionalDecision::Kind::kNoOpinion:
      return "NoOpinion";
    case ConditionalDecision::Kind::kConditionsMap:
      return "ConditionsMap";
    case ConditionalDecision::Kind::kUnion:
      break;
  }
  return "Union";
}

}  // namespace gatehouse::conformance
