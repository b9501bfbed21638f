#include "authn/config/internal/file_source.h"

#include <chrono>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/types/optional.h"
#include "base/errors.h"
#include "base/mutex.h"

namespace gatehouse::authn::internal {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

class FileSourceImpl : public FileSource {
 public:
  explicit FileSourceImpl(FileSourceOptions options)
      : options_(std::move(options)) {
    status_.name = options_.name;
  }

  ~FileSourceImpl() override {
    {
      MutexLock lock(mutex_);
      stop_ = true;
      wake_.NotifyAll();
    }
    if (thread_.joinable()) thread_.join();
    MutexLock loading(load_mutex_);
    watcher_.reset();
  }

  absl::Status Begin() {
    {
      // First, so that no change falls between the reading and the watching.
      MutexLock loading(load_mutex_);
      absl::Status status = Watch(options_.files);
      if (!status.ok()) return status;
    }
    absl::Status status = Reload();
    if (!status.ok()) return status;
    thread_ = std::thread([this] { Run(); });
    return absl::OkStatus();
  }

  absl::Status Reload() override {
    MutexLock loading(load_mutex_);
    absl::StatusOr<Loaded> loaded = options_.load();
    absl::Status status = loaded.status();
    if (loaded.ok() && loaded->files != watched_) {
      status = Watch(loaded->files);
      // What changed before it was watched would be missed.
      if (status.ok()) MarkDirty();
    }
    Report(status, loaded.ok() && loaded->changed);
    SetTimer(status.ok() ? loaded->again : options_.retry);
    return status;
  }

  SourceStatus status() const override {
    MutexLock lock(mutex_);
    return Copy();
  }

 private:
  void Run() {
    while (AwaitWork()) Reload().IgnoreError();
  }

  // Waits until there is something to do. False: to be destroyed.
  bool AwaitWork() {
    MutexLock lock(mutex_);
    while (!stop_ && !dirty_) {
      if (!timer_.has_value()) {
        wake_.Wait(mutex_);
      } else if (!wake_.WaitUntil(mutex_, *timer_)) {
        break;
      }
    }
    dirty_ = false;
    return !stop_;
  }

  void MarkDirty() {
    MutexLock lock(mutex_);
    dirty_ = true;
    wake_.NotifyAll();
  }

  absl::Status Watch(const std::vector<std::string>& files)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(load_mutex_) {
    std::unique_ptr<FileWatcher> next;
    if (!files.empty()) {
      auto watcher = FileWatcher::Start(
          files, [this] { MarkDirty(); }, options_.watch);
      // What was watched still is, and the next load tries again.
      if (!watcher.ok()) return watcher.status();
      next = *std::move(watcher);
    }
    watcher_ = std::move(next);
    watched_ = files;
    MutexLock lock(mutex_);
    status_.files = files;
    return absl::OkStatus();
  }

  void Report(const absl::Status& status, bool changed) {
    SourceStatus now;
    {
      MutexLock lock(mutex_);
      status_.attempted_at = options_.clock->Now();
      if (changed) {
        ++status_.generation;
        status_.loaded_at = status_.attempted_at;
      }
      status_.last_error = Unshared(status);
      now = Copy();
    }
    if (options_.observe != nullptr) options_.observe(now);
  }

  SourceStatus Copy() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    SourceStatus copy = status_;
    copy.last_error = Unshared(status_.last_error);
    return copy;
  }

  void SetTimer(absl::Duration wait) {
    MutexLock lock(mutex_);
    timer_.reset();
    if (wait == absl::InfiniteDuration()) return;
    timer_ = std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(wait);
    wake_.NotifyAll();
  }

  const FileSourceOptions options_;

  Mutex load_mutex_;  // Before mutex_.
  std::vector<std::string> watched_ ABSL_GUARDED_BY(load_mutex_);
  std::unique_ptr<FileWatcher> watcher_ ABSL_GUARDED_BY(load_mutex_);

  mutable Mutex mutex_;
  CondVar wake_;
  bool stop_ ABSL_GUARDED_BY(mutex_) = false;
  bool dirty_ ABSL_GUARDED_BY(mutex_) = false;
  absl::optional<SteadyTime> timer_ ABSL_GUARDED_BY(mutex_);
  SourceStatus status_ ABSL_GUARDED_BY(mutex_);

  std::thread thread_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<FileSource>> FileSource::Start(
    FileSourceOptions options) {
  auto source = std::make_unique<FileSourceImpl>(std::move(options));
  absl::Status status = source->Begin();
  if (!status.ok()) return status;
  return std::unique_ptr<FileSource>(std::move(source));
}

}  // namespace gatehouse::authn::internal
