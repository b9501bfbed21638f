#include "base/file_watcher.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <climits>
#include <cstdint>
#include <cstring>
#include <map>
#include <thread>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/internal/path_walk.h"

namespace gatehouse {
namespace {

using internal::Entries;
using internal::EntriesByDirectory;

// Changes of a directory's entries, and of the directory itself.
constexpr uint32_t kNameEvents = IN_CREATE | IN_DELETE | IN_MOVED_FROM |
                                 IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF |
                                 IN_ONLYDIR;
// Changes of what is in a file, and of who may read it.
constexpr uint32_t kContentEvents = IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB;
// A steady stream of changes is told this many debounce times after its start.
constexpr int kMaxDebounces = 10;
// How often watches are set anew because the paths changed meanwhile.
constexpr int kMaxWalks = 10;

// Returns a time that nobody sets: waits must not depend on the clock.
absl::Duration Uptime() {
  return absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
}

// Descriptor closes a file descriptor.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  const int fd_;
};

// What stat(2) tells of a file; all 0 if there is none.
struct Signature {
  uint64_t device = 0;
  uint64_t inode = 0;
  int64_t size = 0;
  int64_t modified = 0;
  int64_t changed = 0;

  friend bool operator==(const Signature& a, const Signature& b) {
    return a.device == b.device && a.inode == b.inode && a.size == b.size &&
           a.modified == b.modified && a.changed == b.changed;
  }
};

Signature SignatureOf(const std::string& path) {
  struct stat info = {};
  if (::stat(path.c_str(), &info) != 0) return Signature();
  return {info.st_dev, info.st_ino, info.st_size,
          absl::ToUnixNanos(absl::TimeFromTimespec(info.st_mtim)),
          absl::ToUnixNanos(absl::TimeFromTimespec(info.st_ctim))};
}

absl::Status Unavailable(absl::string_view what) {
  return MakeError(
      absl::StatusCode::kUnavailable, Reason::kInvalid,
      absl::StrCat("watching files: ", what, ": ", std::strerror(errno)));
}

// Returns `path` from the root on, by the present working directory.
std::string AbsolutePath(const std::string& path) {
  char directory[PATH_MAX];
  if (!path.empty() && path[0] == '/') return path;
  if (::getcwd(directory, sizeof(directory)) == nullptr) return path;
  return absl::StrCat(directory, "/", path);
}

class InotifyWatcher : public FileWatcher {
 public:
  InotifyWatcher(std::vector<std::string> paths, std::function<void()> changed,
                 const Options& options, int inotify, int stop)
      : paths_(std::move(paths)),
        changed_(std::move(changed)),
        options_(options),
        inotify_(inotify),
        stop_(stop) {
    SetWatches();
    SignaturesChanged();
    thread_ = std::thread([this] { Run(); });
  }

  ~InotifyWatcher() override {
    const uint64_t one = 1;
    // Cannot fail: the counter is far from its end.
    while (::write(stop_.get(), &one, sizeof(one)) < 0 && errno == EINTR) {
    }
    thread_.join();
  }

 private:
  enum class Woken { kStop, kEvents, kTimeout };

  void Run() {
    absl::Duration next_poll = Uptime() + options_.poll_interval;
    while (true) {
      bool changed = false;
      switch (Wait(next_poll)) {
        case Woken::kStop:
          return;
        case Woken::kEvents:
          changed = ReadEvents();
          // A stream of events that do not matter must not put off the poll.
          if (!changed && Uptime() < next_poll) continue;
          if (changed && !WaitForQuiet()) return;
          break;
        case Woken::kTimeout:
          break;
      }
      // Watches and signatures first: what changes from here on is told again.
      SetWatches();
      if (SignaturesChanged()) changed = true;
      if (changed) changed_();
      next_poll = Uptime() + options_.poll_interval;
    }
  }

  // Waits for inotify, the destructor or the deadline.
  Woken Wait(absl::Duration deadline) const {
    while (true) {
      const int64_t left = absl::ToInt64Milliseconds(
          absl::Ceil(deadline - Uptime(), absl::Milliseconds(1)));
      const int timeout =
          static_cast<int>(std::clamp<int64_t>(left, 0, INT_MAX));
      pollfd fds[] = {{stop_.get(), POLLIN, 0}, {inotify_.get(), POLLIN, 0}};
      const int ready = ::poll(fds, 2, timeout);
      if (ready < 0) continue;  // EINTR; no other error can be.
      if (fds[0].revents != 0) return Woken::kStop;
      if (fds[1].revents != 0) return Woken::kEvents;
      if (Uptime() >= deadline) return Woken::kTimeout;
    }
  }

