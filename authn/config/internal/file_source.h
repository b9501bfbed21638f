// Files that are read again when they change, by whatever reads them.
#ifndef GATEHOUSE_AUTHN_CONFIG_INTERNAL_FILE_SOURCE_H_
#define GATEHOUSE_AUTHN_CONFIG_INTERNAL_FILE_SOURCE_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "authn/config/source_status.h"
#include "base/clock.h"
#include "base/file_watcher.h"

namespace gatehouse::authn::internal {

// Loaded is what an attempt came to. A plain value.
struct Loaded {
  bool changed = false;            // Something new is in effect.
  std::vector<std::string> files;  // To be watched from now on.
  // When to load again even if nothing changes.
  absl::Duration again = absl::InfiniteDuration();
};

struct FileSourceOptions {
  std::string name;                // Of the status.
  std::vector<std::string> files;  // To be watched from the start.
  // Reads the files and puts them in effect. Called by one thread at a time;
  // may take its time.
  std::function<absl::StatusOr<Loaded>()> load;
  // After this a load that failed is tried again, of real time: what is wrong
  // need not be in the files.
  absl::Duration retry = absl::Minutes(1);
  std::function<void(const SourceStatus&)> observe;  // May be null.
  FileWatcher::Options watch;
  const Clock* clock = &Clock::System();  // For the times of the status.
};

// FileSource calls `load` at the start, whenever a file changes, and when it
// is asked to. Unlike what a FileWatcher calls back, `load` may name other
// files to watch and may wait. Owns two threads. Any thread may call anything.
class FileSource {
 public:
  // Loads in the calling thread. Errors: those of that, and inotify's.
  static absl::StatusOr<std::unique_ptr<FileSource>> Start(
      FileSourceOptions options);

  // Waits for a load that is under way.
  virtual ~FileSource() = default;

  // Loads now, in the calling thread. The error is status()'s.
  virtual absl::Status Reload() = 0;

  virtual SourceStatus status() const = 0;
};

}  // namespace gatehouse::authn::internal

#endif  // GATEHOUSE_AUTHN_CONFIG_INTERNAL_FILE_SOURCE_H_
