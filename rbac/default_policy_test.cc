#include "rbac/default_policy.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "objects/object.h"
#include "proto/rbac.pb.h"
#include "rbac/policy_objects.h"

namespace gatehouse::rbac {
namespace {

using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kRbacGroup[] = "rbac.authorization.k8s.io";
constexpr char kControllerPrefix[] = "system:controller:";

const PolicyObjects& Policy() {
  static const auto* const policy =
      new PolicyObjects(SelectPolicyObjects(DefaultPolicy()));
  return *policy;
}

template <typename T>
const T* Find(const std::vector<T>& list, absl::string_view namespace_,
              absl::string_view name) {
  for (const T& object : list) {
    if (object.metadata().namespace_() == namespace_ &&
        object.metadata().name() == name) {
      return &object;
    }
  }
  return nullptr;
}

const k8s::ClusterRole& ClusterRole(absl::string_view name) {
  const auto* role = Find(Policy().cluster_roles, "", name);
  EXPECT_NE(role, nullptr) << name;
  return role != nullptr ? *role : k8s::ClusterRole::default_instance();
}

// Writes a rule as "verbs|groups|resources|names|urls".
std::string Text(const k8s::PolicyRule& rule) {
  return absl::StrCat(absl::StrJoin(rule.verbs(), " "), "|",
                      absl::StrJoin(rule.apigroups(), ","), "|",
                      absl::StrJoin(rule.resources(), " "), "|",
                      absl::StrJoin(rule.resourcenames(), " "), "|",
                      absl::StrJoin(rule.nonresourceurls(), " "));
}

template <typename Role>
std::vector<std::string> Texts(const Role& role) {
  std::vector<std::string> out;
  for (const k8s::PolicyRule& rule : role.rules()) out.push_back(Text(rule));
  return out;
}

// Writes subjects as "Kind apiGroup namespace/name".
template <typename Binding>
std::vector<std::string> Subjects(const Binding& binding) {
  std::vector<std::string> out;
  for (const k8s::Subject& subject : binding.subjects()) {
    out.push_back(absl::StrCat(subject.kind(), " ", subject.apigroup(), " ",
                               subject.namespace_(), "/", subject.name()));
  }
  return out;
}

// Returns every rule of the policy with the name of its role.
std::vector<std::pair<std::string, k8s::PolicyRule>> AllRules() {
  std::vector<std::pair<std::string, k8s::PolicyRule>> out;
  for (const auto& role : Policy().cluster_roles) {
    for (const auto& rule : role.rules()) {
      out.emplace_back(role.metadata().name(), rule);
    }
  }
  for (const auto& role : Policy().roles) {
    for (const auto& rule : role.rules()) {
      out.emplace_back(role.metadata().name(), rule);
    }
  }
  return out;
}

template <typename T>
bool Has(const T& list, absl::string_view value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

// Returns whether a rule of the role names the verb and the resource, or all.
bool Grants(const k8s::ClusterRole& role, absl::string_view verb,
            absl::string_view group, absl::string_view resource) {
  return std::any_of(
      role.rules().begin(), role.rules().end(), [&](const auto& rule) {
        return (Has(rule.verbs(), verb) || Has(rule.verbs(), "*")) &&
               (Has(rule.apigroups(), group) || Has(rule.apigroups(), "*")) &&
               (Has(rule.resources(), resource) || Has(rule.resources(), "*"));
      });
}

TEST(DefaultPolicyTest, Counts) {
  const auto is_controller = [](const auto& object) {
    return absl::StartsWith(object.metadata().name(), kControllerPrefix);
  };
  const auto& roles = Policy().cluster_roles;
  const auto& bindings = Policy().cluster_role_bindings;
  EXPECT_EQ(std::count_if(roles.begin(), roles.end(), is_controller), 45);
  EXPECT_THAT(roles, SizeIs(32 + 45));
  EXPECT_EQ(std::count_if(bindings.begin(), bindings.end(), is_controller), 45);
  EXPECT_THAT(bindings, SizeIs(13 + 45));
  EXPECT_THAT(Policy().roles, SizeIs(7));
  EXPECT_THAT(Policy().role_bindings, SizeIs(7));
  EXPECT_THAT(DefaultPolicy(), SizeIs(32 + 45 + 13 + 45 + 7 + 7));
}

// The place in the documented order that an object belongs to.
int Section(const objects::Object& object) {
  const bool controller =
      absl::StartsWith(object.metadata().name(), kControllerPrefix);
  if (object.As<k8s::ClusterRole>() != nullptr) return controller ? 1 : 0;
  if (object.As<k8s::ClusterRoleBinding>() != nullptr)
    return controller ? 3 : 2;
  return object.As<k8s::Role>() != nullptr ? 4 : 5;
}

TEST(DefaultPolicyTest, OrderIsAsDocumentedAndNamesAreUnique) {
  std::vector<std::tuple<int, std::string, std::string>> keys;
  for (const objects::Object& object : DefaultPolicy()) {
    keys.emplace_back(Section(object), object.metadata().namespace_(),
                      object.metadata().name());
  }
  for (size_t i = 1; i < keys.size(); ++i) {
    EXPECT_LT(keys[i - 1], keys[i]) << std::get<2>(keys[i]);
  }
}

TEST(DefaultPolicyTest, EveryObjectIsMarkedAsBootstrapped) {
  for (const objects::Object& object : DefaultPolicy()) {
    const k8s::ObjectMeta& meta = object.metadata();
    SCOPED_TRACE(meta.name());
    ASSERT_NE(object.kind, nullptr);
    EXPECT_EQ(object.kind->namespaced, meta.has_namespace_());
    EXPECT_EQ(object.source, "");
    ASSERT_EQ(meta.labels().count(kBootstrappingLabel), 1u);
    EXPECT_EQ(meta.labels().at(kBootstrappingLabel), kBootstrappingValue);
    EXPECT_EQ(meta.annotations().size(), 1u);
    EXPECT_EQ(meta.annotations().at(kAutoupdateAnnotation), "true");
    EXPECT_FALSE(meta.has_uid());
    EXPECT_FALSE(meta.has_resourceversion());
  }
}

TEST(DefaultPolicyTest, EveryRuleWouldPassValidation) {
  for (const auto& [role, rule] : AllRules()) {
    SCOPED_TRACE(absl::StrCat(role, ": ", Text(rule)));
    EXPECT_FALSE(rule.verbs().empty());
    EXPECT_TRUE(std::is_sorted(rule.verbs().begin(), rule.verbs().end()));
    if (rule.nonresourceurls().empty()) {
      EXPECT_FALSE(rule.apigroups().empty());
      EXPECT_FALSE(rule.resources().empty());
    } else {
      EXPECT_TRUE(rule.apigroups().empty());
      EXPECT_TRUE(rule.resources().empty());
      EXPECT_TRUE(rule.resourcenames().empty());
    }
  }
}

TEST(DefaultPolicyTest, NoRuleRepeatsAValue) {
  for (const auto& [role, rule] : AllRules()) {
    SCOPED_TRACE(absl::StrCat(role, ": ", Text(rule)));
    for (const auto* list :
         {&rule.verbs(), &rule.apigroups(), &rule.resources(),
          &rule.resourcenames(), &rule.nonresourceurls()}) {
      const std::set<std::string> unique(list->begin(), list->end());
      EXPECT_EQ(unique.size(), static_cast<size_t>(list->size()));
    }
  }
}

TEST(DefaultPolicyTest, EveryBindingRefersToARoleOfThePolicy) {
  for (const auto& binding : Policy().cluster_role_bindings) {
    SCOPED_TRACE(binding.metadata().name());
    EXPECT_EQ(binding.roleref().apigroup(), kRbacGroup);
    EXPECT_EQ(binding.roleref().kind(), "ClusterRole");
    EXPECT_EQ(binding.roleref().name(), binding.metadata().name());
    EXPECT_NE(Find(Policy().cluster_roles, "", binding.roleref().name()),
              nullptr);
  }
  for (const auto& binding : Policy().role_bindings) {
    SCOPED_TRACE(binding.metadata().name());
    EXPECT_EQ(binding.roleref().apigroup(), kRbacGroup);
    EXPECT_EQ(binding.roleref().kind(), "Role");
    EXPECT_NE(Find(Policy().roles, binding.metadata().namespace_(),
                   binding.roleref().name()),
              nullptr);
  }
}

template <typename Binding>
void ExpectValidSubjects(const Binding& binding) {
  SCOPED_TRACE(binding.metadata().name());
  for (const k8s::Subject& subject : binding.subjects()) {
    EXPECT_THAT(subject.kind(), AnyOf("User", "Group", "ServiceAccount"));
    const bool account = subject.kind() == "ServiceAccount";
    EXPECT_EQ(subject.apigroup(), account ? "" : kRbacGroup);
    EXPECT_EQ(subject.has_apigroup(), !account);
    EXPECT_EQ(subject.namespace_(), account ? "kube-system" : "");
    EXPECT_EQ(subject.has_namespace_(), account);
    EXPECT_FALSE(subject.name().empty());
  }
}

TEST(DefaultPolicyTest, SubjectsAreValid) {
  for (const auto& b : Policy().cluster_role_bindings) ExpectValidSubjects(b);
  for (const auto& b : Policy().role_bindings) ExpectValidSubjects(b);
}

TEST(DefaultPolicyTest, EveryControllerRoleIsBoundToItsServiceAccount) {
  for (const auto& role : Policy().cluster_roles) {
    const std::string& name = role.metadata().name();
    if (!absl::StartsWith(name, kControllerPrefix)) continue;
    SCOPED_TRACE(name);
    EXPECT_FALSE(role.rules().empty());
    const auto* binding = Find(Policy().cluster_role_bindings, "", name);
    ASSERT_NE(binding, nullptr);
    EXPECT_THAT(Subjects(*binding),
                ElementsAre(absl::StrCat(
                    "ServiceAccount  kube-system/",
                    name.substr(std::string(kControllerPrefix).size()))));
  }
}

struct AggregateRow {
  const char* role;
  // The label whose roles it gathers, and that which makes it a part; "" for
  // none. Both follow "rbac.authorization.k8s.io/aggregate-to-".
  const char* gathers;
  const char* part_of;
  bool own_rules;
};

class AggregationTest : public ::testing::TestWithParam<AggregateRow> {};

TEST_P(AggregationTest, GathersAndIsGathered) {
  const AggregateRow& row = GetParam();
  const std::string prefix = "rbac.authorization.k8s.io/aggregate-to-";
  const k8s::ClusterRole& role = ClusterRole(row.role);
  EXPECT_EQ(!role.rules().empty(), row.own_rules);
  const bool gathers = *row.gathers != '\0';
  ASSERT_EQ(role.has_aggregationrule(), gathers);
  if (gathers) {
    ASSERT_THAT(role.aggregationrule().clusterroleselectors(), SizeIs(1));
    const auto& selector = role.aggregationrule().clusterroleselectors(0);
    EXPECT_THAT(selector.matchexpressions(), IsEmpty());
    ASSERT_EQ(selector.matchlabels().size(), 1u);
    EXPECT_EQ(selector.matchlabels().at(prefix + row.gathers), "true");
  }
  const bool part = *row.part_of != '\0';
  const auto& labels = role.metadata().labels();
  EXPECT_EQ(labels.size(), part ? 2u : 1u);
  if (part) {
    ASSERT_EQ(labels.count(prefix + row.part_of), 1u);
    EXPECT_EQ(labels.at(prefix + row.part_of), "true");
  }
}

INSTANTIATE_TEST_SUITE_P(
    Roles, AggregationTest,
    ::testing::Values(
        AggregateRow{"admin", "admin", "", false},
        AggregateRow{"edit", "edit", "admin", false},
        AggregateRow{"view", "view", "edit", false},
        AggregateRow{"system:aggregate-to-admin", "", "admin", true},
        AggregateRow{"system:aggregate-to-edit", "", "edit", true},
        AggregateRow{"system:aggregate-to-view", "", "view", true},
        AggregateRow{"cluster-admin", "", "", true},
        AggregateRow{"system:discovery", "", "", true}));

struct BindingCase {
  const char* name;
  std::vector<std::string> subjects;
};

TEST(DefaultPolicyTest, ClusterBindingsGoTo) {
  const std::string group = absl::StrCat("Group ", kRbacGroup, " /");
  const std::string user = absl::StrCat("User ", kRbacGroup, " /");
  const std::string accounts = group + "system:serviceaccounts";
  const std::string everybody = group + "system:authenticated";
  const std::vector<BindingCase> cases = {
      {"cluster-admin", {group + "system:masters"}},
      {"system:basic-user", {everybody}},
      {"system:discovery", {everybody}},
      {"system:public-info-viewer",
       {everybody, group + "system:unauthenticated"}},
      {"system:node", {}},
      {"system:node-proxier", {user + "system:kube-proxy"}},
      {"system:monitoring", {group + "system:monitoring"}},
      {"system:kube-dns", {"ServiceAccount  kube-system/kube-dns"}},
      {"system:kube-controller-manager",
       {user + "system:kube-controller-manager"}},
      {"system:kube-scheduler", {user + "system:kube-scheduler"}},
      {"system:volume-scheduler", {user + "system:kube-scheduler"}},
      {"system:service-account-issuer-discovery", {accounts}},
      {"system:cluster-trust-bundle-discovery", {accounts}},
  };
  for (const BindingCase& c : cases) {
    SCOPED_TRACE(c.name);
    const auto* binding = Find(Policy().cluster_role_bindings, "", c.name);
    ASSERT_NE(binding, nullptr);
    EXPECT_EQ(Subjects(*binding), c.subjects);
  }
}

struct GrantRow {
  const char* role;
  const char* verb;
  const char* group;
  const char* resource;
  bool granted;
};

class GrantTest : public ::testing::TestWithParam<GrantRow> {};

TEST_P(GrantTest, RoleNamesIt) {
  const GrantRow& row = GetParam();
  EXPECT_EQ(Grants(ClusterRole(row.role), row.verb, row.group, row.resource),
            row.granted)
      << row.role << " " << row.verb << " " << row.resource;
}

constexpr char kView[] = "system:aggregate-to-view";
constexpr char kEdit[] = "system:aggregate-to-edit";
constexpr char kAdmin[] = "system:aggregate-to-admin";

INSTANTIATE_TEST_SUITE_P(
    People, GrantTest,
    ::testing::Values(
        GrantRow{"cluster-admin", "frobnicate", "any.example", "x/y", true},
        // Secrets are for those who may write; so is getting into a pod.
        GrantRow{kView, "get", "", "secrets", false},
        GrantRow{kView, "get", "", "pods", true},
        GrantRow{kView, "get", "", "pods/log", true},
        GrantRow{kView, "get", "", "pods/exec", false},
        GrantRow{kView, "create", "", "pods", false},
        GrantRow{kView, "list", "rbac.authorization.k8s.io", "roles", false},
        GrantRow{kView, "watch", "events.k8s.io", "events", true},
        GrantRow{kEdit, "get", "", "secrets", true},
        GrantRow{kEdit, "get", "", "pods/exec", true},
        GrantRow{kEdit, "create", "", "pods/exec", true},
        GrantRow{kEdit, "create", "", "serviceaccounts/token", true},
        GrantRow{kEdit, "impersonate", "", "serviceaccounts", true},
        GrantRow{kEdit, "impersonate", "", "users", false},
        GrantRow{kEdit, "update", "apps", "deployments/scale", true},
        GrantRow{kEdit, "update", "apps", "deployments/status", false},
        GrantRow{kEdit, "update", "", "resourcequotas", false},
        GrantRow{kEdit, "create", "rbac.authorization.k8s.io", "roles", false},
        GrantRow{kAdmin, "create", "rbac.authorization.k8s.io", "roles", true},
        GrantRow{kAdmin, "escalate", "rbac.authorization.k8s.io", "roles",
                 false},
        GrantRow{kAdmin, "create", "rbac.authorization.k8s.io", "clusterroles",
                 false}));

INSTANTIATE_TEST_SUITE_P(
    Components, GrantTest,
    ::testing::Values(
        GrantRow{"system:node", "get", "", "secrets", true},
        GrantRow{"system:node", "delete", "", "nodes", false},
        GrantRow{"system:node", "create", "", "serviceaccounts/token", true},
        GrantRow{"system:kube-scheduler", "create", "", "pods/binding", true},
        GrantRow{"system:kube-scheduler", "get", "", "secrets", false},
        GrantRow{"system:kube-controller-manager", "list", "any.example", "x",
                 true},
        GrantRow{"system:kube-controller-manager", "get", "any.example", "x",
                 false},
        GrantRow{"system:kubelet-api-admin", "post", "", "nodes/proxy", true},
        GrantRow{"system:monitoring", "get", "", "nodes/metrics", true},
        GrantRow{"system:controller:clusterrole-aggregation-controller",
                 "escalate", "rbac.authorization.k8s.io", "clusterroles", true},
        GrantRow{"system:controller:generic-garbage-collector", "delete",
                 "any.example", "x", true},
        GrantRow{"system:controller:generic-garbage-collector", "create",
                 "any.example", "x", false},
        GrantRow{"system:controller:namespace-controller", "deletecollection",
                 "any.example", "x", true},
        GrantRow{"system:controller:horizontal-pod-autoscaler", "update",
                 "any.example", "*/scale", true},
        GrantRow{"system:controller:job-controller", "create", "", "pods",
                 true},
        GrantRow{"system:controller:job-controller", "update", "", "pods",
                 false}));

struct RulesCase {
  const char* namespace_;  // "" for a ClusterRole.
  const char* role;
  std::vector<std::string> rules;
};

TEST(DefaultPolicyTest, RulesInOrder) {
  const std::string events = "create patch update|,events.k8s.io|events||";
  const std::vector<RulesCase> cases = {
      {"", "cluster-admin", {"*|*|*||", "*||||*"}},
      {"",
       "system:auth-delegator",
       {"create|authentication.k8s.io|tokenreviews||",
        "create|authorization.k8s.io|subjectaccessreviews||"}},
      {"",
       "system:public-info-viewer",
       {"get||||/healthz /livez /readyz /version /version/"}},
      {"",
       "system:certificates.k8s.io:kubelet-serving-approver",
       {"approve|certificates.k8s.io|signers|kubernetes.io/kubelet-serving|"}},
      {"",
       "system:node-problem-detector",
       {"get||nodes||", "patch||nodes/status||", events}},
      {"kube-public",
       "system:controller:bootstrap-signer",
       {"get list watch||configmaps||", "update||configmaps|cluster-info|",
        events}},
      {"kube-system",
       "system:controller:bootstrap-signer",
       {"get list watch||secrets||"}},
      {"kube-system",
       "extension-apiserver-authentication-reader",
       {"get list watch||configmaps|extension-apiserver-authentication|"}},
  };
  for (const RulesCase& c : cases) {
    SCOPED_TRACE(c.role);
    if (*c.namespace_ == '\0') {
      EXPECT_EQ(Texts(ClusterRole(c.role)), c.rules);
      continue;
    }
    const auto* role = Find(Policy().roles, c.namespace_, c.role);
    ASSERT_NE(role, nullptr);
    EXPECT_EQ(Texts(*role), c.rules);
  }
}

TEST(DefaultPolicyTest, OneObjectForAllThreads) {
  std::vector<const void*> seen(4);
  std::vector<std::thread> threads;
  for (const void*& slot : seen) {
    threads.emplace_back([&slot] { slot = DefaultPolicy().data(); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const void* slot : seen) EXPECT_EQ(slot, DefaultPolicy().data());
}

}  // namespace
}  // namespace gatehouse::rbac
