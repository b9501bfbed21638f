// What readers see while a policy changes. Run with --config=tsan.
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "authz/authorizer.h"
#include "gtest/gtest.h"
#include "objects/object.h"
#include "rbac/explain.h"
#include "rbac/policy.h"
#include "rbac/testing/ask.h"
#include "rbac/testing/generator.h"
#include "rbac/testing/make.h"
#include "rbac/user_view.h"
#include "rbac/who_can.h"

namespace gatehouse::rbac {
namespace {

constexpr int kReaders = 3;
constexpr int kChanges = 2000;

// A policy with changes from one thread and questions from several. `change`
// is called with 0, 1, 2, ...; `question` again and again until the changes
// are over, with the number of the reader, and at least once after that.
void RunTogether(const std::function<void(int)>& change,
                 const std::function<void(int)>& question) {
  std::atomic<bool> over{false};
  std::atomic<int> ready{0};
  std::vector<std::thread> readers;
  for (int reader = 0; reader < kReaders; ++reader) {
    readers.emplace_back([&, reader] {
      question(reader);
      ++ready;
      while (!over && !testing::Test::HasFailure()) question(reader);
      question(reader);
    });
  }
  while (ready < kReaders) std::this_thread::yield();
  for (int i = 0; i < kChanges; ++i) change(i);
  over = true;
  for (std::thread& reader : readers) reader.join();
}

bool Allowed(const Policy& policy, const Request& request) {
  return policy.Decide(request.Attributes()) == authz::Outcome::kAllow;
}

bool Allowed(UserView& view, const Request& request) {
  return view.Decide(request.Attributes()) == authz::Outcome::kAllow;
}

// ---- All of an update or nothing of it ----

// One user in two groups; the permission is now one group's, now the other's.
// Each version grants it by exactly one of two bindings, so that a reader who
// saw half of an update would see it granted by none, or by both.
TEST(PolicyConcurrencyTest, APermissionThatMovesIsNeverLostOrDoubled) {
  const objects::Object role =
      ClusterRoleOf("r", {MakeRule("get", "", "pods")});
  const auto bind = [](const char* group, bool bound) {
    return BindingOf("dev", group, bound ? "ClusterRole:r" : "ClusterRole:none",
                     absl::StrCat("Group:", group));
  };
  Policy policy;
  policy.Apply(
      {{role, ClusterRoleOf("none", {}), bind("a", true), bind("b", false)},
       {}});
  const Request request = Ask("u,a,b", "get", "dev", "pods");
  std::vector<std::unique_ptr<UserView>> views;
  for (int i = 0; i < kReaders; ++i) {
    views.push_back(std::make_unique<UserView>(policy, request.user));
  }
  RunTogether(
      [&](int i) {
        const bool to_a = i % 2 == 1;
        policy.Apply({{bind("a", to_a), bind("b", !to_a)}, {}});
      },
      [&](int reader) {
        EXPECT_TRUE(Allowed(policy, request));
        EXPECT_TRUE(Allowed(*views[reader], request));
        const Explanation explanation = Explain(policy, request.Attributes());
        EXPECT_EQ(explanation.grants.size(), 1u);
        EXPECT_EQ(WhoCan(policy, request.Attributes()).grants.size(), 1u);
        EXPECT_EQ(policy.PolicyRulesFor(request.user, "dev", nullptr).size(),
                  1u);
        EXPECT_TRUE(absl::StartsWith(
            policy.Authorize(request.Attributes()).reason, "RBAC: allowed by"));
      });
}

// The permission moves between two users, by deleting one binding and making
// the other: what frees numbers and gives them again.
TEST(PolicyConcurrencyTest, NumbersThatAreUsedAgain) {
  const objects::Object role =
      ClusterRoleOf("r", {MakeRule("get", "", "pods")});
  const auto bind = [](int i) {
    return BindingOf(absl::StrCat("ns", i), absl::StrCat("b", i),
                     "ClusterRole:r", absl::StrCat("User:u", i, ",Group:all"));
  };
  Policy policy;
  policy.Apply({{role, bind(0)}, {}});
  RunTogether(
      [&](int i) {
        policy.Apply({{bind(i + 1)}, {bind(i)}});
      },
      [&](int reader) {
        // Whoever it is, it is one, and in that one's namespace alone.
        const Request any = Ask("x,all", "get", "", "pods");
        const std::vector<k8s::PolicyRule> none =
            policy.PolicyRulesFor(any.user, "", nullptr);
        EXPECT_TRUE(none.empty());
        for (int i = reader; i < kChanges; i += 97) {
          const std::string ns = absl::StrCat("ns", i);
          const Request other =
              Ask(absl::StrCat("u", i), "get", absl::StrCat(ns, "0"), "pods");
          EXPECT_FALSE(Allowed(policy, other));
          const Request list = Ask(absl::StrCat("u", i), "list", ns, "pods");
          EXPECT_FALSE(Allowed(policy, list));
          const Request get = Ask("x,all", "get", ns, "pods");
          for (const Grant& grant : Explain(policy, get.Attributes()).grants) {
            EXPECT_EQ(grant.binding_namespace, ns);
            EXPECT_EQ(grant.subject.name(), "all");
          }
        }
      });
  EXPECT_TRUE(Allowed(policy, Ask(absl::StrCat("u", kChanges), "get",
                                  absl::StrCat("ns", kChanges), "pods")));
}

// Role and binding change together. In version i the role grants "get" if i is
// even, "list" if it is odd, and is bound to user "even" or "odd": a mix of a
// new role and an old binding would allow "even" to list.
TEST(PolicyConcurrencyTest, RoleAndBindingGoTogether) {
  const auto role = [](int i) {
    return ClusterRoleOf("r", {MakeRule(i % 2 == 0 ? "get" : "list", "", "pods",
                                        absl::StrCat("n", i % 7) + ",always")});
  };
  const auto bind = [](int i) {
    return ClusterBindingOf("b", "ClusterRole:r",
                            i % 2 == 0 ? "User:even" : "User:odd");
  };
  Policy policy;
  policy.Apply({{role(0), bind(0)}, {}});
  UserView views[kReaders][2] = {
      {{policy, Ask("even", "", "", "").user},
       {policy, Ask("odd", "", "", "").user}},
      {{policy, Ask("even", "", "", "").user},
       {policy, Ask("odd", "", "", "").user}},
      {{policy, Ask("even", "", "", "").user},
       {policy, Ask("odd", "", "", "").user}},
  };
  RunTogether(
      [&](int i) {
        if (i % 10 == 9) {
          EXPECT_TRUE(policy.Replace({{role(i + 1), bind(i + 1)}}).ok());
        } else {
          policy.Apply({{bind(i + 1), role(i + 1)}, {}});
        }
      },
      [&](int reader) {
        for (const char* ns : {"", "dev"}) {
          for (const bool odd : {false, true}) {
            const char* user = odd ? "odd" : "even";
            const Request never =
                Ask(user, odd ? "get" : "list", ns, "pods", "always");
            EXPECT_FALSE(Allowed(policy, never));
            EXPECT_FALSE(Allowed(views[reader][odd], never));
            const Request at_times =
                Ask(user, odd ? "list" : "get", ns, "pods", "always");
            // Two questions may meet two versions; one answer is of one.
            const authz::Decision decision =
                policy.Authorize(at_times.Attributes());
            EXPECT_EQ(decision.outcome == authz::Outcome::kAllow,
                      !decision.reason.empty());
            EXPECT_LE(AllowedNames(policy, at_times.Attributes()).names.size(),
                      2u);
            Allowed(views[reader][odd], at_times);
          }
        }
        const SubjectsResult who = AllowedSubjects(
            policy, Ask("", "get", "", "pods", "always").Attributes());
        EXPECT_TRUE(who.error.ok());
        EXPECT_LE(who.subjects.size(), 2u);
        if (who.subjects.size() == 2) {
          EXPECT_EQ(who.subjects[1].name(), "even");
        }
      });
}

// ---- Generations ----

TEST(PolicyConcurrencyTest, TheGenerationNeverFalls) {
  Policy policy;
  uint64_t seen[kReaders] = {};
  RunTogether(
      [&](int i) {
        if (i % 5 == 4) {
          EXPECT_TRUE(policy.Replace({}).ok());
        } else {
          policy.Apply({{ClusterRoleOf(absl::StrCat("r", i), {})}, {}});
        }
      },
      [&](int reader) {
        const uint64_t now = policy.generation();
        EXPECT_GE(now, seen[reader]);
        seen[reader] = now;
      });
  EXPECT_GE(policy.generation(), static_cast<uint64_t>(kChanges));
}

// Who has seen a change never sees the state before it again.
TEST(PolicyConcurrencyTest, AReaderNeverGoesBack) {
  // User "u" may, in version i, "get" the object named i and no other.
  const auto role = [](int i) {
    return ClusterRoleOf("r", {MakeRule("get", "", "pods", absl::StrCat(i))});
  };
  Policy policy;
  policy.Apply(
      {{role(0), ClusterBindingOf("b", "ClusterRole:r", "User:u")}, {}});
  int last[kReaders] = {};
  RunTogether(
      [&](int i) {
        policy.Apply({{role(i + 1)}, {}});
      },
      [&](int reader) {
        const Request request = Ask("u", "get", "", "pods");
        const std::vector<std::string> names =
            AllowedNames(policy, request.Attributes()).names;
        ASSERT_EQ(names.size(), 1u);
        const int now = std::stoi(names[0]);
        EXPECT_GE(now, last[reader]);
        last[reader] = now;
      });
  EXPECT_EQ(*std::max_element(last, last + kReaders), kChanges);
}

// ---- Several writers ----

TEST(PolicyConcurrencyTest, WritersDoNotLoseEachOthersChanges) {
  constexpr int kEach = 300;
  Policy policy;
  policy.Apply({{ClusterRoleOf("r", {MakeRule("get", "", "pods")})}, {}});
  const auto bind = [](int writer, int i) {
    const std::string n = absl::StrCat(writer, "-", i);
    return ClusterBindingOf("b" + n, "ClusterRole:r", "User:u" + n);
  };
  std::vector<std::thread> writers;
  for (int writer = 0; writer < kReaders; ++writer) {
    writers.emplace_back([&, writer] {
      const Request first =
          Ask(absl::StrCat("u", writer, "-0"), "get", "", "pods");
      for (int i = 0; i < kEach; ++i) {
        policy.Apply({{bind(writer, i)}, {}});
        // A decision that begins after Apply returned sees the change.
        EXPECT_TRUE(Allowed(
            policy, Ask(absl::StrCat("u", writer, "-", i), "get", "", "pods")));
        EXPECT_TRUE(Allowed(policy, first));
      }
    });
  }
  for (std::thread& writer : writers) writer.join();
  for (int writer = 0; writer < kReaders; ++writer) {
    for (int i = 0; i < kEach; ++i) {
      EXPECT_TRUE(Allowed(
          policy, Ask(absl::StrCat("u", writer, "-", i), "get", "", "pods")));
    }
  }
}

// A Replace that fails, over and over, is not seen by anybody.
TEST(PolicyConcurrencyTest, FailedReplacesAreNotSeen) {
  const objects::Object role =
      ClusterRoleOf("r", {MakeRule("get", "", "pods")});
  Policy policy;
  policy.Apply({{role, ClusterBindingOf("b", "ClusterRole:r", "User:u")}, {}});
  const uint64_t generation = policy.generation();
  const Request request = Ask("u", "get", "", "pods");
  RunTogether(
      [&](int) {
        EXPECT_FALSE(policy.Replace({{role, role}}).ok());
      },
      [&](int) {
        EXPECT_TRUE(Allowed(policy, request));
        EXPECT_EQ(policy.generation(), generation);
      });
}

}  // namespace
}  // namespace gatehouse::rbac
