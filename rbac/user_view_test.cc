#include "rbac/user_view.h"

#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "authz/authorizer.h"
#include "base/user_info.h"
#include "gtest/gtest.h"
#include "objects/object.h"
#include "rbac/policy.h"
#include "rbac/testing/ask.h"
#include "rbac/testing/generator.h"
#include "rbac/testing/make.h"

namespace gatehouse::rbac {
namespace {

std::unique_ptr<Policy> MakePolicy(
    const std::vector<objects::Object>& objects) {
  auto policy = Policy::Create(objects);
  EXPECT_TRUE(policy.ok()) << policy.status();
  return policy.ok() ? std::move(*policy) : nullptr;
}

UserInfo User(absl::string_view who) { return Ask(who, "", "", "").user; }

// Asks the view, and holds its answer against the policy's.
bool Allows(UserView& view, const Policy& policy, Request request) {
  request.user = view.user();
  const authz::Outcome want = policy.Decide(request.Attributes());
  // The view knows its user: with another in the request, or none at all, the
  // answer is the same.
  Request other = request;
  other.user = User("nobody,nothing");
  other.has_user = other.verb.size() % 2 == 0;
  EXPECT_EQ(view.Decide(request.Attributes()), want) << request.DebugString();
  EXPECT_EQ(view.Decide(other.Attributes()), want) << request.DebugString();
  return want == authz::Outcome::kAllow;
}

bool Allows(UserView& view, const Policy& policy, absl::string_view ns,
            absl::string_view verb = "get") {
  return Allows(view, policy, Ask("", verb, ns, "pods"));
}

objects::Object Reader(absl::string_view verbs = "get") {
  return ClusterRoleOf("reader", {MakeRule(verbs, "", "pods")});
}

struct Case {
  const char* who;
  const char* verb;
  const char* ns;
  const char* what;
  bool want;
};

TEST(UserViewTest, AnswersAsThePolicyDoes) {
  const auto policy = MakePolicy({
      Reader(),
      RoleOf("dev", "writer", {MakeRule("create", "", "pods")}),
      ClusterRoleOf("health", {MakeUrlRule("get", "/healthz")}),
      BindingOf("dev", "read", "ClusterRole:reader", "User:jane,Group:devs"),
      BindingOf("dev", "write", "Role:writer", "Group:devs,ServiceAccount:bot"),
      ClusterBindingOf("read", "ClusterRole:reader", "Group:ops,User:devs"),
      ClusterBindingOf("health", "ClusterRole:health", "Group:ops"),
  });
  const Case kCases[] = {
      {"jane", "get", "dev", "pods", true},
      {"jane", "get", "ops", "pods", false},
      {"jane", "get", "", "pods", false},
      {"jane", "create", "dev", "pods", false},
      {"jane,devs", "create", "dev", "pods", true},
      {"jane,devs,devs,jane", "create", "dev", "pods", true},
      {"devs", "get", "any", "pods", true},
      {"devs", "create", "dev", "pods", false},
      {"x,ops,devs", "get", "any", "pods", true},
      {"x,ops,devs", "create", "dev", "pods", true},
      {"x,ops", "get", "", "/healthz", true},
      {"x,devs", "get", "", "/healthz", false},
      {"system:serviceaccount:dev:bot", "create", "dev", "pods", true},
      {"system:serviceaccount:ops:bot", "create", "dev", "pods", false},
      {"", "get", "dev", "pods", false},
      {"nobody,nothing", "get", "dev", "pods", false},
  };
  for (const Case& c : kCases) {
    UserView view(*policy, User(c.who));
    EXPECT_EQ(Allows(view, *policy, Ask(c.who, c.verb, c.ns, c.what)), c.want)
        << c.who << " " << c.verb << " " << c.ns;
  }
}

TEST(UserViewTest, AuthorizeGivesThePolicysReason) {
  const auto policy = MakePolicy(
      {Reader(), BindingOf("dev", "read", "ClusterRole:reader", "User:jane")});
  const UserView view(*policy, User("jane"));
  Request request = Ask("somebody-else", "get", "dev", "pods");
  for (const bool has_user : {true, false}) {
    request.has_user = has_user;
    const authz::Decision decision = view.Authorize(request.Attributes());
    EXPECT_EQ(decision.outcome, authz::Outcome::kAllow);
    EXPECT_EQ(decision.reason,
              R"(RBAC: allowed by RoleBinding "read/dev" of ClusterRole )"
              R"("reader" to User "jane")");
  }
}

// ---- Changes ----

TEST(UserViewTest, SeesEveryChangeAtOnce) {
  Policy policy;
  UserView view(policy, User("u,g"));
  const auto bind = [](const char* subjects) {
    return BindingOf("dev", "b", "ClusterRole:reader", subjects);
  };
  const struct {
    PolicyUpdate update;
    const char* may;  // What of "get" and "list" in dev.
  } kSteps[] = {
      {{}, ""},
      {{{Reader()}, {}}, ""},
      {{{bind("User:u")}, {}}, "get "},
      {{{Reader("list")}, {}}, "list "},
      {{{bind("Group:g")}, {}}, "list "},
      {{{bind("Group:u")}, {}}, ""},
      {{{bind("Group:g"), Reader("get,list")}, {}}, "get list "},
      {{{}, {Reader()}}, ""},
      {{{Reader()}, {}}, "get "},
      {{{}, {bind(kNone)}}, ""},
      {{{ClusterBindingOf("c", "ClusterRole:reader", "User:u")}, {}}, "get "},
      {{{}, {ClusterBindingOf("c", "", kNone)}}, ""},
  };
  for (const auto& step : kSteps) {
    policy.Apply(step.update);
    std::string may;
    for (const char* verb : {"get", "list"}) {
      if (Allows(view, policy, "dev", verb)) absl::StrAppend(&may, verb, " ");
    }
    EXPECT_EQ(may, step.may);
  }
  ASSERT_TRUE(policy.Replace({{Reader(), bind("User:u")}}).ok());
  EXPECT_TRUE(Allows(view, policy, "dev"));
  ASSERT_TRUE(policy.Replace({{Reader()}}).ok());
  EXPECT_FALSE(Allows(view, policy, "dev"));
}

// The number of a namespace, of a subject and of a rule set is given to the
// next one, while the view may still remember whose it was.
TEST(UserViewTest, NumbersThatChangeHands) {
  Policy policy;
  policy.Apply(
      {{Reader(), ClusterRoleOf("none", {MakeRule("x", "", "x")})}, {}});
  UserView view(policy, User("u,g"));
  for (int i = 0; i < 100; ++i) {
    const std::string ns = absl::StrCat("ns", i);
    const std::string last = absl::StrCat("ns", i - 1);
    const char* role = i % 3 == 2 ? "ClusterRole:none" : "ClusterRole:reader";
    const char* subject = i % 2 == 0 ? "User:u" : "Group:g";
    policy.Apply({{BindingOf(ns, "b", role, subject)},
                  {BindingOf(last, "b", role, kNone)}});
    EXPECT_EQ(Allows(view, policy, ns), i % 3 != 2) << i;
    EXPECT_FALSE(Allows(view, policy, last)) << i;
  }
}

// ---- Namespaces ----

// The view remembers eight namespaces, each in a place by its hash.
TEST(UserViewTest, MoreNamespacesThanItRemembers) {
  std::vector<objects::Object> objects = {Reader(), Reader("list")};
  objects.pop_back();
  constexpr int kNamespaces = 60;
  for (int i = 0; i < kNamespaces; i += 3) {
    objects.push_back(BindingOf(absl::StrCat("ns", i), "b",
                                "ClusterRole:reader",
                                i % 2 == 0 ? "User:u" : "Group:g"));
  }
  const auto policy = MakePolicy(objects);
  UserView view(*policy, User("u,g"));
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < kNamespaces; ++i) {
      const std::string ns = absl::StrCat("ns", i);
      for (int times = 0; times <= round % 2; ++times) {
        EXPECT_EQ(Allows(view, *policy, ns), i % 3 == 0) << ns;
        EXPECT_FALSE(Allows(view, *policy, ns, "list")) << ns;
      }
    }
  }
}

