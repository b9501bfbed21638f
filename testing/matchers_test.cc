#include "testing/matchers.h"

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "authz/authorizer.h"
#include "authz/builtin.h"
#include "gmock/gmock.h"
#include "gtest/gtest-spi.h"
#include "gtest/gtest.h"
#include "rbac/policy.h"
#include "testing/load_policy.h"

namespace gatehouse::testing {
namespace {

using ::testing::AllOf;
using ::testing::DescribeMatcher;
using ::testing::EndsWith;
using ::testing::ExplainMatchResult;
using ::testing::Matcher;
using ::testing::Not;
using ::testing::StartsWith;
using ::testing::StringMatchResultListener;

constexpr char kPolicy[] = R"(
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader, namespace: default}
rules:
- {apiGroups: [""], resources: [pods], verbs: [get, list]}
- {apiGroups: [""], resources: [configmaps], resourceNames: [a, b], verbs: [get]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: read, namespace: default}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects:
- {apiGroup: rbac.authorization.k8s.io, kind: User, name: jane}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: ops}
rules:
- {apiGroups: [apps], resources: [deployments/scale], verbs: [patch]}
- {nonResourceURLs: [/metrics], verbs: [get]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: ops}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: ops}
subjects:
- {apiGroup: rbac.authorization.k8s.io, kind: Group, name: ops}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: dangling}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: gone}
subjects:
- {apiGroup: rbac.authorization.k8s.io, kind: User, name: bob}
)";

class MatchersTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto policy = LoadPolicyText(kPolicy);
    ASSERT_TRUE(policy.ok()) << policy.status();
    policy_ = *std::move(policy);
  }

  std::unique_ptr<rbac::Policy> policy_;
};

TEST_F(MatchersTest, ReadsLikeASentence) {
  EXPECT_THAT(*policy_, Allows("jane", "get", "pods", InNamespace("default")));
  EXPECT_THAT(*policy_, DoesNotAllow("jane", "get", "pods"));
  EXPECT_THAT(*policy_, DoesNotAllow("john", "get", "pods"));
  EXPECT_THAT(*policy_, Allows("jane", "get", "configmaps", Named("b"),
                               InNamespace("default")));
  EXPECT_THAT(*policy_, DoesNotAllow("jane", "get", "configmaps", Named("c"),
                                     InNamespace("default")));
  EXPECT_THAT(*policy_,
              DoesNotAllow("jane", "get", "pods/log", InNamespace("default")));
  EXPECT_THAT(*policy_, Allows("john", "patch", "deployments.apps/scale",
                               WithGroups({"dev", "ops"})));
  EXPECT_THAT(*policy_, DoesNotAllow("john", "patch", "deployments/scale",
                                     WithGroups({"ops"})));
  EXPECT_THAT(*policy_, Allows("x", "get", "/metrics", WithGroups({"ops"})));
  EXPECT_THAT(*policy_, DoesNotAllow("x", "get", "/logs", WithGroups({"ops"})));
}

TEST_F(MatchersTest, MatchesPointersAndAnyAuthorizer) {
  EXPECT_THAT(policy_, Allows("jane", "list", "pods", InNamespace("default")));
  EXPECT_THAT(policy_.get(), DoesNotAllow("jane", "list", "pods"));
  const std::shared_ptr<const authz::Authorizer> shared = std::move(policy_);
  EXPECT_THAT(shared, Allows("jane", "list", "pods", InNamespace("default")));
  EXPECT_THAT(authz::AlwaysAllow(), Allows("x", "get", "/"));
  EXPECT_THAT(authz::AlwaysDeny(), DoesNotAllow("x", "get", "/"));
}

TEST(MatchersOfNullTest, NullMatchesNeither) {
  const std::unique_ptr<rbac::Policy> null;
  EXPECT_THAT(null, Not(Allows("jane", "get", "pods")));
  EXPECT_THAT(null, Not(DoesNotAllow("jane", "get", "pods")));
  StringMatchResultListener listener;
  EXPECT_FALSE(
      ExplainMatchResult(DoesNotAllow("jane", "get", "pods"), null, &listener));
  EXPECT_EQ(listener.str(), "which is null");
}

