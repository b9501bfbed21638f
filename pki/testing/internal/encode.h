// DER in strings, for the certificate builder.
#ifndef GATEHOUSE_PKI_TESTING_INTERNAL_ENCODE_H_
#define GATEHOUSE_PKI_TESTING_INTERNAL_ENCODE_H_

#include <openssl/bytestring.h>

#include <cstdint>
#include <functional>
#include <string>

#include "absl/strings/string_view.h"

namespace gatehouse::pki::testing {

// Writes DER with `write` and returns it; "" if it does not fit together.
std::string Encode(const std::function<void(CBB*)>& write);

// One element of `tag` with this content.
std::string Tagged(unsigned tag, absl::string_view content);
std::string Sequence(absl::string_view content);
// An OBJECT IDENTIFIER.
std::string Oid(absl::string_view dotted);
// An element of the tag [number].
std::string ContextTag(unsigned number, absl::string_view content,
                       bool constructed);

inline const uint8_t* Bytes(absl::string_view text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}

}  // namespace gatehouse::pki::testing

#endif  // GATEHOUSE_PKI_TESTING_INTERNAL_ENCODE_H_
