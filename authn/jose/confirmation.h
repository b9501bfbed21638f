// Tokens that are bound to a client's certificate (RFC 7800, RFC 8705).
#ifndef GATEHOUSE_AUTHN_JOSE_CONFIRMATION_H_
#define GATEHOUSE_AUTHN_JOSE_CONFIRMATION_H_

#include <array>
#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "authn/jose/claims.h"

namespace gatehouse::authn {

// Returns the SHA-256 of the DER of the certificate whose holder alone may use
// the token: "x5t#S256" in "cnf" (RFC 8705 section 3.1). None if the token has
// no "cnf": whoever holds it may use it.
//
// Stricter than RFC 7800 section 3.1, which lets recipients pass over members
// of "cnf" that they do not understand: a token with "cnf" and without
// "x5t#S256" is bound to something that is not checked here, and refused, with
// kMissingMember. Beside "x5t#S256" there may be others.
//
// kWrongType: "cnf" is no object, "x5t#S256" no string; kBase64Malformed and
// the like: not strict base64url of 32 bytes, which is 43 characters.
absl::StatusOr<absl::optional<std::array<uint8_t, 32>>> CertificateThumbprint(
    const Claims& claims);

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_JOSE_CONFIRMATION_H_
