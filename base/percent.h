// Percent-decoding, as in URLs and in the names of some headers.
#ifndef GATEHOUSE_BASE_PERCENT_H_
#define GATEHOUSE_BASE_PERCENT_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"

namespace gatehouse {

// Returns `text` with every %XX replaced by the byte it stands for; nothing if
// a '%' is not followed by two hexadecimal digits. '+' stands for itself. Any
// byte may come out, NUL and invalid UTF-8 included (RFC 3986 section 2.1).
absl::optional<std::string> PercentDecode(absl::string_view text);

// The same for one key or value of a query: '+' is a space
// (application/x-www-form-urlencoded).
absl::optional<std::string> QueryDecode(absl::string_view text);

// Returns the key of UserInfo::extra that `suffix` means, the part of a header
// name behind a prefix such as "Impersonate-Extra-": lower-cased first and
// percent-decoded then; what does not decode stays as it is, lower-cased
// (Kubernetes behaviour).
std::string ExtraKeyFromHeader(absl::string_view suffix);

// Returns the header suffix that ExtraKeyFromHeader turns back into `key`:
// every byte that is no lower-case letter, digit, '-', '.', '_' or '~' becomes
// %xx.
std::string ExtraKeyToHeader(absl::string_view key);

}  // namespace gatehouse

#endif  // GATEHOUSE_BASE_PERCENT_H_
