#include "authz/impersonation/constrained.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "authz/impersonation/internal/scripted_authorizer.h"
#include "gtest/gtest.h"
#include "testing/fake_clock.h"

namespace gatehouse::authz {
namespace {

using ::gatehouse::testing::FakeClock;
using internal::ScriptedAuthorizer;
using Texts = std::vector<std::string>;

constexpr char kNodeName[] = "authentication.kubernetes.io/node-name";

// A request of ann's for a pod.
Attributes GetPod(const UserInfo& requestor) {
  Attributes request;
  request.user = &requestor;
  request.verb = "get";
  request.api_version = "v1";
  request.namespace_ = "dev";
  request.resource = "pods";
  request.name = "p";
  return request;
}

// "code message" of a refusal; "constraint name|uid|groups" of a success.
std::string Shown(const ImpersonationResult& result) {
  if (result.outcome != ImpersonationOutcome::kImpersonated) {
    return absl::StrCat(result.code, " ", result.message);
  }
  return absl::StrCat(result.constraint, " ", result.user.name, "|",
                      result.user.uid, "|",
                      absl::StrJoin(result.user.groups, ","));
}

// An impersonator over a script, with a clock that stands.
class World {
 public:
  explicit World(Texts allowed)
      : authorizer_(std::make_shared<ScriptedAuthorizer>(std::move(allowed))),
        impersonator_(authorizer_, MakeOptions()) {}

  ImpersonationResult Ask(const UserInfo& requestor, const UserInfo& wanted) {
    return impersonator_.Decide(wanted, GetPod(requestor));
  }
  ImpersonationResult Ask(const UserInfo& wanted, const Attributes& request) {
    return impersonator_.Decide(wanted, request);
  }
  ScriptedAuthorizer& authorizer() { return *authorizer_; }
  FakeClock& clock() { return clock_; }

 private:
  ConstrainedImpersonator::Options MakeOptions() const {
    ConstrainedImpersonator::Options options;
    options.clock = &clock_;
    return options;
  }

