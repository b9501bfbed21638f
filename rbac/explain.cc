#include "rbac/explain.h"

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/optional.h"
#include "base/go_quote.h"
#include "rbac/internal/policy_reader.h"
#include "rbac/rules.h"
#include "rbac/subjects.h"

namespace gatehouse::rbac {

using authz::Attributes;
using internal::BindingView;
using internal::PolicyReader;
using internal::Query;
using internal::RoleRules;
using internal::Snapshot;
using internal::SubjectKind;

namespace {

// In how many other namespaces near misses are looked for.
constexpr size_t kMaxOtherNamespaces = 1000;

Grant MakeGrant(const BindingView& view, int subject) {
  Grant grant;
  grant.binding_kind = view.cluster ? "ClusterRoleBinding" : "RoleBinding";
  grant.binding_namespace = std::string(view.ns());
  grant.binding_name = view.metadata.name();
  grant.role_ref = view.role_ref;
  grant.subject = view.subjects[subject];
  return grant;
}

// The first rule that matches; -1 if none does.
int FirstMatch(const RoleRules& role, const Attributes& attributes) {
  for (int i = 0; i < role.rules->size(); ++i) {
    if (RuleMatches(role.rules->Get(i), attributes)) return i;
  }
  return -1;
}

// ---- Words ----

// A name that stands for itself, such as a verb: quoted only where it is not
// the plain word that it should be.
std::string Word(absl::string_view text) {
  std::string quoted = GoQuote(text);
  const bool plain = quoted.size() == text.size() + 2 && !text.empty() &&
                     !absl::StrContains(text, ' ');
  return plain ? std::string(text) : quoted;
}

std::string Words(const google::protobuf::RepeatedPtrField<std::string>& list) {
  return absl::StrJoin(list, ", ", [](std::string* out, const auto& text) {
    absl::StrAppend(out, Word(text));
  });
}

std::string QuotedNames(
    const google::protobuf::RepeatedPtrField<std::string>& names) {
  return absl::StrJoin(names, ", ", [](std::string* out, const auto& name) {
    absl::StrAppend(out, GoQuote(name));
  });
}

std::string What(const Attributes& a) {
  if (!a.resource_request) return absl::StrCat("path ", GoQuote(a.path));
  return Word(absl::StrCat(a.resource, a.subresource.empty() ? "" : "/",
                           a.subresource, a.api_group.empty() ? "" : ".",
                           a.api_group));
}

std::string MissText(const NearMiss& miss, const Attributes& a) {
  const Grant& grant = miss.grant;
  const k8s::PolicyRule& rule = grant.rule;
  const std::string binding = absl::StrCat(
      grant.binding_kind, " ",
      GoQuote(absl::StrCat(grant.binding_namespace,
                           grant.binding_namespace.empty() ? "" : "/",
                           grant.binding_name)),
      " names ", SubjectDescription(grant.subject, grant.binding_namespace));
  switch (miss.kind) {
    case MissKind::kNamespace:
      return absl::StrCat(binding, ", but only in namespace ",
                          GoQuote(grant.binding_namespace));
    case MissKind::kName:
      return absl::StrCat(
          binding, ", but grants ", Word(a.verb), " on ", What(a),
          " only for the names ", QuotedNames(rule.resourcenames()),
          a.name.empty() ? "; this request carries no name" : "");
    case MissKind::kVerb:
      return absl::StrCat(binding, ", but its rule grants ",
                          Words(rule.verbs()), ", not ", Word(a.verb), ", on ",
                          What(a));
    case MissKind::kSubresource:
      return absl::StrCat(binding, ", but its rule is about ",
                          Words(rule.resources()), ", not ", What(a));
    case MissKind::kApiGroup:
      return absl::StrCat(binding, ", but its rule is about API group ",
                          QuotedNames(rule.apigroups()), ", not ",
                          GoQuote(a.api_group));
    case MissKind::kSubjectKind:
      return absl::StrCat(
          binding, "; the request's user has that name as a ",
          grant.subject.kind() == kGroupKind ? kUserKind : kGroupKind);
    case MissKind::kMissingRole:
      return absl::StrCat(binding, ", but ", Word(grant.role_ref.kind()), " ",
                          GoQuote(grant.role_ref.name()), " does not exist");
  }
  return binding;
}

// ---- Near misses ----

// True if the rule is about the same resource, at another level.
bool SameBaseResource(const k8s::PolicyRule& rule, absl::string_view resource) {
  return absl::c_any_of(rule.resources(), [&](const std::string& entry) {
    return entry == resource ||
           (absl::StartsWith(entry, resource) &&
            entry.size() > resource.size() && entry[resource.size()] == '/');
  });
}

// What alone keeps `rule` from matching, if it is one thing.
absl::optional<MissKind> OnlyMiss(const k8s::PolicyRule& rule,
                                  const Attributes& a) {
  if (rule.verbs().empty()) return absl::nullopt;
  const bool verb = VerbMatches(rule, a.verb);
  if (!a.resource_request) {
    if (!verb && NonResourceUrlMatches(rule, a.path)) return MissKind::kVerb;
    return absl::nullopt;
  }
  const bool group = ApiGroupMatches(rule, a.api_group);
  const bool resource = ResourceMatches(rule, a.resource, a.subresource);
  const bool name = ResourceNameMatches(rule, a.name);
  if (verb + group + resource + name != 3) return absl::nullopt;
  if (!name) return MissKind::kName;
  if (!verb) return MissKind::kVerb;
  if (!group) return MissKind::kApiGroup;
  if (SameBaseResource(rule, a.resource)) return MissKind::kSubresource;
  return absl::nullopt;
}

// Collects what came near. Lives for one question.
class NearMissFinder {
 public:
  NearMissFinder(const Snapshot& snapshot, const Attributes& attributes,
                 const Query& query)
      : snapshot_(snapshot), a_(attributes), query_(query) {}