TEST(MatchersDescriptionTest, SaysWhatIsExpected) {
  using M = Matcher<const rbac::Policy&>;
  const M allows = Allows("jane", "get", "pods", InNamespace("default"));
  const M does_not = DoesNotAllow("jane", "get", "/metrics");
  const struct {
    std::string got;
    std::string want;
  } kCases[] = {
      {DescribeMatcher<const rbac::Policy&>(allows),
       R"(allows user "jane" to get pods in namespace "default")"},
      {DescribeMatcher<const rbac::Policy&>(allows, true),
       R"(does not allow user "jane" to get pods in namespace "default")"},
      {DescribeMatcher<const rbac::Policy&>(does_not),
       R"(does not allow user "jane" to get /metrics)"},
      {DescribeMatcher<const rbac::Policy&>(does_not, true),
       R"(allows user "jane" to get /metrics)"},
  };
  for (const auto& c : kCases) EXPECT_EQ(c.got, c.want);
}

// What a failure says after "Actual:".
TEST_F(MatchersTest, WrongExpectationsFailWithTheGrounds) {
  const struct {
    Matcher<const rbac::Policy&> wrong;
    const char* explanation;
  } kCases[] = {
      {Allows("jane", "get", "pods", InNamespace("kube-system")),
       R"(which does not: RoleBinding "default/read" names User "jane", )"
       R"(but only in namespace "default")"},
      {Allows("jane", "delete", "pods", InNamespace("default")),
       R"(which does not: RoleBinding "default/read" names User "jane", )"
       "but its rule grants get, list, not delete, on pods"},
      {Allows("jane", "get", "configmaps", InNamespace("default"), Named("c")),
       R"(which does not: RoleBinding "default/read" names User "jane", )"
       R"(but grants get on configmaps only for the names "a", "b")"},
      {Allows("ops", "get", "/metrics"),
       R"(which does not: ClusterRoleBinding "ops" names Group "ops"; )"
       "the request's user has that name as a User"},
      {Allows("bob", "get", "pods"),
       R"(which does not: ClusterRoleBinding "dangling" names User "bob", )"
       R"(but ClusterRole "gone" does not exist)"},
      {Allows("nobody", "get", "pods"),
       "which does not: no binding comes near"},
      {DoesNotAllow("jane", "list", "pods", InNamespace("default")),
       R"(which does: RoleBinding "read/default" of Role "reader" to )"
       R"(User "jane", its rule 0 grants get, list on pods)"},
      {DoesNotAllow("jane", "get", "configmaps", InNamespace("default"),
                    Named("a")),
       R"(which does: RoleBinding "read/default" of Role "reader" to )"
       R"(User "jane", its rule 1 grants get on configmaps named a, b)"},
      {DoesNotAllow("x", "get", "/metrics", WithGroups({"ops"})),
       R"(which does: ClusterRoleBinding "ops" of ClusterRole "ops" to )"
       R"(Group "ops", its rule 1 grants get on /metrics)"},
  };
  for (const auto& c : kCases) {
    StringMatchResultListener listener;
    EXPECT_FALSE(c.wrong.MatchAndExplain(*policy_, &listener));
    EXPECT_EQ(listener.str(), c.explanation);
  }
}

// An authorizer that is no policy, and fails.
class Broken : public authz::Authorizer {
 public:
  authz::Decision Authorize(const authz::Attributes&) const override {
    return {authz::Outcome::kNoOpinion, "asleep", absl::InternalError("down")};
  }
};

TEST(MatchersOfAuthorizersTest, SayReasonAndError) {
  StringMatchResultListener listener;
  EXPECT_FALSE(
      ExplainMatchResult(Allows("jane", "get", "pods"), Broken(), &listener));
  EXPECT_EQ(listener.str(), "which does not: NoOpinion; asleep; error: down");
}

// The whole message, as somebody sees it whose test fails.
TEST_F(MatchersTest, FailureMessage) {
  ::testing::TestPartResultArray results;
  {
    ::testing::ScopedFakeTestPartResultReporter reporter(
        ::testing::ScopedFakeTestPartResultReporter::
            INTERCEPT_ONLY_CURRENT_THREAD,
        &results);
    EXPECT_THAT(*policy_,
                Allows("jane", "get", "pods", InNamespace("kube-system")));
  }
  ASSERT_EQ(results.size(), 1);
  // Between the two GoogleTest may name the type.
  EXPECT_THAT(
      results.GetTestPartResult(0).message(),
      AllOf(StartsWith("Value of: *policy_\n"
                       "Expected: allows user \"jane\" to get pods in "
                       "namespace \"kube-system\"\n"
                       "  Actual: a policy, generation 1"),
            EndsWith(", which does not: RoleBinding \"default/read\" names "
                     "User \"jane\", but only in namespace \"default\"")));
}

}  // namespace
}  // namespace gatehouse::testing
