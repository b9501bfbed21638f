#include "cli/internal/api_resources.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/types/optional.h"
#include "gtest/gtest.h"
#include "objects/object.h"
#include "proto/rbac.pb.h"

namespace gatehouse::cli {
namespace {

std::string Show(const absl::optional<ResourceType>& type) {
  if (!type) return "-";
  return absl::StrCat(type->resource, type->group.empty() ? "" : ".",
                      type->group,
                      !type->namespaced   ? " ?"
                      : *type->namespaced ? " namespaced"
                                          : " cluster");
}

struct FindRow {
  const char* argument;
  const char* want;
};

TEST(ResourceMapperTest, Builtin) {
  const FindRow rows[] = {
      {"pods", "pods namespaced"},
      {"pod", "pods namespaced"},
      {"po", "pods namespaced"},
      {"PODS", "pods namespaced"},
      {"Pod", "pods namespaced"},
      {"no", "nodes cluster"},
      {"ns", "namespaces cluster"},
      {"pvc", "persistentvolumeclaims namespaced"},
      {"deploy", "deployments.apps namespaced"},
      {"deploy.apps", "deployments.apps namespaced"},
      {"deployments.v1.apps", "deployments.apps namespaced"},
      {"Deployment.v1.apps", "deployments.apps namespaced"},
      {"crd", "customresourcedefinitions.apiextensions.k8s.io cluster"},
      {"crds", "customresourcedefinitions.apiextensions.k8s.io cluster"},
      {"ing", "ingresses.networking.k8s.io namespaced"},
      {"ingresses.networking", "ingresses.networking.k8s.io namespaced"},
      {"netpol", "networkpolicies.networking.k8s.io namespaced"},
      {"hpa", "horizontalpodautoscalers.autoscaling namespaced"},
      {"pdb", "poddisruptionbudgets.policy namespaced"},
      {"csr", "certificatesigningrequests.certificates.k8s.io cluster"},
      {"clusterroles", "clusterroles.rbac.authorization.k8s.io cluster"},
      {"roles", "roles.rbac.authorization.k8s.io namespaced"},
      {"sa", "serviceaccounts namespaced"},
      // The core group is preferred.
      {"events", "events namespaced"},
      {"events.events.k8s.io", "events.events.k8s.io namespaced"},
      {"endpoints", "endpoints namespaced"},
      {"pods.apps", "-"},
      {"certificates.k8s.io", "-"},
      {"foos", "-"},
      {"", "-"},
      {".", "-"},
      {"pods/log", "-"},
      {"*", "-"},
  };
  const ResourceMapper mapper({});
  EXPECT_TRUE(mapper.policy_types().empty());
  for (const FindRow& row : rows) {
    EXPECT_EQ(Show(mapper.Find(row.argument)), row.want) << row.argument;
  }
}

k8s::PolicyRule Rule(std::vector<std::string> groups,
                     std::vector<std::string> resources) {
  k8s::PolicyRule rule;
  rule.add_verbs("get");
  for (std::string& group : groups) rule.add_apigroups(std::move(group));
  for (std::string& name : resources) rule.add_resources(std::move(name));
  return rule;
}

TEST(ResourceMapperTest, Policy) {
  k8s::ClusterRole cluster_role;
  *cluster_role.add_rules() = Rule({"example.com"}, {"widgets", "gears"});
  *cluster_role.add_rules() = Rule({"", "*"}, {"pods", "pods/log", "*/scale"});
  *cluster_role.add_rules() = Rule({"open.io", "apps"}, {"*"});
  k8s::Role role;
  *role.add_rules() = Rule({"example.com", "other.io"}, {"widgets"});
  k8s::RoleBinding binding;
  const std::vector<objects::Object> objects = {
      objects::MakeObject(cluster_role), objects::MakeObject(role),
      objects::MakeObject(binding)};
  const ResourceMapper mapper(objects);
  const FindRow rows[] = {
      {"pods", "pods namespaced"},
      {"widgets", "widgets.example.com ?"},
      {"Widgets", "widgets.example.com ?"},
      {"widgets.other.io", "widgets.other.io ?"},
      {"widgets.third.io", "-"},
      {"gears.example.com", "gears.example.com ?"},
      {"gears.example", "-"},
      // A rule about everything in a group makes its types known.
      {"anything.open.io", "anything.open.io ?"},
      {"anything", "-"},
      // But the types of built-in groups are known without it.
      {"anything.apps", "-"},
  };
  for (const FindRow& row : rows) {
    EXPECT_EQ(Show(mapper.Find(row.argument)), row.want) << row.argument;
  }
  std::vector<std::string> types;
  for (const ResourceType& type : mapper.policy_types()) {
    types.push_back(Show(type));
  }
  EXPECT_EQ(types, (std::vector<std::string>{
                       "pods/log namespaced", "gears.example.com ?",
                       "widgets.example.com ?", "widgets.other.io ?"}));
}

TEST(BuiltinResourcesTest, NamesAreUniqueInTheirGroups) {
  std::set<std::pair<std::string, std::string>> seen;
  for (const ApiResource& type : BuiltinResources()) {
    std::vector<std::string> names = {std::string(type.name)};
    for (absl::string_view name :
         absl::StrSplit(type.short_names, ',', absl::SkipEmpty())) {
      names.emplace_back(name);
    }
    for (const std::string& name : names) {
      EXPECT_TRUE(seen.emplace(std::string(type.group), name).second)
          << type.group << " " << name;
    }
    EXPECT_FALSE(type.kind.empty()) << type.name;
  }
}

TEST(IsSubresourceTest, Rows) {
  EXPECT_TRUE(IsSubresource("pods", "log"));
  EXPECT_TRUE(IsSubresource("deployments", "scale"));
  EXPECT_FALSE(IsSubresource("pods", "scale"));
  EXPECT_FALSE(IsSubresource("pods", ""));
  EXPECT_FALSE(IsSubresource("pods", "web-0"));
  EXPECT_FALSE(IsSubresource("*", "log"));
}

TEST(ParseGroupResourceTest, Rows) {
  const std::vector<std::vector<std::string>> rows = {
      {"pods", "pods", ""},  {"Deployments.Apps", "deployments", "apps"},
      {"a.b.c", "a", "b.c"}, {".b", "", "b"},
      {"a.", "a", ""},
  };
  for (const auto& row : rows) {
    const GroupResource got = ParseGroupResource(row[0]);
    EXPECT_EQ(got.resource, row[1]) << row[0];
    EXPECT_EQ(got.group, row[2]) << row[0];
  }
}

}  // namespace
}  // namespace gatehouse::cli
