#include "door.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/matchers.h"

namespace {

using gatehouse::testing::Allows;
using gatehouse::testing::DoesNotAllow;
using gatehouse::testing::InNamespace;
using gatehouse::testing::Named;

constexpr char kPolicy[] = R"(
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: config-reader, namespace: shop}
rules:
- {apiGroups: [""], resources: [configmaps], resourceNames: [prices], verbs: [get]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: read-config, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: config-reader}
subjects:
- {kind: ServiceAccount, name: checkout, namespace: shop}
)";
constexpr char kCheckout[] = "system:serviceaccount:shop:checkout";

TEST(DoorTest, DecidesOneRequest) {
  auto policy = PolicyFrom(kPolicy);
  ASSERT_TRUE(policy.ok()) << policy.status();
  std::string reason;
  EXPECT_TRUE(MayReadPrices(**policy, kCheckout, &reason));
  EXPECT_EQ(reason,
            "RBAC: allowed by RoleBinding \"read-config/shop\" of Role "
            "\"config-reader\" to ServiceAccount \"checkout/shop\"");
  EXPECT_FALSE(MayReadPrices(**policy, "mallory", &reason));
}

TEST(DoorTest, GrantsNoMoreThanThePrices) {
  auto policy = PolicyFrom(kPolicy);
  ASSERT_TRUE(policy.ok()) << policy.status();
  EXPECT_THAT(**policy, Allows(kCheckout, "get", "configmaps",
                               InNamespace("shop"), Named("prices")));
  EXPECT_THAT(**policy, DoesNotAllow(kCheckout, "get", "configmaps",
                                     InNamespace("shop"), Named("secrets")));
}

TEST(DoorTest, RefusesAPolicyThatIsNone) {
  EXPECT_FALSE(PolicyFrom("kind: Role").ok());
}

}  // namespace
