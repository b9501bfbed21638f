#include "rbac/internal/snapshot.h"

#include <algorithm>
#include <cstddef>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "base/go_quote.h"

namespace gatehouse::rbac::internal {
namespace {

const k8s::ClusterRoleBinding* AsCluster(const google::protobuf::Message& m) {
  return m.GetDescriptor() == k8s::ClusterRoleBinding::descriptor()
             ? static_cast<const k8s::ClusterRoleBinding*>(&m)
             : nullptr;
}

const k8s::RoleBinding& AsScoped(const google::protobuf::Message& m) {
  return static_cast<const k8s::RoleBinding&>(m);
}

}  // namespace

BindingView::BindingView(const google::protobuf::Message& m)
    : cluster(AsCluster(m) != nullptr),
      metadata(cluster ? AsCluster(m)->metadata() : AsScoped(m).metadata()),
      role_ref(cluster ? AsCluster(m)->roleref() : AsScoped(m).roleref()),
      subjects(cluster ? AsCluster(m)->subjects() : AsScoped(m).subjects()) {}

RoleKey RoleEntry::key() const {
  if (object->GetDescriptor() == k8s::ClusterRole::descriptor()) {
    const auto& role = static_cast<const k8s::ClusterRole&>(*object);
    return {true, "", role.metadata().name()};
  }
  const auto& role = static_cast<const k8s::Role&>(*object);
  return {false, role.metadata().namespace_(), role.metadata().name()};
}

bool RuleSetEntry::MatchesParts(const Query& query) const {
  for (const std::shared_ptr<const RuleTable>& part : set->parts) {
    if (query.MayPass(part->filter()) && part->Matches(query)) return true;
  }
  return false;
}

const SubjectSlot* Snapshot::FindSubject(uint32_t hash, SubjectKind kind,
                                         absl::string_view name) const {
  const SubjectName wanted(kind, name);
  return subject_index.Find(hash, [&](const SubjectSlot& s) {
    return s.kind == wanted.kind && s.Begins(hash, wanted.name) &&
           (!SubjectSlot::Long(wanted.name) ||
            subjects[s.id].info->name == wanted.name);
  });
}

const ScopeSlot* Snapshot::FindScope(const SubjectSlot& subject,
                                     uint32_t ns) const {
  const uint32_t hash = HashScope(subject.hash(), ns);
  return scope_index.Find(hash, [&](const ScopeSlot& s) {
    return s.subject == subject.id && s.ns == ns;
  });
}

namespace {

// The hashes of a user's first subjects: the name, then groups.
class SubjectHashes {
 public:
  explicit SubjectHashes(const UserInfo& user) : user_(user) {
    for (size_t i = 0; i < known(); ++i) hashes_[i] = Compute(i);
  }
  size_t size() const { return 1 + user_.groups.size(); }
  size_t known() const { return std::min(size(), kKnown); }
  uint32_t operator[](size_t i) const {
    return i < kKnown ? hashes_[i] : Compute(i);
  }

 private:
  static constexpr size_t kKnown = 8;

  uint32_t Compute(size_t i) const {
    return i == 0 ? HashSubject(SubjectKind::kUser, user_.name)
                  : HashSubject(SubjectKind::kGroup, user_.groups[i - 1]);
  }

  const UserInfo& user_;
  uint32_t hashes_[kKnown];
};

}  // namespace

bool Snapshot::Allows(const authz::Attributes& attributes) const {
  if (attributes.user == nullptr) return false;
  const UserInfo& user = *attributes.user;
  const uint32_t ns = attributes.namespace_.empty()
                          ? kNone
                          : namespaces.Find(attributes.namespace_);
  const SubjectHashes hashes(user);
  // In a large policy each subject is several lines of memory to wait for:
  // begin to fetch them all at once.
  constexpr uint32_t kLarge = 2048;
  if (subject_index.size() > kLarge) {
    for (size_t i = 0; i < hashes.known(); ++i) {
      subject_index.Prefetch(hashes[i]);
      if (ns != kNone) scope_index.Prefetch(HashScope(hashes[i], ns));
    }
  }
  const Query query = Query::Make(symbols, attributes);
  const uint64_t ns_bit = ns == kNone ? 0 : NamespaceBit(ns);
  for (size_t i = 0; i < hashes.size(); ++i) {
    const SubjectSlot* subject =
        i == 0
            ? FindSubject(hashes[i], SubjectKind::kUser, user.name)
            : FindSubject(hashes[i], SubjectKind::kGroup, user.groups[i - 1]);
    if (subject == nullptr) continue;
    if (rule_sets[subject->cluster_set].Matches(query)) return true;
    if ((subject->namespaces & ns_bit) == 0) continue;
    const ScopeSlot* scope = FindScope(*subject, ns);
    if (scope != nullptr && rule_sets[scope->set].Matches(query)) return true;
  }
  return false;
}

std::vector<uint32_t> Snapshot::BindingsOf(const UserInfo& user,
                                           absl::string_view ns) const {
  std::vector<uint32_t> out;
  const uint32_t ns_id = ns.empty() ? kNone : namespaces.Find(ns);
  const auto add = [&](SubjectKind kind, absl::string_view name) {
    const SubjectSlot* slot = FindSubject(kind, name);
    if (slot == nullptr) return;
    const IdList& cluster = subjects[slot->id].info->cluster_bindings;
    out.insert(out.end(), cluster.begin(), cluster.end());
    const ScopeSlot* scope = ns_id == kNone ? nullptr : FindScope(*slot, ns_id);
    if (scope == nullptr) return;
    const IdList& scoped = scopes[scope->id].bindings;
    out.insert(out.end(), scoped.begin(), scoped.end());
  };
  add(SubjectKind::kUser, user.name);
  for (const std::string& group : user.groups) add(SubjectKind::kGroup, group);
  absl::c_sort(out, [this](uint32_t a, uint32_t b) {
    const bool a_cluster = bindings[a].cluster;
    const bool b_cluster = bindings[b].cluster;
    if (a_cluster != b_cluster) return a_cluster;
    return bindings[a].sequence < bindings[b].sequence;
  });
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

const RoleRules* Snapshot::RulesOf(uint32_t binding, std::string* error) const {
  const BindingEntry& entry = bindings[binding];
  const RoleEntry* role = entry.role == kNone ? nullptr : &roles[entry.role];
  if (role != nullptr && role->rules != nullptr) return role->rules.get();
  if (error == nullptr) return nullptr;
  if (role != nullptr) {
    *error = absl::StrCat(role->key().cluster ? "clusterrole" : "role",
                          ".rbac.authorization.k8s.io ",
                          GoQuote(role->key().name), " not found");
  } else {
    *error = absl::StrCat("unsupported role reference kind: ",
                          GoQuote(BindingView(*entry.object).role_ref.kind()));
  }
  return nullptr;
}

}  // namespace gatehouse::rbac::internal
