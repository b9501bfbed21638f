// The part of decoding base64url that a processor does many characters at a
// time.
#ifndef GATEHOUSE_AUTHN_JOSE_INTERNAL_BASE64URL_BLOCKS_H_
#define GATEHOUSE_AUTHN_JOSE_INTERNAL_BASE64URL_BLOCKS_H_

#include <cstddef>

#include "absl/strings/string_view.h"

namespace gatehouse::authn::internal {

// Decodes some of the start of `text`: a multiple of 16 characters, all of them
// of the alphabet, to 12 bytes of `out` for each 16. Returns how many; what is
// left, with anything that is wrong with it, is for a decoder that goes
// character by character. 0 where the processor is of another kind.
//
// `out` has room for what all of `text` decodes to; it may be the start of
// `text` itself. Bytes behind those that were decoded are written over. The
// time depends on the length only, save for texts that are not base64url.
size_t DecodeBase64UrlBlocks(absl::string_view text, char* out);

}  // namespace gatehouse::authn::internal

#endif  // GATEHOUSE_AUTHN_JOSE_INTERNAL_BASE64URL_BLOCKS_H_
