// What a server's flags say of service account tokens, checked.
#ifndef GATEHOUSE_AUTHN_SERVICEACCOUNT_ISSUERS_H_
#define GATEHOUSE_AUTHN_SERVICEACCOUNT_ISSUERS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

namespace gatehouse::authn {

// OK if `issuers` are good for --service-account-issuer: at least one, none
// empty, none twice, none that has a colon and is no URL (Kubernetes
// behaviour), and none the issuer of legacy tokens, whose claims are others.
// The first signs, all verify. Reason::kInvalid or kDuplicate, with the issuer.
absl::Status ValidateIssuers(absl::Span<const std::string> issuers);

// OK if `most` is good for --service-account-max-token-expiration: zero, which
// is no limit, or between an hour and 2^32 seconds (Kubernetes behaviour).
// Reason::kInvalid.
absl::Status ValidateMaxTokenLifetime(absl::Duration most);

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_SERVICEACCOUNT_ISSUERS_H_
