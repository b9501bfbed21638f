// Decisions allocate nothing.
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "authz/authorizer.h"
#include "gtest/gtest.h"
#include "objects/object.h"
#include "rbac/policy.h"
#include "rbac/testing/ask.h"
#include "rbac/testing/generator.h"
#include "rbac/testing/make.h"
#include "rbac/user_view.h"
#include "testing/allocation_count.h"

namespace gatehouse::rbac {
namespace {

using gatehouse::testing::AllocationCount;

constexpr int kGroups = 50;
constexpr int kNamespaces = 40;

std::string NamespaceName(int i) {
  // Some as long as Kubernetes allows.
  return i % 4 == 0 ? std::string(61, 'n') + absl::StrCat(10 + i)
                    : absl::StrCat("ns", i);
}

// The groups' bindings are in different namespaces and of different roles;
// user "u" has more roles than are asked one by one.
std::vector<objects::Object> Objects() {
  std::vector<objects::Object> out;
  for (int i = 0; i < kGroups; ++i) {
    const std::string n = absl::StrCat(i);
    const std::string role = "ClusterRole:role" + n;
    out.push_back(
        ClusterRoleOf("role" + n, {MakeRule("get", "", "pods,*/log", "x" + n),
                                   MakeRule("list", "apps", "r" + n),
                                   MakeUrlRule("get", "/url" + n + "/*")}));
    out.push_back(BindingOf(NamespaceName(i % kNamespaces), "b" + n, role,
                            "Group:g" + n));
    if (i % 5 == 0) {
      out.push_back(ClusterBindingOf("c" + n, role, "Group:g" + n));
    }
    if (i < 20) out.push_back(ClusterBindingOf("u" + n, role, "User:u"));
  }
  return out;
}

// Allowed and not, of every sort.
std::vector<Request> Requests() {
  std::string who = "u";
  for (int i = 0; i < kGroups; ++i) absl::StrAppend(&who, ",g", i);
  std::vector<Request> out;
  for (int i = 0; i < kNamespaces + 2; ++i) {
    const std::string ns = NamespaceName(i);
    const std::string n = absl::StrCat(i);
    for (const char* user : {who.c_str(), "u", "nobody", "o,g7"}) {
      out.push_back(Ask(user, "get", ns, "pods", "x" + n));
      out.push_back(Ask(user, "get", ns, "pods/log", "x" + n));
      out.push_back(Ask(user, "list", ns, "r" + n + ".apps"));
      out.push_back(Ask(user, "list", ns,
                        std::string(150, 'r') + "/" + std::string(100, 's')));
      out.push_back(Ask(user, "never-heard-of", ns, "pods"));
      out.push_back(Ask(user, "get", "", "/url" + n + "/x"));
    }
  }
  Request nobody = out[0];
  nobody.has_user = false;
  out.push_back(nobody);
  return out;
}

std::unique_ptr<Policy> MakePolicy() {
  auto policy = Policy::Create(Objects());
  EXPECT_TRUE(policy.ok()) << policy.status();
  // Announces this thread as a reader, which happens once in its life.
  if (policy.ok()) (*policy)->generation();
  return policy.ok() ? std::move(*policy) : nullptr;
}

TEST(AllocationTest, PolicyDecide) {
  const auto policy = MakePolicy();
  int allowed = 0;
  for (const Request& request : Requests()) {
    const authz::Attributes attributes = request.Attributes();
    const size_t before = AllocationCount();
    const authz::Outcome outcome = policy->Decide(attributes);
    EXPECT_EQ(AllocationCount(), before) << request.DebugString();
    allowed += outcome == authz::Outcome::kAllow;
  }
  EXPECT_GT(allowed, 100);
}

TEST(AllocationTest, UserViewDecide) {
  const auto policy = MakePolicy();
  const std::vector<Request> requests = Requests();
  UserView view(*policy, requests[0].user);
  int allowed = 0;
  for (int round = 0; round < 3; ++round) {
    for (const Request& request : requests) {
      const authz::Attributes attributes = request.Attributes();
      const size_t before = AllocationCount();
      const authz::Outcome outcome = view.Decide(attributes);
      EXPECT_EQ(AllocationCount(), before) << request.DebugString();
      allowed += outcome == authz::Outcome::kAllow;
    }
  }
  EXPECT_GT(allowed, 100);
}

// The first decision after a change resolves the user anew, in the room that
// the view has taken when it was made: when the user had no rights at all.
TEST(AllocationTest, UserViewDecideAfterChanges) {
  Policy policy;
  const std::vector<Request> requests = Requests();
  UserView view(policy, requests[0].user);
  const std::vector<objects::Object> objects = Objects();
  int allowed = 0;
  for (size_t i = 0; i < requests.size(); ++i) {
    PolicyUpdate update;
    update.put.push_back(objects[i % objects.size()]);
    if (i % 100 == 99) update.put = objects;
    if (i % 7 == 6) update.remove.push_back(objects[i * 3 % objects.size()]);
    policy.Apply(update);
    const authz::Attributes attributes = requests[i].Attributes();
    const size_t before = AllocationCount();
    const authz::Outcome outcome = view.Decide(attributes);
    EXPECT_EQ(AllocationCount(), before) << requests[i].DebugString();
    allowed += outcome == authz::Outcome::kAllow;
  }
  EXPECT_GT(allowed, 50);
}

// Longer than a namespace's name can be: answered, without remembering it.
TEST(AllocationTest, OverlongNamespaces) {
  const auto policy = MakePolicy();
  UserView view(*policy, Requests()[0].user);
  for (const size_t size : {62u, 63u, 64u, 100u, 10'000u}) {
    Request request = Requests()[0];
    request.namespace_ = std::string(size, 'n');
    const authz::Attributes attributes = request.Attributes();
    const size_t before = AllocationCount();
    view.Decide(attributes);
    policy->Decide(attributes);
    EXPECT_EQ(AllocationCount(), before) << size;
  }
}

}  // namespace
}  // namespace gatehouse::rbac
