#include "rbac/who_can.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "authz/authorizer.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "objects/object.h"
#include "proto/rbac.pb.h"
#include "rbac/policy.h"
#include "rbac/policy_objects.h"
#include "rbac/testing/ask.h"
#include "rbac/testing/generator.h"
#include "rbac/testing/make.h"

namespace gatehouse::rbac {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::unique_ptr<Policy> MakePolicy(
    const std::vector<objects::Object>& objects) {
  auto policy = Policy::Create(objects);
  EXPECT_TRUE(policy.ok()) << policy.status();
  return policy.ok() ? std::move(*policy) : nullptr;
}

// "Kind:name", "Kind:name:namespace"; with "@" where the group is set.
std::string Text(const k8s::Subject& subject) {
  return absl::StrCat(subject.apigroup().empty() ? "" : "@", subject.kind(),
                      ":", subject.name(),
                      subject.namespace_().empty() ? "" : ":",
                      subject.namespace_());
}

std::vector<objects::Object> Sample() {
  return {
      ClusterRoleOf("reader", {MakeRule("list", "", "pods"),
                               MakeRule("get", "", "pods")}),
      ClusterRoleOf("named", {MakeRule("get", "", "pods", "x")}),
      ClusterRoleOf("health", {MakeUrlRule("get", "/healthz")}),
      BindingOf("dev", "b2", "ClusterRole:reader",
                "User:jane,ServiceAccount:bot,User:jane"),
      BindingOf("dev", "b1", "ClusterRole:named", "Group:devs"),
      BindingOf("ops", "b3", "ClusterRole:reader", "User:op"),
      BindingOf("dev", "b4", "Role:gone", "User:lost"),
      BindingOf("", "b5", "ClusterRole:reader", "User:nowhere"),
      BindingOf("dev", "b6", "ClusterRole:health", "User:jane"),
      ClusterBindingOf("c2", "ClusterRole:reader", "Group:ops,Robot:r2"),
      ClusterBindingOf("c1", "ClusterRole:health", "User:probe"),
      ClusterBindingOf("c0", "ClusterRole:gone", "User:lost"),
      ClusterBindingOf("c3", "ClusterRole:reader", kNone),
  };
}

constexpr char kClusterRoleGone[] =
    R"(clusterrole.rbac.authorization.k8s.io "gone" not found)";
constexpr char kRoleGone[] =
    R"(role.rbac.authorization.k8s.io "gone" not found)";

struct Case {
  Request request;
  std::vector<std::string> subjects;  // After system:masters.
  std::vector<std::string> bindings;  // Of the grants, one for each subject.
  std::vector<std::string> errors;
};

std::vector<Case> Cases() {
  return {
      {Ask("", "get", "dev", "pods"),
       {"Group:ops", "Robot:r2", "User:jane", "ServiceAccount:bot",
        "User:jane"},
       {"c2", "c2", "b2", "b2", "b2"},
       {kClusterRoleGone, kRoleGone}},
      {Ask("", "get", "dev", "pods", "x"),
       {"Group:ops", "Robot:r2", "User:jane", "ServiceAccount:bot", "User:jane",
        "Group:devs"},
       {"c2", "c2", "b2", "b2", "b2", "b1"},
       {kClusterRoleGone, kRoleGone}},
      {Ask("", "get", "ops", "pods"),
       {"Group:ops", "Robot:r2", "User:op"},
       {"c2", "c2", "b3"},
       {kClusterRoleGone}},
      {Ask("", "get", "", "pods"),
       {"Group:ops", "Robot:r2"},
       {"c2", "c2"},
       {kClusterRoleGone}},
      {Ask("", "get", "*", "pods"),
       {"Group:ops", "Robot:r2"},
       {"c2", "c2"},
       {kClusterRoleGone}},
      {Ask("", "get", "", "/healthz"),
       {"User:probe"},
       {"c1"},
       {kClusterRoleGone}},
      {Ask("", "delete", "ops", "pods"), {}, {}, {kClusterRoleGone}},
  };
}

TEST(WhoCanTest, AllowedSubjects) {
  const auto policy = MakePolicy(Sample());
  for (const Case& c : Cases()) {
    for (const char* super_user : {"", "root"}) {
      const SubjectsResult got =
          AllowedSubjects(*policy, c.request.Attributes(), super_user);
      std::vector<std::string> want = {"@Group:system:masters"};
      if (*super_user != '\0') want.push_back("@User:root");
      want.insert(want.end(), c.subjects.begin(), c.subjects.end());
      std::vector<std::string> texts;
      for (const auto& subject : got.subjects) texts.push_back(Text(subject));
      EXPECT_EQ(texts, want) << c.request.DebugString();
      EXPECT_EQ(ReasonOf(got.error), Reason::kNotFound);
      EXPECT_EQ(got.error.message(), AggregateMessages(c.errors));
    }
  }
}

TEST(WhoCanTest, WhoCanNamesTheBindings) {
  const auto policy = MakePolicy(Sample());
  for (const Case& c : Cases()) {
    const WhoCanResult got = WhoCan(*policy, c.request.Attributes());
    std::vector<std::string> subjects, bindings;
    for (const Grant& grant : got.grants) {
      subjects.push_back(Text(grant.subject));
      bindings.push_back(grant.binding_name);
      EXPECT_EQ(grant.binding_namespace.empty(),
                grant.binding_kind == "ClusterRoleBinding");
    }
    EXPECT_EQ(subjects, c.subjects) << c.request.DebugString();
    EXPECT_EQ(bindings, c.bindings) << c.request.DebugString();
    EXPECT_EQ(got.errors, c.errors) << c.request.DebugString();
  }
}

TEST(WhoCanTest, AGrantHasTheFirstRuleThatMatches) {
  const auto policy = MakePolicy(Sample());
  const WhoCanResult got =
      WhoCan(*policy, Ask("", "get", "ops", "pods").Attributes());
  ASSERT_FALSE(got.grants.empty());
  EXPECT_EQ(got.grants[0].rule_index, 1);
  EXPECT_EQ(got.grants[0].rule.verbs(0), "get");
  EXPECT_EQ(got.grants[0].role_ref.name(), "reader");
}

TEST(WhoCanTest, TheUserOfTheRequestPlaysNoPart) {
  const auto policy = MakePolicy(Sample());
  Request request = Ask("jane,ops", "get", "dev", "pods");
  const size_t with = WhoCan(*policy, request.Attributes()).grants.size();
  request.has_user = false;
  EXPECT_EQ(WhoCan(*policy, request.Attributes()).grants.size(), with);
}

TEST(WhoCanTest, AnEmptyPolicy) {
  const Policy policy;
  const Request request = Ask("", "get", "dev", "pods");
  const SubjectsResult got = AllowedSubjects(policy, request.Attributes());
  ASSERT_EQ(got.subjects.size(), 1u);
  EXPECT_EQ(Text(got.subjects[0]), "@Group:system:masters");
  EXPECT_TRUE(got.error.ok());
  EXPECT_THAT(WhoCan(policy, request.Attributes()).grants, IsEmpty());
}

// The place of a binding that was deleted is another's now.
TEST(WhoCanTest, AfterChanges) {
  const auto policy = MakePolicy(Sample());
  policy->Apply({{}, {BindingOf("dev", "b2", "", kNone)}});
  policy->Apply({{BindingOf("dev", "b7", "ClusterRole:reader", "User:new")},
                 {ClusterBindingOf("c2", "", kNone)}});
  const WhoCanResult got =
      WhoCan(*policy, Ask("", "get", "dev", "pods", "x").Attributes());
  std::vector<std::string> subjects;
  for (const Grant& grant : got.grants) subjects.push_back(Text(grant.subject));
  EXPECT_THAT(subjects, ElementsAre("Group:devs", "User:new"));
}

// ---- AllowedNames ----

struct NamesCase {
  const char* who;
  const char* verb;
  const char* ns;
  const char* what;
  const char* want;  // "all", or names joined by commas.
};

TEST(AllowedNamesTest, AllSomeOrNone) {
  const auto policy = MakePolicy({
      ClusterRoleOf("some", {MakeRule("get", "", "pods", "b,a"),
                             MakeRule("get", "", "pods,nodes", "c,b"),
                             MakeRule("list", "", "pods", "d"),
                             MakeRule("get", "apps", "*", "e"),
                             MakeRule("get", "", "*/log", "f,"),
                             MakeRule("*", "batch", "jobs", "*")}),
      ClusterRoleOf("more", {MakeRule("get", "", "pods", "z")}),
      ClusterRoleOf("every", {MakeRule("get", "", "pods")}),
      ClusterBindingOf("c", "ClusterRole:some", "User:u"),
      ClusterBindingOf("gone", "ClusterRole:gone", "User:u"),
      BindingOf("dev", "b", "ClusterRole:more", "Group:g,User:u"),
      BindingOf("ops", "b", "ClusterRole:every", "Group:g"),
  });
  const NamesCase kCases[] = {
      {"u", "get", "", "pods", "a,b,c"},
      {"u", "get", "dev", "pods", "a,b,c,z"},
      {"u", "get", "ops", "pods", "a,b,c"},
      {"u,g", "get", "ops", "pods", "all"},
      {"u,g", "list", "ops", "pods", "d"},
      {"o,g", "get", "dev", "pods", "z"},
      {"o,g", "get", "", "pods", ""},
      {"u", "get", "", "nodes", "b,c"},
      {"u", "get", "", "any.apps", "e"},
      {"u", "get", "", "any/sub.apps", "e"},
      {"u", "get", "", "pods/log", ",f"},
      {"u", "watch", "", "pods", ""},
      {"u", "get", "", "jobs.batch", "*"},  // Literal; not all.
      {"nobody", "get", "dev", "pods", ""},
      {"u", "get", "", "/healthz", ""},
  };
  for (const NamesCase& c : kCases) {
    for (const char* name : {"", "ignored"}) {
      const NamesResult got = AllowedNames(
          *policy, Ask(c.who, c.verb, c.ns, c.what, name).Attributes());
      std::string text;
      for (size_t i = 0; i < got.names.size(); ++i) {
        absl::StrAppend(&text, i == 0 ? "" : ",", got.names[i]);
      }
      EXPECT_EQ(got.all ? "all" + text : text, c.want)
          << c.who << " " << c.verb << " " << c.ns << " " << c.what;
    }
  }
}

TEST(AllowedNamesTest, NoUser) {
  const auto policy =
      MakePolicy({ClusterRoleOf("every", {MakeRule("*", "*", "*")}),
                  ClusterBindingOf("c", "ClusterRole:every", "User:,Group:")});
  Request request = Ask("", "get", "dev", "pods");
  EXPECT_TRUE(AllowedNames(*policy, request.Attributes()).all);
  request.has_user = false;
  const NamesResult got = AllowedNames(*policy, request.Attributes());
  EXPECT_FALSE(got.all);
  EXPECT_THAT(got.names, IsEmpty());
}

// What the names say is what Decide says of each object.
TEST(AllowedNamesTest, AgreesWithDecide) {
  for (uint64_t seed = 1; seed <= 100; ++seed) {
    EdgeGenerator generator(SeededChoices(seed));
    const PolicyObjects objects = generator.RandomPolicy(40);
    Policy policy;
    PolicyUpdate update;
    for (const auto& o : objects.cluster_roles) {
      update.put.push_back(objects::MakeObject(o));
    }
    for (const auto& o : objects.roles) {
      update.put.push_back(objects::MakeObject(o));
    }
    for (const auto& o : objects.cluster_role_bindings) {
      update.put.push_back(objects::MakeObject(o));
    }
    for (const auto& o : objects.role_bindings) {
      update.put.push_back(objects::MakeObject(o));
    }
    policy.Apply(update);
    for (int i = 0; i < 50; ++i) {
      Request request = generator.RandomRequest();
      if (!request.resource_request) continue;
      const NamesResult names = AllowedNames(policy, request.Attributes());
      for (const char* name : {"n1", "n2", "", "*", "N1", "unheard-of"}) {
        request.name = name;
        const bool kept =
            names.all || std::count(names.names.begin(), names.names.end(),
                                    std::string(name)) == 1;
        EXPECT_EQ(policy.Decide(request.Attributes()) == authz::Outcome::kAllow,
                  kept)
            << "seed " << seed << ": " << request.DebugString();
      }
    }
  }
}

}  // namespace
}  // namespace gatehouse::rbac
