// The checks of a token's registered claims.
#ifndef GATEHOUSE_AUTHN_OIDC_CLAIM_CHECKS_H_
#define GATEHOUSE_AUTHN_OIDC_CLAIM_CHECKS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "authn/jose/claims.h"

namespace gatehouse::authn {

// How far "nbf" may be in the future. "exp" has no leeway (Kubernetes
// behaviour).
inline constexpr absl::Duration kNotBeforeLeeway = absl::Minutes(1);

// Returns the issuer that a configuration calls this one: Google's tokens name
// theirs with and without "https://" (Kubernetes behaviour).
absl::string_view NormalizedIssuer(absl::string_view issuer);

// Checks "_claim_names", "iss", "aud", "exp" and "nbf", in this order, as
// Kubernetes does, and returns the last moment at which the token is good.
// "exp" must be there, and `now` not behind it. "aud", a string or a list of
// strings, must name one of `audiences`. "iat" is not looked at. Fractions of
// seconds are cut off.
//
// kUnauthenticated with Kubernetes' texts and kMalformed (a claim is of another
// type than its RFC says), kInvalid (issuer, _claim_names), kWrongAudience,
// kExpired, kNotYetValid.
absl::StatusOr<absl::Time> CheckClaims(
    const Claims& claims, absl::string_view issuer,
    const std::vector<std::string>& audiences, absl::Time now);

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_OIDC_CLAIM_CHECKS_H_
