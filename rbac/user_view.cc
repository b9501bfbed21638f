#include "rbac/user_view.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "rbac/internal/policy_reader.h"

namespace gatehouse::rbac {

using internal::HashName;
using internal::kNone;
using internal::PolicyReader;
using internal::Query;
using internal::RuleSetEntry;
using internal::Snapshot;
using internal::SubjectKind;

namespace {

// Kubernetes' limit for the name of a namespace; longer ones are not cached.
constexpr size_t kMaxNamespace = 63;

bool Same(const std::string& a, absl::string_view b) {
  return a.size() == b.size() &&
         internal::SameBytes(a.data(), b.data(), b.size());
}

template <typename T>
void AddUnique(T value, std::vector<T>& list) {
  if (!absl::c_linear_search(list, value)) list.push_back(value);
}

bool AnyMatches(const std::vector<const RuleSetEntry*>& sets,
                const Query& query) {
  for (const RuleSetEntry* set : sets) {
    if (set->Matches(query)) return true;
  }
  return false;
}

}  // namespace

UserView::UserView(const Policy& policy, UserInfo user)
    : policy_(policy), user_(std::move(user)) {
  // All the room that there will ever be need of: Decide allocates nothing.
  const size_t subjects = 1 + user_.groups.size();
  cluster_sets_.reserve(subjects);
  scoped_subjects_.reserve(subjects);
  for (NamespaceSets& entry : namespaces_) {
    entry.name.reserve(kMaxNamespace);
    entry.sets.reserve(subjects);
  }
  Resolve(*PolicyReader(policy_));
}

void UserView::Resolve(const Snapshot& snapshot) {
  generation_ = snapshot.generation;
  cluster_sets_.clear();
  scoped_subjects_.clear();
  for (NamespaceSets& entry : namespaces_) entry.name.clear();
  const auto add = [&](SubjectKind kind, const std::string& name) {
    const internal::SubjectSlot* subject = snapshot.FindSubject(kind, name);
    if (subject == nullptr) return;
    if (subject->cluster_set != internal::kEmptySet) {
      AddUnique(&snapshot.rule_sets[subject->cluster_set], cluster_sets_);
    }
    if (subject->namespaces != 0) AddUnique(subject, scoped_subjects_);
  };
  add(SubjectKind::kUser, user_.name);
  for (const std::string& group : user_.groups) add(SubjectKind::kGroup, group);
}

const UserView::RuleSets& UserView::SetsIn(const Snapshot& snapshot,
                                           absl::string_view ns) {
  const uint32_t hash = HashName(ns);
  for (size_t i = 0; i < kNamespaces; ++i) {
    if (hashes_[i] == hash && Same(namespaces_[i].name, ns)) {
      return namespaces_[i].sets;
    }
  }
  NamespaceSets& entry = namespaces_[next_];
  hashes_[next_] = hash;
  next_ = (next_ + 1) % kNamespaces;
  // A longer name would need room; its sets are found anew each time.
  entry.name.assign(ns.data(), ns.size() <= kMaxNamespace ? ns.size() : 0);
  entry.sets.clear();
  const uint32_t ns_id = snapshot.namespaces.Find(ns);
  if (ns_id == kNone) return entry.sets;
  for (const internal::SubjectSlot* subject : scoped_subjects_) {
    const internal::ScopeSlot* scope = snapshot.FindScope(*subject, ns_id);
    if (scope != nullptr) {
      AddUnique(&snapshot.rule_sets[scope->set], entry.sets);
    }
  }
  return entry.sets;
}

authz::Outcome UserView::Decide(const authz::Attributes& attributes) {
  const PolicyReader reader(policy_);
  if (reader->generation != generation_) Resolve(*reader);
  const Query query = Query::Make(reader->symbols, attributes);
  if (AnyMatches(cluster_sets_, query)) return authz::Outcome::kAllow;
  if (attributes.namespace_.empty() || scoped_subjects_.empty()) {
    return authz::Outcome::kNoOpinion;
  }
  return AnyMatches(SetsIn(*reader, attributes.namespace_), query)
             ? authz::Outcome::kAllow
             : authz::Outcome::kNoOpinion;
}

authz::Decision UserView::Authorize(authz::Attributes attributes) const {
  attributes.user = &user_;
  return policy_.Authorize(attributes);
}

}  // namespace gatehouse::rbac
