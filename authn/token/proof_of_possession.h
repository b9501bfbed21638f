// Tokens that only the holder of a certificate may use.
#ifndef GATEHOUSE_AUTHN_TOKEN_PROOF_OF_POSSESSION_H_
#define GATEHOUSE_AUTHN_TOKEN_PROOF_OF_POSSESSION_H_

#include "absl/status/status.h"
#include "authn/authenticator.h"

namespace gatehouse::authn {

// Holds the certificate that a token is bound to, if it is
// (Authentication::certificate_thumbprint, RFC 8705 section 3), against the one
// that the client of `request` proved in TLS to hold. OK for a token that is
// bound to none. Reason::kWrongHolder (kUnauthenticated) without TLS, without a
// certificate, and with another one. The certificate need not be valid, nor of
// any CA (RFC 8705 section 2.2). Compares in constant time.
//
// To be called for every request by whoever took the token from it: an answer
// out of a cache says nothing of this connection. Any thread may call it.
absl::Status CheckProofOfPossession(const Authentication& authentication,
                                    const Request& request);

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_TOKEN_PROOF_OF_POSSESSION_H_
