#include "rbac/wildcard.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "authz/attributes.h"
#include "authz/authorizer.h"
#include "authz/impersonation/constrained.h"
#include "authz/impersonation/impersonation.h"
#include "base/user_info.h"
#include "gtest/gtest.h"
#include "objects/object.h"
#include "proto/rbac.pb.h"
#include "rbac/policy.h"
#include "rbac/rules.h"
#include "rbac/testing/make.h"

namespace gatehouse::rbac {
namespace {

TEST(WildcardTest, WhichVerbsItGrants) {
  struct Case {
    const char* verb;
    bool want;
  };
  const Case kCases[] = {
      {"", true},
      {"get", true},
      {"deletecollection", true},
      {"*", true},
      {"impersonate", true},
      {"impersonated", true},
      {"impersonates:x", true},
      {"impersonate-", true},
      {"impersonate-on", true},
      {"impersonate-only:x", true},
      {"Impersonate:user-info", true},
      {"ximpersonate:user-info", true},
      {"impersonate:", false},
      {"impersonate:user-info", false},
      {"impersonate:associated-node", false},
      {"impersonate:invented-tomorrow", false},
      {"impersonate-on:", false},
      {"impersonate-on:user-info:get", false},
      {"impersonate-on:invented-tomorrow:get", false},
  };
  for (const Case& c : kCases) {
    EXPECT_EQ(WildcardGrants(c.verb), c.want) << c.verb;
  }
}

// A policy that grants one rule to ann.
std::unique_ptr<Policy> PolicyOf(const k8s::PolicyRule& rule) {
  auto policy = Policy::Create(
      {objects::MakeObject(MakeRole<k8s::ClusterRole>("", "r", {rule})),
       objects::MakeObject(MakeBinding<k8s::ClusterRoleBinding>(
           "", "b", MakeRoleRef("ClusterRole", "r"),
           {MakeSubject("User", "ann")}))});
  EXPECT_TRUE(policy.ok()) << policy.status();
  return policy.ok() ? *std::move(policy) : nullptr;
}

TEST(WildcardTest, InACompiledPolicyAndInARule) {
  struct Case {
    k8s::PolicyRule rule;
    const char* verb;
    bool want;
  };
  const char kNamed[] = "impersonate-on:user-info:get";
  const Case kCases[] = {
      {MakeRule("*", "*", "*", kNone, "*"), "get", true},
      {MakeRule("*", "*", "*", kNone, "*"), "impersonate", true},
      {MakeRule("*", "*", "*", kNone, "*"), "impersonate:user-info", false},
      {MakeRule("*", "*", "*", kNone, "*"), kNamed, false},
      {MakeRule("get,*", "*", "pods", kNone, "/x"), kNamed, false},
      {MakeRule("*", "", "pods", "p", "/x*"), kNamed, false},
      // Named, alone and beside a wildcard.
      {MakeRule(kNamed, "*", "*", kNone, "*"), kNamed, true},
      {MakeRule("*,impersonate-on:user-info:get", "", "pods", kNone, "/x"),
       kNamed, true},
      {MakeRule(kNamed, "", "pods", "p", "/x*"), kNamed, true},
      {MakeRule(kNamed, "", "pods", kNone, "/x"), "get", false},
      // Another mode is another verb.
      {MakeRule("impersonate-on:serviceaccount:get", "*", "*", kNone, "*"),
       kNamed, false},
  };
  const UserInfo ann{"ann", "", {}, {}};
  for (const Case& c : kCases) {
    authz::Attributes about_pods;
    about_pods.user = &ann;
    about_pods.verb = c.verb;
    about_pods.resource = "pods";
    about_pods.name = "p";
    authz::Attributes about_url;
    about_url.user = &ann;
    about_url.verb = c.verb;
    about_url.resource_request = false;
    about_url.path = "/x";
    const std::unique_ptr<Policy> policy = PolicyOf(c.rule);
    ASSERT_NE(policy, nullptr);
    for (const authz::Attributes& asked : {about_pods, about_url}) {
      const std::string text = CompactString(c.rule) + " " + c.verb;
      EXPECT_EQ(RuleMatches(c.rule, asked), c.want) << text;
      EXPECT_EQ(policy->Decide(asked) == authz::Outcome::kAllow, c.want)
          << text;
    }
  }
}

TEST(WildcardTest, WhoHoldsItMayNotGiveWhatItDoesNotGrant) {
  struct Case {
    const char* owner;
    const char* servant;
    bool want;
  };
  const Case kCases[] = {
      {"*", "get", true},
      {"*", "impersonate", true},
      {"*", "*", true},
      {"*", "impersonate:user-info", false},
      {"*", "impersonate-on:user-info:get", false},
      {"impersonate:user-info", "impersonate:user-info", true},
      {"impersonate:user-info", "impersonate:arbitrary-node", false},
  };
  for (const Case& c : kCases) {
    const auto result =
        Covers({MakeRule(c.owner, "*", "*")}, {MakeRule(c.servant, "", "x")});
    ASSERT_TRUE(result.ok());
    EXPECT_EQ(result->covered, c.want) << c.owner << " over " << c.servant;
  }
}

// Rules with more combinations than the table holds are kept as lists.
TEST(WildcardTest, InAWideRule) {
  std::string many = "x0";
  for (int i = 1; i < 400; ++i) many += ",x" + std::to_string(i);
  const UserInfo ann{"ann", "", {}, {}};
  authz::Attributes asked;
  asked.user = &ann;
  asked.api_group = "x3";
  asked.resource = "x7";
  for (const char* verb : {"get", "impersonate:user-info"}) {
    asked.verb = verb;
    const bool granted = WildcardGrants(verb);
    EXPECT_EQ(PolicyOf(MakeRule("*", many, many))->Decide(asked) ==
                  authz::Outcome::kAllow,
              granted);
    EXPECT_EQ(PolicyOf(MakeRule("*,impersonate:user-info", many, many))
                      ->Decide(asked) == authz::Outcome::kAllow,
              true);
  }
}

// Who held "*" before there was constrained impersonation may do what he could.
TEST(WildcardTest, WhoMayImpersonate) {
  struct Case {
    std::vector<k8s::PolicyRule> rules;
    const char* wanted;
    const char* want;  // "no", or the constraint.
  };
  const k8s::PolicyRule on_user =
      MakeRule("impersonate-on:user-info:get", "", "pods");
  const k8s::PolicyRule on_node =
      MakeRule("impersonate-on:arbitrary-node:get", "", "pods");
  const Case kCases[] = {
      // A cluster-admin, by the legacy mode.
      {{MakeRule("*", "*", "*")}, "jane", "legacy"},
      {{MakeRule("*", "*", "*")}, "system:node:n1", "legacy"},
      {{MakeRule("*", "*", "*")}, "system:serviceaccount:a:b", "legacy"},
      // Who may do all with nodes and pods does not become a node.
      {{MakeRule("*", "*", "nodes,pods")}, "system:node:n1", "no"},
      {{MakeRule("*", "authentication.k8s.io", "*"), MakeRule("*", "", "pods")},
       "jane",
       "no"},
      {{MakeRule("*", "authentication.k8s.io", "*"), on_user}, "jane", "no"},
      {{MakeRule("*", "*", "nodes"), on_node}, "system:node:n1", "no"},
      {{MakeRule("impersonate:user-info", "authentication.k8s.io", "users"),
        MakeRule("*", "", "pods")},
       "jane",
       "no"},
      // Named, it works.
      {{MakeRule("impersonate:user-info", "authentication.k8s.io", "users"),
        on_user},
       "jane",
       "impersonate:user-info"},
      {{MakeRule("impersonate:arbitrary-node", "authentication.k8s.io",
                 "nodes"),
        on_node},
       "system:node:n1",
       "impersonate:arbitrary-node"},
  };
  const UserInfo ann{"ann", "", {}, {}};
  authz::Attributes request;
  request.user = &ann;
  request.verb = "get";
  request.resource = "pods";
  for (const Case& c : kCases) {
    auto policy = Policy::Create(
        {objects::MakeObject(MakeRole<k8s::ClusterRole>("", "r", c.rules)),
         objects::MakeObject(MakeBinding<k8s::ClusterRoleBinding>(
             "", "b", MakeRoleRef("ClusterRole", "r"),
             {MakeSubject("User", "ann")}))});
    ASSERT_TRUE(policy.ok());
    const authz::ConstrainedImpersonator impersonator(*std::move(policy));
    const UserInfo wanted{c.wanted, "", {}, {}};
    const auto result = impersonator.Decide(wanted, request);
    std::string got = "no";
    if (result.outcome == authz::ImpersonationOutcome::kImpersonated) {
      got = result.constraint.empty() ? "legacy" : result.constraint;
    }
    EXPECT_EQ(got, c.want) << c.wanted << " " << CompactString(c.rules[0]);
  }
}

}  // namespace
}  // namespace gatehouse::rbac