  std::vector<NearMiss> Find(size_t limit) {
    InScope();
    ElsewhereOf(SubjectKind::kUser, a_.user->name);
    for (const std::string& group : a_.user->groups) {
      ElsewhereOf(SubjectKind::kGroup, group);
    }
    UnderOtherKind(SubjectKind::kGroup, a_.user->name);
    for (const std::string& group : a_.user->groups) {
      UnderOtherKind(SubjectKind::kUser, group);
    }
    std::stable_sort(
        misses_.begin(), misses_.end(),
        [](const NearMiss& x, const NearMiss& y) { return x.kind < y.kind; });
    if (misses_.size() > limit) misses_.resize(limit);
    for (NearMiss& miss : misses_) miss.text = MissText(miss, a_);
    return std::move(misses_);
  }

 private:
  void Add(MissKind kind, Grant grant, const RoleRules* role, int rule) {
    if (role != nullptr) {
      grant.rule_index = rule;
      grant.rule = role->rules->Get(rule);
    }
    misses_.push_back(NearMiss{kind, std::move(grant), ""});
  }

  void InScope() {
    for (const uint32_t binding :
         snapshot_.BindingsOf(*a_.user, a_.namespace_)) {
      const BindingView view(*snapshot_.bindings[binding].object);
      const absl::optional<int> subject =
          AppliesTo(*a_.user, view.subjects, view.ns());
      if (!subject.has_value()) continue;
      const RoleRules* role = snapshot_.RulesOf(binding, nullptr);
      if (role == nullptr) {
        Add(MissKind::kMissingRole, MakeGrant(view, *subject), nullptr, 0);
        continue;
      }
      for (int i = 0; i < role->rules->size(); ++i) {
        const absl::optional<MissKind> miss = OnlyMiss(role->rules->Get(i), a_);
        if (miss.has_value()) Add(*miss, MakeGrant(view, *subject), role, i);
      }
    }
  }

