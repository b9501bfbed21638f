#include "authz/conditional_union.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "authz/decision_union.h"
#include "authz/internal/text.h"
#include "base/errors.h"
#include "base/go_quote.h"

namespace gatehouse::authz {
namespace {

// An authorizer that knows no conditions, in the dress of one that does.
class Unconditional : public ConditionalAuthorizer {
 public:
  explicit Unconditional(std::shared_ptr<const Authorizer> authorizer)
      : authorizer_(std::move(authorizer)) {}

  Decision Authorize(const Attributes& attributes) const override {
    return authorizer_->Authorize(attributes);
  }
  Outcome Decide(const Attributes& attributes) const override {
    return authorizer_->Decide(attributes);
  }
  ConditionalDecision AuthorizeConditionally(
      const Attributes& attributes) const override {
    return ConditionalDecision::FromDecision(
        authorizer_->Authorize(attributes));
  }
  Decision EvaluateConditions(const ConditionalDecision& decision,
                              const ConditionsData& data) const override {
    return {Outcome::kDeny, "",
            MakeError(absl::StatusCode::kUnimplemented, Reason::kUnsupported,
                      "condition evaluation not supported")};
  }

 private:
  const std::shared_ptr<const Authorizer> authorizer_;
};

Decision FailClosed(const ConditionalDecision& decision,
                    absl::string_view message) {
  return {decision.FailureOutcome(), "failed closed",
          MakeError(absl::StatusCode::kFailedPrecondition, Reason::kInvalid,
                    message)};
}

// Returns `evaluated` if `decision` can become that.
Decision CheckPossible(const ConditionalDecision& decision,
                       Decision evaluated) {
  const std::vector<Outcome> possible = decision.PossibleOutcomes();
  if (absl::c_linear_search(possible, evaluated.outcome)) return evaluated;
  const auto append = [](std::string* out, Outcome outcome) {
    absl::StrAppend(out, OutcomeName(outcome));
  };
  return FailClosed(
      decision,
      absl::StrCat("evaluated to decision ", OutcomeName(evaluated.outcome),
                   ", but only [", absl::StrJoin(possible, " ", append),
                   "] were possible"));
}

}  // namespace

Decision ConditionalAuthorizer::Authorize(const Attributes& attributes) const {
  return AuthorizeConditionally(attributes).ToUnconditional();
}

std::unique_ptr<ConditionalAuthorizer> MakeConditional(
    std::shared_ptr<const Authorizer> authorizer) {
  if (authorizer == nullptr) return nullptr;
  return absl::make_unique<Unconditional>(std::move(authorizer));
}

absl::StatusOr<std::unique_ptr<ConditionalUnion>> ConditionalUnion::Create(
    std::vector<NamedConditionalAuthorizer> chain) {
  std::vector<NamedAuthorizer> plain;
  for (const NamedConditionalAuthorizer& member : chain) {
    plain.push_back({member.name, member.authorizer});
  }
  absl::StatusOr<std::unique_ptr<Union>> all = Union::Create(std::move(plain));
  if (!all.ok()) return all.status();
  return absl::WrapUnique(
      new ConditionalUnion(std::move(chain), *std::move(all)));
}

ConditionalUnion::ConditionalUnion(
    std::vector<NamedConditionalAuthorizer> chain, std::unique_ptr<Union> plain)
    : chain_(std::move(chain)), plain_(std::move(plain)) {}

Decision ConditionalUnion::Authorize(const Attributes& attributes) const {
  return plain_->Authorize(attributes);
}

Outcome ConditionalUnion::Decide(const Attributes& attributes) const {
  return plain_->Decide(attributes);
}

ConditionalDecision ConditionalUnion::AuthorizeConditionally(
    const Attributes& attributes) const {
  DecisionUnion decisions;
  for (const NamedConditionalAuthorizer& member : chain_) {
    ConditionalDecision decision =
        member.authorizer->AuthorizeConditionally(attributes);
    const bool decided = decision.ContainsUnconditionalAllowOrDeny();
    decisions.Add(member.name, std::move(decision));
    if (decided) break;
  }
  return decisions.Build();
}

Decision ConditionalUnion::EvaluateConditions(
    const ConditionalDecision& decision, const ConditionsData& data) const {
  if (decision.kind() != ConditionalDecision::Kind::kUnion) {
    return FailClosed(decision,
                      "the union authorizer can only evaluate union "
                      "ConditionsAwareDecisions");
  }
  std::vector<std::string> reasons;
  std::vector<absl::Status> errors;
  for (const NamedDecision& member : decision.members()) {
    Decision evaluated =
        member.decision.IsUnconditional()
            ? member.decision.ToUnconditional()
            : EvaluateMember(member.name, member.decision, data);
    if (evaluated.outcome != Outcome::kNoOpinion) return evaluated;
    if (!evaluated.reason.empty()) {
      reasons.push_back(absl::StrCat(member.name, ": ", evaluated.reason));
    }
    errors.push_back(std::move(evaluated.error));
  }
  return {Outcome::kNoOpinion, absl::StrJoin(reasons, "\n"),
          internal::AggregateErrors(errors)};
}

Decision ConditionalUnion::EvaluateMember(absl::string_view name,
                                          const ConditionalDecision& decision,
                                          const ConditionsData& data) const {
  const auto member = absl::c_find_if(
      chain_, [name](const NamedConditionalAuthorizer& candidate) {
        return candidate.name == name;
      });
  if (member == chain_.end()) {
    return FailClosed(
        decision,
        absl::StrCat("couldn't find authorizer with name: ", GoQuote(name)));
  }
  return CheckPossible(decision,
                       member->authorizer->EvaluateConditions(decision, data));
}

}  // namespace gatehouse::authz
