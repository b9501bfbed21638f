// Decisions that depend on data not seen yet (KEP-5681, Kubernetes 1.37).
//
// An authorizer that must see the object being written answers with conditions
// instead of a yes or no; they are evaluated later, when the object is there.
// Everything that goes wrong on the way fails closed.
//
// The order of things: an authorizer returns a ConditionalDecision; a chain
// folds those of its members into one (decision_union.h); whoever has the data
// evaluates it and gets a plain Decision, or asks the authorizer that made the
// conditions to do so (conditional_union.h).
#ifndef GATEHOUSE_AUTHZ_CONDITIONS_H_
#define GATEHOUSE_AUTHZ_CONDITIONS_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "authz/attributes.h"
#include "authz/authorizer.h"
#include "objects/object.h"

namespace gatehouse::authz {

// ConditionsData is what conditions are evaluated against: the request as
// admission control sees it. Borrows everything, for the time of one call.
struct ConditionsData {
  const Attributes* attributes = nullptr;
  absl::string_view operation;  // "CREATE", "UPDATE", "DELETE", "CONNECT".
  bool dry_run = false;
  const objects::Object* object = nullptr;      // Null on DELETE.
  const objects::Object* old_object = nullptr;  // UPDATE and DELETE only.
};

// ConditionResult is what a condition evaluates to: true, false, an error, or
// "cannot be evaluated here", which is the default. A plain value.
class ConditionResult {
 public:
  enum class Kind { kUnevaluatable, kTrue, kFalse, kError };

  ConditionResult() = default;
  // Returns kTrue or kFalse.
  static ConditionResult Of(bool value);
  // An OK status becomes the error "unspecified evaluation error".
  static ConditionResult Error(absl::Status error);

  Kind kind() const { return kind_; }
  // OK unless kind() is kError.
  const absl::Status& error() const { return error_; }

 private:
  Kind kind_ = Kind::kUnevaluatable;
  absl::Status error_;
};

// Condition is a function from data to bool, by whatever `evaluate` is or what
// the authorizer that made it knows by `id`. A plain value.
struct Condition {
  std::string id;           // A label key, unique in its map. Required.
  std::string type;         // A label key or "".
  std::string condition;    // Such as an expression in some language.
  std::string description;  // For people; shown in the reason.
  // Evaluates the condition at once; may be empty. Any thread may call it.
  std::function<ConditionResult(const ConditionsData&)> evaluate;
};

// ConditionsMap holds conditions by what they do if true: deny wins over
// no_opinion, which keeps this authorizer (but no later one) from allowing;
// that wins over allow.
struct ConditionsMap {
  std::vector<Condition> deny;
  std::vector<Condition> no_opinion;
  std::vector<Condition> allow;

  size_t size() const { return deny.size() + no_opinion.size() + allow.size(); }
};

// At most this many conditions in a map. Kubernetes behaviour.
inline constexpr size_t kMaxConditionsPerMap = 128;

struct NamedDecision;

// ConditionalDecision is a decision (deny, allow, no opinion), conditions that
// lead to one, or a union: the decisions of the members of a chain, in order,
// with their names. The default is a deny.
//
// Immutable value; copies share what is large, and any thread may read it.
class ConditionalDecision {
 public:
  enum class Kind { kDeny, kAllow, kNoOpinion, kConditionsMap, kUnion };

  ConditionalDecision() = default;

  // An outcome that is none of the three becomes a deny with the error
  // `unknown unconditional decision type: <n>`.
  static ConditionalDecision FromDecision(Decision decision);

  // Return an unconditional decision. An error may stand beside any of them.
  static ConditionalDecision Deny(absl::string_view reason,
                                  absl::Status error = absl::OkStatus());
  static ConditionalDecision Allow(absl::string_view reason,
                                   absl::Status error = absl::OkStatus());
  static ConditionalDecision NoOpinion(absl::string_view reason,
                                       absl::Status error = absl::OkStatus());

  // A map that breaks a rule (over kMaxConditionsPerMap, an id twice, an id or
  // type that is no label key) becomes a deny if it has deny conditions, else
  // no opinion, with the reason "failed closed" and an error. An empty map and
  // one with only no_opinion conditions become no opinion.
  static ConditionalDecision FromConditions(ConditionsMap map);

  Kind kind() const { return kind_; }

  // Returns true if it is a deny, an allow or no opinion.
  bool IsUnconditional() const { return kind_ <= Kind::kNoOpinion; }

  // What the unconditional decision was made with; "" and OK for conditions
  // and unions. Valid as long as the decision.
  absl::string_view reason() const { return reason_; }
  const absl::Status& error() const { return error_; }

  // The conditions of a kConditionsMap, and the members of a kUnion in the
  // order of the chain; empty for other kinds. Valid as long as the decision
  // or a copy of it.
  const ConditionsMap& conditions() const;
  absl::Span<const NamedDecision> members() const;

  // The outcomes that can come of it, in the order of Outcome; never empty.
  // One alone for an unconditional decision.
  std::vector<Outcome> PossibleOutcomes() const;
  // Returns true if `outcome` can come of it.
  bool CanBecome(Outcome outcome) const;

  // What to answer if processing fails: kDeny if that is possible, else
  // kNoOpinion.
  Outcome FailureOutcome() const;

  // Returns true for allow and deny, and for a union with such a leaf: what
  // comes after it in a chain can no longer matter.
  bool ContainsUnconditionalAllowOrDeny() const;

  // Returns the decision for a caller that knows no conditions. What is
  // conditional becomes FailureOutcome with a reason that says so and no
  // error, so that the answer is 403 and not 500.
  Decision ToUnconditional() const;

  // Returns the canonical text, such as `Deny(reason="r", err="e")`,
  // `ConditionsMap(denies=1, allows=2)`, `Union[a: Allow, b: NoOpinion]`.
  // Strings are quoted as Go does.
  std::string ToString() const;

 private:
  friend class DecisionUnion;
  struct Tree;

  static ConditionalDecision Leaf(Kind kind, absl::string_view reason,
                                  absl::Status error);
  // Without folding: DecisionUnion does that.
  static ConditionalDecision FromMembers(std::vector<NamedDecision> members);

  Kind kind_ = Kind::kDeny;
  std::string reason_;
  absl::Status error_;
  std::shared_ptr<const Tree> tree_;  // Of conditions and unions.
};

// NamedDecision is what one member of a chain decided.
struct NamedDecision {
  std::string name;
  ConditionalDecision decision;
};

}  // namespace gatehouse::authz

#endif  // GATEHOUSE_AUTHZ_CONDITIONS_H_
