// What files say, read again whenever they change.
#ifndef GATEHOUSE_BASE_FILE_RELOADER_H_
#define GATEHOUSE_BASE_FILE_RELOADER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/errors.h"
#include "base/file_watcher.h"
#include "base/mutex.h"

namespace gatehouse {

// ReloadStatus is what became of the files. A plain value.
struct ReloadStatus {
  uint64_t loads = 0;     // Those that put something new in effect.
  uint64_t failures = 0;  // Attempts that failed.
  absl::Time loaded_at = absl::InfinitePast();     // Of the last in effect.
  absl::Time attempted_at = absl::InfinitePast();  // Of the last attempt.
  // Why the last attempt failed, with the name of the file; OK if it did not.
  // What was in effect before still is.
  absl::Status last_error;
};

// ReloadOptions are for all files alike. `Status` is ReloadStatus or what
// derives from it.
template <typename Status>
struct ReloadOptions {
  // Told after every attempt; may be null. For metrics; must not call back.
  std::function<void(const Status&)> observe;
  FileWatcher::Options watch;
  const Clock* clock = &Clock::System();  // For the times of the status.
};

// FileReloader calls `load` at the start, whenever one of the files may have
// changed, and when asked to; and it keeps the account. Owns the watcher's
// thread: a member of its owner, it comes after all that `load` uses. Any
// thread may call Reload and status.
template <typename Status>
class FileReloader {
 public:
  // Reads the files and puts in effect what they say. True: it is something
  // new, and what `Status` has beyond ReloadStatus is filled in. An error or
  // false: all is as it was. Called by one thread at a time.
  using Load = std::function<absl::StatusOr<bool>(Status*)>;

  FileReloader(ReloadOptions<Status> options, Load load)
      : options_(std::move(options)), load_(std::move(load)) {}

  // Loads, and watches `files` from now on. Call it once. Errors: those of
  // `load`, and inotify's; then there is nothing left but to destroy this.
  absl::Status Start(const std::vector<std::string>& files) {
    // First, so that no change falls between the reading and the watching.
    auto watcher = FileWatcher::Start(
        files, [this] { Reload().IgnoreError(); }, options_.watch);
    if (!watcher.ok()) return watcher.status();
    watcher_ = *std::move(watcher);
    return Reload();
  }

  // Loads now, in the calling thread. The error is status()'s.
  absl::Status Reload() {
    MutexLock reloading(reload_mutex_);
    Status now = status();
    const absl::StatusOr<bool> changed = load_(&now);
    now.attempted_at = options_.clock->Now();
    now.last_error = Unshared(changed.status());
    if (!changed.ok()) ++now.failures;
    if (changed.value_or(false)) {
      ++now.loads;
      now.loaded_at = now.attempted_at;
    }
    {
      MutexLock lock(status_mutex_);
      status_ = now;
      status_.last_error = Unshared(now.last_error);
    }
    if (options_.observe != nullptr) options_.observe(now);
    return changed.status();
  }

  Status status() const {
    MutexLock lock(status_mutex_);
    Status copy = status_;
    copy.last_error = Unshared(status_.last_error);
    return copy;
  }

 private:
  const ReloadOptions<Status> options_;
  const Load load_;

  Mutex reload_mutex_;  // Before status_mutex_.
  mutable Mutex status_mutex_;
  Status status_ ABSL_GUARDED_BY(status_mutex_);

  // Last, so that it is gone before what its thread uses.
  std::unique_ptr<FileWatcher> watcher_;
};

}  // namespace gatehouse

#endif  // GATEHOUSE_BASE_FILE_RELOADER_H_