  // Bindings in other namespaces whose rules would match. There are none for a
  // path: in no namespace does a RoleBinding grant that.
  void ElsewhereOf(SubjectKind kind, absl::string_view name) {
    if (!a_.resource_request) return;
    const internal::SubjectSlot* slot = snapshot_.FindSubject(kind, name);
    if (slot == nullptr) return;
    const uint32_t id = slot->id;
    for (const uint32_t ns : snapshot_.subjects[id].info->namespaces) {
      if (other_namespaces_++ >= kMaxOtherNamespaces) return;
      if (snapshot_.namespaces.name(ns) == a_.namespace_) continue;
      const uint32_t scope = snapshot_.FindScope(*slot, ns)->id;
      for (const uint32_t binding : snapshot_.scopes[scope].bindings) {
        AddIfMatches(MissKind::kNamespace, binding, *a_.user);
      }
    }
  }

  // Bindings of a group that is called like the user, and the reverse.
  void UnderOtherKind(SubjectKind kind, const std::string& name) {
    UserInfo other;
    if (kind == SubjectKind::kUser) {
      other.name = name;
    } else {
      other.groups.push_back(name);
    }
    if (snapshot_.FindSubject(kind, name) == nullptr) return;
    for (const uint32_t binding : snapshot_.BindingsOf(other, a_.namespace_)) {
      AddIfMatches(MissKind::kSubjectKind, binding, other);
    }
  }

  void AddIfMatches(MissKind kind, uint32_t binding, const UserInfo& user) {
    const RoleRules* role = snapshot_.RulesOf(binding, nullptr);
    if (role == nullptr || !role->table->Matches(query_)) return;
    const BindingView view(*snapshot_.bindings[binding].object);
    const absl::optional<int> subject =
        AppliesTo(user, view.subjects, view.ns());
    if (!subject.has_value()) return;
    // The user and a group, or a group twice, lead to the same.
    if (!seen_.insert({binding, *subject}).second) return;
    Add(kind, MakeGrant(view, *subject), role, FirstMatch(*role, a_));
  }

  const Snapshot& snapshot_;
  const Attributes& a_;
  const Query& query_;
  size_t other_namespaces_ = 0;
  // Bindings that AddIfMatches has added, each with the subject's index.
  absl::flat_hash_set<std::pair<uint32_t, int>> seen_;
  std::vector<NearMiss> misses_;
};

}  // namespace

Explanation Explain(const Policy& policy, const Attributes& attributes,
                    const ExplainOptions& options) {
  Explanation out;
  if (attributes.user == nullptr) return out;
  const PolicyReader reader(policy);
  const UserInfo& user = *attributes.user;
  const Query query = Query::Make(reader->symbols, attributes);
  for (const uint32_t binding :
       reader->BindingsOf(user, attributes.namespace_)) {
    std::string error;
    const RoleRules* role = reader->RulesOf(binding, &error);
    if (role == nullptr) {
      out.errors.push_back(std::move(error));
      continue;
    }
    if (!role->table->Matches(query)) continue;
    out.outcome = authz::Outcome::kAllow;
    if (out.grants.size() >= options.max_grants) break;
    const BindingView view(*reader->bindings[binding].object);
    const absl::optional<int> subject =
        AppliesTo(user, view.subjects, view.ns());
    Grant grant = MakeGrant(view, subject.value_or(0));
    grant.rule_index = FirstMatch(*role, attributes);
    grant.rule = role->rules->Get(grant.rule_index);
    out.grants.push_back(std::move(grant));
  }
  if (out.outcome != authz::Outcome::kAllow && options.max_near_misses > 0) {
    out.near_misses = NearMissFinder(*reader, attributes, query)
                          .Find(options.max_near_misses);
  }
  return out;
}

std::string GrantDescription(const Grant& grant) {
  const std::string binding =
      grant.binding_namespace.empty()
          ? grant.binding_name
          : absl::StrCat(grant.binding_name, "/", grant.binding_namespace);
  return absl::StrCat(
      grant.binding_kind, " ", GoQuote(binding), " of ", grant.role_ref.kind(),
      " ", GoQuote(grant.role_ref.name()), " to ",
      SubjectDescription(grant.subject, grant.binding_namespace));
}

}  // namespace gatehouse::rbac
