#include "authz/decision_union.h"

#include <iterator>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/optional.h"
#include "authz/internal/text.h"
#include "base/errors.h"
#include "base/go_quote.h"

namespace gatehouse::authz {
namespace {

// The reasons and the errors of leaves, with the names that lead to them.
struct Collected {
  std::vector<std::string> reasons;
  std::vector<absl::Status> errors;
};

// Collects from the leaves that are `outcome`; conditions are passed over.
void Collect(absl::string_view path, const ConditionalDecision& decision,
             Outcome outcome, Collected* out) {
  for (const NamedDecision& member : decision.members()) {
    Collect(absl::StrCat(path, ": ", member.name), member.decision, outcome,
            out);
  }
  if (!decision.IsUnconditional() || !decision.CanBecome(outcome)) return;
  if (!decision.reason().empty()) {
    out->reasons.push_back(absl::StrCat(path, ": {", decision.reason(), "}"));
  }
  out->errors.push_back(InContext(path, decision.error()));
}

absl::Status NameError(Reason reason, absl::string_view message) {
  return MakeError(absl::StatusCode::kInvalidArgument, reason, message);
}

// What the conditions of one effect come to. At most one of the three is set;
// none if all of them are false.
struct GroupResult {
  absl::optional<std::string> applied;  // The reason, if one is true.
  absl::Status error;
  std::vector<Condition> unevaluated;
};

// What the conditions of one group do.
struct Effect {
  std::vector<Condition> ConditionsMap::*group;
  Outcome if_true;
  Outcome if_error;
  absl::string_view name;
  absl::string_view applied;
};

// In the order in which they are evaluated.
constexpr Effect kEffects[] = {
    {&ConditionsMap::deny, Outcome::kDeny, Outcome::kDeny, "Deny",
     "denied the request"},
    {&ConditionsMap::no_opinion, Outcome::kNoOpinion, Outcome::kNoOpinion,
     "NoOpinion", "evaluated to NoOpinion"},
    {&ConditionsMap::allow, Outcome::kAllow, Outcome::kNoOpinion, "Allow",
     "allowed the request"},
};

ConditionResult EvaluateOne(const Condition& condition,
                            const ConditionsData& data,
                            const ConditionEvaluator& evaluator) {
  ConditionResult result;
  if (condition.evaluate) result = condition.evaluate(data);
  if (result.kind() == ConditionResult::Kind::kUnevaluatable && evaluator) {
    return evaluator(condition, data);
  }
  return result;
}

std::string AppliedReason(const Condition& condition, const Effect& effect) {
  std::string reason =
      absl::StrCat("condition ", GoQuote(condition.id), " ", effect.applied);
  if (!condition.description.empty()) {
    absl::StrAppend(&reason, " with description ",
                    GoQuote(condition.description));
  }
  return reason;
}

GroupResult EvaluateGroup(const ConditionsMap& map, const Effect& effect,
                          const ConditionsData& data,
                          const ConditionEvaluator& evaluator) {
  GroupResult result;
  std::vector<absl::Status> errors;
  for (const Condition& condition : map.*effect.group) {
    const ConditionResult one = EvaluateOne(condition, data, evaluator);
    switch (one.kind()) {
      case ConditionResult::Kind::kTrue:
        // Errors so far are dropped: the list would not be complete, and an
        // error beside a refusal would turn the 403 into a 500.
        return {AppliedReason(condition, effect), absl::OkStatus(), {}};
      case ConditionResult::Kind::kFalse:
        break;
      case ConditionResult::Kind::kError:
        errors.push_back(InContext(
            absl::StrCat("condition ", GoQuote(condition.id), " with effect=",
                         effect.name, " evaluated to an error"),
            one.error()));
        break;
      case ConditionResult::Kind::kUnevaluatable:
        result.unevaluated.push_back(condition);
        break;
    }
  }
  result.error = internal::AggregateErrors(errors);
  if (!result.error.ok()) result.unevaluated.clear();
  return result;
}

// Returns `left`, what remains of the group of `effect`, with the groups that
// come after it in `map`.
ConditionsMap Leftover(const ConditionsMap& map, const Effect& effect,
                       std::vector<Condition> left) {
  ConditionsMap rest;
  for (const Effect* later = &effect + 1; later != std::end(kEffects);
       ++later) {
    rest.*later->group = map.*later->group;
  }
  rest.*effect.group = std::move(left);
  return rest;
}

ConditionalDecision PartiallyEvaluateUnion(
    const ConditionalDecision& decision, const ConditionsData& data,
    const ConditionEvaluator& evaluator) {
  DecisionUnion folded;
  bool conditional = false;  // A member before this one stayed conditional.
  for (const NamedDecision& member : decision.members()) {
    if (conditional) {
      folded.Add(member.name, member.decision);
      continue;
    }
    ConditionalDecision evaluated =
        PartiallyEvaluate(member.decision, data, evaluator);
    conditional = !evaluated.IsUnconditional();
    // After an unconditional allow or deny, Add ignores what follows.
    const bool decided = evaluated.ContainsUnconditionalAllowOrDeny();
    folded.Add(member.name, std::move(evaluated));
    if (decided) break;
  }
  return folded.Build();
}

}  // namespace

void DecisionUnion::Add(absl::string_view name, ConditionalDecision decision) {
  if (decided_) return;
  if (name.empty()) {
    errors_.push_back(NameError(Reason::kInvalid,
                                "conditionalAuthorizerName must be non-empty"));
  }
  const auto has_name = [name](const NamedDecision& member) {
    return member.name == name;
  };
  if (absl::c_any_of(members_, has_name)) {
    errors_.push_back(NameError(
        Reason::kDuplicate,
        absl::StrCat("duplicate conditionalAuthorizerName ", GoQuote(name))));
  }
  decided_ = decision.ContainsUnconditionalAllowOrDeny();
  members_.push_back({std::string(name), std::move(decision)});
}

ConditionalDecision DecisionUnion::Build() const {
  ConditionalDecision all = ConditionalDecision::FromMembers(members_);
  if (!errors_.empty()) {
    return ConditionalDecision::FromDecision(
        {all.FailureOutcome(), "failed closed",
         internal::AggregateErrors(errors_)});
  }
  const std::vector<Outcome> possible = all.PossibleOutcomes();
  if (possible.size() > 1) return all;
  Collected collected;
  for (const NamedDecision& member : members_) {
    Collect(member.name, member.decision, possible[0], &collected);
  }
  return ConditionalDecision::FromDecision(
      {possible[0], absl::StrJoin(collected.reasons, ", "),
       internal::AggregateErrors(collected.errors)});
}

ConditionalDecision EvaluateConditions(const ConditionsMap& map,
                                       const ConditionsData& data,
                                       const ConditionEvaluator& evaluator) {
  for (const Effect& effect : kEffects) {
    GroupResult result = EvaluateGroup(map, effect, data, evaluator);
    if (result.applied) {
      return ConditionalDecision::FromDecision(
          {effect.if_true, *std::move(result.applied), absl::OkStatus()});
    }
    if (!result.error.ok()) {
      return ConditionalDecision::FromDecision(
          {effect.if_error,
           "one or more conditional evaluation errors occurred",
           std::move(result.error)});
    }
    if (!result.unevaluated.empty()) {
      return ConditionalDecision::FromConditions(
          Leftover(map, effect, std::move(result.unevaluated)));
    }
  }
  return ConditionalDecision::NoOpinion("no conditions matched");
}

ConditionalDecision PartiallyEvaluate(const ConditionalDecision& decision,
                                      const ConditionsData& data,
                                      const ConditionEvaluator& evaluator) {
  switch (decision.kind()) {
    case ConditionalDecision::Kind::kConditionsMap:
      return EvaluateConditions(decision.conditions(), data, evaluator);
    case ConditionalDecision::Kind::kUnion:
      return PartiallyEvaluateUnion(decision, data, evaluator);
    case ConditionalDecision::Kind::kDeny:
    case ConditionalDecision::Kind::kAllow:
    case ConditionalDecision::Kind::kNoOpinion:
      break;
  }
  return decision;
}

}  // namespace gatehouse::authz
