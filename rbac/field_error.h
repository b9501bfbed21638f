// Field errors of RBAC objects: objects/field_error.h by rbac's names.
#ifndef GATEHOUSE_RBAC_FIELD_ERROR_H_
#define GATEHOUSE_RBAC_FIELD_ERROR_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "objects/field_error.h"

namespace gatehouse::rbac {

using objects::FieldError;
using objects::FieldErrorType;
using objects::FieldErrorTypeName;
using objects::ForbiddenError;
using objects::InvalidError;
using objects::NotSupportedError;
using objects::RequiredError;
using objects::ToString;

// Returns OK for no errors, else kInvalidArgument with Reason::kInvalid and the
// API server's message: `RoleBinding.rbac.authorization.k8s.io "x" is invalid:
// [a: ..., b: ...]`. `kind` is an RBAC kind, `name` the object's name.
absl::Status ToStatus(absl::Span<const FieldError> errors,
                      absl::string_view kind, absl::string_view name);

}  // namespace gatehouse::rbac

#endif  // GATEHOUSE_RBAC_FIELD_ERROR_H_