  // Waits until nothing has changed for a while. False: to be destroyed.
  bool WaitForQuiet() {
    const absl::Duration last = Uptime() + kMaxDebounces * options_.debounce;
    absl::Duration quiet = Uptime() + options_.debounce;
    while (true) {
      switch (Wait(std::min(quiet, last))) {
        case Woken::kStop:
          return false;
        case Woken::kTimeout:
          return true;
        case Woken::kEvents:
          if (ReadEvents()) quiet = Uptime() + options_.debounce;
          break;
      }
      // Events that do not matter must not put off the end.
      if (Uptime() >= last) return true;
    }
  }

  // Reads what inotify has to tell. Returns whether any of it matters.
  bool ReadEvents() {
    alignas(inotify_event) char buffer[16 << 10];
    bool matters = false;
    while (true) {
      const ssize_t size = ::read(inotify_.get(), buffer, sizeof(buffer));
      if (size < 0 && errno == EINTR) continue;
      if (size <= 0) return matters;  // EAGAIN: all read.
      for (const char* at = buffer; at < buffer + size;) {
        const auto* event = reinterpret_cast<const inotify_event*>(at);
        if (Matters(*event)) matters = true;
        at += sizeof(inotify_event) + event->len;
      }
    }
  }

  bool Matters(const inotify_event& event) const {
    if ((event.mask & IN_Q_OVERFLOW) != 0) return true;
    const auto it = watches_.find(event.wd);
    if (it == watches_.end()) return false;  // Of a watch that was removed.
    if ((event.mask &
         (IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT | IN_IGNORED)) != 0) {
      return true;
    }
    if (event.len == 0) return false;  // Of the directory's own attributes.
    const bool content = (event.mask & kContentEvents) != 0;
    return (content ? it->second.files : it->second.names).count(event.name) >
           0;
  }

  // Watches the directories that the paths go through now, and no others.
  void SetWatches() {
    EntriesByDirectory wanted = Walk();
    for (int i = 0; i < kMaxWalks; ++i) {
      std::map<int, Entries> watches;
      for (const auto& [directory, entries] : wanted) {
        Watch(directory, entries, &watches);
      }
      for (const auto& [wd, entries] : watches_) {
        if (watches.count(wd) == 0) ::inotify_rm_watch(inotify_.get(), wd);
      }
      watches_ = std::move(watches);
      // What changed before its watch was set is seen here, what changes
      // after it is told.
      EntriesByDirectory again = Walk();
      if (again == wanted) return;
      wanted = std::move(again);
    }
  }

  // What cannot be watched (no right to read the directory, too many watches)
  // is left to the poll.
  void Watch(const std::string& directory, const Entries& entries,
             std::map<int, Entries>* watches) const {
    const uint32_t mask =
        kNameEvents | (entries.files.empty() ? 0 : kContentEvents);
    const int wd = ::inotify_add_watch(inotify_.get(), directory.c_str(), mask);
    if (wd < 0) return;
    Entries& watched = (*watches)[wd];
    watched.names.insert(entries.names.begin(), entries.names.end());
    watched.files.insert(entries.files.begin(), entries.files.end());
  }

  EntriesByDirectory Walk() const {
    EntriesByDirectory entries;
    for (const std::string& path : paths_) internal::WalkPath(path, &entries);
    return entries;
  }

  // Remembers the files' signatures; returns whether any is another.
  bool SignaturesChanged() {
    std::vector<Signature> signatures;
    for (const std::string& path : paths_) {
      signatures.push_back(SignatureOf(path));
    }
    const bool changed = signatures != signatures_;
    signatures_ = std::move(signatures);
    return changed;
  }

  // Constant after construction.
  const std::vector<std::string> paths_;  // Absolute.
  const std::function<void()> changed_;
  const Options options_;
  const Descriptor inotify_;
  const Descriptor stop_;  // An eventfd(2).

  // The thread's, once it runs.
  std::map<int, Entries> watches_;  // By watch descriptor.
  std::vector<Signature> signatures_;

  std::thread thread_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<FileWatcher>> FileWatcher::Start(
    std::vector<std::string> paths, std::function<void()> changed,
    const Options& options) {
  const int inotify = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (inotify < 0) return Unavailable("inotify_init1");
  const int stop = ::eventfd(0, EFD_CLOEXEC);
  if (stop < 0) {
    absl::Status status = Unavailable("eventfd");
    ::close(inotify);
    return status;
  }
  for (std::string& path : paths) path = AbsolutePath(path);
  return absl::make_unique<InotifyWatcher>(std::move(paths), std::move(changed),
                                           options, inotify, stop);
}

}  // namespace gatehouse
