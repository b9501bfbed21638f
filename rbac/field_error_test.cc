#include "rbac/field_error.h"

#include "absl/status/status.h"
#include "base/errors.h"
#include "gtest/gtest.h"

namespace gatehouse::rbac {
namespace {

TEST(FieldErrorTest, StatusNamesTheObject) {
  const FieldError a = RequiredError("a", "");
  const FieldError b = ForbiddenError("b", "no");
  EXPECT_TRUE(ToStatus({}, "Role", "x").ok());
  const absl::Status one = ToStatus({a}, "Role", "x");
  EXPECT_EQ(one.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(one), Reason::kInvalid);
  EXPECT_EQ(one.message(),
            "Role.rbac.authorization.k8s.io \"x\" is invalid: "
            "a: Required value");
  EXPECT_EQ(ToStatus({a, b, a}, "RoleBinding", "").message(),
            "RoleBinding.rbac.authorization.k8s.io \"\" is invalid: "
            "[a: Required value, b: Forbidden: no]");
}

}  // namespace
}  // namespace gatehouse::rbac
