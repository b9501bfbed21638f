// Errors about claims, in Kubernetes' words.
#ifndef GATEHOUSE_AUTHN_OIDC_INTERNAL_CLAIM_ERRORS_H_
#define GATEHOUSE_AUTHN_OIDC_INTERNAL_CLAIM_ERRORS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "authn/jose/claims.h"
#include "base/errors.h"

namespace gatehouse::authn::internal {

// Returns a kUnauthenticated status.
absl::Status ClaimError(Reason reason, absl::string_view message);

// Returns what Go's decoder says of a value that is of another kind than
// `type`, a type of Go: "json: cannot unmarshal number into Go value of type
// string".
std::string CannotUnmarshal(const ClaimValue& value, absl::string_view type);

// Returns InContext (base/errors.h) as a token's rejection: kUnauthenticated,
// because to who sent it it is his token that does not do. Causes that say
// nothing of the token keep their code, so that a TokenCache does not remember
// them: kUnavailable, kDeadlineExceeded, kResourceExhausted, kInternal.
absl::Status Rejected(absl::string_view context, const absl::Status& cause);

}  // namespace gatehouse::authn::internal

#endif  // GATEHOUSE_AUTHN_OIDC_INTERNAL_CLAIM_ERRORS_H_
