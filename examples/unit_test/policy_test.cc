// How a project tests its own policy in C++.
#include "rbac/policy.h"

#include <memory>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/load_policy.h"
#include "testing/matchers.h"

namespace {

using gatehouse::testing::Allows;
using gatehouse::testing::DoesNotAllow;
using gatehouse::testing::InNamespace;
using gatehouse::testing::Named;
using gatehouse::testing::WithGroups;

class PolicyTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto policy = gatehouse::testing::LoadPolicy({"examples/manifests"});
    ASSERT_TRUE(policy.ok()) << policy.status();
    policy_ = *std::move(policy);
  }

  std::unique_ptr<gatehouse::rbac::Policy> policy_;
};

TEST_F(PolicyTest, JaneReadsPodsInDefault) {
  EXPECT_THAT(policy_, Allows("jane", "get", "pods", InNamespace("default")));
  EXPECT_THAT(policy_, Allows("jane", "watch", "pods", InNamespace("default"),
                              Named("web-0")));
  EXPECT_THAT(policy_,
              DoesNotAllow("jane", "get", "pods", InNamespace("kube-system")));
  EXPECT_THAT(policy_,
              DoesNotAllow("jane", "delete", "pods", InNamespace("default")));
  EXPECT_THAT(policy_,
              DoesNotAllow("jane", "get", "pods/log", InNamespace("default")));
}

TEST_F(PolicyTest, BackendReadsPodsInItsOwnNamespace) {
  constexpr char kBackend[] = "system:serviceaccount:flask:flask-backend";
  EXPECT_THAT(policy_, Allows(kBackend, "list", "pods", InNamespace("flask")));
  EXPECT_THAT(policy_,
              DoesNotAllow(kBackend, "list", "pods", InNamespace("default")));
  EXPECT_THAT(policy_,
              DoesNotAllow(kBackend, "create", "pods", InNamespace("flask")));
}

TEST_F(PolicyTest, TheGroupMakesTheAdministrator) {
  EXPECT_THAT(policy_,
              Allows("mary", "delete", "nodes", WithGroups({"examplegroup"})));
  EXPECT_THAT(policy_,
              Allows("mary", "get", "/metrics", WithGroups({"examplegroup"})));
  EXPECT_THAT(policy_, DoesNotAllow("mary", "delete", "nodes"));
}

}  // namespace
