// base64url as JOSE has it: no padding, one encoding for each sequence of
// bytes.
#ifndef GATEHOUSE_AUTHN_JOSE_BASE64URL_H_
#define GATEHOUSE_AUTHN_JOSE_BASE64URL_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "authn/jose/jose_error.h"

namespace gatehouse::authn {

// Returns how many bytes `size` characters decode to, at most.
constexpr size_t Base64UrlDecodedSize(size_t size) {
  return size / 4 * 3 + size % 4 * 3 / 4;
}

// Decodes base64url (RFC 4648 section 5) without padding (RFC 7515 section 2)
// into `out`, which has room for Base64UrlDecodedSize(text.size()) bytes and
// may be the start of `text` itself. On success exactly that many are written.
//
// Stricter than Go, which passes over CR and LF and over non-zero bits at the
// end: an encoding of the bytes that Base64UrlEncode would not write is
// kBase64Padding, kBase64NotCanonical or kBase64Malformed. Then `out` holds
// rubbish. Takes time that depends on the length only, save for errors.
JoseError Base64UrlDecode(absl::string_view text, char* out);

// Decodes into `*out`, which is empty after an error.
JoseError Base64UrlDecode(absl::string_view text, std::string* out);

// Returns the base64url of `bytes`, without padding.
std::string Base64UrlEncode(absl::string_view bytes);

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_JOSE_BASE64URL_H_
