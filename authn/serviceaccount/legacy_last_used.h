// The note of when a legacy token was last used.
#ifndef GATEHOUSE_AUTHN_SERVICEACCOUNT_LEGACY_LAST_USED_H_
#define GATEHOUSE_AUTHN_SERVICEACCOUNT_LEGACY_LAST_USED_H_

#include <cstddef>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"
#include "authn/token/rate_limit.h"
#include "base/mutex.h"
#include "objects/object_store.h"
#include "proto/core.pb.h"

namespace gatehouse::authn {

// LastUsedLimits say how often the note is tried. Durations are by the times
// that Note is given. A plain value.
struct LastUsedLimits {
  // After a try the same Secret's next comes so much later; while the store
  // refuses, twice as long each time up to `max_wait`.
  absl::Duration wait = absl::Seconds(10);
  absl::Duration max_wait = absl::Minutes(10);
  // Of all Secrets together: tries in a second, and at once.
  double per_second = 10;
  double burst = 100;
  // Secrets that are remembered. Nothing is written for others while all of
  // these wait.
  size_t max_secrets = 1024;
};

// LastUsedNotes writes into a Secret's label kLegacyTokenLastUsedLabel on which
// day its token was used, once a day (Kubernetes behaviour). Nobody depends on
// it at once: what looks at it counts in months. So a try that fails costs
// nobody his request, and unlike in Kubernetes the next request does not try
// again: whatever the store does, and however many requests come, writes are
// few. Any thread may call it; a write takes place in the caller's.
class LastUsedNotes {
 public:
  // Without a `writer` nothing is written.
  explicit LastUsedNotes(std::shared_ptr<objects::ObjectStore> writer,
                         const LastUsedLimits& limits = LastUsedLimits());

  // Writes the day (UTC) of `now`, unless it is noted already, or tomorrow is:
  // clocks of several servers differ.
  void Note(const k8s::Secret& secret, absl::Time now);

 private:
  // When a Secret may be written again.
  struct Next {
    absl::Time time;
    absl::Duration wait;  // Before it.
  };

  // Whether to write now; if so, others have to wait.
  bool Begin(const std::string& name, absl::Time now);
  // After a write that went well.
  void Succeed(const std::string& name);
  bool IsDue(const Next& next, absl::Time now) const;
  // Forgets the Secrets that need not wait. False: all of them have to.
  bool MakeRoom(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::shared_ptr<objects::ObjectStore> writer_;
  const LastUsedLimits limits_;
  RateLimit rate_;  // Own synchronization.
  Mutex mutex_;
  absl::flat_hash_map<std::string, Next> next_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_SERVICEACCOUNT_LEGACY_LAST_USED_H_
