// Taking back a certificate that a cluster's CA issued.
#ifndef GATEHOUSE_PKI_CLUSTER_REVOKE_H_
#define GATEHOUSE_PKI_CLUSTER_REVOKE_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "pki/certificate.h"
#include "pki/cluster/layout.h"

namespace gatehouse::pki {

// Revokes `certificate`: adds it to "revoked.yaml", to the CRL of the CA that
// signed it, and marks it in the journal, in this order. After a crash it is
// in the deny list at least, and running this again finishes the rest; doing
// so when all is done changes nothing but the CRL's dates. `reason` is RFC
// 5280's name, such as "keyCompromise"; "unspecified" if none is known. One
// that is unknown, or removeFromCRL, is kInvalid, and nothing is written.
//
// A certificate that none of the CAs signed is kUnknownAuthority; one that the
// journal does not know (issued elsewhere with the same CA) is revoked all the
// same. Without the CA's key the deny list and journal are written and the
// error is kNotFound, for the CRL.
absl::Status RevokeCertificate(const ClusterDirectory& directory,
                               const Certificate& certificate,
                               absl::string_view reason, absl::Time now,
                               absl::Duration crl_lifetime = absl::Hours(24 *
                                                                         30));

// Signs the CRLs of all CAs whose keys are here anew: the same entries, the
// next number, good for `crl_lifetime` from `now`.
absl::Status RefreshCrls(const ClusterDirectory& directory, absl::Time now,
                         absl::Duration crl_lifetime = absl::Hours(24 * 30));

}  // namespace gatehouse::pki

#endif  // GATEHOUSE_PKI_CLUSTER_REVOKE_H_
