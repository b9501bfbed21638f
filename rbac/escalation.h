// The check against escalation of privileges: nobody writes a role with rights
// that they do not hold, nor binds one, unless they were granted the verb
// `escalate` or `bind`.
//
// Plain functions without state; call them from any thread.
#ifndef GATEHOUSE_RBAC_ESCALATION_H_
#define GATEHOUSE_RBAC_ESCALATION_H_

#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "authz/authorizer.h"
#include "base/user_info.h"
#include "proto/rbac.pb.h"

namespace gatehouse::rbac {

// RbacWrite is the request that writes a role or a binding. It borrows all that
// it holds, for the time of the call.
struct RbacWrite {
  // Who writes. Null bypasses nothing and is refused.
  const UserInfo* user = nullptr;
  // The rules that the user holds in `namespace_`, and what could not be
  // resolved of them.
  absl::Span<const k8s::PolicyRule> user_rules;
  absl::Status user_rules_error;
  // Answers whether the user may `escalate` or `bind`. Null: they may not.
  const authz::Authorizer* authorizer = nullptr;
  // Of the request's URL, not of the object: "" for cluster-scoped objects, and
  // the name is "" when an object is created.
  absl::string_view namespace_;
  absl::string_view name;
};

// Returns the rules of the role that `ref` names, as seen from `namespace_` (""
// for a ClusterRoleBinding); its error is handed on.
using RoleRuleGetter =
    std::function<absl::StatusOr<std::vector<k8s::PolicyRule>>(
        const k8s::RoleRef& ref, absl::string_view namespace_)>;

// Return OK if the user may write the role; `old` is the one it replaces, null
// on creation. That is so if the user is in system:masters, may `escalate` the
// role, changes only fields of the garbage collector, or holds all rules of the
// new role, even those that the old one had. A ClusterRole that has, or had, an
// aggregation rule takes full authority besides. Else kPermissionDenied with
// Reason::kForbidden and Kubernetes' message, which lists the rules missing. A
// comparison over the ceilings of Covers is refused likewise.
absl::Status CheckRoleWrite(const RbacWrite& write, const k8s::Role& role,
                            const k8s::Role* old);
absl::Status CheckRoleWrite(const RbacWrite& write,
                            const k8s::ClusterRole& role,
                            const k8s::ClusterRole* old);

// Return OK if the user may write the binding: is in system:masters, changes
// only fields of the garbage collector, may `bind` the role (which need not
// exist), or holds all of its rules. `escalate` does not help. Errors as above,
// and those of `rules_of`.
absl::Status CheckBindingWrite(const RbacWrite& write,
                               const k8s::RoleBinding& binding,
                               const k8s::RoleBinding* old,
                               const RoleRuleGetter& rules_of);
absl::Status CheckBindingWrite(const RbacWrite& write,
                               const k8s::ClusterRoleBinding& binding,
                               const k8s::ClusterRoleBinding* old,
                               const RoleRuleGetter& rules_of);

// Returns true if the two objects, of one type, differ at most in
// ownerReferences, finalizers, selfLink and managedFields. Unset and empty are
// equal.
bool OnlyGcFieldsChanged(const k8s::Role& a, const k8s::Role& b);
bool OnlyGcFieldsChanged(const k8s::ClusterRole& a, const k8s::ClusterRole& b);
bool OnlyGcFieldsChanged(const k8s::RoleBinding& a, const k8s::RoleBinding& b);
bool OnlyGcFieldsChanged(const k8s::ClusterRoleBinding& a,
                         const k8s::ClusterRoleBinding& b);

}  // namespace gatehouse::rbac

#endif  // GATEHOUSE_RBAC_ESCALATION_H_
