#include "rbac/internal/compiler.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "proto/rbac.pb.h"

namespace gatehouse::rbac::internal {
namespace {

// Names are numbered anew when this many have been added, and as many as there
// were.
constexpr size_t kMinStaleSymbols = 65536;

uint32_t HashKey(bool cluster, absl::string_view ns, absl::string_view name) {
  return HashName(ns) * 31 + HashName(name) + (cluster ? 1 : 0);
}

// Calls visit(kind, name) for each user or group that a binding names.
template <typename Visit>
void ForEachSubject(const BindingView& view, Visit visit) {
  if (!view.visited()) return;
  for (const k8s::Subject& subject : view.subjects) {
    if (subject.kind() == "User") {
      visit(SubjectKind::kUser, absl::string_view(subject.name()));
    } else if (subject.kind() == "Group") {
      visit(SubjectKind::kGroup, absl::string_view(subject.name()));
    } else if (subject.kind() == "ServiceAccount") {
      const absl::string_view ns =
          subject.namespace_().empty()
              ? view.ns()
              : absl::string_view(subject.namespace_());
      // In a ClusterRoleBinding it must say its namespace.
      if (ns.empty()) continue;
      visit(SubjectKind::kUser,
            absl::string_view(absl::StrCat(kServiceAccountUserPrefix, ns, ":",
                                           subject.name())));
    }
  }
}

// A role without rules, for its name.
std::shared_ptr<const google::protobuf::Message> NamedRole(const RoleKey& key) {
  if (key.cluster) {
    auto role = std::make_shared<k8s::ClusterRole>();
    role->mutable_metadata()->set_name(std::string(key.name));
    return role;
  }
  auto role = std::make_shared<k8s::Role>();
  role->mutable_metadata()->set_namespace_(std::string(key.ns));
  role->mutable_metadata()->set_name(std::string(key.name));
  return role;
}

void Mark(uint32_t id, MarkedIds& marked) {
  if (marked.has.size() <= id) marked.has.resize(id + 1);
  if (marked.has[id]) return;
  marked.has[id] = true;
  marked.ids.push_back(id);
}

std::vector<uint32_t> TakeMarked(MarkedIds& marked) {
  for (const uint32_t id : marked.ids) marked.has[id] = false;
  return std::exchange(marked.ids, {});
}

}  // namespace

void Compiler::Expect(size_t objects) {
  binding_index_.Reserve(objects);
  work_.scope_index.Reserve(objects);
}

bool Compiler::Put(const objects::Object& object) {
  if (const auto* role = object.As<k8s::ClusterRole>()) {
    return PutRole({true, "", role->metadata().name()}, object.message,
                   role->rules());
  }
  if (const auto* role = object.As<k8s::Role>()) {
    // Nothing can refer to a Role without a namespace.
    if (role->metadata().namespace_().empty()) return true;
    return PutRole(
        {false, role->metadata().namespace_(), role->metadata().name()},
        object.message, role->rules());
  }
  if (object.As<k8s::ClusterRoleBinding>() != nullptr ||
      object.As<k8s::RoleBinding>() != nullptr) {
    return PutBinding(object.message);
  }
  return true;
}

void Compiler::Delete(const objects::Object& object) {
  if (const auto* role = object.As<k8s::ClusterRole>()) {
    DeleteRole({true, "", role->metadata().name()});
  } else if (const auto* role = object.As<k8s::Role>()) {
    DeleteRole({false, role->metadata().namespace_(), role->metadata().name()});
  } else if (object.As<k8s::ClusterRoleBinding>() != nullptr ||
             object.As<k8s::RoleBinding>() != nullptr) {
    DeleteBinding(*object.message);
  }
}

const Snapshot& Compiler::Commit() {
  RenumberIfStale();
  for (const uint32_t role : TakeMarked(changed_roles_)) {
    sets_.RoleChanged(role);
  }
  const std::vector<uint32_t> scopes = TakeMarked(changed_scopes_);
  for (size_t i = 0; i < scopes.size(); ++i) {
    // There may be many, and each is somewhere else in memory.
    if (i + 8 < scopes.size()) {
      work_.scope_index.Prefetch(work_.scopes[scopes[i + 8]].hash);
    }
    CommitScope(scopes[i]);
  }
  for (const uint32_t subject : TakeMarked(changed_subjects_)) {
    CommitSubject(subject);
  }
  // Last, for until here some rule set may still have the role.
  for (const uint32_t role : TakeMarked(unlinked_roles_)) {
    FreeRoleIfUnused(role);
  }
  rules_.Sweep();
  ++work_.generation;
  return work_;
}

// ---- Roles ----

uint32_t Compiler::FindRole(const RoleKey& key) const {
  const uint32_t hash = HashKey(key.cluster, key.ns, key.name);
  const IdSlot* slot = role_index_.Find(hash, [&](const IdSlot& s) {
    if (s.hash_of_key != hash) return false;
    const RoleKey other = work_.roles[s.id].key();
    return other.cluster == key.cluster && other.name == key.name &&
           other.ns == key.ns;
  });
  return slot == nullptr ? kNone : slot->id;
}

uint32_t Compiler::InternRole(const RoleKey& key) {
  const uint32_t known = FindRole(key);
  if (known != kNone) return known;
  const uint32_t id = role_ids_.Take(work_.roles);
  work_.roles.Mutable(id).object = NamedRole(key);
  role_index_.Insert({id, HashKey(key.cluster, key.ns, key.name)});
  if (role_users_.size() <= id) role_users_.resize(id + 1);
  role_users_[id] = 0;
  return id;
}

void Compiler::FreeRoleIfUnused(uint32_t role) {
  const RoleEntry& entry = work_.roles[role];
  if (entry.object == nullptr || entry.rules != nullptr ||
      role_users_[role] > 0) {
    return;
  }
  const RoleKey key = entry.key();
  role_index_.Erase(HashKey(key.cluster, key.ns, key.name), role);
  role_ids_.Free(work_.roles, role);
}

bool Compiler::PutRole(const RoleKey& key, const MessagePtr& object,
                       const RuleList& rules) {
  const uint32_t id = InternRole(key);
  RoleEntry& entry = work_.roles.Mutable(id);
  const bool is_new = entry.rules == nullptr;
  entry.object = object;
  std::shared_ptr<const RoleRules> compiled =
      rules_.Compile(object, rules, work_.symbols);
  if (entry.rules == compiled) return false;
  entry.rules = std::move(compiled);
  Mark(id, changed_roles_);
  return is_new;
}

void Compiler::DeleteRole(const RoleKey& key) {
  const uint32_t id = FindRole(key);
  if (id == kNone || work_.roles[id].rules == nullptr) return;
  RoleEntry& entry = work_.roles.Mutable(id);
  entry.object = NamedRole(key);
  entry.rules = nullptr;
  Mark(id, changed_roles_);
  Mark(id, unlinked_roles_);
}

// ---- Bindings ----

uint32_t Compiler::FindBinding(const BindingView& view) const {
  const uint32_t hash = HashKey(view.cluster, view.ns(), view.metadata.name());
  const IdSlot* slot = binding_index_.Find(hash, [&](const IdSlot& s) {
    if (s.hash_of_key != hash) return false;
    const BindingView other(*work_.bindings[s.id].object);
    return other.cluster == view.cluster && other.ns() == view.ns() &&
           other.metadata.name() == view.metadata.name();
  });
  return slot == nullptr ? kNone : slot->id;
}

bool Compiler::PutBinding(const MessagePtr& object) {
  const BindingView view(*object);
  uint32_t id = FindBinding(view);
  const bool is_new = id == kNone;
  if (!is_new) {
    Unlink(id);
    work_.bindings.Mutable(id).object = object;
  } else {
    id = binding_ids_.Take(work_.bindings);
    BindingEntry& entry = work_.bindings.Mutable(id);
    entry.object = object;
    entry.cluster = view.cluster;
    entry.sequence = next_sequence_++;
    binding_index_.Insert(
        {id, HashKey(view.cluster, view.ns(), view.metadata.name())});
  }
  Link(id);
  return is_new;
}

void Compiler::DeleteBinding(const google::protobuf::Message& object) {
  const BindingView view(object);
  const uint32_t id = FindBinding(view);
  if (id == kNone) return;
  Unlink(id);
  binding_index_.Erase(HashKey(view.cluster, view.ns(), view.metadata.name()),
                       id);
  binding_ids_.Free(work_.bindings, id);
}

void Compiler::Link(uint32_t binding) {
  const MessagePtr object = work_.bindings[binding].object;
  const BindingView view(*object);
  uint32_t role = kNone;
  if (view.role_ref.kind() == "ClusterRole") {
    role = InternRole({true, "", view.role_ref.name()});
  } else if (view.role_ref.kind() == "Role") {
    role = InternRole({false, view.ns(), view.role_ref.name()});
  }
  if (role != kNone) ++role_users_[role];
  work_.bindings.Mutable(binding).role = role;

  ForEachSubject(view, [&](SubjectKind kind, absl::string_view name) {
    IdList& list = BindingsAt(InternSubject(kind, name), view);
    // A binding may name somebody twice; its subjects are entered in a row.
    if (list.empty() || list.back() != binding) list.Add(binding);
  });
}

void Compiler::Unlink(uint32_t binding) {
  const MessagePtr object = work_.bindings[binding].object;
  const BindingView view(*object);
  ForEachSubject(view, [&](SubjectKind kind, absl::string_view name) {
    SubjectSlot* slot = FindSubject(kind, name);
    if (slot != nullptr) BindingsAt(*slot, view).Remove(binding);
  });
  const uint32_t role = work_.bindings[binding].role;
  if (role == kNone) return;
  --role_users_[role];
  Mark(role, unlinked_roles_);
}

// ---- Subjects and scopes ----

SubjectSlot* Compiler::FindSubject(SubjectKind kind, absl::string_view name) {
  const uint32_t hash = HashSubject(kind, name);
  const SubjectSlot* slot = work_.FindSubject(hash, kind, name);
  return slot == nullptr ? nullptr
                         : &work_.subject_index.Mutable(hash, slot->id);
}

SubjectSlot& Compiler::InternSubject(SubjectKind kind, absl::string_view name) {
  SubjectSlot* known = FindSubject(kind, name);
  if (known != nullptr) return *known;
  const uint32_t hash = HashSubject(kind, name);
  const uint32_t id = subject_ids_.Take(work_.subjects);
  auto info = std::make_shared<SubjectInfo>();
  const SubjectName subject(kind, name);
  info->kind = subject.kind;
  info->name = std::string(subject.name);
  work_.subjects.Mutable(id).info = std::move(info);
  work_.subject_index.Insert({SubjectSlot::NameSlot::Of(hash, id, subject.name),
                              subject.kind, kEmptySet, 0});
  return work_.subject_index.Mutable(hash, id);
}

SubjectSlot& Compiler::MutableSlot(uint32_t subject) {
  const SubjectInfo& info = *work_.subjects[subject].info;
  return work_.subject_index.Mutable(HashSubject(info.kind, info.name),
                                     subject);
}

SubjectInfo& Compiler::MutableInfo(uint32_t subject) {
  std::shared_ptr<SubjectInfo>& info = work_.subjects.Mutable(subject).info;
  if (info.use_count() > 1) info = std::make_shared<SubjectInfo>(*info);
  return *info;
}

uint32_t Compiler::InternScope(SubjectSlot& slot, const std::string& ns) {
  const uint32_t subject = slot.id;
  const uint32_t ns_id = work_.namespaces.Intern(ns);
  const ScopeSlot* known = work_.FindScope(slot, ns_id);
  if (known != nullptr) return known->id;
  const uint32_t id = scope_ids_.Take(work_.scopes);
  const uint32_t hash = HashScope(slot.hash(), ns_id);
  work_.scopes.Mutable(id).hash = hash;
  work_.scope_index.Insert({id, hash, subject, ns_id, kEmptySet});
  if (ns_users_.size() <= ns_id) ns_users_.resize(ns_id + 1);
  ++ns_users_[ns_id];
  MutableInfo(subject).namespaces.Add(ns_id);
  slot.namespaces |= NamespaceBit(ns_id);
  return id;
}

// The list of bindings of a subject that a binding like `view` belongs to.
IdList& Compiler::BindingsAt(SubjectSlot& slot, const BindingView& view) {
  if (view.cluster) {
    Mark(slot.id, changed_subjects_);
    return MutableInfo(slot.id).cluster_bindings;
  }
  const uint32_t scope = InternScope(slot, view.metadata.namespace_());
  Mark(scope, changed_scopes_);
  return work_.scopes.Mutable(scope).bindings;
}

// ---- Commit ----

void Compiler::CommitScope(uint32_t scope) {
  const ScopeEntry& entry = work_.scopes[scope];
  ScopeSlot& slot = work_.scope_index.Mutable(entry.hash, scope);
  const uint32_t old = slot.set;
  slot.set = AcquireSet(entry.bindings);
  if (old != kEmptySet) sets_.Release(old);
  if (entry.bindings.empty()) DropScope(scope);
}

void Compiler::DropScope(uint32_t scope) {
  const uint32_t hash = work_.scopes[scope].hash;
  const ScopeSlot slot = work_.scope_index.Mutable(hash, scope);
  const uint32_t subject = slot.subject;
  const uint32_t ns = slot.ns;
  work_.scope_index.Erase(hash, scope);
  scope_ids_.Free(work_.scopes, scope);
  IdList& namespaces = MutableInfo(subject).namespaces;
  namespaces.Remove(ns);
  uint64_t bits = 0;
  for (const uint32_t other : namespaces) bits |= NamespaceBit(other);
  MutableSlot(subject).namespaces = bits;
  Mark(subject, changed_subjects_);  // It may have no grants left.
  if (--ns_users_[ns] == 0) work_.namespaces.Remove(ns);
}

void Compiler::CommitSubject(uint32_t subject) {
  const SubjectInfo& info = *work_.subjects[subject].info;
  SubjectSlot& slot = MutableSlot(subject);
  const uint32_t old = slot.cluster_set;
  slot.cluster_set = AcquireSet(info.cluster_bindings);
  if (old != kEmptySet) sets_.Release(old);
  if (!info.cluster_bindings.empty() || !info.namespaces.empty()) return;
  work_.subject_index.Erase(HashSubject(info.kind, info.name), subject);
  subject_ids_.Free(work_.subjects, subject);
}

// The rule set of the roles that `bindings` refer to.
uint32_t Compiler::AcquireSet(const IdList& bindings) {
  RoleIds roles;
  for (const uint32_t binding : bindings) {
    const uint32_t role = work_.bindings[binding].role;
    if (role != kNone) roles.push_back(role);
  }
  if (roles.empty()) return kEmptySet;
  absl::c_sort(roles);
  roles.erase(std::unique(roles.begin(), roles.end()), roles.end());
  return sets_.Acquire(roles);
}

void Compiler::RenumberIfStale() {
  if (work_.symbols.size() < renumber_at_) return;
  work_.symbols = Symbols();
  rules_ = RuleCompiler();
  for (uint32_t id = 0; id < work_.roles.size(); ++id) {
    const std::shared_ptr<const RoleRules> old = work_.roles[id].rules;
    if (old == nullptr) continue;
    work_.roles.Mutable(id).rules =
        rules_.Compile(old->owner, *old->rules, work_.symbols);
  }
  sets_.RebuildAll();
  renumber_at_ = 2 * work_.symbols.size() + kMinStaleSymbols;
}

}  // namespace gatehouse::rbac::internal
