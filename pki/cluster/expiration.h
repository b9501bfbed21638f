// When a cluster's certificates end, as `kubeadm certs check-expiration`.
#ifndef GATEHOUSE_PKI_CLUSTER_EXPIRATION_H_
#define GATEHOUSE_PKI_CLUSTER_EXPIRATION_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "pki/cluster/layout.h"

namespace gatehouse::pki {

// ExpirationRow is one line of the table.
struct ExpirationRow {
  std::string name;      // Of ClusterCertificate or ClusterCa.
  bool missing = false;  // No such file; the times say nothing then.
  absl::Time expires;
  absl::Duration residual;  // Negative: expired that long ago.
  std::string ca_name;      // "" for a CA.
  // The CA's key is not here, so that Renew cannot do it.
  bool externally_managed = false;
};

// Expirations is the whole table.
struct Expirations {
  std::vector<ExpirationRow> certificates;
  // During a rotation a CA has its old certificate's row after the new one's,
  // called "<name> (old)".
  std::vector<ExpirationRow> authorities;
};

// Reads the certificates in `directory`. A file that is there but cannot be
// read or parsed is an error that names it.
absl::StatusOr<Expirations> CheckExpiration(const ClusterDirectory& directory,
                                            absl::Time now);

// Returns the residual time as Kubernetes prints it for people: "364d", "5y",
// "23h", "<invalid>" for a time that has passed.
std::string HumanDuration(absl::Duration residual);

}  // namespace gatehouse::pki

#endif  // GATEHOUSE_PKI_CLUSTER_EXPIRATION_H_
