// The compiled policy: an immutable value that decides requests.
#ifndef GATEHOUSE_RBAC_INTERNAL_SNAPSHOT_H_
#define GATEHOUSE_RBAC_INTERNAL_SNAPSHOT_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/strings/string_view.h"
#include "authz/attributes.h"
#include "base/user_info.h"
#include "google/protobuf/message.h"
#include "google/protobuf/repeated_field.h"
#include "proto/meta.pb.h"
#include "proto/rbac.pb.h"
#include "rbac/internal/id_list.h"
#include "rbac/internal/persistent_vector.h"
#include "rbac/internal/rule_table.h"
#include "rbac/internal/sharded_table.h"
#include "rbac/internal/subject_name.h"
#include "rbac/internal/symbols.h"

namespace gatehouse::rbac::internal {

using RuleList = google::protobuf::RepeatedPtrField<k8s::PolicyRule>;

// The rules of one role, shared by all roles that have the same.
struct RoleRules {
  std::shared_ptr<const google::protobuf::Message> owner;  // Of `rules`.
  const RuleList* rules = nullptr;
  std::unique_ptr<const RuleTable> table;
};

// What a role is found by. It borrows.
struct RoleKey {
  bool cluster;          // A ClusterRole; else a Role.
  absl::string_view ns;  // "" for a ClusterRole.
  absl::string_view name;
};

// A role, or the mere name of one that bindings refer to.
struct RoleEntry {
  // A Role or a ClusterRole: where there is no such role, an empty one that
  // bears the name. Null: the id is free.
  std::shared_ptr<const google::protobuf::Message> object;
  std::shared_ptr<const RoleRules> rules;  // Null: there is no such role.

  RoleKey key() const;
};

// BindingView reads a ClusterRoleBinding or a RoleBinding alike. It borrows.
struct BindingView {
  explicit BindingView(const google::protobuf::Message& message);

  bool cluster;
  const k8s::ObjectMeta& metadata;
  const k8s::RoleRef& role_ref;
  const google::protobuf::RepeatedPtrField<k8s::Subject>& subjects;

  // "" for a ClusterRoleBinding, whatever its metadata says.
  absl::string_view ns() const {
    return cluster ? absl::string_view() : metadata.namespace_();
  }
  // A RoleBinding without a namespace is in none that a request could name.
  bool visited() const { return cluster || !metadata.namespace_().empty(); }
};

struct BindingEntry {
  // Null: the id is free.
  std::shared_ptr<const google::protobuf::Message> object;
  uint64_t sequence = 0;  // Order of visits: that of first sight.
  uint32_t role = kNone;  // kNone: of a kind that is not supported.
  bool cluster = false;
};

// Numbers of roles, sorted, each once.
using RoleIds = absl::InlinedVector<uint32_t, 2>;

// A distinct set of roles, as one thing to match against.
struct RuleSet {
  RoleIds roles;
  // Each keeps alive the rules that it was made from.
  absl::InlinedVector<std::shared_ptr<const RuleTable>, 1> parts;
};

// The rule set of no roles is number 0 of every snapshot: it matches nothing.
inline constexpr uint32_t kEmptySet = 0;

struct RuleSetEntry {
  Filter filter;
  const RuleTable* single = nullptr;  // The only part, if there is one only.
  std::shared_ptr<const RuleSet> set;

  bool Matches(const Query& query) const {
    if (!query.MayPass(filter)) return false;
    return single != nullptr ? single->Matches(query) : MatchesParts(query);
  }
  bool MatchesParts(const Query& query) const;
};

// For tables of ids whose keys are looked up elsewhere.
struct IdSlot {
  uint32_t id;
  uint32_t hash_of_key;

  uint32_t hash() const { return hash_of_key; }
};

struct SubjectInfo {
  SubjectKind kind = SubjectKind::kUser;
  std::string name;  // As in SubjectName.
  IdList cluster_bindings;
  IdList namespaces;  // Where it has grants.
};

struct SubjectEntry {
  std::shared_ptr<SubjectInfo> info;  // Null: the id is free.
};

// A user or a group, by name, and all that a decision needs to know of it.
// Fills a cache line.
struct SubjectSlot : NameSlot<36> {
  SubjectKind kind = SubjectKind::kUser;
  uint32_t cluster_set = kEmptySet;  // Rule set of cluster_bindings.
  // One bit for each namespace in which it has grants, by number modulo 64.
  uint64_t namespaces = 0;
};
static_assert(sizeof(SubjectSlot) == 64, "one cache line");

// What one subject is granted in one namespace.
struct ScopeEntry {
  uint32_t hash = 0;  // Under which its slot is found.
  IdList bindings;
};

// Where to find it, and all that a decision needs to know of it.
struct ScopeSlot {
  uint32_t id;
  uint32_t hash_of_key;
  uint32_t subject;
  uint32_t ns;
  uint32_t set;  // Rule set of the bindings.

  uint32_t hash() const { return hash_of_key; }
};

// Snapshot is one version of a policy. Any thread may read it; a copy shares
// everything that has not changed since.
struct Snapshot {
  Snapshot() { rule_sets.Grow(); }

  uint64_t generation = 0;
  Symbols symbols;
  SymbolTable namespaces;
  ShardedTable<SubjectSlot> subject_index;
  PersistentVector<SubjectEntry> subjects;
  ShardedTable<ScopeSlot> scope_index;
  PersistentVector<ScopeEntry> scopes;
  PersistentVector<RuleSetEntry> rule_sets;
  PersistentVector<RoleEntry> roles;
  PersistentVector<BindingEntry> bindings;

  // Return null if there is none.
  const SubjectSlot* FindSubject(SubjectKind kind,
                                 absl::string_view name) const {
    return FindSubject(HashSubject(kind, name), kind, name);
  }
  const SubjectSlot* FindSubject(uint32_t hash, SubjectKind kind,
                                 absl::string_view name) const;
  const ScopeSlot* FindScope(const SubjectSlot& subject, uint32_t ns) const;

  // Returns whether some rule that is bound to the user grants the request.
  bool Allows(const authz::Attributes& attributes) const;

  // Returns the bindings that apply to `user`: the cluster's, then, unless
  // `ns` is "", those in that namespace; each once, in order of visits.
  std::vector<uint32_t> BindingsOf(const UserInfo& user,
                                   absl::string_view ns) const;

  // Returns the rules of the role that `binding` refers to, or null and in
  // `error` (unless null) Kubernetes' message.
  const RoleRules* RulesOf(uint32_t binding, std::string* error) const;
};

}  // namespace gatehouse::rbac::internal

#endif  // GATEHOUSE_RBAC_INTERNAL_SNAPSHOT_H_
