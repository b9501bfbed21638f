#include "rbac/field_error.h"

#include "absl/strings/str_cat.h"

namespace gatehouse::rbac {

absl::Status ToStatus(absl::Span<const FieldError> errors,
                      absl::string_view kind, absl::string_view name) {
  return objects::InvalidObjectError(
      errors, absl::StrCat(kind, ".rbac.authorization.k8s.io"), name);
}

}  // namespace gatehouse::rbac
