#include "rbac/policy_objects.h"

namespace gatehouse::rbac {

PolicyObjects SelectPolicyObjects(absl::Span<const objects::Object> objects) {
  PolicyObjects out;
  for (const objects::Object& object : objects) {
    if (const auto* role = object.As<k8s::ClusterRole>()) {
      out.cluster_roles.push_back(*role);
    } else if (const auto* role = object.As<k8s::Role>()) {
      out.roles.push_back(*role);
    } else if (const auto* binding = object.As<k8s::ClusterRoleBinding>()) {
      out.cluster_role_bindings.push_back(*binding);
    } else if (const auto* binding = object.As<k8s::RoleBinding>()) {
      out.role_bindings.push_back(*binding);
    }
  }
  return out;
}

}  // namespace gatehouse::rbac
