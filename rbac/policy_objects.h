// The four kinds of RBAC objects, together.
#ifndef GATEHOUSE_RBAC_POLICY_OBJECTS_H_
#define GATEHOUSE_RBAC_POLICY_OBJECTS_H_

#include <vector>

#include "absl/types/span.h"
#include "objects/object.h"
#include "proto/rbac.pb.h"

namespace gatehouse::rbac {

// PolicyObjects is a policy as objects. The order within each list is the
// order in which an evaluator visits them: it never changes a decision, only
// which of several grants a reason names. A plain value.
struct PolicyObjects {
  std::vector<k8s::ClusterRole> cluster_roles;
  std::vector<k8s::Role> roles;
  std::vector<k8s::ClusterRoleBinding> cluster_role_bindings;
  std::vector<k8s::RoleBinding> role_bindings;
};

// Copies the RBAC objects out of `objects`, in their order; other kinds are
// left out.
PolicyObjects SelectPolicyObjects(absl::Span<const objects::Object> objects);

}  // namespace gatehouse::rbac

#endif  // GATEHOUSE_RBAC_POLICY_OBJECTS_H_
