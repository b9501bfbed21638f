// What Kubernetes takes for a name, a label and a label key.
#ifndef GATEHOUSE_OBJECTS_NAMES_H_
#define GATEHOUSE_OBJECTS_NAMES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace gatehouse::objects {

// Each function returns what is wrong with `value` in the API server's words,
// nothing if it is right. Lengths are in bytes.

// A DNS label (RFC 1123), such as a namespace: at most 63 bytes.
std::vector<std::string> CheckDnsLabel(absl::string_view value);

// DNS labels joined by dots, such as a service account: at most 253 bytes.
std::vector<std::string> CheckDnsSubdomain(absl::string_view value);

// Anything that can be one segment of a URL path, such as the name of a role:
// not "." or "..", no slash, no percent sign.
std::vector<std::string> CheckPathSegment(absl::string_view value);

// A label or annotation key, or a finalizer: a name of at most 63 bytes, with
// an optional DNS subdomain and a slash before it.
std::vector<std::string> CheckQualifiedName(absl::string_view value);

// A label value: empty, or alphanumeric at both ends, at most 63 bytes.
std::vector<std::string> CheckLabelValue(absl::string_view value);

}  // namespace gatehouse::objects

#endif  // GATEHOUSE_OBJECTS_NAMES_H_