// Names longer than Kubernetes allows are answered, but not remembered.
TEST(UserViewTest, NamespacesOfEveryLength) {
  std::vector<objects::Object> objects = {Reader()};
  std::vector<std::string> bound, unbound;
  for (const size_t size : {1u, 20u, 21u, 62u, 63u, 64u, 65u, 300u}) {
    bound.push_back(std::string(size - 1, 'n') + "x");
    unbound.push_back(std::string(size - 1, 'n') + "y");
    objects.push_back(
        BindingOf(bound.back(), "b", "ClusterRole:reader", "User:u"));
  }
  const auto policy = MakePolicy(objects);
  UserView view(*policy, User("u"));
  for (int round = 0; round < 3; ++round) {
    for (size_t i = 0; i < bound.size(); ++i) {
      EXPECT_TRUE(Allows(view, *policy, bound[i])) << bound[i].size();
      EXPECT_FALSE(Allows(view, *policy, unbound[i])) << bound[i].size();
      EXPECT_TRUE(Allows(view, *policy, bound[i])) << bound[i].size();
      EXPECT_FALSE(Allows(view, *policy, "")) << "after a long name";
    }
  }
}

// What happens between two questions about one namespace does not matter.
TEST(UserViewTest, RandomNamespacesAndChanges) {
  constexpr int kNamespaces = 24;
  std::mt19937 random(1);
  Policy policy;
  policy.Apply({{Reader()}, {}});
  UserView view(policy, User("u,g1,g2"));
  const char* const kSubjects[] = {"User:u", "Group:g1", "Group:g2", "User:x"};
  const auto ns = [](int i) {
    return i % 5 == 0 ? std::string(60 + i, 'n') : absl::StrCat("ns", i);
  };
  int allowed = 0;
  for (int step = 0; step < 5000; ++step) {
    const int i = random() % kNamespaces;
    if (random() % 8 == 0) {
      const objects::Object binding =
          BindingOf(ns(i), "b", "ClusterRole:reader", kSubjects[random() % 4]);
      PolicyUpdate update;
      (random() % 2 == 0 ? update.put : update.remove).push_back(binding);
      policy.Apply(update);
    }
    allowed += Allows(view, policy, ns(random() % kNamespaces));
  }
  EXPECT_GT(allowed, 100);
}

