#include "rbac/policy_sync.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <system_error>
#include <tuple>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/container/btree_map.h"
#include "absl/memory/memory.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "base/errors.h"
#include "objects/object.h"
#include "proto/rbac.pb.h"
#include "rbac/internal/aggregates.h"

namespace gatehouse::rbac {
namespace {

using objects::Event;
using objects::KindInfo;
using objects::Object;
using objects::ObjectList;
using objects::ObjectStore;
using objects::Watcher;

// A list can be too old for a watch only if others write faster than it is
// read; so few attempts are needed, and each costs a list of everything.
constexpr int kAttempts = 4;

// No namespace is called this: it is no DNS label. A list of it is empty and
// costs nothing, but bears the version of the store.
constexpr char kNoNamespace[] = "-";

const std::array<const KindInfo*, 4>& Kinds() {
  static const std::array<const KindInfo*, 4> kinds = {
      objects::KindOf(k8s::ClusterRole::default_instance()),
      objects::KindOf(k8s::Role::default_instance()),
      objects::KindOf(k8s::ClusterRoleBinding::default_instance()),
      objects::KindOf(k8s::RoleBinding::default_instance())};
  return kinds;
}

// Returns 0 for a version that is no number: such a change is never held back.
uint64_t VersionOf(const Event& event) {
  uint64_t version = 0;
  return absl::SimpleAtoi(event.object.metadata().resourceversion(), &version)
             ? version
             : 0;
}

using Key = std::tuple<const KindInfo*, std::string, std::string>;

Key KeyOf(const Object& object) {
  return {object.kind, object.metadata().namespace_(),
          object.metadata().name()};
}

// The last change of each object.
using Changes = absl::btree_map<Key, Event>;

// The changes of one kind, up to a version that is chosen at each reading.
struct Stream {
  const KindInfo* kind;
  std::unique_ptr<Watcher> watcher;
  absl::optional<Event> held;  // Read, but later than the version chosen.
};

// Reads all changes up to `version`, which the store has reached.
absl::Status Read(Stream& stream, uint64_t version, Changes& changes) {
  for (;;) {
    if (!stream.held.has_value()) {
      absl::StatusOr<absl::optional<Event>> next = stream.watcher->Next();
      if (!next.ok()) return InContext(stream.kind->resource, next.status());
      if (!next->has_value()) return absl::OkStatus();
      stream.held = *std::move(next);
    }
    if (VersionOf(*stream.held) > version) return absl::OkStatus();
    Key key = KeyOf(stream.held->object);
    changes.insert_or_assign(std::move(key), *std::move(stream.held));
    stream.held.reset();
  }
}

// Returns `listed` with the changes made to it.
std::vector<Object> Merge(std::vector<Object> listed, const Changes& changes) {
  const auto changed = [&](const Object& object) {
    return changes.contains(KeyOf(object));
  };
  if (!changes.empty()) {
    listed.erase(std::remove_if(listed.begin(), listed.end(), changed),
                 listed.end());
  }
  for (const auto& change : changes) {
    if (change.second.type == Event::Type::kDeleted) continue;
    listed.push_back(change.second.object);
  }
  return listed;
}

PolicyUpdate MakeUpdate(Changes changes) {
  PolicyUpdate update;
  for (auto& change : changes) {
    Event& event = change.second;
    (event.type == Event::Type::kDeleted ? update.remove : update.put)
        .push_back(std::move(event.object));
  }
  return update;
}

}  // namespace

// What is known of the store.
struct PolicySync::Mirror {
  std::vector<Stream> streams;
  internal::Aggregates aggregates;
};

PolicySync::PolicySync(ObjectStore& store, const PolicySyncOptions& options)
    : store_(store), options_(options), policy_(std::make_shared<Policy>()) {}

PolicySync::~PolicySync() { Stop(); }

absl::StatusOr<std::unique_ptr<PolicySync>> PolicySync::Create(
    ObjectStore& store, const PolicySyncOptions& options) {
  auto sync = absl::WrapUnique(new PolicySync(store, options));
  const absl::Status status = sync->Sync();
  if (!status.ok()) return status;
  return sync;
}

PolicySyncStatus PolicySync::status() const {
  MutexLock lock(status_mutex_);
  return status_;
}

// ---- One Sync ----

absl::Status PolicySync::Sync() {
  MutexLock lock(mutex_);
  absl::StatusOr<uint64_t> version = uint64_t{0};
  if (mirror_ != nullptr) version = CatchUp();
  for (int i = 0; i < kAttempts && mirror_ == nullptr; ++i) {
    version = ListAll();
    if (ReasonOf(version.status()) != Reason::kExpired) break;
  }
  Report(version);
  return version.status();
}

// The version comes first: whatever was written before it, of any kind, is in
// the watchers now, and what comes later is left for the next time. So the
// kinds stay together, and the work is bounded however fast others write.
absl::StatusOr<uint64_t> PolicySync::CatchUp() {
  const KindInfo& kind = *objects::KindOf(k8s::Role::default_instance());
  const absl::StatusOr<ObjectList> now = store_.List(kind, kNoNamespace);
  if (!now.ok()) return InContext(kind.resource, now.status());
  Changes changes;
  for (Stream& stream : mirror_->streams) {
    const absl::Status status = Read(stream, now->resource_version, changes);
    if (status.ok()) continue;
    mirror_.reset();
    return status;
  }
  if (!changes.empty()) {
    PolicyUpdate update = MakeUpdate(std::move(changes));
    if (options_.aggregate) mirror_->aggregates.Fill(update);
    policy_->Apply(update);
  }
  return now->resource_version;
}

// The kinds are listed one after another, so all but the last are brought to
// the version of the last before anything is made of them.
absl::StatusOr<uint64_t> PolicySync::ListAll() {
  auto mirror = std::make_unique<Mirror>();
  PolicyUpdate all;
  uint64_t version = 0;
  for (const KindInfo* kind : Kinds()) {
    absl::StatusOr<ObjectList> list = store_.List(*kind, "");
    if (!list.ok()) return InContext(kind->resource, list.status());
    auto watcher = store_.Watch(*kind, list->resource_version);
    if (!watcher.ok()) return InContext(kind->resource, watcher.status());
    mirror->streams.push_back({kind, *std::move(watcher), absl::nullopt});
    version = list->resource_version;
    absl::c_move(list->items, std::back_inserter(all.put));
  }
  Changes changes;
  for (Stream& stream : mirror->streams) {
    const absl::Status status = Read(stream, version, changes);
    if (!status.ok()) return status;
  }
  all.put = Merge(std::move(all.put), changes);
  if (options_.aggregate) mirror->aggregates.Fill(all);
  const absl::Status status = policy_->Replace(all.put);
  if (!status.ok()) return status;
  mirror_ = std::move(mirror);
  ++lists_;
  return version;
}

void PolicySync::Report(const absl::StatusOr<uint64_t>& version) {
  MutexLock lock(status_mutex_);
  status_.last_error = version.status();
  if (!version.ok()) return;
  status_.resource_version = *version;
  status_.generation = policy_->generation();
  status_.relists = lists_ - 1;
  status_.aggregation_errors = mirror_->aggregates.errors();
}

// ---- Threads ----

absl::Status PolicySync::Start() {
  if (!threads_.empty()) return absl::OkStatus();
  {
    MutexLock lock(thread_mutex_);
    stopping_ = false;
  }
  threads_.reserve(kKinds);
  try {
    for (size_t i = 0; i < kKinds; ++i) {
      threads_.emplace_back([this, i] { Run(i); });
    }
  } catch (const std::system_error& error) {
    Stop();
    return absl::ResourceExhaustedError(
        absl::StrCat("cannot start a thread: ", error.what()));
  }
  return absl::OkStatus();
}

void PolicySync::Stop() {
  {
    MutexLock lock(thread_mutex_);
    stopping_ = true;
    for (const auto& bell : bells_) {
      if (bell != nullptr) bell->Stop();
    }
    stopped_.notify_all();
  }
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  MutexLock lock(thread_mutex_);
  for (auto& bell : bells_) bell.reset();
}

bool PolicySync::stopping() const {
  MutexLock lock(thread_mutex_);
  return stopping_;
}

void PolicySync::Run(size_t kind) {
  while (!stopping()) {
    absl::Status status = Sync();
    if (status.ok()) status = Follow(kind);
    if (!status.ok()) Pause();
  }
}

// Syncs whenever the bell rings for something new. Returns OK to be called
// again after a Sync, as a bell that has expired demands.
absl::Status PolicySync::Follow(size_t kind) {
  const absl::StatusOr<Watcher*> bell = OpenBell(kind);
  if (ReasonOf(bell.status()) == Reason::kExpired) return absl::OkStatus();
  if (!bell.ok()) return bell.status();
  for (;;) {
    const absl::StatusOr<absl::optional<Event>> event =
        (*bell)->Wait(absl::InfiniteDuration());
    if (ReasonOf(event.status()) == Reason::kExpired) return absl::OkStatus();
    if (!event.ok()) return event.status();
    // A burst rings often, and the first Sync took all of it.
    if (event->has_value() && VersionOf(**event) != 0 &&
        VersionOf(**event) <= status().resource_version) {
      continue;
    }
    const absl::Status status = Sync();
    if (!status.ok()) return status;
  }
}

// The bell begins at what was last synced, so that nothing is missed between.
absl::StatusOr<Watcher*> PolicySync::OpenBell(size_t kind) {
  const uint64_t from = status().resource_version;
  MutexLock lock(thread_mutex_);
  if (stopping_) return absl::CancelledError("stopping");
  auto bell = store_.Watch(*Kinds()[kind], from);
  if (!bell.ok()) return bell.status();
  bells_[kind] = *std::move(bell);
  return bells_[kind].get();
}

void PolicySync::Pause() {
  // std::condition_variable_any wants a lock of this shape.
  struct Unlockable {
    void lock() ABSL_NO_THREAD_SAFETY_ANALYSIS { mutex.Lock(); }
    void unlock() ABSL_NO_THREAD_SAFETY_ANALYSIS { mutex.Unlock(); }
    Mutex& mutex;
  };
  const auto deadline =
      std::chrono::steady_clock::now() +
      absl::ToChronoMilliseconds(std::clamp(
          options_.retry_interval, absl::Milliseconds(1), absl::Hours(24)));
  MutexLock lock(thread_mutex_);
  Unlockable unlockable{thread_mutex_};
  while (!stopping_ && stopped_.wait_until(unlockable, deadline) ==
                           std::cv_status::no_timeout) {
  }
}

}  // namespace gatehouse::rbac
