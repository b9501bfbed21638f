// Sets of roles, each compiled once however many subjects hold it.
#ifndef GATEHOUSE_RBAC_INTERNAL_RULE_SETS_H_
#define GATEHOUSE_RBAC_INTERNAL_RULE_SETS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "rbac/internal/snapshot.h"

namespace gatehouse::rbac::internal {

// RuleCompiler compiles rules. Equal content is compiled once, and shared.
// The writer's alone.
class RuleCompiler {
 public:
  // Compiles `rules`, which `owner` keeps alive.
  std::shared_ptr<const RoleRules> Compile(
      std::shared_ptr<const google::protobuf::Message> owner,
      const RuleList& rules, Symbols& symbols);

  // Cuts the rules of several roles into parts to be asked one after the
  // other: a few as they are, many small ones merged into one table, so that
  // the time to ask does not grow with the number of roles.
  absl::InlinedVector<std::shared_ptr<const RuleTable>, 1> Parts(
      std::vector<std::shared_ptr<const RoleRules>> roles, Symbols& symbols);

  // Forgets what nobody uses any more. Cheap unless much has died.
  void Sweep();

 private:
  struct Merged;
  using Members = std::vector<const RoleRules*>;

  std::shared_ptr<const RuleTable> Merge(
      std::vector<std::shared_ptr<const RoleRules>> roles, Symbols& symbols);

  absl::flat_hash_map<std::string, std::weak_ptr<const RoleRules>> by_content_;
  absl::flat_hash_map<Members, std::weak_ptr<const Merged>> merged_;
  size_t sweep_at_ = 1024;
};

// RuleSets numbers the distinct sets of roles and keeps their compiled form up
// to date in a snapshot. The writer's alone.
class RuleSets {
 public:
  RuleSets(Snapshot& snapshot, RuleCompiler& compiler)
      : snapshot_(snapshot), compiler_(compiler) {}

  // Returns the number of the set of `roles` (at least one) and counts one more
  // user of it.
  uint32_t Acquire(const RoleIds& roles);

  // Counts one user less; frees the set when it was the last.
  void Release(uint32_t set);

  // The rules of `role` changed: compiles anew every set that has it.
  void RoleChanged(uint32_t role);

  // Compiles every set anew.
  void RebuildAll();

 private:
  // The sets that a role is in.
  struct RoleSets {
    uint32_t alone = kEmptySet;  // The set of this role only: most are that.
    absl::InlinedVector<uint32_t, 1> sets;  // All.
  };

  // kEmptySet if there is none.
  uint32_t Find(const RoleIds& roles);
  void Build(uint32_t set, const RoleIds& roles);
  RoleSets& OfRole(uint32_t role);

  Snapshot& snapshot_;
  RuleCompiler& compiler_;
  ShardedTable<IdSlot> ids_;       // Of sets of several roles.
  std::vector<uint32_t> users_;    // By set.
  std::vector<RoleSets> of_role_;  // By role.
  IdPool pool_;
};

}  // namespace gatehouse::rbac::internal

#endif  // GATEHOUSE_RBAC_INTERNAL_RULE_SETS_H_
