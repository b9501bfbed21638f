// Being told when files change.
#ifndef GATEHOUSE_BASE_FILE_WATCHER_H_
#define GATEHOUSE_BASE_FILE_WATCHER_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace gatehouse {

// FileWatcher calls back when the content of any of a set of files may have
// changed. It watches the directories, not the files, and those behind
// symlinks too, so that it notices a rename over a file and the symlink swap
// by which Kubernetes updates mounted Secrets and ConfigMaps ("..data"). A
// file need not exist yet. Uses inotify(7), and a poll besides, for file
// systems that do not tell.
//
// Owns one thread, which makes the callbacks, one at a time. Destruction waits
// for a callback that is running; do not destroy it from within one.
class FileWatcher {
 public:
  struct Options {
    absl::Duration poll_interval = absl::Minutes(1);  // Like Kubernetes.
    // Changes closer together than this are told once.
    absl::Duration debounce = absl::Milliseconds(20);
  };

  // Starts watching. `changed` is called for changes after this returns, never
  // concurrently with itself; it may be called when nothing changed. Errors:
  // inotify is not to be had.
  static absl::StatusOr<std::unique_ptr<FileWatcher>> Start(
      std::vector<std::string> paths, std::function<void()> changed,
      const Options& options);

  virtual ~FileWatcher() = default;
};

}  // namespace gatehouse

#endif  // GATEHOUSE_BASE_FILE_WATCHER_H_
