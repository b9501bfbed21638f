// The two shapes of DNS names that Kubernetes' names have.
#ifndef GATEHOUSE_BASE_DNS_NAME_H_
#define GATEHOUSE_BASE_DNS_NAME_H_

#include <cstddef>

#include "absl/strings/string_view.h"

namespace gatehouse {

// Lengths in bytes (RFC 1123, RFC 1035).
inline constexpr size_t kMaxDnsLabel = 63;
inline constexpr size_t kMaxDnsSubdomain = 253;

// Returns true if `value` is written as a label is: lower-case letters, digits
// and '-', a letter or digit at both ends. Length is not looked at.
bool HasDnsLabelForm(absl::string_view value);

// Returns true if `value` is labels joined by dots, of whatever length.
bool HasDnsSubdomainForm(absl::string_view value);

// The same with the ceiling on the length: a namespace is a label, the name of
// a node or of a service account a subdomain.
bool IsDnsLabel(absl::string_view value);
bool IsDnsSubdomain(absl::string_view value);

}  // namespace gatehouse

#endif  // GATEHOUSE_BASE_DNS_NAME_H_
