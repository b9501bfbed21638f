// SHA-256, without parsing what is hashed.
#ifndef GATEHOUSE_AUTHN_INTERNAL_DIGEST_H_
#define GATEHOUSE_AUTHN_INTERNAL_DIGEST_H_

#include "absl/strings/string_view.h"
#include "pki/certificate.h"

namespace gatehouse::authn::internal {

// Returns the SHA-256 of `bytes`.
pki::Sha256Digest Sha256(absl::string_view bytes);

}  // namespace gatehouse::authn::internal

#endif  // GATEHOUSE_AUTHN_INTERNAL_DIGEST_H_
