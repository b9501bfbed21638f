// The life of a CertificateSigningRequest in an API server: what creation and
// updates keep of what was sent, and when it is thrown away.
#ifndef GATEHOUSE_PKI_SIGNERS_CSR_LIFECYCLE_H_
#define GATEHOUSE_PKI_SIGNERS_CSR_LIFECYCLE_H_

#include "absl/time/time.h"
#include "base/user_info.h"
#include "pki/signers/csr_validation.h"
#include "proto/certificates.pb.h"

namespace gatehouse::pki {

// Puts the requestor's username, uid, groups and extra into `csr`, over what
// was sent, and clears its status. To be done before it is validated: nobody
// requests in another's name, and no request is born approved.
void PrepareCsrCreate(const UserInfo& requestor,
                      k8s::CertificateSigningRequest* csr);

// Takes back what an update by `endpoint` may not change: the spec always; all
// of the status but its conditions (kApproval); the existing Approved and
// Denied conditions (kStatus); all of it (kObject). Conditions without times
// get `now`; lastTransitionTime stays where type and status were there before.
void PrepareCsrUpdate(const k8s::CertificateSigningRequest& old,
                      CsrEndpoint endpoint, absl::Time now,
                      k8s::CertificateSigningRequest* csr);

// How long a request is kept, and how often Kubernetes looks. Of approved ones
// only those that have been issued are thrown away by age.
inline constexpr absl::Duration kIssuedCsrLifetime = absl::Hours(1);
inline constexpr absl::Duration kDeniedCsrLifetime = absl::Hours(1);
inline constexpr absl::Duration kFailedCsrLifetime = absl::Hours(1);
inline constexpr absl::Duration kPendingCsrLifetime = absl::Hours(24);
inline constexpr absl::Duration kCsrCleanInterval = absl::Hours(1);

// Returns whether `csr` is to be thrown away at `now`: issued, denied or failed
// longer ago than above, by lastUpdateTime of the condition; pending for too
// long, by creationTimestamp; or its certificate has expired. An unset time is
// never long ago. A certificate that does not parse has not expired.
bool IsCsrGarbage(const k8s::CertificateSigningRequest& csr, absl::Time now);

}  // namespace gatehouse::pki

#endif  // GATEHOUSE_PKI_SIGNERS_CSR_LIFECYCLE_H_
