// Which certificates still hang on a CA that is about to go.
#ifndef GATEHOUSE_PKI_CLUSTER_INTERNAL_ROTATION_H_
#define GATEHOUSE_PKI_CLUSTER_INTERNAL_ROTATION_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "pki/cluster/internal/store.h"

namespace gatehouse::pki::internal {

// Returns, in words for people, the certificates that would stop verifying if
// of `ca`'s bundle only the one that signs now were kept:
// - those of the journal that are live at `now`. One of the tree is not counted
//   once a newer one was written in its place: its key is gone with it;
// - those in the tree's files, which the journal need not know.
absl::StatusOr<std::vector<std::string>> CertificatesOnOldCa(const Store& store,
                                                             const StoredCa& ca,
                                                             absl::Time now);

}  // namespace gatehouse::pki::internal

#endif  // GATEHOUSE_PKI_CLUSTER_INTERNAL_ROTATION_H_
