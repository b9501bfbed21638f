#include "rbac/testing/generator_roles.h"

#include <initializer_list>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace gatehouse::rbac::workload {
namespace {

using Words = std::initializer_list<absl::string_view>;

constexpr Words kRead = {"get", "list", "watch"};
constexpr Words kWrite = {"create", "update", "patch", "delete",
                          "deletecollection"};

template <typename Role>
k8s::PolicyRule* AddRule(Role* role, Words verbs, Words groups,
                         Words resources) {
  k8s::PolicyRule* rule = role->add_rules();
  for (absl::string_view verb : verbs) rule->add_verbs(std::string(verb));
  for (absl::string_view g : groups) rule->add_apigroups(std::string(g));
  for (absl::string_view r : resources) rule->add_resources(std::string(r));
  return rule;
}

void AddUrlRule(k8s::ClusterRole* role, Words urls) {
  k8s::PolicyRule* rule = role->add_rules();
  rule->add_verbs("get");
  for (absl::string_view url : urls) {
    rule->add_nonresourceurls(std::string(url));
  }
}

k8s::ClusterRole Named(absl::string_view name) {
  k8s::ClusterRole role;
  role.mutable_metadata()->set_name(std::string(name));
  return role;
}

void AddViewRules(k8s::ClusterRole* role) {
  AddRule(role, kRead, {""},
          {"configmaps", "endpoints", "events", "namespaces", "pods",
           "pods/log", "pods/status", "replicationcontrollers",
           "resourcequotas", "serviceaccounts", "services"});
  AddRule(role, kRead, {"apps"},
          {"daemonsets", "deployments", "deployments/scale", "replicasets",
           "statefulsets", "statefulsets/scale"});
  AddRule(role, kRead, {"batch"}, {"cronjobs", "jobs"});
  AddRule(role, kRead, {"autoscaling"}, {"horizontalpodautoscalers"});
  AddRule(role, kRead, {"networking.k8s.io", "extensions"},
          {"ingresses", "networkpolicies"});
  AddRule(role, kRead, {"policy"}, {"poddisruptionbudgets"});
}

void AddEditRules(k8s::ClusterRole* role) {
  AddRule(role, kWrite, {""},
          {"configmaps", "pods", "pods/attach", "pods/exec", "pods/portforward",
           "secrets", "serviceaccounts", "services"});
  AddRule(role, kRead, {""}, {"secrets", "pods/exec", "services/proxy"});
  AddRule(role, kWrite, {"apps"},
          {"daemonsets", "deployments", "deployments/scale", "replicasets",
           "statefulsets", "statefulsets/scale"});
  AddRule(role, kWrite, {"batch"}, {"cronjobs", "jobs"});
  AddRule(role, kWrite, {"autoscaling"}, {"horizontalpodautoscalers"});
  AddRule(role, kWrite, {"networking.k8s.io", "extensions"},
          {"ingresses", "networkpolicies"});
  AddViewRules(role);
}

// The small role of a program that keeps objects of its own.
k8s::ClusterRole OperatorRole(uint32_t number) {
  const std::string name = absl::StrCat("operator-", number);
  const std::string kind = absl::StrCat("widget", number, "s");
  const std::string group = absl::StrCat("op", number, ".example.io");
  k8s::ClusterRole role = Named(name);
  AddRule(&role, {"get", "list", "watch", "update", "patch"}, {group},
          {kind, absl::StrCat(kind, "/status")});
  AddRule(&role, kRead, {""}, {"configmaps", "services"});
  AddRule(&role, {"get", "update"}, {"coordination.k8s.io"}, {"leases"})
      ->add_resourcenames(absl::StrCat(name, "-leader"));
  // Some operators scale whatever can be scaled; some own all of their group.
  if (number % 7 == 3) AddRule(&role, {"get", "update"}, {"*"}, {"*/scale"});
  if (number % 5 == 2) AddRule(&role, {"*"}, {group}, {"*"});
  return role;
}

// Returns a role of a namespace without rules.
k8s::Role NamedIn(const std::string& namespace_, absl::string_view name) {
  k8s::Role role;
  role.mutable_metadata()->set_name(std::string(name));
  role.mutable_metadata()->set_namespace_(namespace_);
  return role;
}

}  // namespace

std::vector<k8s::ClusterRole> WorkloadClusterRoles(uint32_t operators) {
  std::vector<k8s::ClusterRole> roles;
  for (const char* name :
       {"admin", "edit", "view", "cluster-admin", "discovery", "monitoring"}) {
    roles.push_back(Named(name));
  }
  AddRule(&roles[kAdmin], {"*"}, {kRbac}, {"roles", "rolebindings"});
  AddRule(&roles[kAdmin], {"create"}, {"authorization.k8s.io"},
          {"localsubjectaccessreviews"});
  AddEditRules(&roles[kAdmin]);
  AddEditRules(&roles[kEdit]);
  AddViewRules(&roles[kView]);
  AddRule(&roles[kClusterAdmin], {"*"}, {"*"}, {"*"});
  AddUrlRule(&roles[kClusterAdmin], {"*"});
  AddUrlRule(&roles[kDiscovery],
             {"/api", "/api/*", "/apis", "/apis/*", "/version", "/healthz"});
  AddUrlRule(&roles[kMonitoring], {"/metrics", "/metrics/*", "/livez/*"});
  AddRule(&roles[kMonitoring], {"get"}, {""}, {"nodes/metrics"});
  for (uint32_t i = 0; i < operators; ++i) roles.push_back(OperatorRole(i));
  return roles;
}

k8s::Role ConfigReader(const std::string& namespace_, uint32_t set) {
  k8s::Role role = NamedIn(namespace_, "config-reader");
  k8s::PolicyRule* rule =
      AddRule(&role, {"get", "watch"}, {""}, {"configmaps", "secrets"});
  rule->add_resourcenames(absl::StrCat("settings-", set));
  rule->add_resourcenames("shared-settings");
  return role;
}

k8s::Role Deployer(const std::string& namespace_) {
  k8s::Role role = NamedIn(namespace_, "deployer");
  AddRule(&role, {"get", "list", "watch", "update", "patch"}, {"apps"},
          {"deployments", "deployments/scale"});
  AddRule(&role, {"get", "list"}, {""}, {"pods", "pods/log"});
  AddRule(&role, {"create"}, {""}, {"pods/exec"});
  return role;
}

}  // namespace gatehouse::rbac::workload
