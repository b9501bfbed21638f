// Making a cluster's certificates, as `kubeadm init phase certs all` and
// `kubeconfig all` do.
#ifndef GATEHOUSE_PKI_CLUSTER_INIT_H_
#define GATEHOUSE_PKI_CLUSTER_INIT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "pki/cluster/layout.h"
#include "pki/private_key.h"

namespace gatehouse::pki {

// InitOptions say what InitCluster makes. The defaults are kubeadm's.
struct InitOptions {
  ClusterNames names;
  // Where kubeconfigs find the API server, "https://host:port"; empty: port
  // 6443 of names.advertise_address.
  std::string server;
  KeyAlgorithm key_algorithm = KeyAlgorithm::kRsa2048;
  absl::Duration ca_lifetime = absl::Hours(24 * 365 * 10);
  absl::Duration certificate_lifetime = absl::Hours(24 * 365);
  // How long a CRL is good for; RefreshCrls must run before that passes.
  absl::Duration crl_lifetime = absl::Hours(24 * 30);
  // Makes everything anew over what exists, private keys and CAs too. What was
  // issued before stops verifying; the journal keeps it.
  bool force = false;
};

// What became of each file.
struct InitReport {
  std::vector<std::string> created;  // Paths inside the directory.
  std::vector<std::string> kept;
};

// Creates what is missing of the tree: CAs, leaves, service account keys,
// kubeconfigs; and of ours: an empty CRL for each CA, an empty deny list, the
// journal. The directory is made if need be. Certificates are 0644, private
// keys, kubeconfigs and the journal 0600; every write is atomic.
//
// What exists is used if it is valid: a CA must be one and fit its key, a leaf
// must be signed by its CA, not expired, fit its key and bear the names and
// usages that are asked for, a kubeconfig must trust the CA and name the
// server. Otherwise kInvalid or kExpired names the file, and what was missing
// before it has been created. A CA without a key is taken for managed
// elsewhere: its leaves must all exist. A key without its certificate is used
// (that is what a crash leaves). A second run changes nothing.
//
// One call at a time in a directory; a second waits for the first, in other
// processes too.
absl::StatusOr<InitReport> InitCluster(const ClusterDirectory& directory,
                                       const InitOptions& options,
                                       absl::Time now);

}  // namespace gatehouse::pki

#endif  // GATEHOUSE_PKI_CLUSTER_INIT_H_
