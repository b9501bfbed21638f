// How long a response says that it is good.
#ifndef GATEHOUSE_AUTHN_OIDC_INTERNAL_CACHE_CONTROL_H_
#define GATEHOUSE_AUTHN_OIDC_INTERNAL_CACHE_CONTROL_H_

#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "base/headers.h"

namespace gatehouse::authn::internal {

// Returns the max-age of Cache-Control (RFC 9111 section 5.2.2.1) less Age, 0
// for no-store and no-cache; none if nothing is said, or not as the RFC has it.
// Of several, the smallest.
absl::optional<absl::Duration> MaxAge(const Headers& headers);

}  // namespace gatehouse::authn::internal

#endif  // GATEHOUSE_AUTHN_OIDC_INTERNAL_CACHE_CONTROL_H_
