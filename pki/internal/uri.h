// URIs and domains as certificates name them.
#ifndef GATEHOUSE_PKI_INTERNAL_URI_H_
#define GATEHOUSE_PKI_INTERNAL_URI_H_

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"

namespace gatehouse::pki::internal {

// Uri is the parts of an absolute URI that rules here ask for. Views into the
// text that was parsed.
struct Uri {
  absl::string_view scheme;
  absl::string_view authority;  // "user@host:port"; "" if there is none.
  absl::string_view host;       // "host" or "[::1]", without the port.
  absl::string_view path;       // From the "/", without query and fragment.
};

// Parses an absolute URI (RFC 3986), refusing what Go's net/url and its
// crypto/x509 refuse: control characters, a bad scheme, port or "%" escape, a
// host that is no domain (IsValidDomain); and a relative reference, which RFC
// 5280 4.2.1.6 does not allow. Absent if it is refused.
absl::optional<Uri> ParseUri(absl::string_view text);

// Returns whether `domain` has no empty label, no final dot and only visible
// ASCII; "" is one. A constraint may begin with a dot. Go's rule; whether
// the labels are good host names is not asked.
bool IsValidDomain(absl::string_view domain, bool constraint);

// Returns whether `text` is an IPv4 or IPv6 address as text, as Go parses it.
bool IsIpAddress(absl::string_view text);

}  // namespace gatehouse::pki::internal

#endif  // GATEHOUSE_PKI_INTERNAL_URI_H_
