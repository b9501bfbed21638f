#include "rbac/explain.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "authz/authorizer.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "objects/object.h"
#include "proto/rbac.pb.h"
#include "rbac/policy.h"
#include "rbac/testing/ask.h"
#include "rbac/testing/generator.h"
#include "rbac/testing/make.h"

namespace gatehouse::rbac {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::unique_ptr<Policy> MakePolicy(
    const std::vector<objects::Object>& objects) {
  auto policy = Policy::Create(objects);
  EXPECT_TRUE(policy.ok()) << policy.status();
  return policy.ok() ? std::move(*policy) : nullptr;
}

Explanation ExplainTo(const std::vector<objects::Object>& objects,
                      const Request& request, ExplainOptions options = {}) {
  const auto policy = MakePolicy(objects);
  const Explanation out = Explain(*policy, request.Attributes(), options);
  EXPECT_EQ(out.outcome, policy->Decide(request.Attributes()))
      << request.DebugString();
  return out;
}

objects::Object Reader(absl::string_view verbs = "get") {
  return ClusterRoleOf("reader", {MakeRule(verbs, "", "pods")});
}

std::vector<std::string> Texts(const Explanation& explanation) {
  std::vector<std::string> out;
  for (const auto& miss : explanation.near_misses) out.push_back(miss.text);
  return out;
}

std::vector<MissKind> Kinds(const Explanation& explanation) {
  std::vector<MissKind> out;
  for (const auto& miss : explanation.near_misses) out.push_back(miss.kind);
  return out;
}

// ---- Grants ----

TEST(ExplainTest, AGrantIsTheWholeChain) {
  const k8s::PolicyRule list = MakeRule("list", "", "pods");
  const k8s::PolicyRule get = MakeRule("get,watch", "", "pods,nodes");
  const auto policy =
      MakePolicy({ClusterRoleOf("r", {list, get, get}),
                  BindingOf("dev", "b", "ClusterRole:r",
                            "User:x,Group:g,User:jane,User:jane")});
  const Explanation out =
      Explain(*policy, Ask("jane,g", "get", "dev", "pods").Attributes());
  EXPECT_EQ(out.outcome, authz::Outcome::kAllow);
  EXPECT_THAT(out.near_misses, IsEmpty());
  EXPECT_THAT(out.errors, IsEmpty());
  ASSERT_THAT(out.grants, SizeIs(1));
  const Grant& grant = out.grants[0];
  EXPECT_EQ(grant.binding_kind, "RoleBinding");
  EXPECT_EQ(grant.binding_namespace, "dev");
  EXPECT_EQ(grant.binding_name, "b");
  EXPECT_EQ(grant.role_ref.kind(), "ClusterRole");
  EXPECT_EQ(grant.role_ref.name(), "r");
  EXPECT_EQ(grant.subject.kind(), "Group") << "the first that names the user";
  EXPECT_EQ(grant.subject.name(), "g");
  EXPECT_EQ(grant.rule_index, 1);
  EXPECT_EQ(grant.rule.ShortDebugString(), get.ShortDebugString());
}

TEST(ExplainTest, GrantsInOrderOfVisitsUpToTheLimit) {
  const std::vector<objects::Object> objects = {
      Reader(),
      BindingOf("dev", "n2", "ClusterRole:reader", "User:u"),
      BindingOf("dev", "n1", "ClusterRole:reader", "Group:g"),
      ClusterBindingOf("c2", "ClusterRole:reader", "User:u"),
      ClusterBindingOf("gone", "ClusterRole:gone", "User:u"),
      ClusterBindingOf("c1", "ClusterRole:reader", "User:u")};
  const std::vector<std::string> kWant = {"c2", "c1", "n2", "n1"};
  for (size_t limit = 0; limit < 6; ++limit) {
    ExplainOptions options;
    options.max_grants = limit;
    const Explanation out =
        ExplainTo(objects, Ask("u,g", "get", "dev", "pods"), options);
    EXPECT_EQ(out.outcome, authz::Outcome::kAllow);
    std::vector<std::string> names;
    for (const Grant& grant : out.grants) names.push_back(grant.binding_name);
    EXPECT_EQ(names, std::vector<std::string>(
                         kWant.begin(),
                         kWant.begin() + std::min(limit, kWant.size())));
    EXPECT_THAT(out.near_misses, IsEmpty());
  }
}

TEST(ExplainTest, GrantDescriptions) {
  const struct {
    objects::Object binding;
    const char* who;
    const char* want;
  } kCases[] = {
      {ClusterBindingOf("b", "ClusterRole:reader", "User:u"), "u",
       R"(ClusterRoleBinding "b" of ClusterRole "reader" to User "u")"},
      {BindingOf("dev", "b", "ClusterRole:reader", "Group:g"), "u,g",
       R"(RoleBinding "b/dev" of ClusterRole "reader" to Group "g")"},
      {BindingOf("dev", "b", "ClusterRole:reader", "ServiceAccount:s"),
       "system:serviceaccount:dev:s",
       R"(RoleBinding "b/dev" of ClusterRole "reader" to )"
       R"(ServiceAccount "s/dev")"},
      {ClusterBindingOf("b", "ClusterRole:reader", "ServiceAccount:s:ci"),
       "system:serviceaccount:ci:s",
       R"(ClusterRoleBinding "b" of ClusterRole "reader" to )"
       R"(ServiceAccount "s/ci")"},
  };
  for (const auto& c : kCases) {
    const Explanation out =
        ExplainTo({Reader(), c.binding}, Ask(c.who, "get", "dev", "pods"));
    ASSERT_THAT(out.grants, SizeIs(1)) << c.want;
    EXPECT_EQ(GrantDescription(out.grants[0]), c.want);
  }
}

TEST(ExplainTest, ErrorsAreThoseOfTheUsersBindings) {
  const std::vector<objects::Object> objects = {
      ClusterBindingOf("a", "ClusterRole:gone", "User:u"),
      ClusterBindingOf("b", "ClusterRole:other", "User:v"),
      BindingOf("dev", "c", "Role:gone", "User:u"),
      BindingOf("ops", "d", "Role:gone-too", "User:u"),
      BindingOf("dev", "e", "Rule:odd", "User:u")};
  const Explanation out = ExplainTo(objects, Ask("u", "get", "dev", "pods"));
  EXPECT_THAT(
      out.errors,
      ElementsAre(R"(clusterrole.rbac.authorization.k8s.io "gone" not found)",
                  R"(role.rbac.authorization.k8s.io "gone" not found)",
                  R"(unsupported role reference kind: "Rule")"));
}

TEST(ExplainTest, NoUserNoAnswer) {
  Request request = Ask("", "get", "dev", "pods");
  request.has_user = false;
  const Explanation out = ExplainTo(
      {Reader(), ClusterBindingOf("b", "ClusterRole:reader", "User:")},
      request);
  EXPECT_EQ(out.outcome, authz::Outcome::kNoOpinion);
  EXPECT_THAT(out.near_misses, IsEmpty());
}

// ---- Near misses ----

struct MissCase {
  MissKind kind;
  objects::Object binding;
  k8s::PolicyRule rule;  // Of ClusterRole "r".
  Request request;
  const char* want;
};

TEST(ExplainTest, EachKindOfNearMiss) {
  const auto in_dev = BindingOf("dev", "b", "ClusterRole:r", "User:jane");
  const auto cluster = ClusterBindingOf("b", "ClusterRole:r", "User:jane");
  const MissCase kCases[] = {
      {MissKind::kNamespace, in_dev, MakeRule("get", "", "pods"),
       Ask("jane", "get", "ops", "pods"),
       R"(RoleBinding "dev/b" names User "jane", but only in namespace "dev")"},
      {MissKind::kNamespace, in_dev, MakeRule("get", "", "pods"),
       Ask("jane", "get", "", "pods"),
       R"(RoleBinding "dev/b" names User "jane", but only in namespace "dev")"},
      {MissKind::kName, in_dev, MakeRule("get", "", "pods", "x,y"),
       Ask("jane", "get", "dev", "pods", "z"),
       R"(RoleBinding "dev/b" names User "jane", but grants get on pods only )"
       R"(for the names "x", "y")"},
      {MissKind::kName, cluster, MakeRule("list", "apps", "pods/log", "x"),
       Ask("jane", "list", "", "pods/log.apps"),
       R"(ClusterRoleBinding "b" names User "jane", but grants list on )"
       R"(pods/log.apps only for the names "x"; this request carries no name)"},
      {MissKind::kVerb, cluster, MakeRule("list,watch", "", "pods"),
       Ask("jane", "get", "dev", "pods"),
       R"(ClusterRoleBinding "b" names User "jane", but its rule grants list, )"
       R"(watch, not get, on pods)"},
      {MissKind::kVerb, cluster, MakeUrlRule("get", "/healthz*"),
       Ask("jane", "post", "", "/healthz/x"),
       R"(ClusterRoleBinding "b" names User "jane", but its rule grants get, )"
       R"(not post, on path "/healthz/x")"},
      {MissKind::kSubresource, in_dev, MakeRule("get", "", "pods"),
       Ask("jane", "get", "dev", "pods/log"),
       R"(RoleBinding "dev/b" names User "jane", but its rule is about pods, )"
       R"(not pods/log)"},
      {MissKind::kSubresource, in_dev,
       MakeRule("get", "", "pods/log,nodes/proxy"),
       Ask("jane", "get", "dev", "pods"),
       R"(RoleBinding "dev/b" names User "jane", but its rule is about )"
       R"(pods/log, nodes/proxy, not pods)"},
      {MissKind::kSubresource, in_dev, MakeRule("get", "", "pods/*"),
       Ask("jane", "get", "dev", "pods/log"),
       R"(RoleBinding "dev/b" names User "jane", but its rule is about pods/*, )"
       R"(not pods/log)"},
      {MissKind::kApiGroup, in_dev, MakeRule("get", ",batch", "deployments"),
       Ask("jane", "get", "dev", "deployments.apps"),
       R"(RoleBinding "dev/b" names User "jane", but its rule is about API )"
       R"(group "", "batch", not "apps")"},
      {MissKind::kSubjectKind,
       BindingOf("dev", "b", "ClusterRole:r", "Group:jane"),
       MakeRule("get", "", "pods"), Ask("jane", "get", "dev", "pods"),
       R"(RoleBinding "dev/b" names Group "jane"; the request's user has that )"
       R"(name as a User)"},
      {MissKind::kSubjectKind,
       ClusterBindingOf("b", "ClusterRole:r", "User:devs"),
       MakeUrlRule("get", "/x"), Ask("jane,devs", "get", "", "/x"),
       R"(ClusterRoleBinding "b" names User "devs"; the request's user has )"
       R"(that name as a Group)"},
      {MissKind::kMissingRole,
       BindingOf("dev", "b", "Role:gone", "User:x,ServiceAccount:bot"),
       MakeRule("get", "", "pods"),
       Ask("system:serviceaccount:dev:bot", "get", "dev", "pods"),
       R"(RoleBinding "dev/b" names ServiceAccount "bot/dev", but Role "gone" )"
       R"(does not exist)"},
  };
  for (const MissCase& c : kCases) {
    const Explanation out = ExplainTo(
        {ClusterRoleOf("r", {MakeRule("x", "x", "x"), c.rule}), c.binding},
        c.request);
    EXPECT_THAT(out.grants, IsEmpty()) << c.want;
    ASSERT_THAT(Texts(out), ElementsAre(c.want));
    const NearMiss& miss = out.near_misses[0];
    EXPECT_EQ(miss.kind, c.kind) << c.want;
    EXPECT_EQ(miss.grant.binding_name, "b");
    const bool no_rule = c.kind == MissKind::kMissingRole;
    EXPECT_EQ(miss.grant.rule_index, no_rule ? 0 : 1) << c.want;
    EXPECT_EQ(miss.grant.rule.ShortDebugString(),
              no_rule ? "" : c.rule.ShortDebugString());
  }
}

TEST(ExplainTest, WhatMissesInTwoWaysIsNotNear) {
  const struct {
    k8s::PolicyRule rule;
    Request request;
  } kCases[] = {
      {MakeRule("get", "", "pods", "x"), Ask("u", "list", "dev", "pods")},
      {MakeRule("get", "apps", "pods"), Ask("u", "list", "dev", "pods")},
      {MakeRule("get", "", "pods"), Ask("u", "list", "dev", "pods/log")},
      {MakeRule("get", "", "pods"), Ask("u", "get", "dev", "nodes")},
      {MakeRule("get", "", "podsets"), Ask("u", "get", "dev", "pods")},
      {MakeRule("get", "", "pod"), Ask("u", "get", "dev", "pods/log")},
      {MakeUrlRule("get", "/a"), Ask("u", "get", "", "/b")},
      {MakeUrlRule("get", "/a"), Ask("u", "put", "", "/b")},
      {MakeRule("*", "*", "*"), Ask("u", "get", "", "/b")},
      {MakeUrlRule("*", "*"), Ask("u", "get", "dev", "pods")},
  };
  for (const auto& c : kCases) {
    const Explanation out =
        ExplainTo({ClusterRoleOf("r", {c.rule}),
                   ClusterBindingOf("b", "ClusterRole:r", "User:u")},
                  c.request);
    EXPECT_THAT(Texts(out), IsEmpty()) << c.request.DebugString();
  }
}

TEST(ExplainTest, BindingsOfOthersAreNotNear) {
  const Explanation out = ExplainTo(
      {Reader(), BindingOf("dev", "b", "ClusterRole:reader", "User:other"),
       BindingOf("ops", "b", "ClusterRole:reader", "Group:g"),
       BindingOf("dev", "c", "ClusterRole:gone", "User:other"),
       BindingOf("", "d", "ClusterRole:reader", "User:u"),
       // Misses in two ways: the namespace, and the verb or the kind.
       BindingOf("ops", "e", "ClusterRole:lister", "User:u"),
       BindingOf("ops", "f", "ClusterRole:reader", "Group:u"),
       ClusterRoleOf("lister", {MakeRule("list", "", "pods")})},
      Ask("u", "get", "dev", "pods"));
  EXPECT_THAT(Texts(out), IsEmpty());
}

std::vector<objects::Object> OneOfEach() {
  return {
      ClusterRoleOf("named", {MakeRule("get", "", "pods", "x")}),
      ClusterRoleOf("lister", {MakeRule("list", "", "pods"),
                               MakeRule("watch", "", "pods")}),
      ClusterRoleOf("log", {MakeRule("get", "", "pods/log")}),
      ClusterRoleOf("apps", {MakeRule("get", "apps", "pods")}),
      Reader(),
      ClusterBindingOf("gone", "ClusterRole:gone", "User:u"),
      ClusterBindingOf("kind", "ClusterRole:reader", "Group:u"),
      ClusterBindingOf("group", "ClusterRole:apps", "User:u"),
      ClusterBindingOf("sub", "ClusterRole:log", "User:u"),
      ClusterBindingOf("verb", "ClusterRole:lister", "User:u"),
      ClusterBindingOf("name", "ClusterRole:named", "User:u"),
      BindingOf("ops", "elsewhere", "ClusterRole:reader", "User:u"),
  };
}

TEST(ExplainTest, NearestFirst) {
  const Explanation out =
      ExplainTo(OneOfEach(), Ask("u", "get", "dev", "pods", "y"));
  EXPECT_THAT(
      Kinds(out),
      ElementsAre(MissKind::kNamespace, MissKind::kName, MissKind::kVerb,
                  MissKind::kVerb, MissKind::kSubresource, MissKind::kApiGroup,
                  MissKind::kSubjectKind, MissKind::kMissingRole));
  // Of one binding, in the order of its rules.
  EXPECT_EQ(out.near_misses[2].grant.rule_index, 0);
  EXPECT_EQ(out.near_misses[3].grant.rule_index, 1);
}

TEST(ExplainTest, TheLimitKeepsTheNearest) {
  for (size_t limit = 0; limit < 10; ++limit) {
    ExplainOptions options;
    options.max_near_misses = limit;
    const Explanation out =
        ExplainTo(OneOfEach(), Ask("u", "get", "dev", "pods", "y"), options);
    ASSERT_THAT(out.near_misses, SizeIs(std::min<size_t>(limit, 8)));
    if (limit > 0) {
      EXPECT_EQ(out.near_misses[0].kind, MissKind::kNamespace);
    }
    EXPECT_THAT(out.errors, SizeIs(1)) << "not limited";
  }
}

TEST(ExplainTest, OfOtherNamespacesTheFirstThousand) {
  std::vector<objects::Object> objects = {Reader()};
  for (int i = 0; i < 1500; ++i) {
    objects.push_back(
        BindingOf(absl::StrCat("ns", i), "b", "ClusterRole:reader", "User:u"));
  }
  ExplainOptions options;
  options.max_near_misses = 5000;
  const Explanation out =
      ExplainTo(objects, Ask("u", "get", "dev", "pods"), options);
  EXPECT_THAT(out.near_misses, SizeIs(1000));
}

// Regression: a binding elsewhere was listed once for each name of the user in
// it, and once more for each time the user had the group.
// Names come from policies that others write: none may forge a line.
TEST(ExplainTest, NoNameForgesALine) {
  const Explanation out =
      ExplainTo({ClusterRoleOf("r\n", {MakeRule("li\nst", "", "pods")}),
                 BindingOf("dev", "b\"\nyes", "ClusterRole:r\n", "User:jane")},
                Ask("jane", "get", "dev", "pods"));
  ASSERT_EQ(out.near_misses.size(), 1u);
  EXPECT_EQ(out.near_misses[0].text,
            R"(RoleBinding "dev/b\"\nyes" names User "jane", but its rule )"
            R"(grants "li\nst", not get, on pods)");
}

TEST(ExplainTest, ABindingThatNamesTheUserTwiceIsOneNearMiss) {
  const std::vector<objects::Object> objects = {
      Reader(),
      BindingOf("ops", "elsewhere", "ClusterRole:reader", "User:u,Group:g"),
      ClusterBindingOf("kind", "ClusterRole:reader", "Group:u,User:g")};
  for (const char* who : {"u,g", "u,g,g"}) {
    const Explanation out = ExplainTo(objects, Ask(who, "get", "dev", "pods"));
    EXPECT_THAT(
        Texts(out),
        ElementsAre(R"(RoleBinding "ops/elsewhere" names User "u", but only )"
                    R"(in namespace "ops")",
                    R"(ClusterRoleBinding "kind" names Group "u"; the )"
                    R"(request's user has that name as a User)",
                    R"(ClusterRoleBinding "kind" names User "g"; the )"
                    R"(request's user has that name as a Group)"))
        << who;
  }
}

}  // namespace
}  // namespace gatehouse::rbac
