// Aggregated ClusterRoles, kept filled in while roles change.
#ifndef GATEHOUSE_RBAC_INTERNAL_AGGREGATES_H_
#define GATEHOUSE_RBAC_INTERNAL_AGGREGATES_H_

#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "objects/object.h"
#include "proto/rbac.pb.h"
#include "rbac/policy.h"

namespace gatehouse::rbac::internal {

// Aggregates knows the ClusterRoles as they are stored, and the aggregated ones
// as the policy has them. Not thread-safe; the objects are shared, not copied,
// but for those that are filled in.
class Aggregates {
 public:
  // Enters the ClusterRoles of `update`, each of which is there once. Puts into
  // it, filled in by AggregateAll, the aggregated roles that were touched or
  // whose rules become others. Costs time in the number of all ClusterRoles if
  // one is touched and one is aggregated.
  void Fill(PolicyUpdate& update);

  // What AggregateAll found wrong the last time.
  const std::vector<std::string>& errors() const { return errors_; }

 private:
  using ByName = absl::btree_map<std::string, objects::Object>;

  // Returns the names of the roles that `update` touches.
  absl::btree_set<std::string> Enter(const PolicyUpdate& update);
  // Copies all roles, filled in; none if none is aggregated.
  std::vector<k8s::ClusterRole> FilledRoles();

  ByName stored_;
  ByName filled_;  // The aggregated ones, whether or not that changed them.
  std::vector<std::string> errors_;
};

}  // namespace gatehouse::rbac::internal

#endif  // GATEHOUSE_RBAC_INTERNAL_AGGREGATES_H_
