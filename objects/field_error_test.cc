#include "objects/field_error.h"

#include "absl/status/status.h"
#include "base/errors.h"
#include "gtest/gtest.h"

namespace gatehouse::objects {
namespace {

struct Case {
  FieldError error;
  const char* type;
  const char* text;
};

TEST(FieldErrorTest, PrintsAsTheApiServer) {
  const Case kCases[] = {
      {RequiredError("rules[0].verbs", "verbs must contain at least one value"),
       "Required",
       "rules[0].verbs: Required value: verbs must contain at least one value"},
      {RequiredError("roleRef.name", ""), "Required",
       "roleRef.name: Required value"},
      {InvalidError("metadata.name", "a/b", "may not contain '/'"), "Invalid",
       "metadata.name: Invalid value: \"a/b\": may not contain '/'"},
      {InvalidError("metadata.name", "a\n\"", "no"), "Invalid",
       R"(metadata.name: Invalid value: "a\n\"": no)"},
      {NotSupportedError("roleRef.kind", "Roll", {"Role", "ClusterRole"}),
       "NotSupported",
       "roleRef.kind: Unsupported value: \"Roll\": supported values: \"Role\", "
       "\"ClusterRole\""},
      {NotSupportedError("subjects[1].apiGroup", "x", {""}), "NotSupported",
       "subjects[1].apiGroup: Unsupported value: \"x\": supported values: "
       "\"\""},
      {ForbiddenError("metadata.namespace", "not allowed on this type"),
       "Forbidden", "metadata.namespace: Forbidden: not allowed on this type"},
      {{FieldErrorType::kTooLong, "metadata.annotations", "unused",
        "may not be more than 5 bytes"},
       "TooLong",
       "metadata.annotations: Too long: may not be more than 5 bytes"},
      {DuplicateError("spec.usages[1]", "client auth"), "Duplicate",
       "spec.usages[1]: Duplicate value: \"client auth\""},
      {TooManyError("jwt", 65, 64), "TooMany",
       "jwt: Too many: 65: must have at most 64 items"},
  };
  for (const Case& c : kCases) {
    EXPECT_EQ(ToString(c.error), c.text);
    EXPECT_EQ(FieldErrorTypeName(c.error.type), c.type);
  }
}

TEST(FieldErrorTest, StatusNamesTheObject) {
  const FieldError a = RequiredError("a", "");
  const FieldError b = ForbiddenError("b", "no");
  EXPECT_TRUE(InvalidObjectError({}, "Role.x.io", "x").ok());
  const absl::Status one = InvalidObjectError({a}, "Role.x.io", "x");
  EXPECT_EQ(one.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(one), Reason::kInvalid);
  EXPECT_EQ(one.message(),
            "Role.x.io \"x\" is invalid: "
            "a: Required value");
  EXPECT_EQ(InvalidObjectError({a, b, a}, "Node", "").message(),
            "Node \"\" is invalid: "
            "[a: Required value, b: Forbidden: no]");
}

}  // namespace
}  // namespace gatehouse::objects
