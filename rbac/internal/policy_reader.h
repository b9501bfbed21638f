// How the parts of this room read a policy's current version.
#ifndef GATEHOUSE_RBAC_INTERNAL_POLICY_READER_H_
#define GATEHOUSE_RBAC_INTERNAL_POLICY_READER_H_

#include "base/snapshot.h"
#include "rbac/internal/snapshot.h"
#include "rbac/policy.h"

namespace gatehouse::rbac::internal {

// PolicyReader is a look at one version of a policy, which stays in memory for
// as long as the reader lives. One thread's.
class PolicyReader {
 public:
  explicit PolicyReader(const Policy& policy)
      : snapshot_(policy.current_.Load()) {}
  const Snapshot& operator*() const { return *snapshot_; }
  const Snapshot* operator->() const { return snapshot_; }

 private:
  const EpochGuard guard_;  // First: it must exist before the load.
  const Snapshot* snapshot_;
};

}  // namespace gatehouse::rbac::internal

#endif  // GATEHOUSE_RBAC_INTERNAL_POLICY_READER_H_
