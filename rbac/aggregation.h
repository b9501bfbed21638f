// Aggregated ClusterRoles: the rules that the API server's controller gathers
// into a ClusterRole with an aggregationRule.
//
// RBAC itself reads only the rules that stand in a role. Manifests of
// aggregated roles that never saw a cluster have none, so run AggregateAll over
// them before they are evaluated.
#ifndef GATEHOUSE_RBAC_AGGREGATION_H_
#define GATEHOUSE_RBAC_AGGREGATION_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "proto/rbac.pb.h"

namespace gatehouse::rbac {

// Ceiling on the rules gathered into one role.
inline constexpr size_t kMaxAggregatedRules = 100'000;

// Returns true if the role has an aggregation rule with selectors.
bool HasAggregationRule(const k8s::ClusterRole& role);

// AggregatedRulesResult is what one look at an aggregated role finds.
struct AggregatedRulesResult {
  std::vector<k8s::PolicyRule> rules;
  // False if the role has these very rules, in this order: nothing to write.
  bool changed = false;
};

// Returns the rules that `target` should have: for each selector in order, the
// rules of the roles in `all` that it selects, by name, without `target` itself
// and without duplicates. (Kubernetes behaviour.) kInvalid if a selector is not
// valid, kTooLarge over the ceiling: `target` is then left as it is.
absl::StatusOr<AggregatedRulesResult> AggregatedRules(
    const k8s::ClusterRole& target, absl::Span<const k8s::ClusterRole> all);

// AggregationReport says what AggregateAll did.
struct AggregationReport {
  // Names of the roles whose rules are other than before, in order.
  std::vector<std::string> changed;
  // "name: what is wrong" of each role that was left as it is, in order.
  std::vector<std::string> errors;
  // Names of roles that select each other in a way that does not come to rest.
  // They hold all their rules, but in no lasting order.
  std::vector<std::string> unsettled;
};

// Gathers the rules of all aggregated roles in `roles`, aggregates of
// aggregates included, until nothing changes. What an aggregated role held
// before is dropped, so that roles which select each other in a circle end with
// the rules that some plain role gives them, and no others. The result does not
// depend on the order of `roles`, whose names must be unique. It takes time in
// rounds, each linear in what is gathered, and at most one round more than
// there are aggregated roles, and two.
AggregationReport AggregateAll(std::vector<k8s::ClusterRole>& roles);

}  // namespace gatehouse::rbac

#endif  // GATEHOUSE_RBAC_AGGREGATION_H_
