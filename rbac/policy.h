// Start here: a Kubernetes RBAC policy, compiled, that decides requests.
//
//   auto policy = gatehouse::rbac::Policy::Create(loaded->objects);
//   if (!policy.ok()) return policy.status();
//   if ((*policy)->Decide(attributes) != gatehouse::authz::Outcome::kAllow) ...
#ifndef GATEHOUSE_RBAC_POLICY_H_
#define GATEHOUSE_RBAC_POLICY_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "authz/attributes.h"
#include "authz/authorizer.h"
#include "base/mutex.h"
#include "base/snapshot.h"
#include "base/user_info.h"
#include "objects/object.h"
#include "proto/rbac.pb.h"

namespace gatehouse::rbac {

namespace internal {
class Compiler;
struct Snapshot;
class PolicyReader;
}  // namespace internal

// PolicyUpdate is a set of changes that become visible together. What is
// removed goes first; of an object that is put twice the last counts.
struct PolicyUpdate {
  // Added, or put in place of the object of the same kind, namespace and name.
  std::vector<objects::Object> put;
  // Removed; only kind, namespace and name count. One that is not there is no
  // error.
  std::vector<objects::Object> remove;
};

// Policy is Kubernetes' RBAC authorizer over a set of Roles, ClusterRoles,
// RoleBindings and ClusterRoleBindings (other kinds of objects are passed
// over). Its answers are those of the linear walk that Kubernetes makes; its
// time is that of a few hash look-ups, however many bindings there are.
//
// It never denies: what no rule grants is kNoOpinion. It knows no superuser:
// the power of system:masters comes from an authorizer before it
// (authz::PrivilegedGroups). Rules of aggregated ClusterRoles count as they
// stand in the object; see aggregation.h for filling them in.
//
// Any thread may call anything at any time. Questions take no lock, never wait
// for an update, and see either all of an update or nothing of it. Objects are
// shared, not copied, and kept alive while the policy has them.
class Policy final : public authz::Authorizer, public authz::RuleResolver {
 public:
  // An empty policy.
  Policy();
  ~Policy() override;
  Policy(const Policy&) = delete;
  Policy& operator=(const Policy&) = delete;

  // Returns a policy of `objects`, or what Replace would say of them.
  static absl::StatusOr<std::unique_ptr<Policy>> Create(
      absl::Span<const objects::Object> objects);

  // Puts `objects` in place of the whole policy. kDuplicate if an object is
  // there twice: then the policy stays as it was.
  absl::Status Replace(absl::Span<const objects::Object> objects)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // Applies `update`. Costs what it touches, not the size of the policy. A
  // decision that begins after this returns sees it.
  void Apply(const PolicyUpdate& update) ABSL_LOCKS_EXCLUDED(mutex_);

  // Decides with Kubernetes' reason: which binding of which role to whom, or
  // which roles were missing. A request without a user is kNoOpinion.
  authz::Decision Authorize(const authz::Attributes& attributes) const override;

  // Decides without the reason. Allocates nothing.
  authz::Outcome Decide(const authz::Attributes& attributes) const override;

  // Returns every rule of every binding that names the user, in order and with
  // duplicates, as a SelfSubjectRulesReview lists them. `error` names roles
  // that are missing.
  authz::Rules RulesFor(const UserInfo& user,
                        absl::string_view namespace_) const override;

  // Returns the same rules as they stand in the roles, for escalation checks;
  // if roles are missing, adds a message for each to `errors` (if not null).
  std::vector<k8s::PolicyRule> PolicyRulesFor(
      const UserInfo& user, absl::string_view namespace_,
      std::vector<std::string>* errors) const;

  // Returns the number of the current version: it rises with every change.
  uint64_t generation() const;

 private:
  friend class internal::PolicyReader;

  void Publish() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Synchronises itself; written under mutex_.
  SnapshotCell<internal::Snapshot> current_;

  Mutex mutex_;  // Held by those who change the policy.
  std::unique_ptr<internal::Compiler> compiler_ ABSL_GUARDED_BY(mutex_);
  uint64_t generation_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace gatehouse::rbac

#endif  // GATEHOUSE_RBAC_POLICY_H_
