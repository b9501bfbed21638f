#include "authz/union.h"

#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "authz/internal/text.h"
#include "base/errors.h"
#include "base/go_quote.h"

namespace gatehouse::authz {
namespace {

absl::Status Invalid(Reason reason, absl::string_view message) {
  return MakeError(absl::StatusCode::kInvalidArgument, reason, message);
}

absl::Status CheckChain(const std::vector<NamedAuthorizer>& chain) {
  absl::flat_hash_set<absl::string_view> names;
  for (const NamedAuthorizer& member : chain) {
    if (member.name.empty()) {
      return Invalid(Reason::kInvalid,
                     "empty AuthorizerName in union.New is invalid");
    }
    const std::string quoted = GoQuote(member.name);
    if (!names.insert(member.name).second) {
      return Invalid(
          Reason::kDuplicate,
          absl::StrCat("duplicate AuthorizerName ", quoted, " in union.New"));
    }
    if (member.authorizer == nullptr) {
      return Invalid(Reason::kInvalid,
                     absl::StrCat("no authorizer behind AuthorizerName ",
                                  quoted, " in union.New"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Union>> Union::Create(
    std::vector<NamedAuthorizer> chain) {
  absl::Status status = CheckChain(chain);
  if (!status.ok()) return status;
  return absl::WrapUnique(new Union(std::move(chain)));
}

Union::Union(std::vector<NamedAuthorizer> chain) : chain_(std::move(chain)) {}

Decision Union::Authorize(const Attributes& attributes) const {
  std::vector<std::string> reasons;
  std::vector<absl::Status> errors;
  for (const NamedAuthorizer& member : chain_) {
    Decision decision = member.authorizer->Authorize(attributes);
    if (decision.outcome != Outcome::kNoOpinion) return decision;
    if (!decision.reason.empty()) {
      reasons.push_back(absl::StrCat(member.name, ": ", decision.reason));
    }
    if (!decision.error.ok()) errors.push_back(std::move(decision.error));
  }
  return {Outcome::kNoOpinion, absl::StrJoin(reasons, "\n"),
          internal::AggregateErrors(errors)};
}

Outcome Union::Decide(const Attributes& attributes) const {
  for (const NamedAuthorizer& member : chain_) {
    const Outcome outcome = member.authorizer->Decide(attributes);
    if (outcome != Outcome::kNoOpinion) return outcome;
  }
  return Outcome::kNoOpinion;
}

UnionResolver::UnionResolver(
    std::vector<std::shared_ptr<const RuleResolver>> resolvers)
    : resolvers_(std::move(resolvers)) {}

Rules UnionResolver::RulesFor(const UserInfo& user,
                              absl::string_view namespace_) const {
  Rules all;
  std::vector<absl::Status> errors;
  for (const auto& resolver : resolvers_) {
    if (resolver == nullptr) continue;
    Rules rules = resolver->RulesFor(user, namespace_);
    for (auto& rule : rules.resource_rules) {
      all.resource_rules.push_back(std::move(rule));
    }
    for (auto& rule : rules.non_resource_rules) {
      all.non_resource_rules.push_back(std::move(rule));
    }
    all.incomplete |= rules.incomplete;
    errors.push_back(std::move(rules.error));
  }
  all.error = internal::AggregateErrors(errors);
  return all;
}

}  // namespace gatehouse::authz
