#include "rbac/internal/rule_sets.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/algorithm/container.h"

namespace gatehouse::rbac::internal {
namespace {

// Up to this many parts are asked one by one: their filters pass over most.
constexpr size_t kMaxUnmerged = 4;

// Merged tables hold about this many roles, so that a change rebuilds no more.
constexpr uint64_t kRolesPerMerge = 1024;

// Cuts a sorted list of members at places that depend on the members alone:
// one more member changes one piece.
bool CutsAfter(const RoleRules* rules) {
  const uint64_t address = reinterpret_cast<uintptr_t>(rules);
  return ((address * 0x9e3779b97f4a7c15u) >> 40) % kRolesPerMerge == 0;
}

bool GrantsNothing(const RuleTable& table) {
  const Filter& filter = table.filter();
  return filter.verbs == 0 && filter.url_verbs == 0;
}

uint32_t HashRoles(const RoleIds& roles) {
  uint64_t hash = 0;
  for (const uint32_t role : roles) {
    hash = (hash ^ role) * 0x9e3779b97f4a7c15u;
    hash ^= hash >> 32;
  }
  return static_cast<uint32_t>(hash);
}

std::string ContentKey(const RuleList& rules) {
  std::string key;
  for (const k8s::PolicyRule& rule : rules) {
    const std::string bytes = rule.SerializeAsString();
    key += std::to_string(bytes.size());
    key += ':';
    key += bytes;
  }
  return key;
}

}  // namespace

struct RuleCompiler::Merged {
  std::vector<std::shared_ptr<const RoleRules>> owners;
  std::unique_ptr<const RuleTable> table;
};

std::shared_ptr<const RoleRules> RuleCompiler::Compile(
    std::shared_ptr<const google::protobuf::Message> owner,
    const RuleList& rules, Symbols& symbols) {
  std::weak_ptr<const RoleRules>& known = by_content_[ContentKey(rules)];
  if (std::shared_ptr<const RoleRules> same = known.lock()) return same;
  std::vector<const k8s::PolicyRule*> pointers;
  for (const k8s::PolicyRule& rule : rules) pointers.push_back(&rule);
  auto out = std::make_shared<RoleRules>();
  out->owner = std::move(owner);
  out->rules = &rules;
  out->table = std::make_unique<const RuleTable>(pointers, symbols);
  known = out;
  return out;
}

std::shared_ptr<const RuleTable> RuleCompiler::Merge(
    std::vector<std::shared_ptr<const RoleRules>> roles, Symbols& symbols) {
  Members members;
  for (const auto& role : roles) members.push_back(role.get());
  std::weak_ptr<const Merged>& known = merged_[members];
  std::shared_ptr<const Merged> merged = known.lock();
  if (merged == nullptr) {
    std::vector<const k8s::PolicyRule*> rules;
    for (const auto& role : roles) {
      for (const k8s::PolicyRule& rule : *role->rules) rules.push_back(&rule);
    }
    auto made = std::make_shared<Merged>();
    made->table = std::make_unique<const RuleTable>(rules, symbols);
    made->owners = std::move(roles);
    merged = std::move(made);
    known = merged;
  }
  return std::shared_ptr<const RuleTable>(merged, merged->table.get());
}

absl::InlinedVector<std::shared_ptr<const RuleTable>, 1> RuleCompiler::Parts(
    std::vector<std::shared_ptr<const RoleRules>> roles, Symbols& symbols) {
  absl::c_sort(roles);
  roles.erase(std::unique(roles.begin(), roles.end()), roles.end());
  absl::InlinedVector<std::shared_ptr<const RuleTable>, 1> parts;
  std::vector<std::shared_ptr<const RoleRules>> small;
  for (auto& role : roles) {
    if (GrantsNothing(*role->table)) continue;
    if (role->table->mergeable()) {
      small.push_back(std::move(role));
    } else {
      parts.emplace_back(role, role->table.get());
    }
  }
  if (small.size() <= kMaxUnmerged) {
    for (auto& role : small) parts.emplace_back(role, role->table.get());
    return parts;
  }
  std::vector<std::shared_ptr<const RoleRules>> piece;
  for (auto& role : small) {
    const bool cut = CutsAfter(role.get());
    piece.push_back(std::move(role));
    if (cut) parts.push_back(Merge(std::exchange(piece, {}), symbols));
  }
  if (!piece.empty()) parts.push_back(Merge(std::move(piece), symbols));
  return parts;
}

void RuleCompiler::Sweep() {
  if (by_content_.size() + merged_.size() < sweep_at_) return;
  const auto dead = [](const auto& entry) { return entry.second.expired(); };
  absl::erase_if(by_content_, dead);
  absl::erase_if(merged_, dead);
  sweep_at_ = 1024 + 2 * (by_content_.size() + merged_.size());
}

// ---- RuleSets ----

uint32_t RuleSets::Find(const RoleIds& roles) {
  if (roles.size() == 1) return OfRole(roles[0]).alone;
  const uint32_t hash = HashRoles(roles);
  const IdSlot* known = ids_.Find(hash, [&](const IdSlot& slot) {
    return slot.hash_of_key == hash &&
           snapshot_.rule_sets[slot.id].set->roles == roles;
  });
  return known == nullptr ? kEmptySet : known->id;
}

uint32_t RuleSets::Acquire(const RoleIds& roles) {
  const uint32_t known = Find(roles);
  if (known != kEmptySet) {
    ++users_[known];
    return known;
  }
  const uint32_t set = pool_.Take(snapshot_.rule_sets);
  if (users_.size() <= set) users_.resize(set + 1);
  users_[set] = 1;
  for (const uint32_t role : roles) OfRole(role).sets.push_back(set);
  Build(set, roles);
  if (roles.size() == 1) {
    OfRole(roles[0]).alone = set;
  } else {
    ids_.Insert({set, HashRoles(roles)});
  }
  return set;
}

void RuleSets::Release(uint32_t set) {
  if (--users_[set] > 0) return;
  const std::shared_ptr<const RuleSet> dead = snapshot_.rule_sets[set].set;
  for (const uint32_t role : dead->roles) {
    auto& sets = OfRole(role).sets;
    sets.erase(absl::c_find(sets, set));
  }
  if (dead->roles.size() == 1) {
    OfRole(dead->roles[0]).alone = kEmptySet;
  } else {
    ids_.Erase(HashRoles(dead->roles), set);
  }
  pool_.Free(snapshot_.rule_sets, set);
}

void RuleSets::RoleChanged(uint32_t role) {
  for (const uint32_t set : OfRole(role).sets) {
    Build(set, RoleIds(snapshot_.rule_sets[set].set->roles));
  }
}

void RuleSets::RebuildAll() {
  for (uint32_t set = 0; set < users_.size(); ++set) {
    if (users_[set] == 0) continue;
    Build(set, RoleIds(snapshot_.rule_sets[set].set->roles));
  }
}

// Compiles `set` from `roles` as they are now.
void RuleSets::Build(uint32_t set, const RoleIds& roles) {
  std::vector<std::shared_ptr<const RoleRules>> rules;
  for (const uint32_t role : roles) {
    if (snapshot_.roles[role].rules != nullptr) {
      rules.push_back(snapshot_.roles[role].rules);
    }
  }
  auto made = std::make_shared<RuleSet>();
  made->roles = roles;
  made->parts = compiler_.Parts(std::move(rules), snapshot_.symbols);
  RuleSetEntry entry;
  for (const auto& part : made->parts) entry.filter.Add(part->filter());
  if (made->parts.size() == 1) entry.single = made->parts.front().get();
  entry.set = std::move(made);
  snapshot_.rule_sets.Mutable(set) = std::move(entry);
}

RuleSets::RoleSets& RuleSets::OfRole(uint32_t role) {
  if (of_role_.size() <= role) of_role_.resize(role + 1);
  return of_role_[role];
}

}  // namespace gatehouse::rbac::internal
