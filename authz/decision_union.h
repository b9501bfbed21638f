// Folding the conditional decisions of a chain into one, and evaluating them.
#ifndef GATEHOUSE_AUTHZ_DECISION_UNION_H_
#define GATEHOUSE_AUTHZ_DECISION_UNION_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "authz/conditions.h"

namespace gatehouse::authz {

// DecisionUnion collects the decisions of a chain in order and folds them.
// Kubernetes behaviour (KEP-5681). Not for use by several threads at once.
class DecisionUnion {
 public:
  // Adds a member's decision. Ignored, whatever the name, if an earlier one
  // contains an unconditional allow or deny: it could not matter. An empty or
  // a repeated name makes Build fail closed.
  void Add(absl::string_view name, ConditionalDecision decision);

  // Returns the folded decision; the builder stays as it is.
  //
  // If only one outcome is possible, whatever the conditions evaluate to, it
  // is that outcome: the reasons of the leaves with this outcome as
  // `name: {reason}` joined by ", ", their errors as `name: error` aggregated,
  // nested names joined by ": ". So conditions that may only allow, followed
  // by an allow, are an allow; without members it is no opinion. Otherwise it
  // is a union of what was added.
  ConditionalDecision Build() const;

 private:
  std::vector<NamedDecision> members_;
  std::vector<absl::Status> errors_;
  bool decided_ = false;  // An unconditional allow or deny was added.
};

// ConditionEvaluator evaluates a condition that does not evaluate itself. It
// answers kUnevaluatable to one that it does not know. May be empty.
using ConditionEvaluator =
    std::function<ConditionResult(const Condition&, const ConditionsData&)>;

// Evaluates conditions: each by its own `evaluate`, else by `evaluator`.
//
// Deny goes before no opinion, no opinion before allow; among conditions of
// one effect true goes before error, error before unevaluatable, unevaluatable
// before false. An error of a deny condition denies; an error of another one
// is no opinion. Errors beside a true condition are dropped. What cannot be
// evaluated is returned as a smaller map, together with the groups after it.
//
// The answer is unconditional if `evaluator` never says kUnevaluatable.
ConditionalDecision EvaluateConditions(const ConditionsMap& map,
                                       const ConditionsData& data,
                                       const ConditionEvaluator& evaluator);

// Evaluates a decision of any kind as far as `evaluator` can: unions member by
// member from the left, up to the first that stays conditional, the rest as it
// is; then folds them anew. Unconditional decisions are returned as they are.
ConditionalDecision PartiallyEvaluate(const ConditionalDecision& decision,
                                      const ConditionsData& data,
                                      const ConditionEvaluator& evaluator);

}  // namespace gatehouse::authz

#endif  // GATEHOUSE_AUTHZ_DECISION_UNION_H_
