// Which header fields can be written.
#ifndef GATEHOUSE_NET_INTERNAL_FIELDS_H_
#define GATEHOUSE_NET_INTERNAL_FIELDS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "base/headers.h"

namespace gatehouse::net::internal {

// Returns true if `text` is a token (RFC 9110 section 5.6.2): what methods and
// field names are.
bool IsToken(absl::string_view text);

// Returns true if the field can be written without changing what stands around
// it: a token, and a value without control characters other than tab.
bool IsWritable(const Headers::Field& field);

// Returns true for the fields that frame a message, which only the one who
// writes it can know: Connection, Keep-Alive, Content-Length,
// Transfer-Encoding, Trailer, Upgrade.
bool IsFraming(absl::string_view name);

// Appends "name: value" and the end of the line.
void AppendField(absl::string_view name, absl::string_view value,
                 std::string* out);

}  // namespace gatehouse::net::internal

#endif  // GATEHOUSE_NET_INTERNAL_FIELDS_H_
