// Renewing a cluster's certificates, as `kubeadm certs renew`.
#ifndef GATEHOUSE_PKI_CLUSTER_RENEW_H_
#define GATEHOUSE_PKI_CLUSTER_RENEW_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "pki/cluster/layout.h"

namespace gatehouse::pki {

// RenewOptions say what RenewCertificates renews.
struct RenewOptions {
  // Names of ClusterCertificate; empty: all that exist.
  std::vector<std::string> names;
  absl::Duration certificate_lifetime = absl::Hours(24 * 365);
};

// Replaces leaves of the tree and their keys: the same subject, alternative
// names and usages as the certificate that is there (not as options say), the
// same kind of key, signed by the CA that signs now. Certificates that have
// expired are renewed too; the CAs are not (see rotate_ca.h). Returns the names
// renewed. kNotFound for a name that is none or has no certificate, and for a
// CA without a key if it was asked for by name; otherwise its leaves are passed
// over.
//
// Key and certificate are two files: a crash between them leaves a pair that
// does not match, which renewing again mends.
absl::StatusOr<std::vector<std::string>> RenewCertificates(
    const ClusterDirectory& directory, const RenewOptions& options,
    absl::Time now);

}  // namespace gatehouse::pki

#endif  // GATEHOUSE_PKI_CLUSTER_RENEW_H_
