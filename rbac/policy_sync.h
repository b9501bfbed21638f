// A policy that follows an object store.
//
//   auto sync = gatehouse::rbac::PolicySync::Create(store);
//   if (!sync.ok()) return sync.status();
//   const auto started = (*sync)->Start();
//   if (!started.ok()) return started;
//   chain.push_back({"RBAC", (*sync)->policy()});
#ifndef GATEHOUSE_RBAC_POLICY_SYNC_H_
#define GATEHOUSE_RBAC_POLICY_SYNC_H_

#include <array>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/mutex.h"
#include "objects/object_store.h"
#include "rbac/policy.h"

namespace gatehouse::rbac {

// PolicySyncOptions has defaults that fit a server.
struct PolicySyncOptions {
  // Whether ClusterRoles with an aggregationRule are filled in from the
  // ClusterRoles of the store (aggregation.h). In Kubernetes a controller
  // writes the rules into the objects; here the policy alone sees them, and the
  // store is never written to. Off: such roles count as they stand.
  bool aggregate = true;
  // How long Start's threads wait after an error of the store before they ask
  // it again. Real time,
  // from a millisecond to a day.
  absl::Duration retry_interval = absl::Seconds(1);
};

// PolicySyncStatus is how far a PolicySync has come. A plain value.
struct PolicySyncStatus {
  // The policy is the store as it was at this version.
  uint64_t resource_version = 0;
  // Policy::generation() at that time. It rises only when something changed.
  uint64_t generation = 0;
  // How often all objects had to be listed again, after the first time.
  uint64_t relists = 0;
  // Why the last Sync failed: the policy is behind, and stays the last good
  // one. OK once a Sync has succeeded.
  absl::Status last_error;
  // "clusterrole name: what is wrong" of each aggregated role that could not be
  // filled in and counts as it stands, in order.
  std::vector<std::string> aggregation_errors;
};

// PolicySync keeps a Policy in step with the RBAC objects of a store. What is
// there at once becomes visible at once, as one update, and the four kinds go
// together: at every moment the policy is the store as it was at one version.
// Who first takes a user out of a binding and then adds to its role never gives
// the addition to that user. (In Kubernetes each kind is cached by itself, and
// readers may see the second change before the first.)
//
// This rests on versions that are of the whole store, and on watchers that have
// every change that a List has seen, as ObjectStore demands.
//
// A watch that fails, most often because it has fallen behind (kExpired), leads
// to a new list, which replaces the policy as one step; until then the last
// good policy stays. A change costs what it touches; a change of a ClusterRole
// costs time in the number of ClusterRoles if some are aggregated.
//
// Any thread may call anything, but Start, Stop and the destructor belong to
// the owner: one thread at a time. Questions to the policy never wait for a
// Sync, and neither does status().
class PolicySync {
 public:
  // Lists the store. It is not owned, and must outlive the result. Errors are
  // those of the store's List and Watch, with the kind in front, and kDuplicate
  // (Policy::Replace) if the store lists an object twice.
  static absl::StatusOr<std::unique_ptr<PolicySync>> Create(
      objects::ObjectStore& store, const PolicySyncOptions& options = {});

  // Stops.
  ~PolicySync();
  PolicySync(const PolicySync&) = delete;
  PolicySync& operator=(const PolicySync&) = delete;

  // The policy, always the same one. It may outlive this object: then it stays
  // as it is.
  std::shared_ptr<const Policy> policy() const { return policy_; }

  // Applies what is in the store, and returns without waiting for more. Every
  // write that returned before this call is seen by the decisions that begin
  // after it, also while Start's threads are running. On error (as Create's)
  // the policy stays as it was; call again.
  absl::Status Sync() ABSL_LOCKS_EXCLUDED(mutex_, status_mutex_);

  // Calls Sync from threads of its own, as often as something changes, until
  // Stop: one thread for each kind, asleep in the store's watch. No effect if
  // started. kResourceExhausted if the system gives no more threads: then none
  // is running. May be started again after Stop.
  absl::Status Start() ABSL_LOCKS_EXCLUDED(thread_mutex_);

  // Ends the threads and waits for them: as long as a Sync, at most. No effect
  // if not started.
  void Stop() ABSL_LOCKS_EXCLUDED(thread_mutex_);

  // Returns how far it has come.
  PolicySyncStatus status() const ABSL_LOCKS_EXCLUDED(status_mutex_);

 private:
  static constexpr size_t kKinds = 4;
  struct Mirror;

  PolicySync(objects::ObjectStore& store, const PolicySyncOptions& options);

  // Both return the version that the policy has reached.
  absl::StatusOr<uint64_t> CatchUp() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<uint64_t> ListAll() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Report(const absl::StatusOr<uint64_t>& version)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) ABSL_LOCKS_EXCLUDED(status_mutex_);

  // What the thread of a kind does.
  void Run(size_t kind);
  absl::Status Follow(size_t kind);
  absl::StatusOr<objects::Watcher*> OpenBell(size_t kind);
  void Pause();
  bool stopping() const;

  // Constant after construction; they synchronise themselves.
  objects::ObjectStore& store_;
  const PolicySyncOptions options_;
  const std::shared_ptr<Policy> policy_;

  Mutex mutex_;  // Held during a Sync.
  // Null: all must be listed (again).
  std::unique_ptr<Mirror> mirror_ ABSL_GUARDED_BY(mutex_);
  uint64_t lists_ ABSL_GUARDED_BY(mutex_) = 0;  // That were made of all.

  mutable Mutex status_mutex_;  // Taken after mutex_; held shortly.
  PolicySyncStatus status_ ABSL_GUARDED_BY(status_mutex_);

  mutable Mutex thread_mutex_;  // Held shortly.
  std::condition_variable_any stopped_;
  bool stopping_ ABSL_GUARDED_BY(thread_mutex_) = false;
  // Watchers that only wake a thread: what they hand out is dropped. The
  // mirror's cannot, for what one thread had taken from them but not yet
  // applied, another would overtake.
  std::array<std::unique_ptr<objects::Watcher>, kKinds> bells_
      ABSL_GUARDED_BY(thread_mutex_);
  std::vector<std::thread> threads_;  // The owner's.
};

}  // namespace gatehouse::rbac

#endif  // GATEHOUSE_RBAC_POLICY_SYNC_H_
