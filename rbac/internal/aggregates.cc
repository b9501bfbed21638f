#include "rbac/internal/aggregates.h"

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "rbac/aggregation.h"
#include "rbac/rules.h"

namespace gatehouse::rbac::internal {
namespace {

using objects::Object;

bool IsAggregated(const Object& object) {
  const auto* role = object.As<k8s::ClusterRole>();
  return role != nullptr && HasAggregationRule(*role);
}

bool SameRules(const Object& object, const k8s::ClusterRole& role) {
  return absl::c_equal(object.As<k8s::ClusterRole>()->rules(), role.rules(),
                       SameRule);
}

}  // namespace

absl::btree_set<std::string> Aggregates::Enter(const PolicyUpdate& update) {
  absl::btree_set<std::string> touched;
  for (const Object& object : update.remove) {
    if (object.As<k8s::ClusterRole>() == nullptr) continue;
    stored_.erase(object.metadata().name());
    touched.insert(object.metadata().name());
  }
  for (const Object& object : update.put) {
    if (object.As<k8s::ClusterRole>() == nullptr) continue;
    stored_.insert_or_assign(object.metadata().name(), object);
    touched.insert(object.metadata().name());
  }
  return touched;
}

std::vector<k8s::ClusterRole> Aggregates::FilledRoles() {
  std::vector<k8s::ClusterRole> roles;
  errors_.clear();
  if (absl::c_none_of(stored_,
                      [](const auto& e) { return IsAggregated(e.second); })) {
    return roles;
  }
  roles.reserve(stored_.size());
  for (const auto& entry : stored_) {
    roles.push_back(*entry.second.As<k8s::ClusterRole>());
  }
  errors_ = AggregateAll(roles).errors;
  return roles;
}

void Aggregates::Fill(PolicyUpdate& update) {
  const absl::btree_set<std::string> touched = Enter(update);
  if (touched.empty()) return;
  update.put.erase(
      std::remove_if(update.put.begin(), update.put.end(), IsAggregated),
      update.put.end());
  ByName filled;
  for (k8s::ClusterRole& role : FilledRoles()) {
    if (!HasAggregationRule(role)) continue;
    const std::string name = role.metadata().name();
    const auto before = filled_.find(name);
    if (before != filled_.end() && !touched.contains(name) &&
        SameRules(before->second, role)) {
      filled.insert(*before);
      continue;
    }
    const Object& stored = stored_.find(name)->second;
    update.put.push_back(
        SameRules(stored, role)
            ? stored
            : objects::MakeObject(std::move(role), stored.source));
    filled.emplace(name, update.put.back());
  }
  filled_ = std::move(filled);
}

}  // namespace gatehouse::rbac::internal
