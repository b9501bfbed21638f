// Authorizers that may answer with conditions, and chains of them.
#ifndef GATEHOUSE_AUTHZ_CONDITIONAL_UNION_H_
#define GATEHOUSE_AUTHZ_CONDITIONAL_UNION_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "authz/attributes.h"
#include "authz/authorizer.h"
#include "authz/conditions.h"
#include "authz/union.h"

namespace gatehouse::authz {

// ConditionalAuthorizer is an authorizer that may answer with conditions (see
// conditions.h). A caller that can evaluate them asks AuthorizeConditionally,
// any other one Authorize. Same threading as Authorizer.
class ConditionalAuthorizer : public Authorizer {
 public:
  // Answers with a decision or with conditions that lead to one.
  virtual ConditionalDecision AuthorizeConditionally(
      const Attributes& attributes) const = 0;

  // Evaluates what AuthorizeConditionally of this same authorizer returned,
  // conditions or a union, against `data`. Never a larger answer: one that
  // `decision` cannot become is refused by the union that asks.
  virtual Decision EvaluateConditions(const ConditionalDecision& decision,
                                      const ConditionsData& data) const = 0;

  // What is conditional fails closed, as ConditionalDecision::ToUnconditional.
  Decision Authorize(const Attributes& attributes) const override;
};

// Returns `authorizer` as one that never answers with conditions. Asked to
// evaluate some, it denies with the error `condition evaluation not
// supported`. Null if `authorizer` is null.
std::unique_ptr<ConditionalAuthorizer> MakeConditional(
    std::shared_ptr<const Authorizer> authorizer);

// NamedConditionalAuthorizer is a member of a conditional chain.
struct NamedConditionalAuthorizer {
  std::string name;
  std::shared_ptr<const ConditionalAuthorizer> authorizer;
};

// ConditionalUnion is a Union whose members may answer with conditions.
// Kubernetes behaviour (KEP-5681, 1.37).
//
// Immutable; any thread may call it. Shares its members.
class ConditionalUnion : public ConditionalAuthorizer {
 public:
  // Errors as those of Union::Create.
  static absl::StatusOr<std::unique_ptr<ConditionalUnion>> Create(
      std::vector<NamedConditionalAuthorizer> chain);

  // Ask the members without conditions, exactly as Union does.
  Decision Authorize(const Attributes& attributes) const override;
  Outcome Decide(const Attributes& attributes) const override;

  // Asks the members in order, until one answers with something that contains
  // an unconditional allow or deny, and folds the answers (DecisionUnion).
  ConditionalDecision AuthorizeConditionally(
      const Attributes& attributes) const override;

  // Walks a union in order and hands conditions to the member that bears the
  // name. The first allow or deny decides, with its own reason and error.
  // Otherwise no opinion, with the reasons as lines `name: reason`. An answer
  // that was not possible becomes the member decision's failure outcome, with
  // an error. `decision` must be a union; anything else fails closed.
  Decision EvaluateConditions(const ConditionalDecision& decision,
                              const ConditionsData& data) const override;

 private:
  ConditionalUnion(std::vector<NamedConditionalAuthorizer> chain,
                   std::unique_ptr<Union> plain);

  Decision EvaluateMember(absl::string_view name,
                          const ConditionalDecision& decision,
                          const ConditionsData& data) const;

  const std::vector<NamedConditionalAuthorizer> chain_;
  const std::unique_ptr<const Union> plain_;  // Of the same members.
};

}  // namespace gatehouse::authz

#endif  // GATEHOUSE_AUTHZ_CONDITIONAL_UNION_H_
