#include "authz/impersonation/classic.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "authz/impersonation/internal/scripted_authorizer.h"
#include "gtest/gtest.h"

namespace gatehouse::authz {
namespace {

using internal::ScriptedAuthorizer;

const UserInfo kRequestor{"ann", "1", {"admins"}, {{"k", {"v"}}}};

// Kept alive by the test: the impersonator has a share.
std::shared_ptr<ScriptedAuthorizer> Script(std::vector<std::string> allowed) {
  return std::make_shared<ScriptedAuthorizer>(std::move(allowed));
}

Attributes Request() {
  Attributes request;
  request.user = &kRequestor;
  request.verb = "get";
  request.resource = "pods";
  return request;
}

// "code message" of a refusal; "name|uid|groups" of a success.
std::string Shown(const ImpersonationResult& result) {
  if (result.outcome != ImpersonationOutcome::kImpersonated) {
    return absl::StrCat(result.code, " ", result.message);
  }
  EXPECT_EQ(result.constraint, "");
  return absl::StrCat(result.user.name, "|", result.user.uid, "|",
                      absl::StrJoin(result.user.groups, ","));
}

TEST(ClassicImpersonatorTest, WhatIsAskedAndWhoComesOut) {
  struct Case {
    UserInfo wanted;
    std::vector<std::string> asked;
    const char* user;
  };
  const Case kCases[] = {
      {{"jane", "", {}, {}},
       {"impersonate users jane"},
       "jane||system:authenticated"},
      {{"system:serviceaccount:dev:ci", "", {}, {}},
       {"impersonate dev/serviceaccounts ci"},
       "system:serviceaccount:dev:ci||system:serviceaccounts,"
       "system:serviceaccounts:dev,system:authenticated"},
      // Groups that are asked for replace a service account's own.
      {{"system:serviceaccount:dev:ci", "", {"g"}, {}},
       {"impersonate dev/serviceaccounts ci", "impersonate groups g"},
       "system:serviceaccount:dev:ci||g,system:authenticated"},
      // Not quite a service account: an ordinary user.
      {{"system:serviceaccount:DEV:ci", "", {}, {}},
       {"impersonate users system:serviceaccount:DEV:ci"},
       "system:serviceaccount:DEV:ci||system:authenticated"},
      // A node is nothing special.
      {{"system:node:n1", "", {}, {}},
       {"impersonate users system:node:n1"},
       "system:node:n1||system:authenticated"},
      // User, groups, extra, uid.
      {{"jane", "7", {"b", "a"}, {{"scopes", {"y", "x"}}, {"d", {"z"}}}},
       {"impersonate users jane", "impersonate groups b",
        "impersonate groups a",
        "impersonate userextras/d.authentication.k8s.io z",
        "impersonate userextras/scopes.authentication.k8s.io y",
        "impersonate userextras/scopes.authentication.k8s.io x",
        "impersonate uids.authentication.k8s.io 7"},
       "jane|7|b,a,system:authenticated"},
      // No wildcard questions, however many groups.
      {{"jane", "", {"a", "b", "c", "d", "e"}, {}},
       {"impersonate users jane", "impersonate groups a",
        "impersonate groups b", "impersonate groups c", "impersonate groups d",
        "impersonate groups e"},
       "jane||a,b,c,d,e,system:authenticated"},
      // Who is known already is not known twice; masters is only a group.
      {{"jane", "", {"system:authenticated", "system:masters"}, {}},
       {"impersonate users jane", "impersonate groups system:authenticated",
        "impersonate groups system:masters"},
       "jane||system:authenticated,system:masters"},
      {{"jane", "", {"system:unauthenticated"}, {}},
       {"impersonate users jane", "impersonate groups system:unauthenticated"},
       "jane||system:unauthenticated"},
      {{"system:anonymous", "", {}, {}},
       {"impersonate users system:anonymous"},
       "system:anonymous||system:unauthenticated"},
      {{"system:anonymous", "", {"system:authenticated"}, {}},
       {"impersonate users system:anonymous",
        "impersonate groups system:authenticated"},
       "system:anonymous||system:authenticated,system:unauthenticated"},
      {{"jane", "", {""}, {}},
       {"impersonate users jane", "impersonate groups"},
       "jane||,system:authenticated"},
  };
  for (const Case& c : kCases) {
    const auto authorizer = Script(c.asked);
    const ImpersonationResult result =
        ClassicImpersonator(authorizer).Decide(c.wanted, Request());
    EXPECT_EQ(Shown(result), c.user);
    EXPECT_EQ(authorizer->TakeAsked(), c.asked);
    EXPECT_EQ(result.user.extra, c.wanted.extra);
  }
}

TEST(ClassicImpersonatorTest, OneRefusalEndsIt) {
  const UserInfo kWanted{"jane", "7", {"g"}, {{"k", {"v"}}}};
  const std::vector<std::string> kAll = {
      "impersonate users jane", "impersonate groups g",
      "impersonate userextras/k.authentication.k8s.io v",
      "impersonate uids.authentication.k8s.io 7"};
  for (size_t refused = 0; refused < kAll.size(); ++refused) {
    std::vector<std::string> allowed = kAll;
    allowed.erase(allowed.begin() + refused);
    const auto authorizer = Script(allowed);
    const ImpersonationResult result =
        ClassicImpersonator(authorizer).Decide(kWanted, Request());
    EXPECT_EQ(result.outcome, ImpersonationOutcome::kRefused);
    EXPECT_EQ(result.code, 403);
    EXPECT_EQ(authorizer->TakeAsked().size(), refused + 1);
  }
}

TEST(ClassicImpersonatorTest, TheRefusalSaysWhat) {
  const auto authorizer = Script({"impersonate users jane"});
  EXPECT_EQ(Shown(ClassicImpersonator(authorizer)
                      .Decide({"jane", "", {}, {{"k", {"v"}}}}, Request())),
            "403 userextras.authentication.k8s.io \"v\" is forbidden: User "
            "\"ann\" cannot impersonate resource \"userextras/k\" in API group "
            "\"authentication.k8s.io\" at the cluster scope: not in the list");
}

TEST(ClassicImpersonatorTest, AnErrorBesideAnAllowRefuses) {
  const auto authorizer = Script({"impersonate users jane"});
  authorizer->AddError("a role is missing");
  EXPECT_EQ(ClassicImpersonator(authorizer)
                .Decide({"jane", "", {}, {}}, Request())
                .code,
            403);
}

TEST(ClassicImpersonatorTest, TheRequestorAsks) {
  const auto authorizer = Script({"impersonate users jane"});
  ClassicImpersonator(authorizer).Decide({"jane", "", {}, {}}, Request());
  const std::vector<UserInfo> users = authorizer->TakeUsers();
  ASSERT_EQ(users.size(), 1u);
  EXPECT_EQ(users[0].name, "ann");
  EXPECT_EQ(users[0].groups, kRequestor.groups);
  EXPECT_EQ(users[0].extra, kRequestor.extra);
}

TEST(ClassicImpersonatorTest, WithoutARequestorItIsAnError) {
  const auto authorizer = Script({"impersonate users jane"});
  Attributes request = Request();
  request.user = nullptr;
  const ImpersonationResult result =
      ClassicImpersonator(authorizer).Decide({"jane", "", {}, {}}, request);
  EXPECT_EQ(result.outcome, ImpersonationOutcome::kRefused);
  EXPECT_EQ(result.code, 500);
  EXPECT_TRUE(authorizer->TakeAsked().empty());
}

}  // namespace
}  // namespace gatehouse::authz
