// Paths of fields, as validation names them.
#ifndef GATEHOUSE_AUTHN_CONFIG_INTERNAL_FIELD_PATH_H_
#define GATEHOUSE_AUTHN_CONFIG_INTERNAL_FIELD_PATH_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace gatehouse::authn::internal {

// Returns "path.name".
inline std::string Child(absl::string_view path, absl::string_view name) {
  return path.empty() ? std::string(name) : absl::StrCat(path, ".", name);
}

// Returns "path[3]".
inline std::string Item(absl::string_view path, int index) {
  return absl::StrCat(path, "[", index, "]");
}

}  // namespace gatehouse::authn::internal

#endif  // GATEHOUSE_AUTHN_CONFIG_INTERNAL_FIELD_PATH_H_
