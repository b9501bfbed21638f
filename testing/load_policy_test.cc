#include "testing/load_policy.h"

#include <fstream>
#include <string>
#include <vector>

#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/matchers.h"

namespace gatehouse::testing {
namespace {

using ::testing::HasSubstr;

constexpr char kAggregated[] = R"(
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: part, labels: {part-of: whole}}
rules:
- {apiGroups: [""], resources: [pods], verbs: [get]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: whole}
aggregationRule:
  clusterRoleSelectors:
  - matchLabels: {part-of: whole}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: whole}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: whole}
subjects:
- {apiGroup: rbac.authorization.k8s.io, kind: User, name: jane}
)";

TEST(LoadPolicyTest, AggregatesAsAClusterDoes) {
  auto policy = LoadPolicyText(kAggregated);
  ASSERT_TRUE(policy.ok()) << policy.status();
  EXPECT_THAT(*policy, Allows("jane", "get", "pods"));
  EXPECT_THAT(*policy, DoesNotAllow("jane", "list", "pods"));
}

constexpr char kViewer[] = R"(
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: v, namespace: dev}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects:
- {apiGroup: rbac.authorization.k8s.io, kind: User, name: jane}
)";

TEST(LoadPolicyTest, DefaultPolicyIsAsked) {
  LoadPolicyOptions options;
  options.default_policy = true;
  auto policy = LoadPolicyText(kViewer, options);
  ASSERT_TRUE(policy.ok()) << policy.status();
  EXPECT_THAT(*policy, Allows("jane", "list", "pods", InNamespace("dev")));
  EXPECT_THAT(*policy, DoesNotAllow("jane", "list", "pods"));
  EXPECT_THAT(*policy, Allows("x", "get", "/version"));
  EXPECT_THAT(*policy, Allows("system:anonymous", "get", "/version"));
  EXPECT_THAT(*policy, DoesNotAllow("system:anonymous", "get", "/api"));

  auto without = LoadPolicyText(kViewer);
  ASSERT_TRUE(without.ok()) << without.status();
  EXPECT_THAT(*without,
              DoesNotAllow("jane", "list", "pods", InNamespace("dev")));
}

TEST(LoadPolicyTest, ManifestsGoBeforeTheDefaultPolicy) {
  LoadPolicyOptions options;
  options.default_policy = true;
  auto policy = LoadPolicyText(R"(
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: "system:public-info-viewer"}
rules:
- {nonResourceURLs: [/mine], verbs: [get]}
)",
                               options);
  ASSERT_TRUE(policy.ok()) << policy.status();
  EXPECT_THAT(*policy, Allows("x", "get", "/mine"));
  EXPECT_THAT(*policy, DoesNotAllow("system:anonymous", "get", "/version"));
}

TEST(LoadPolicyTest, RefusesWhatMustNotPassATest) {
  const struct {
    const char* text;
    Reason reason;
    const char* message;
  } kCases[] = {
      {"", Reason::kInvalid, "there is no role and no binding"},
      {"{apiVersion: v1, kind: Namespace, metadata: {name: a}}",
       Reason::kInvalid, "there is no role and no binding"},
      {R"(
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: r, namespace: a}
rules:
- {apiGroups: [""], resources: [pods], resourceName: [x], verbs: [get]}
)",
       Reason::kUnknownField, "policy.yaml:6:"},
      {R"(
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: r, namespace: a}
rules:
- {apiGroups: [""], resources: [pods]}
)",
       Reason::kInvalid,
       "policy.yaml:2:1: rules[0].verbs: Required value: verbs must contain "
       "at least one value"},
      {R"(
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: r}
aggregationRule:
  clusterRoleSelectors:
  - matchExpressions: [{key: a, operator: Like, values: [b]}]
)",
       Reason::kInvalid, "clusterRoleSelectors[0]"},
      {"a: [", Reason::kMalformed, "policy.yaml:"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.text);
    const auto policy = LoadPolicyText(c.text);
    ASSERT_FALSE(policy.ok());
    EXPECT_EQ(ReasonOf(policy.status()), c.reason);
    EXPECT_THAT(std::string(policy.status().message()), HasSubstr(c.message));
  }
}

TEST(LoadPolicyTest, ReadsFiles) {
  const std::string path = ::testing::TempDir() + "/aggregated.yaml";
  std::ofstream(path) << kAggregated;
  const std::vector<std::string> paths = {path};
  auto policy = LoadPolicy(paths);
  ASSERT_TRUE(policy.ok()) << policy.status();
  EXPECT_THAT(*policy, Allows("jane", "get", "pods"));
  const auto missing = LoadPolicy({path, path + ".not"});
  EXPECT_EQ(ReasonOf(missing.status()), Reason::kNotFound);
}

}  // namespace
}  // namespace gatehouse::testing
