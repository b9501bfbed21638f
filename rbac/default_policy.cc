#include "rbac/default_policy.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "proto/meta.pb.h"
#include "proto/rbac.pb.h"
#include "rbac/internal/default_policy_tables.h"

namespace gatehouse::rbac {
namespace {

using internal::BindingRow;
using internal::RoleRow;
using internal::RuleRow;
using internal::SubjectRow;
using Objects = std::vector<objects::Object>;

constexpr char kControllerPrefix[] = "system:controller:";
constexpr char kControllersNamespace[] = "kube-system";

std::string AggregationLabel(absl::string_view role) {
  return absl::StrCat("rbac.authorization.k8s.io/aggregate-to-", role);
}

k8s::ObjectMeta Metadata(absl::string_view namespace_, absl::string_view name) {
  k8s::ObjectMeta meta;
  meta.set_name(std::string(name));
  if (!namespace_.empty()) meta.set_namespace_(std::string(namespace_));
  (*meta.mutable_labels())[kBootstrappingLabel] = kBootstrappingValue;
  (*meta.mutable_annotations())[kAutoupdateAnnotation] = "true";
  return meta;
}

// Adds the words of `text` to a repeated field.
template <typename Field>
void AddWords(absl::string_view text, Field* field) {
  for (absl::string_view word : absl::StrSplit(text, ' ', absl::SkipEmpty())) {
    field->Add(std::string(word));
  }
}

k8s::PolicyRule MakeRule(const RuleRow& row) {
  k8s::PolicyRule rule;
  AddWords(row.verbs, rule.mutable_verbs());
  if (row.groups != nullptr) {
    // Empty parts stay: "" is the core group.
    for (absl::string_view group : absl::StrSplit(row.groups, ',')) {
      rule.add_apigroups(std::string(group));
    }
  }
  AddWords(row.resources, rule.mutable_resources());
  AddWords(row.names, rule.mutable_resourcenames());
  AddWords(row.urls, rule.mutable_nonresourceurls());
  return rule;
}

k8s::ClusterRole MakeClusterRole(absl::string_view prefix, const RoleRow& row) {
  k8s::ClusterRole role;
  *role.mutable_metadata() = Metadata("", absl::StrCat(prefix, row.name));
  if (row.part_of != nullptr) {
    (*role.mutable_metadata()
          ->mutable_labels())[AggregationLabel(row.part_of)] = "true";
  }
  if (row.gathers != nullptr) {
    auto* selector = role.mutable_aggregationrule()->add_clusterroleselectors();
    (*selector->mutable_matchlabels())[AggregationLabel(row.gathers)] = "true";
  }
  for (const RuleRow& rule : row.rules) *role.add_rules() = MakeRule(rule);
  return role;
}

k8s::Role MakeRole(const internal::NamespaceRoleRow& row) {
  k8s::Role role;
  *role.mutable_metadata() = Metadata(row.namespace_, row.role.name);
  for (const RuleRow& rule : row.role.rules) *role.add_rules() = MakeRule(rule);
  return role;
}

k8s::Subject MakeSubject(const SubjectRow& row) {
  k8s::Subject subject;
  subject.set_kind(row.kind);
  subject.set_name(row.name);
  if (subject.kind() == internal::kServiceAccount) {
    subject.set_namespace_(kControllersNamespace);
  } else {
    subject.set_apigroup(internal::kRbac);
  }
  return subject;
}

template <typename Binding>
Binding MakeBinding(const BindingRow& row, absl::string_view role_kind) {
  Binding binding;
  *binding.mutable_metadata() =
      Metadata(row.namespace_, row.name != nullptr ? row.name : row.role);
  k8s::RoleRef* ref = binding.mutable_roleref();
  ref->set_apigroup(internal::kRbac);
  ref->set_kind(std::string(role_kind));
  ref->set_name(row.role);
  for (const SubjectRow& subject : row.subjects) {
    *binding.add_subjects() = MakeSubject(subject);
  }
  return binding;
}

// Returns the binding of a controller's role to its service account.
k8s::ClusterRoleBinding MakeControllerBinding(const RoleRow& row) {
  const std::string role = absl::StrCat(kControllerPrefix, row.name);
  return MakeBinding<k8s::ClusterRoleBinding>(
      {"", role.c_str(), {{internal::kServiceAccount, row.name}}},
      "ClusterRole");
}

// Appends `section` to `out` in the order of namespaces and names.
void AppendSorted(Objects section, Objects* out) {
  std::sort(section.begin(), section.end(),
            [](const objects::Object& a, const objects::Object& b) {
              return std::tie(a.metadata().namespace_(), a.metadata().name()) <
                     std::tie(b.metadata().namespace_(), b.metadata().name());
            });
  std::move(section.begin(), section.end(), std::back_inserter(*out));
}

template <typename Row, typename Make>
void AddRows(absl::Span<const Row> rows, Make make, Objects* section) {
  for (const Row& row : rows) {
    section->push_back(objects::MakeObject(make(row)));
  }
}

Objects MakeRoles() {
  const auto plain = [](const RoleRow& row) {
    return MakeClusterRole("", row);
  };
  const auto controller = [](const RoleRow& row) {
    return MakeClusterRole(kControllerPrefix, row);
  };
  Objects roles, controllers, out;
  AddRows(internal::PeopleRoleRows(), plain, &roles);
  AddRows(internal::ComponentRoleRows(), plain, &roles);
  AddRows(internal::WorkloadControllerRows(), controller, &controllers);
  AddRows(internal::ClusterControllerRows(), controller, &controllers);
  AppendSorted(std::move(roles), &out);
  AppendSorted(std::move(controllers), &out);
  return out;
}

Objects MakeClusterBindings() {
  const auto plain = [](const BindingRow& row) {
    return MakeBinding<k8s::ClusterRoleBinding>(row, "ClusterRole");
  };
  Objects bindings, controllers, out;
  AddRows(internal::ClusterBindingRows(), plain, &bindings);
  AddRows(internal::WorkloadControllerRows(), MakeControllerBinding,
          &controllers);
  AddRows(internal::ClusterControllerRows(), MakeControllerBinding,
          &controllers);
  AppendSorted(std::move(bindings), &out);
  AppendSorted(std::move(controllers), &out);
  return out;
}

Objects MakeNamespaced() {
  const auto binding = [](const BindingRow& row) {
    return MakeBinding<k8s::RoleBinding>(row, "Role");
  };
  Objects roles, bindings, out;
  AddRows(internal::NamespaceRoleRows(), MakeRole, &roles);
  AddRows(internal::NamespaceBindingRows(), binding, &bindings);
  AppendSorted(std::move(roles), &out);
  AppendSorted(std::move(bindings), &out);
  return out;
}

}  // namespace

const std::vector<objects::Object>& DefaultPolicy() {
  static const Objects* const policy = [] {
    auto* all = new Objects(MakeRoles());
    for (Objects part : {MakeClusterBindings(), MakeNamespaced()}) {
      std::move(part.begin(), part.end(), std::back_inserter(*all));
    }
    return all;
  }();
  return *policy;
}

}  // namespace gatehouse::rbac
