// A policy and objects from files that are read again when they change.
#ifndef GATEHOUSE_CLI_INTERNAL_LIVE_POLICY_H_
#define GATEHOUSE_CLI_INTERNAL_LIVE_POLICY_H_

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "authz/attributes.h"
#include "authz/authorizer.h"
#include "base/mutex.h"
#include "cli/internal/command.h"
#include "cli/internal/engine.h"
#include "cli/internal/policy_flags.h"
#include "objects/object_store.h"

namespace gatehouse::cli {

namespace internal {
class LiveStore;
}  // namespace internal

// LivePolicy is an Engine, and a store with all other objects of the same files
// (service accounts, secrets, pods, nodes), for a command that serves. Any
// thread may ask; one at a time refreshes.
class LivePolicy : public authz::Authorizer {
 public:
  // Loads the files. kInvalid for stdin, which cannot be read again; other
  // errors as Engine::Load's. `streams` must outlive this.
  static absl::StatusOr<std::shared_ptr<LivePolicy>> Load(
      const PolicyFlags& flags, const Streams& streams);

  // Reads the files again if one of them is another than before, or if `force`.
  // On error what was read before stays in effect, as status() then says.
  // Returns whether there is something new.
  absl::StatusOr<bool> Refresh(bool force);

  authz::Decision Authorize(const authz::Attributes& attributes) const override;
  authz::Outcome Decide(const authz::Attributes& attributes) const override;

  // Returns a store that always shows what was read last. It cannot be written
  // to or watched, lives on its own, and any thread may ask it.
  std::shared_ptr<const objects::ObjectStore> objects() const;

  // Returns why the last reading failed; OK if it did not.
  absl::Status status() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  LivePolicy(const PolicyFlags& flags, const Streams& streams);

  std::string Stamp() const;
  absl::Status Read() ABSL_LOCKS_EXCLUDED(mutex_);
  std::shared_ptr<const Engine> engine() const ABSL_LOCKS_EXCLUDED(mutex_);

  const PolicyFlags flags_;
  const Streams streams_;
  const std::shared_ptr<internal::LiveStore> objects_;
  std::string stamp_;  // Of those who refresh.

  mutable Mutex mutex_;
  std::shared_ptr<const Engine> engine_ ABSL_GUARDED_BY(mutex_);
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace gatehouse::cli

#endif  // GATEHOUSE_CLI_INTERNAL_LIVE_POLICY_H_
