// PEM: text armour around DER (RFC 7468).
#ifndef GATEHOUSE_PKI_PEM_H_
#define GATEHOUSE_PKI_PEM_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace gatehouse::pki {

// PemBlock is one "-----BEGIN label-----" to "-----END label-----".
struct PemBlock {
  std::string label;    // Such as "CERTIFICATE".
  std::string headers;  // RFC 1421 header lines as they stand; mostly "".
  std::string der;      // What the base64 says.
  int line = 0;         // Of the BEGIN line, from 1.
};

// Returns every block of `text`, as Go's encoding/pem finds them: text before,
// between and after blocks is passed over, and so is a BEGIN that no matching
// END closes or whose body is not base64. At most 100,000 blocks and
// `max_bytes`: beyond, kTooLarge. `source` names the input in errors.
absl::StatusOr<std::vector<PemBlock>> DecodePem(absl::string_view text,
                                                absl::string_view source,
                                                size_t max_bytes = size_t{64}
                                                                   << 20);

// Returns `der` as one block: lines of 64 characters, a newline at the end.
std::string EncodePem(absl::string_view label, absl::string_view der);

}  // namespace gatehouse::pki

#endif  // GATEHOUSE_PKI_PEM_H_
