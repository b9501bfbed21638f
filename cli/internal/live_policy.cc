#include "cli/internal/live_policy.h"

#include <cstdint>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "cli/internal/file_stamp.h"
#include "cli/internal/object_files.h"
#include "objects/memory_store.h"
#include "objects/object.h"

namespace gatehouse::cli {

namespace internal {

// The store of the last reading, under one roof.
class LiveStore : public objects::ObjectStore {
 public:
  void Replace(std::shared_ptr<const objects::ObjectStore> store)
      ABSL_LOCKS_EXCLUDED(mutex_) {
    const MutexLock lock(mutex_);
    store_ = std::move(store);
  }

  absl::StatusOr<objects::Object> Get(const objects::KindInfo& kind,
                                      absl::string_view object_namespace,
                                      absl::string_view name) const override {
    return store()->Get(kind, object_namespace, name);
  }
  absl::StatusOr<objects::ObjectList> List(
      const objects::KindInfo& kind,
      absl::string_view object_namespace) const override {
    return store()->List(kind, object_namespace);
  }
  absl::StatusOr<objects::Object> Create(
      const objects::Object& /*object*/) override {
    return ReadOnly();
  }
  absl::StatusOr<objects::Object> Update(
      const objects::Object& /*object*/) override {
    return ReadOnly();
  }
  absl::StatusOr<objects::Object> Delete(
      const objects::KindInfo& /*kind*/, absl::string_view /*namespace*/,
      absl::string_view /*name*/,
      const objects::Preconditions& /*preconditions*/) override {
    return ReadOnly();
  }
  absl::StatusOr<std::unique_ptr<objects::Watcher>> Watch(
      const objects::KindInfo& /*kind*/, uint64_t /*from*/) override {
    return ReadOnly();
  }

 private:
  static absl::Status ReadOnly() {
    return MakeError(absl::StatusCode::kUnimplemented, Reason::kUnsupported,
                     "these objects are files: they can only be read");
  }
  std::shared_ptr<const objects::ObjectStore> store() const
      ABSL_LOCKS_EXCLUDED(mutex_) {
    const MutexLock lock(mutex_);
    return store_;
  }

  mutable Mutex mutex_;
  std::shared_ptr<const objects::ObjectStore> store_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace internal

namespace {

// The stamps of a file, or of all files below a directory.
void AppendStamps(const std::string& path, std::string* stamp) {
  absl::StrAppend(stamp, path, "=", FileStamp(path));
  std::error_code error;
  if (!std::filesystem::is_directory(path, error)) return;
  std::set<std::string> files;
  for (auto entry = std::filesystem::recursive_directory_iterator(
           path, std::filesystem::directory_options::follow_directory_symlink,
           error);
       !error && entry != std::filesystem::recursive_directory_iterator();
       entry.increment(error)) {
    files.insert(entry->path().string());
  }
  for (const std::string& file : files) {
    absl::StrAppend(stamp, file, "=", FileStamp(file));
  }
}

}  // namespace

LivePolicy::LivePolicy(const PolicyFlags& flags, const Streams& streams)
    : flags_(flags),
      streams_(streams),
      objects_(std::make_shared<internal::LiveStore>()) {}

absl::StatusOr<std::shared_ptr<LivePolicy>> LivePolicy::Load(
    const PolicyFlags& flags, const Streams& streams) {
  if (absl::c_linear_search(flags.filenames, "-")) {
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                     "-f -: stdin cannot be read again when it changes; name "
                     "files");
  }
  const std::shared_ptr<LivePolicy> policy =
      absl::WrapUnique(new LivePolicy(flags, streams));
  const absl::StatusOr<bool> loaded = policy->Refresh(/*force=*/true);
  if (!loaded.ok()) return loaded.status();
  return policy;
}

std::string LivePolicy::Stamp() const {
  std::string stamp;
  for (const std::string& path : flags_.filenames) AppendStamps(path, &stamp);
  return stamp;
}

absl::StatusOr<bool> LivePolicy::Refresh(bool force) {
  // Taken before the files are read: what changes in between is read again.
  std::string stamp = Stamp();
  if (!force && stamp == stamp_) return false;
  stamp_ = std::move(stamp);
  const absl::Status read = Read();
  const MutexLock lock(mutex_);
  status_ = read;
  if (!read.ok()) return read;
  return true;
}

absl::Status LivePolicy::Read() {
  absl::StatusOr<Engine> engine = Engine::Load(flags_, streams_);
  if (!engine.ok()) return engine.status();
  // The engine has said what is odd about the files.
  const ObjectFlags same_files{flags_.filenames, "ignore"};
  const auto loaded = LoadObjects(same_files, streams_);
  if (!loaded.ok()) return loaded.status();
  objects_->Replace(*loaded);
  const MutexLock lock(mutex_);
  engine_ = std::make_shared<const Engine>(*std::move(engine));
  return absl::OkStatus();
}

std::shared_ptr<const Engine> LivePolicy::engine() const {
  const MutexLock lock(mutex_);
  return engine_;
}

authz::Decision LivePolicy::Authorize(
    const authz::Attributes& attributes) const {
  return engine()->authorizer().Authorize(attributes);
}

authz::Outcome LivePolicy::Decide(const authz::Attributes& attributes) const {
  return engine()->authorizer().Decide(attributes);
}

std::shared_ptr<const objects::ObjectStore> LivePolicy::objects() const {
  return objects_;
}

absl::Status LivePolicy::status() const {
  const MutexLock lock(mutex_);
  return status_;
}

}  // namespace gatehouse::cli
