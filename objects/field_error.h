// Field errors: what is wrong with an object, and in which field.
#ifndef GATEHOUSE_OBJECTS_FIELD_ERROR_H_
#define GATEHOUSE_OBJECTS_FIELD_ERROR_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace gatehouse::objects {

// FieldErrorType is Kubernetes' kind of a field error.
enum class FieldErrorType {
  kRequired,
  kInvalid,
  kNotSupported,
  kForbidden,
  kTooLong,
  kDuplicate,
  kTooMany,
};

// Returns "Required", "Invalid", "NotSupported", "Forbidden", "TooLong",
// "Duplicate" or "TooMany".
absl::string_view FieldErrorTypeName(FieldErrorType type);

// FieldError is one fault of an object. A plain value.
struct FieldError {
  FieldErrorType type = FieldErrorType::kInvalid;
  // The JSON path, such as "rules[0].verbs".
  std::string field;
  // The value as the message shows it: a quoted string, or JSON. Unused by
  // kRequired, kForbidden and kTooLong.
  std::string bad_value;
  std::string detail;
};

// Make an error of each type. `value` is quoted; `supported` lists the values
// that would have been right.
FieldError RequiredError(absl::string_view field, absl::string_view detail);
FieldError InvalidError(absl::string_view field, absl::string_view value,
                        absl::string_view detail);
FieldError NotSupportedError(absl::string_view field, absl::string_view value,
                             absl::Span<const absl::string_view> supported);
FieldError ForbiddenError(absl::string_view field, absl::string_view detail);
FieldError DuplicateError(absl::string_view field, absl::string_view value);
FieldError TooManyError(absl::string_view field, size_t count, size_t most);

// Returns the error as the API server prints it:
// `rules[0].verbs: Required value: verbs must contain at least one value`.
std::string ToString(const FieldError& error);

// Returns OK for no errors, else kInvalidArgument with Reason::kInvalid and the
// API server's message: `RoleBinding.rbac.authorization.k8s.io "x" is invalid:
// [a: ..., b: ...]`. `kind` is the object's kind and group,
// "RoleBinding.rbac.authorization.k8s.io", `name` its name.
absl::Status InvalidObjectError(absl::Span<const FieldError> errors,
                                absl::string_view kind, absl::string_view name);

}  // namespace gatehouse::objects

#endif  // GATEHOUSE_OBJECTS_FIELD_ERROR_H_
