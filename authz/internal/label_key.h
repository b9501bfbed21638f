// Label keys, as Kubernetes validates them.
#ifndef GATEHOUSE_AUTHZ_INTERNAL_LABEL_KEY_H_
#define GATEHOUSE_AUTHZ_INTERNAL_LABEL_KEY_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace gatehouse::authz::internal {

// Returns what is wrong with `key` as a label key, an optional DNS subdomain
// and a slash before a name, in Kubernetes' words; nothing if it is one.
std::vector<std::string> LabelKeyErrors(absl::string_view key);

// Returns true if `value` can be the value of a label: empty, or at most 63
// characters of a name.
bool IsLabelValue(absl::string_view value);

}  // namespace gatehouse::authz::internal

#endif  // GATEHOUSE_AUTHZ_INTERNAL_LABEL_KEY_H_
