// Whether a leaf that is there already will do.
#ifndef GATEHOUSE_PKI_CLUSTER_INTERNAL_LEAF_CHECK_H_
#define GATEHOUSE_PKI_CLUSTER_INTERNAL_LEAF_CHECK_H_

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "pki/cluster/internal/store.h"
#include "pki/cluster/layout.h"
#include "pki/extensions.h"

namespace gatehouse::pki::internal {

// LeafDemands are what is asked of a leaf beside its specification.
struct LeafDemands {
  GeneralNames names;
  std::string server;  // Of a kubeconfig.
  absl::Time now;
  std::string directory;  // For errors, with a slash at its end.
};

// Checks signature, time, key, names, usages and, of a kubeconfig, CA and
// server. As kubeadm it does not look at the subject, which has changed between
// its versions. kInvalid and kExpired name the file.
absl::Status CheckLeaf(const ClusterCertificate& leaf, const StoredLeaf& stored,
                       const StoredCa& ca, const LeafDemands& demands);

}  // namespace gatehouse::pki::internal

#endif  // GATEHOUSE_PKI_CLUSTER_INTERNAL_LEAF_CHECK_H_
