// From a request to a certificate: which of its wishes are granted.
#ifndef GATEHOUSE_PKI_SIGNERS_SIGNING_POLICY_H_
#define GATEHOUSE_PKI_SIGNERS_SIGNING_POLICY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "pki/ca/ca.h"
#include "pki/ca/certificate_request.h"

namespace gatehouse::pki {

// The values of kube-controller-manager. kMaxSigningDuration is the default of
// its --cluster-signing-duration.
inline constexpr absl::Duration kBackdate = absl::Minutes(5);
inline constexpr absl::Duration kShortLifetime = absl::Hours(8);
inline constexpr absl::Duration kMinLifetime = absl::Minutes(10);
inline constexpr absl::Duration kMaxSigningDuration = absl::Hours(365 * 24);

// Returns how long a certificate shall live: `max` without a wish or for one
// beyond it; ten minutes for one below that, even if `max` is less (Kubernetes
// behaviour).
absl::Duration ChooseLifetime(absl::optional<int32_t> expiration_seconds,
                              absl::Duration max);

// SigningPolicy is Kubernetes' PermissiveSigningPolicy.
struct SigningPolicy {
  absl::Duration lifetime = kMaxSigningDuration;
  std::vector<std::string> usages;  // Of spec.usages.
  // How far the certificate begins in the past, for clocks that are late.
  absl::Duration backdate = kBackdate;
  // From this lifetime on, the end is backdated too.
  absl::Duration short_lifetime = kShortLifetime;
};

// Returns the certificate that a CA whose own ends at `ca_not_after` is to
// issue for `request` at `now`. Subject: the attributes that Kubernetes (Go)
// keeps, in its order: C, O, OU, L, ST, street, postal code, the last CN and
// the last serialNumber; any other, such as a user's UID, is dropped. Names:
// the DNS, IP, email and URI names; there may be neither subject nor names. Key
// usages from the policy, never from the request; no other extension; never a
// CA.
//
// Errors: UsagesToX509's; kExpired, in Kubernetes' words, if the CA's
// certificate has ended.
absl::StatusOr<CertificateTemplate> ApplySigningPolicy(
    const SigningPolicy& policy, const CertificateRequest& request,
    absl::Time ca_not_after, absl::Time now);

}  // namespace gatehouse::pki

#endif  // GATEHOUSE_PKI_SIGNERS_SIGNING_POLICY_H_