// ---- Many groups and many views ----

TEST(UserViewTest, ManyGroups) {
  std::vector<objects::Object> objects;
  std::string who = "u";
  for (int i = 0; i < 500; ++i) {
    absl::StrAppend(&who, ",g", i);
    const std::string n = absl::StrCat(i);
    objects.push_back(ClusterRoleOf("r" + n, {MakeRule("get", "", "r" + n)}));
    objects.push_back(
        i % 2 == 0
            ? ClusterBindingOf("b" + n, "ClusterRole:r" + n, "Group:g" + n)
            : BindingOf("dev", "b" + n, "ClusterRole:r" + n, "Group:g" + n));
  }
  const auto policy = MakePolicy(objects);
  UserView view(*policy, User(who));
  for (int i = 0; i < 502; ++i) {
    const std::string what = absl::StrCat("r", i);
    EXPECT_EQ(Allows(view, *policy, Ask("", "get", "dev", what)), i < 500);
    EXPECT_EQ(Allows(view, *policy, Ask("", "get", "", what)),
              i < 500 && i % 2 == 0);
  }
}

TEST(UserViewTest, NamesOfRulesNumberedAnew) {
  Policy policy;
  policy.Apply(
      {{Reader(), BindingOf("dev", "b", "ClusterRole:reader", "User:u"),
        ClusterBindingOf("big", "ClusterRole:big", "Group:g")},
       {}});
  UserView view(policy, User("u,g"));
  for (int round = 0; round < 3; ++round) {
    std::vector<k8s::PolicyRule> rules;
    for (int i = 0; i < 50'000; ++i) {
      rules.push_back(MakeRule("get", "", absl::StrCat("r", round, "-", i)));
    }
    policy.Apply({{ClusterRoleOf("big", rules)}, {}});
    EXPECT_TRUE(Allows(view, policy, "dev"));
    EXPECT_FALSE(Allows(view, policy, "dev", "list"));
    for (int other = 0; other < 3; ++other) {
      EXPECT_EQ(Allows(view, policy,
                       Ask("", "get", "", absl::StrCat("r", other, "-7"))),
                other == round);
    }
  }
}

}  // namespace
}  // namespace gatehouse::rbac
