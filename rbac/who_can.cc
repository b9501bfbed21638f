#include "rbac/who_can.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/algorithm/container.h"
#include "base/errors.h"
#include "base/user_info.h"
#include "rbac/internal/policy_reader.h"
#include "rbac/rules.h"
#include "rbac/subjects.h"

namespace gatehouse::rbac {

using authz::Attributes;
using internal::BindingEntry;
using internal::BindingView;
using internal::PolicyReader;
using internal::Query;
using internal::RoleRules;
using internal::Snapshot;

namespace {

// All bindings that a request in namespace `ns` visits, in order of visits.
std::vector<uint32_t> VisitedBindings(const Snapshot& snapshot,
                                      absl::string_view ns) {
  std::vector<uint32_t> out;
  for (uint32_t id = 0; id < snapshot.bindings.size(); ++id) {
    const BindingEntry& entry = snapshot.bindings[id];
    if (entry.object == nullptr) continue;
    const BindingView view(*entry.object);
    if (view.cluster || (!ns.empty() && view.ns() == ns)) out.push_back(id);
  }
  absl::c_sort(out, [&](uint32_t a, uint32_t b) {
    const BindingEntry& x = snapshot.bindings[a];
    const BindingEntry& y = snapshot.bindings[b];
    if (x.cluster != y.cluster) return x.cluster;
    return x.sequence < y.sequence;
  });
  return out;
}

// Calls visit(binding, rules) for each binding whose role grants the request.
template <typename Visit>
std::vector<std::string> ForEachGranting(const Snapshot& snapshot,
                                         const Attributes& attributes,
                                         Visit visit) {
  std::vector<std::string> errors;
  const Query query = Query::Make(snapshot.symbols, attributes);
  for (const uint32_t id : VisitedBindings(snapshot, attributes.namespace_)) {
    std::string error;
    const RoleRules* role = snapshot.RulesOf(id, &error);
    if (role == nullptr) {
      errors.push_back(std::move(error));
    } else if (role->table->Matches(query)) {
      visit(BindingView(*snapshot.bindings[id].object), *role);
    }
  }
  return errors;
}

k8s::Subject RbacSubject(absl::string_view kind, absl::string_view name) {
  k8s::Subject subject;
  subject.set_kind(std::string(kind));
  subject.set_apigroup(kRbacGroup);
  subject.set_name(std::string(name));
  return subject;
}

}  // namespace

SubjectsResult AllowedSubjects(const Policy& policy,
                               const Attributes& attributes,
                               absl::string_view super_user) {
  SubjectsResult out;
  out.subjects.push_back(RbacSubject(kGroupKind, kMastersGroup));
  if (!super_user.empty()) {
    out.subjects.push_back(RbacSubject(kUserKind, super_user));
  }
  const PolicyReader reader(policy);
  const std::vector<std::string> errors = ForEachGranting(
      *reader, attributes, [&](const BindingView& view, const RoleRules&) {
        out.subjects.insert(out.subjects.end(), view.subjects.begin(),
                            view.subjects.end());
      });
  if (!errors.empty()) {
    out.error = MakeError(absl::StatusCode::kNotFound, Reason::kNotFound,
                          AggregateMessages(errors));
  }
  return out;
}

WhoCanResult WhoCan(const Policy& policy, const Attributes& attributes) {
  WhoCanResult out;
  const PolicyReader reader(policy);
  out.errors = ForEachGranting(
      *reader, attributes, [&](const BindingView& view, const RoleRules& role) {
        Grant grant;
        grant.binding_kind =
            view.cluster ? "ClusterRoleBinding" : "RoleBinding";
        grant.binding_namespace = std::string(view.ns());
        grant.binding_name = view.metadata.name();
        grant.role_ref = view.role_ref;
        const auto rule =
            absl::c_find_if(*role.rules, [&](const k8s::PolicyRule& r) {
              return RuleMatches(r, attributes);
            });
        grant.rule_index = static_cast<int>(rule - role.rules->begin());
        grant.rule = *rule;
        for (const k8s::Subject& subject : view.subjects) {
          grant.subject = subject;
          out.grants.push_back(grant);
        }
      });
  return out;
}

NamesResult AllowedNames(const Policy& policy, const Attributes& attributes) {
  NamesResult out;
  if (attributes.user == nullptr || !attributes.resource_request) return out;
  const PolicyReader reader(policy);
  for (const uint32_t id :
       reader->BindingsOf(*attributes.user, attributes.namespace_)) {
    const RoleRules* role = reader->RulesOf(id, nullptr);
    if (role == nullptr) continue;
    for (const k8s::PolicyRule& rule : *role->rules) {
      if (!VerbMatches(rule, attributes.verb) ||
          !ApiGroupMatches(rule, attributes.api_group) ||
          !ResourceMatches(rule, attributes.resource, attributes.subresource)) {
        continue;
      }
      if (rule.resourcenames().empty()) return NamesResult{true, {}};
      out.names.insert(out.names.end(), rule.resourcenames().begin(),
                       rule.resourcenames().end());
    }
  }
  absl::c_sort(out.names);
  out.names.erase(std::unique(out.names.begin(), out.names.end()),
                  out.names.end());
  return out;
}

}  // namespace gatehouse::rbac