  FakeClock clock_;
  const std::shared_ptr<ScriptedAuthorizer> authorizer_;
  const ConstrainedImpersonator impersonator_;
};

const UserInfo kAnn{"ann", "", {}, {}};
const UserInfo kAgent{"system:serviceaccount:kube-system:agent",
                      "",
                      {"system:serviceaccounts"},
                      {{"z", {"1"}}, {kNodeName, {"n1"}}}};

// The modes, by the questions that were asked of an authorizer which refuses
// them all.
std::string ModesTried(const UserInfo& requestor, const UserInfo& wanted) {
  World world({});
  EXPECT_EQ(world.Ask(requestor, wanted).code, 403);
  Texts modes;
  for (const std::string& asked : world.authorizer().TakeAsked()) {
    const Texts parts = absl::StrSplit(asked, absl::ByAnyChar(": "));
    modes.push_back(parts[0] == "impersonate" ? "legacy" : parts[1]);
  }
  return absl::StrJoin(modes, " ");
}

TEST(ConstrainedImpersonatorTest, WhichModesApply) {
  UserInfo two_nodes = kAgent;
  two_nodes.extra[kNodeName] = {"n1", "n1"};
  UserInfo no_node = kAgent;
  no_node.extra.erase(kNodeName);
  UserInfo no_account = kAgent;
  no_account.name = "agent";
  struct Case {
    UserInfo requestor;
    UserInfo wanted;
    const char* want;
  };
  const Case kCases[] = {
      {kAgent,
       {"system:node:n1", "", {}, {}},
       "associated-node arbitrary-node legacy"},
      {kAgent, {"system:node:n2", "", {}, {}}, "arbitrary-node legacy"},
      {two_nodes, {"system:node:n1", "", {}, {}}, "arbitrary-node legacy"},
      {no_node, {"system:node:n1", "", {}, {}}, "arbitrary-node legacy"},
      {no_account, {"system:node:n1", "", {}, {}}, "arbitrary-node legacy"},
      // Nodes and service accounts with anything else: legacy only.
      {kAgent, {"system:node:n1", "7", {}, {}}, "legacy"},
      {kAgent, {"system:node:n1", "", {"system:nodes"}, {}}, "legacy"},
      {kAgent, {"system:node:n1", "", {}, {{"a.io/k", {"v"}}}}, "legacy"},
      {kAnn,
       {"system:serviceaccount:a:b", "", {}, {}},
       "serviceaccount legacy"},
      {kAnn, {"system:serviceaccount:a:b", "7", {}, {}}, "legacy"},
      {kAnn, {"system:serviceaccount:a:b", "", {"g"}, {}}, "legacy"},
      // Not quite a node or service account: a user.
      {kAgent, {"system:node:", "", {}, {}}, "user-info legacy"},
      {kAgent, {"system:node:N1", "", {}, {}}, "user-info legacy"},
      {kAgent, {"system:node:n1:", "", {}, {}}, "user-info legacy"},
      {kAgent, {"system:nodes:n1", "", {}, {}}, "user-info legacy"},
      {kAnn, {"system:serviceaccount:a:b:c", "", {}, {}}, "user-info legacy"},
      {kAnn, {"jane", "7", {"g"}, {{"a.io/k", {"v"}}}}, "user-info legacy"},
  };
  for (const Case& c : kCases) {
    EXPECT_EQ(ModesTried(c.requestor, c.wanted), c.want) << c.wanted.name;
  }
}

TEST(ConstrainedImpersonatorTest, WhatIsAskedAndWhoComesOut) {
  struct Case {
    UserInfo requestor;
    UserInfo wanted;
    Texts asked;  // And allowed.
    const char* want;
  };
  const Case kCases[] = {
      {kAgent,
       {"system:node:n1", "", {}, {}},
       {"impersonate-on:associated-node:get dev/pods p",
        "impersonate:associated-node nodes.authentication.k8s.io *"},
       "impersonate:associated-node system:node:n1||system:nodes,"
       "system:authenticated"},
      {kAnn,
       {"system:node:n1", "", {}, {}},
       {"impersonate-on:arbitrary-node:get dev/pods p",
        "impersonate:arbitrary-node nodes.authentication.k8s.io n1"},
       "impersonate:arbitrary-node system:node:n1||system:nodes,"
       "system:authenticated"},
      {kAnn,
       {"system:serviceaccount:a:b", "", {}, {}},
       {"impersonate-on:serviceaccount:get dev/pods p",
        "impersonate:serviceaccount a/serviceaccounts.authentication.k8s.io b"},
       "impersonate:serviceaccount system:serviceaccount:a:b||"
       "system:serviceaccounts,system:serviceaccounts:a,system:authenticated"},
      // User, uid, groups, extra.
      {kAnn,
       {"jane", "7", {"b", "a"}, {{"x.io/k", {"v", "u"}}}},
       {"impersonate-on:user-info:get dev/pods p",
        "impersonate:user-info users.authentication.k8s.io jane",
        "impersonate:user-info uids.authentication.k8s.io 7",
        "impersonate:user-info groups.authentication.k8s.io b",
        "impersonate:user-info groups.authentication.k8s.io a",
        "impersonate:user-info userextras/x.io/k.authentication.k8s.io v",
        "impersonate:user-info userextras/x.io/k.authentication.k8s.io u"},
       "impersonate:user-info jane|7|b,a,system:authenticated"},
      // Duplicates are asked for again; four groups at once.
      {kAnn,
       {"jane", "", {"a", "a", "a"}, {}},
       {"impersonate-on:user-info:get dev/pods p",
        "impersonate:user-info users.authentication.k8s.io jane",
        "impersonate:user-info groups.authentication.k8s.io a",
        "impersonate:user-info groups.authentication.k8s.io a",
        "impersonate:user-info groups.authentication.k8s.io a"},
       "impersonate:user-info jane||a,a,a,system:authenticated"},
      {kAnn,
       {"jane", "", {"a", "b", "c", "d"}, {}},
       {"impersonate-on:user-info:get dev/pods p",
        "impersonate:user-info users.authentication.k8s.io jane",
        "impersonate:user-info groups.authentication.k8s.io *"},
       "impersonate:user-info jane||a,b,c,d,system:authenticated"},
      {kAnn,
       {"jane", "", {}, {{"x.io/k", {"1", "2", "3", "4"}}}},
       {"impersonate-on:user-info:get dev/pods p",
        "impersonate:user-info users.authentication.k8s.io jane",
        "impersonate:user-info userextras/*.authentication.k8s.io *"},
       "impersonate:user-info jane||system:authenticated"},
      {kAnn,
       {"system:anonymous", "", {}, {}},
       {"impersonate-on:user-info:get dev/pods p",
        "impersonate:user-info users.authentication.k8s.io system:anonymous"},
       "impersonate:user-info system:anonymous||system:unauthenticated"},
  };
  for (const Case& c : kCases) {
    World world(c.asked);
    const ImpersonationResult result = world.Ask(c.requestor, c.wanted);
    EXPECT_EQ(Shown(result), c.want);
    EXPECT_EQ(result.user.extra, c.wanted.extra);
    EXPECT_EQ(world.authorizer().TakeAsked(), c.asked);
  }
}

TEST(ConstrainedImpersonatorTest, TheLegacyMode) {
  const UserInfo kWanted{"system:node:n1",
                         "7",
                         {"a", "b", "c", "system:masters"},
                         {{"K", {"v", ""}}}};
  const Texts kAsked = {"impersonate users system:node:n1",
                        "impersonate uids.authentication.k8s.io 7",
                        "impersonate groups a",
                        "impersonate groups b",
                        "impersonate groups c",
                        "impersonate groups system:masters",
                        "impersonate userextras/K.authentication.k8s.io v",
                        "impersonate userextras/K.authentication.k8s.io"};
  World world(kAsked);
  for (int i = 0; i < 2; ++i) {  // Never remembered.
    EXPECT_EQ(Shown(world.Ask(kAnn, kWanted)),
              " system:node:n1|7|a,b,c,system:masters,system:authenticated");
    EXPECT_EQ(world.authorizer().TakeAsked(), kAsked);
  }
}

TEST(ConstrainedImpersonatorTest, WhatIsForbiddenWhateverIsAllowed) {
  struct Case {
    UserInfo wanted;
    const char* want;
  };
  const Case kCases[] = {
      {{"jane", "", {"g", ""}, {}},
       "groups.authentication.k8s.io is forbidden: User \"ann\" cannot "
       "impersonate:user-info resource \"groups\" in API group "
       "\"authentication.k8s.io\" at the cluster scope: impersonating the "
       "empty string group is not allowed"},
      {{"jane", "", {"a", "b", "c", "system:masters"}, {}},
       "groups.authentication.k8s.io \"system:masters\" is forbidden: User "
       "\"ann\" cannot impersonate:user-info resource \"groups\" in API group "
       "\"authentication.k8s.io\" at the cluster scope: impersonating the "
       "system:masters group is not allowed"},
      {{"jane", "", {}, {{"", {"v"}}}}, "the empty string key in extra"},
      {{"jane", "", {}, {{"k", {"v"}}}}, "an invalid key in extra"},
      {{"jane", "", {}, {{"/k", {"v"}}}}, "an invalid key in extra"},
      {{"jane", "", {}, {{"x.io/", {"v"}}}}, "an invalid key in extra"},
      {{"jane", "", {}, {{"X.io/k", {"v"}}}}, "an invalid key in extra"},
      {{"jane", "", {}, {{"x.io/k k", {"v"}}}}, "an invalid key in extra"},
      {{"jane", "", {}, {{"x.io/K", {"v"}}}}, "a non-lowercase key in extra"},
      {{"jane", "", {}, {{"x.io/k", {}}}}, "empty values in extra"},
      {{"jane", "", {}, {{"x.io/k", {"v", ""}}}},
       "the empty string value in extra"},
  };
  for (const Case& c : kCases) {
    World world({"impersonate-on:user-info:get dev/pods p",
                 "impersonate:user-info users.authentication.k8s.io jane",
                 "impersonate:user-info groups.authentication.k8s.io *",
                 "impersonate:user-info userextras/*.authentication.k8s.io *"});
    const ImpersonationResult result = world.Ask(kAnn, c.wanted);
    EXPECT_EQ(result.code, 403);
    EXPECT_NE(result.message.find(c.want), std::string::npos) << result.message;
  }
}

TEST(ConstrainedImpersonatorTest, BothRightsAreNeeded) {
  const UserInfo kJane{"jane", "", {}, {}};
  const Texts kBoth = {
      "impersonate-on:user-info:get dev/pods p",
      "impersonate:user-info users.authentication.k8s.io jane"};
  struct Case {
    Texts allowed;
    int code;
    const char* text;  // Of the refusal.
  };
  const Case kCases[] = {
      {kBoth, 200, ""},
      {{kBoth[0]}, 403, "cannot impersonate:user-info resource \"users\""},
      {{kBoth[1]},
       403,
       "pods \"p\" is forbidden: User \"ann\" cannot impersonate-on:user-info:"
       "get resource \"pods\" in API group \"\" in the namespace \"dev\": not "
       "in the list"},
      {{}, 403, "cannot impersonate-on:user-info:get"},
      // Rights of another mode, verb, object, or of no mode.
      {{kBoth[0],
        "impersonate:serviceaccount users.authentication.k8s.io jane"},
       403,
       "cannot impersonate:user-info"},
      {{"impersonate-on:serviceaccount:get dev/pods p", kBoth[1]}, 403, ""},
      {{"impersonate-on:user-info:list dev/pods p", kBoth[1]}, 403, ""},
      {{"get dev/pods p", kBoth[1]}, 403, ""},
      {{kBoth[0], "impersonate:user-info users jane"}, 403, ""},
      {{kBoth[0], "impersonate users.authentication.k8s.io jane"}, 403, ""},
  };
  for (const Case& c : kCases) {
    World world(c.allowed);
    const ImpersonationResult result = world.Ask(kAnn, kJane);
    EXPECT_EQ(result.code, c.code);
    EXPECT_NE(result.message.find(c.text), std::string::npos) << result.message;
  }
}

TEST(ConstrainedImpersonatorTest, ARequestForAPathAsksForThePath) {
  World world({"impersonate-on:user-info:get /healthz",
               "impersonate:user-info users.authentication.k8s.io jane"});
  Attributes request;
  request.user = &kAnn;
  request.resource_request = false;
  request.verb = "get";
  request.path = "/healthz";
  EXPECT_EQ(world.Ask({"jane", "", {}, {}}, request).code, 200);
}

TEST(ConstrainedImpersonatorTest, AnErrorBesideAnAllowDoesNotRefuse) {
  World world({"impersonate users jane"});
  world.authorizer().AddError("a role is missing");
  EXPECT_EQ(world.Ask(kAnn, {"jane", "", {}, {}}).code, 200);
  const ImpersonationResult result = world.Ask(kAnn, {"joe", "", {}, {}});
  EXPECT_EQ(result.code, 403);
  EXPECT_NE(result.message.find(": a role is missing: not in the list"),
            std::string::npos)
      << result.message;
}

TEST(ConstrainedImpersonatorTest, TheLastModeIsTriedFirst) {
  World world({"impersonate users jane"});
  const UserInfo kJane{"jane", "", {}, {}};
  EXPECT_EQ(world.Ask(kAnn, kJane).code, 200);
  EXPECT_EQ(world.authorizer().TakeAsked().size(), 2u);
  EXPECT_EQ(world.Ask(kAnn, kJane).code, 200);
  EXPECT_EQ(world.authorizer().TakeAsked(), Texts{"impersonate users jane"});
  // By the requestor's name, of whatever groups.
  const UserInfo kAnnToo{"ann", "2", {"g"}, {}};
  EXPECT_EQ(world.Ask(kAnnToo, kJane).code, 200);
  EXPECT_EQ(world.authorizer().TakeAsked().size(), 1u);
  EXPECT_EQ(world.Ask({"bob", "", {}, {}}, kJane).code, 200);
  EXPECT_EQ(world.authorizer().TakeAsked().size(), 2u);
  // If it refuses, its refusal is the first, and the others follow.
  EXPECT_NE(world.Ask(kAnn, {"joe", "", {}, {}})
                .message.find("cannot impersonate resource \"users\""),
            std::string::npos);
  EXPECT_EQ(world.authorizer().TakeAsked(),
            (Texts{"impersonate users joe",
                   "impersonate-on:user-info:get dev/pods p"}));
}

TEST(ConstrainedImpersonatorTest, AllowsAreRememberedForTenSeconds) {
  const std::string kOn = "impersonate-on:user-info:get dev/pods p";
  const std::string kOnLog = "impersonate-on:user-info:get dev/pods/log p";
  const std::string kJaneAllowed =
      "impersonate:user-info users.authentication.k8s.io jane";
  World world({kOn, kOnLog, kJaneAllowed});
  const UserInfo kJane{"jane", "", {}, {}};
  Attributes log = GetPod(kAnn);
  log.subresource = "log";
  const auto asked = [&](const Attributes& request) {
    EXPECT_EQ(world.Ask(kJane, request).code, 200);
    return world.authorizer().TakeAsked();
  };
  EXPECT_EQ(asked(GetPod(kAnn)), (Texts{kOn, kJaneAllowed}));
  EXPECT_EQ(asked(GetPod(kAnn)), Texts{});
  // Another request of the same user.
  world.clock().Advance(absl::Seconds(4));
  EXPECT_EQ(asked(log), Texts{kOnLog});
  EXPECT_EQ(asked(log), Texts{});
  // An answer is good no longer than those that it rests on.
  world.clock().Advance(absl::Seconds(6));
  EXPECT_EQ(asked(log), (Texts{kOnLog, kJaneAllowed}));
  // What is taken away meanwhile works until then.
  world.authorizer().Allow({});
  EXPECT_EQ(asked(log), Texts{});
  world.clock().Advance(absl::Seconds(10));
  EXPECT_EQ(world.Ask(kJane, log).code, 403);
  // A refusal is not remembered.
  world.authorizer().Allow({kOnLog, kJaneAllowed});
  EXPECT_EQ(world.Ask(kJane, log).code, 200);
}

TEST(ConstrainedImpersonatorTest, AClockSetBackProlongsNothing) {
  World world({"impersonate-on:user-info:get dev/pods p",
               "impersonate:user-info users.authentication.k8s.io jane"});
  const UserInfo kJane{"jane", "", {}, {}};
  EXPECT_EQ(world.Ask(kAnn, kJane).code, 200);
  world.authorizer().Allow({});
  world.clock().Advance(-absl::Hours(1));
  EXPECT_EQ(world.Ask(kAnn, kJane).code, 403);
}

TEST(ConstrainedImpersonatorTest, WhatIsRememberedIsOneRequestorsAlone) {
  const UserInfo kJane{"jane", "", {}, {}};
  const Texts kAllowed = {
      "impersonate-on:user-info:get dev/pods p",
      "impersonate:user-info users.authentication.k8s.io jane"};
  World world(kAllowed);
  EXPECT_EQ(world.Ask(kAnn, kJane).code, 200);
  world.authorizer().TakeAsked();
  const UserInfo kOthers[] = {{"bob", "", {}, {}},
                              {"ann", "1", {}, {}},
                              {"ann", "", {"g"}, {}},
                              {"ann", "", {}, {{"k", {"v"}}}}};
  for (const UserInfo& other : kOthers) {
    EXPECT_EQ(world.Ask(other, kJane).code, 200);
    EXPECT_EQ(world.authorizer().TakeAsked(), kAllowed);
  }
  world.authorizer().Allow({});
  EXPECT_EQ(world.Ask(kAnn, kJane).code, 200);
  EXPECT_EQ(world.Ask(kAnn, {"jane", "1", {}, {}}).code, 403);
  EXPECT_EQ(world.Ask(kAnn, {"jane", "", {"g"}, {}}).code, 403);
}

TEST(ConstrainedImpersonatorTest, AnAllowOfOnesOwnNodeIsGoodOnEveryNode) {
  World world({"impersonate-on:associated-node:get dev/pods p",
               "impersonate:associated-node nodes.authentication.k8s.io *"});
  EXPECT_EQ(world.Ask(kAgent, {"system:node:n1", "", {}, {}}).code, 200);
  const std::vector<UserInfo> users = world.authorizer().TakeUsers();
  ASSERT_EQ(users.size(), 2u);
  for (const UserInfo& user : users) {
    EXPECT_EQ(user.name, kAgent.name);
    const ExtraValues kWant = {
        {"authentication.kubernetes.io/associated-node-keys",
         {kNodeName, "z"}}};
    EXPECT_EQ(user.extra, kWant);
  }
  world.authorizer().TakeAsked();
  UserInfo on_n2 = kAgent;
  on_n2.extra[kNodeName] = {"n2"};
  EXPECT_EQ(Shown(world.Ask(on_n2, {"system:node:n2", "", {}, {}})),
            "impersonate:associated-node system:node:n2||system:nodes,"
            "system:authenticated");
  EXPECT_TRUE(world.authorizer().TakeAsked().empty());
  // But not for another's node.
  EXPECT_EQ(world.Ask(on_n2, {"system:node:n1", "", {}, {}}).code, 403);
  EXPECT_EQ(world.Ask(kAgent, {"system:node:n2", "", {}, {}}).code, 403);
}

TEST(ConstrainedImpersonatorTest, WithoutARequestorItIsAnError) {
  World world({});
  Attributes request = GetPod(kAnn);
  request.user = nullptr;
  EXPECT_EQ(world.Ask({"jane", "", {}, {}}, request).code, 500);
  EXPECT_TRUE(world.authorizer().TakeAsked().empty());
}

}  // namespace
}  // namespace gatehouse::authz
