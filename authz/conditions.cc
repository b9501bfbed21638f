#include "authz/conditions.h"

#include <iterator>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "authz/internal/label_key.h"
#include "authz/internal/text.h"
#include "base/errors.h"
#include "base/go_quote.h"

namespace gatehouse::authz {
namespace {

absl::Status Invalid(absl::string_view message) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                   message);
}

absl::Status CheckLabelKey(absl::string_view what, absl::string_view key) {
  const std::vector<std::string> errors = internal::LabelKeyErrors(key);
  if (errors.empty()) return absl::OkStatus();
  return Invalid(absl::StrCat("invalid condition ", what, " ", GoQuote(key),
                              ": ", absl::StrJoin(errors, "; ")));
}

absl::Status CheckConditions(const std::vector<Condition>& conditions,
                             absl::flat_hash_set<absl::string_view>* ids) {
  for (const Condition& condition : conditions) {
    if (!ids->insert(condition.id).second) {
      return MakeError(
          absl::StatusCode::kInvalidArgument, Reason::kDuplicate,
          absl::StrCat("duplicate condition ID ", GoQuote(condition.id)));
    }
    absl::Status status = CheckLabelKey("ID", condition.id);
    if (status.ok() && !condition.type.empty()) {
      status = CheckLabelKey("type", condition.type);
    }
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status CheckMap(const ConditionsMap& map) {
  if (map.size() > kMaxConditionsPerMap) {
    return MakeError(
        absl::StatusCode::kInvalidArgument, Reason::kTooLarge,
        absl::StrCat("too many conditions: ", map.size(),
                     " exceeds maximum of ", kMaxConditionsPerMap));
  }
  absl::flat_hash_set<absl::string_view> ids;
  for (const auto* group : {&map.deny, &map.no_opinion, &map.allow}) {
    absl::Status status = CheckConditions(*group, &ids);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

// `name(a, b)`, or the name alone if there is nothing to say.
std::string WithParameters(absl::string_view name,
                           const std::vector<std::string>& parameters) {
  if (parameters.empty()) return std::string(name);
  return absl::StrCat(name, "(", absl::StrJoin(parameters, ", "), ")");
}

std::string MapToString(const ConditionsMap& map) {
  std::vector<std::string> counts;
  const auto add = [&counts](absl::string_view name, size_t count) {
    if (count > 0) counts.push_back(absl::StrCat(name, "=", count));
  };
  add("denies", map.deny.size());
  add("noopinions", map.no_opinion.size());
  add("allows", map.allow.size());
  return WithParameters("ConditionsMap", counts);
}

std::string UnionToString(absl::Span<const NamedDecision> members) {
  const auto append = [](std::string* out, const NamedDecision& member) {
    absl::StrAppend(out, member.name, ": ", member.decision.ToString());
  };
  return absl::StrCat("Union[", absl::StrJoin(members, ", ", append), "]");
}

constexpr Outcome kOutcomes[] = {Outcome::kDeny, Outcome::kAllow,
                                 Outcome::kNoOpinion};

}  // namespace

// The parts of a decision that is not a leaf, and what follows from them:
// worked out once, since unions nest.
struct ConditionalDecision::Tree {
  ConditionsMap conditions;
  std::vector<NamedDecision> members;
  bool can_become[std::size(kOutcomes)] = {};  // By Outcome.
  bool decided = false;  // Contains an unconditional allow or deny.

  bool& CanBecome(Outcome outcome) {
    return can_become[static_cast<size_t>(outcome)];
  }
  bool CanBecome(Outcome outcome) const {
    return can_become[static_cast<size_t>(outcome)];
  }
};

ConditionResult ConditionResult::Of(bool value) {
  ConditionResult result;
  result.kind_ = value ? Kind::kTrue : Kind::kFalse;
  return result;
}

ConditionResult ConditionResult::Error(absl::Status error) {
  ConditionResult result;
  result.kind_ = Kind::kError;
  result.error_ =
      error.ok() ? Invalid("unspecified evaluation error") : std::move(error);
  return result;
}

ConditionalDecision ConditionalDecision::Leaf(Kind kind,
                                              absl::string_view reason,
                                              absl::Status error) {
  ConditionalDecision decision;
  decision.kind_ = kind;
  decision.reason_ = std::string(reason);
  decision.error_ = std::move(error);
  return decision;
}

ConditionalDecision ConditionalDecision::Deny(absl::string_view reason,
                                              absl::Status error) {
  return Leaf(Kind::kDeny, reason, std::move(error));
}

ConditionalDecision ConditionalDecision::Allow(absl::string_view reason,
                                               absl::Status error) {
  return Leaf(Kind::kAllow, reason, std::move(error));
}

ConditionalDecision ConditionalDecision::NoOpinion(absl::string_view reason,
                                                   absl::Status error) {
  return Leaf(Kind::kNoOpinion, reason, std::move(error));
}

ConditionalDecision ConditionalDecision::FromDecision(Decision decision) {
  switch (decision.outcome) {
    case Outcome::kDeny:
      return Deny(decision.reason, std::move(decision.error));
    case Outcome::kAllow:
      return Allow(decision.reason, std::move(decision.error));
    case Outcome::kNoOpinion:
      return NoOpinion(decision.reason, std::move(decision.error));
  }
  const absl::Status unknown =
      Invalid(absl::StrCat("unknown unconditional decision type: ",
                           static_cast<int>(decision.outcome)));
  return Deny(decision.reason,
              internal::AggregateErrors({decision.error, unknown}));
}

ConditionalDecision ConditionalDecision::FromConditions(ConditionsMap map) {
  if (map.size() == 0) {
    // The name of Kubernetes' function is part of the text users see.
    return NoOpinion("no conditions",
                     Invalid("at least one condition must be passed to "
                             "ConditionsAwareDecisionConditionsMap(), got "
                             "none"));
  }
  const bool only_no_opinion = map.deny.empty() && map.allow.empty();
  if (only_no_opinion && map.size() <= kMaxConditionsPerMap) {
    return NoOpinion("only NoOpinion conditions always evaluate to NoOpinion");
  }
  absl::Status status = CheckMap(map);
  if (!status.ok()) {
    return Leaf(map.deny.empty() ? Kind::kNoOpinion : Kind::kDeny,
                "failed closed", std::move(status));
  }
  auto tree = std::make_shared<Tree>();
  tree->CanBecome(Outcome::kDeny) = !map.deny.empty();
  tree->CanBecome(Outcome::kAllow) = !map.allow.empty();
  tree->CanBecome(Outcome::kNoOpinion) = true;
  tree->conditions = std::move(map);
  ConditionalDecision decision;
  decision.kind_ = Kind::kConditionsMap;
  decision.tree_ = std::move(tree);
  return decision;
}

ConditionalDecision ConditionalDecision::FromMembers(
    std::vector<NamedDecision> members) {
  auto tree = std::make_shared<Tree>();
  for (const NamedDecision& member : members) {
    tree->decided |= member.decision.ContainsUnconditionalAllowOrDeny();
    for (const Outcome outcome : kOutcomes) {
      tree->CanBecome(outcome) |= member.decision.CanBecome(outcome);
    }
  }
  // A chain has no opinion only if it is walked to its end.
  tree->CanBecome(Outcome::kNoOpinion) = !tree->decided;
  tree->members = std::move(members);
  ConditionalDecision decision;
  decision.kind_ = Kind::kUnion;
  decision.tree_ = std::move(tree);
  return decision;
}

const ConditionsMap& ConditionalDecision::conditions() const {
  static const ConditionsMap& kNone = *new ConditionsMap();
  return tree_ == nullptr ? kNone : tree_->conditions;
}

absl::Span<const NamedDecision> ConditionalDecision::members() const {
  if (tree_ == nullptr) return {};
  return tree_->members;
}

bool ConditionalDecision::CanBecome(Outcome outcome) const {
  switch (kind_) {
    case Kind::kDeny:
      return outcome == Outcome::kDeny;
    case Kind::kAllow:
      return outcome == Outcome::kAllow;
    case Kind::kNoOpinion:
      return outcome == Outcome::kNoOpinion;
    case Kind::kConditionsMap:
    case Kind::kUnion:
      break;
  }
  return tree_->CanBecome(outcome);
}

std::vector<Outcome> ConditionalDecision::PossibleOutcomes() const {
  std::vector<Outcome> possible;
  for (const Outcome outcome : kOutcomes) {
    if (CanBecome(outcome)) possible.push_back(outcome);
  }
  return possible;
}

Outcome ConditionalDecision::FailureOutcome() const {
  return CanBecome(Outcome::kDeny) ? Outcome::kDeny : Outcome::kNoOpinion;
}

bool ConditionalDecision::ContainsUnconditionalAllowOrDeny() const {
  if (kind_ == Kind::kDeny || kind_ == Kind::kAllow) return true;
  return tree_ != nullptr && tree_->decided;
}

Decision ConditionalDecision::ToUnconditional() const {
  switch (kind_) {
    case Kind::kDeny:
      return {Outcome::kDeny, reason_, error_};
    case Kind::kAllow:
      return {Outcome::kAllow, reason_, error_};
    case Kind::kNoOpinion:
      return {Outcome::kNoOpinion, reason_, error_};
    case Kind::kConditionsMap:
    case Kind::kUnion:
      break;
  }
  return {FailureOutcome(),
          "failed closed: tried to return conditional decision to "
          "conditions-unaware authorizer",
          absl::OkStatus()};
}

std::string ConditionalDecision::ToString() const {
  if (kind_ == Kind::kConditionsMap) return MapToString(conditions());
  if (kind_ == Kind::kUnion) return UnionToString(members());
  std::vector<std::string> parameters;
  if (!reason_.empty()) {
    parameters.push_back(absl::StrCat("reason=", GoQuote(reason_)));
  }
  if (!error_.ok()) {
    parameters.push_back(absl::StrCat("err=", GoQuote(error_.message())));
  }
  return WithParameters(OutcomeName(ToUnconditional().outcome), parameters);
}

}  // namespace gatehouse::authz
