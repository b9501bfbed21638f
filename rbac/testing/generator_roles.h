// The roles of a generated cluster; a part of WorkloadGenerator.
#ifndef GATEHOUSE_RBAC_TESTING_GENERATOR_ROLES_H_
#define GATEHOUSE_RBAC_TESTING_GENERATOR_ROLES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "proto/rbac.pb.h"

namespace gatehouse::rbac::workload {

inline constexpr char kRbac[] = "rbac.authorization.k8s.io";

// Places of the roles in the list of cluster roles; operators' follow.
enum ClusterRoleIndex : uint32_t {
  kAdmin,
  kEdit,
  kView,
  kClusterAdmin,
  kDiscovery,
  kMonitoring,
  kFirstOperator,
};

// Returns the cluster roles, with those of as many operators.
std::vector<k8s::ClusterRole> WorkloadClusterRoles(uint32_t operators);

// The roles that each namespace has.
inline constexpr uint32_t kRolesPerNamespace = 2;

// Returns a role that reads two objects by name; `set` numbers the first.
k8s::Role ConfigReader(const std::string& namespace_, uint32_t set);

// Returns a role that rolls out deployments and looks into their pods.
k8s::Role Deployer(const std::string& namespace_);

}  // namespace gatehouse::rbac::workload

#endif  // GATEHOUSE_RBAC_TESTING_GENERATOR_ROLES_H_
