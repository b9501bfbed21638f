#include "rbac/policy.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/go_quote.h"
#include "rbac/explain.h"
#include "rbac/internal/compiler.h"
#include "rbac/internal/policy_reader.h"
#include "rbac/rules.h"

namespace gatehouse::rbac {
using internal::PolicyReader;
using internal::RoleRules;
using internal::Snapshot;

Policy::Policy()
    : current_(std::make_unique<const Snapshot>()),
      compiler_(std::make_unique<internal::Compiler>()) {}

Policy::~Policy() = default;

absl::StatusOr<std::unique_ptr<Policy>> Policy::Create(
    absl::Span<const objects::Object> objects) {
  auto policy = std::make_unique<Policy>();
  const absl::Status status = policy->Replace(objects);
  if (!status.ok()) return status;
  return policy;
}

absl::Status Policy::Replace(absl::Span<const objects::Object> objects) {
  auto compiler = std::make_unique<internal::Compiler>();
  compiler->Expect(objects.size());
  for (const objects::Object& object : objects) {
    if (compiler->Put(object)) continue;
    const k8s::ObjectMeta& metadata = object.metadata();
    return MakeError(
        absl::StatusCode::kAlreadyExists, Reason::kDuplicate,
        absl::StrCat(
            object.source, object.source.empty() ? "" : ": ", object.kind->kind,
            " ",
            GoQuote(absl::StrCat(metadata.namespace_(),
                                 metadata.namespace_().empty() ? "" : "/",
                                 metadata.name())),
            " is there twice"));
  }
  compiler->Commit();
  MutexLock lock(mutex_);
  compiler_.swap(compiler);
  Publish();
  return absl::OkStatus();
}

void Policy::Apply(const PolicyUpdate& update) {
  MutexLock lock(mutex_);
  for (const objects::Object& object : update.remove) {
    compiler_->Delete(object);
  }
  for (const objects::Object& object : update.put) compiler_->Put(object);
  Publish();
}

void Policy::Publish() {
  auto next = std::make_unique<Snapshot>(compiler_->Commit());
  next->generation = ++generation_;
  current_.Publish(std::move(next));
}

uint64_t Policy::generation() const { return PolicyReader(*this)->generation; }

authz::Outcome Policy::Decide(const authz::Attributes& attributes) const {
  return PolicyReader(*this)->Allows(attributes) ? authz::Outcome::kAllow
                                                 : authz::Outcome::kNoOpinion;
}

authz::Decision Policy::Authorize(const authz::Attributes& attributes) const {
  ExplainOptions options;
  options.max_grants = 1;
  options.max_near_misses = 0;
  const Explanation explanation = Explain(*this, attributes, options);
  authz::Decision decision;
  decision.outcome = explanation.outcome;
  if (!explanation.grants.empty()) {
    decision.reason = absl::StrCat("RBAC: allowed by ",
                                   GrantDescription(explanation.grants[0]));
  } else if (!explanation.errors.empty()) {
    decision.reason =
        absl::StrCat("RBAC: ", AggregateMessages(explanation.errors));
  }
  return decision;
}

std::vector<k8s::PolicyRule> Policy::PolicyRulesFor(
    const UserInfo& user, absl::string_view namespace_,
    std::vector<std::string>* errors) const {
  const PolicyReader reader(*this);
  std::vector<k8s::PolicyRule> out;
  for (const uint32_t binding : reader->BindingsOf(user, namespace_)) {
    std::string error;
    const RoleRules* role = reader->RulesOf(binding, &error);
    if (role != nullptr) {
      out.insert(out.end(), role->rules->begin(), role->rules->end());
    } else if (errors != nullptr) {
      errors->push_back(std::move(error));
    }
  }
  return out;
}

authz::Rules Policy::RulesFor(const UserInfo& user,
                              absl::string_view namespace_) const {
  std::vector<std::string> errors;
  authz::Rules rules = SplitRules(PolicyRulesFor(user, namespace_, &errors));
  if (!errors.empty()) {
    rules.error = MakeError(absl::StatusCode::kNotFound, Reason::kNotFound,
                            AggregateMessages(errors));
  }
  return rules;
}

}  // namespace gatehouse::rbac
