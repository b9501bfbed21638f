// authz/aggregation.json: the rules of an aggregated ClusterRole.
#include "rbac/aggregation.h"

#include <vector>

#include "absl/status/statusor.h"
#include "conformance/areas.h"
#include "conformance/authz/decode.h"
#include "proto/rbac.pb.h"

namespace gatehouse::conformance {

void RunAggregation(Check& check) {
  Fields target_fields = check.input().Object("target");
  const k8s::ClusterRole target = DecodeClusterRole(target_fields);
  std::vector<k8s::ClusterRole> others;
  for (const objects::Node& node : check.input().List("clusterRoles")) {
    Fields fields(&node, "input.clusterRoles", check.input().problems());
    others.push_back(DecodeClusterRole(fields));
  }
  const absl::StatusOr<rbac::AggregatedRulesResult> result =
      rbac::AggregatedRules(target, others);
  check.TextOrNull("error", ErrorText(result.status()));
  if (!result.ok()) {
    // Nothing is written then, and the rules stay.
    check.Bool("write", false);
    check.Messages<k8s::PolicyRule>("rules", target.rules());
    if (!check.Expects("error")) check.Fail(ErrorText(result.status()));
    return;
  }
  check.Bool("write", result->changed);
  check.Messages<k8s::PolicyRule>("rules", result->rules);
}

}  // namespace gatehouse::conformance
