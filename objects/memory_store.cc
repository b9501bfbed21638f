#include "objects/memory_store.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/btree_map.h"
#include "absl/memory/memory.h"
#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "base/mutex.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/util/message_differencer.h"
#include "objects/internal/store_rules.h"
#include "proto/meta.pb.h"

namespace gatehouse::objects {
namespace {

using ::gatehouse::objects::internal::Draft;
using ::google::protobuf::Descriptor;
using ::google::protobuf::util::MessageDifferencer;

// Key is (namespace, name). It points into the metadata it was made from.
using Key = std::pair<absl::string_view, absl::string_view>;

Key KeyOf(const Key& key) { return key; }
Key KeyOf(const k8s::ObjectMeta* metadata) {
  return {metadata->namespace_(), metadata->name()};
}

struct KeyLess {
  using is_transparent = void;
  template <typename A, typename B>
  bool operator()(const A& a, const B& b) const {
    return KeyOf(a) < KeyOf(b);
  }
};

Key MakeKey(const KindInfo& kind, absl::string_view object_namespace,
            absl::string_view name) {
  return {kind.namespaced ? object_namespace : "", name};
}

// A change that was made, and the version it took.
struct Change {
  uint64_t version;
  Event event;
};

// What the store has of one kind.
struct KindState {
  // Keyed by the metadata inside the object itself, which saves a copy of
  // every name and namespace.
  absl::btree_map<const k8s::ObjectMeta*, Object, KeyLess> objects;
  std::deque<Change> history;  // By version.
  uint64_t forgotten = 0;      // Version of the last change not in history.
  std::condition_variable_any changed;
};

}  // namespace

class MemoryStore::State {
 public:
  explicit State(const MemoryStoreOptions& options) : options_(options) {}

  absl::StatusOr<Object> Get(const KindInfo& kind, const Key& key) {
    MutexLock lock(mutex_);
    const KindState& state = Of(kind);
    const auto it = state.objects.find(key);
    if (it == state.objects.end()) {
      return internal::NotFound("", kind, key.second);
    }
    return it->second;
  }

  ObjectList List(const KindInfo& kind, absl::string_view object_namespace) {
    MutexLock lock(mutex_);
    return ListLocked(Of(kind), object_namespace);
  }

  // Makes what is to be created. The version comes with Insert.
  absl::StatusOr<Draft> MakeNew(const Object& object) {
    absl::StatusOr<Draft> draft = internal::MakeDraft(object);
    if (!draft.ok()) return draft.status();
    const absl::Time now = options_.clock->Now();
    MutexLock lock(random_mutex_);
    internal::FillNew(now, random_, *draft->metadata);
    return draft;
  }

  absl::Status Insert(absl::Span<Draft> drafts) {
    MutexLock lock(mutex_);
    absl::Status status = Place(drafts);
    if (!status.ok()) return status;
    for (Draft& draft : drafts) {
      Record(Of(*draft.object.kind), Event::Type::kAdded, draft);
    }
    return absl::OkStatus();
  }

  absl::StatusOr<Object> Update(Draft draft) {
    const KindInfo& kind = *draft.object.kind;
    MutexLock lock(mutex_);
    KindState& state = Of(kind);
    const auto it = state.objects.find(draft.metadata);
    if (it == state.objects.end()) {
      return internal::NotFound(draft.object.source, kind,
                                draft.metadata->name());
    }
    absl::Status status = internal::CheckUpdate(*it->first, draft);
    if (!status.ok()) return status;
    internal::KeepIdentity(*it->first, *draft.metadata);
    if (MessageDifferencer::Equals(*draft.object.message,
                                   *it->second.message)) {
      return it->second;
    }
    Record(state, Event::Type::kModified, draft);
    state.objects.emplace_hint(state.objects.erase(it), draft.metadata,
                               draft.object);
    return std::move(draft.object);
  }

  absl::StatusOr<Object> Delete(const KindInfo& kind, const Key& key,
                                const Preconditions& preconditions) {
    MutexLock lock(mutex_);
    KindState& state = Of(kind);
    const auto it = state.objects.find(key);
    if (it == state.objects.end()) {
      return internal::NotFound("", kind, key.second);
    }
    absl::Status status =
        internal::CheckDelete(kind, *it->first, preconditions);
    if (!status.ok()) return status;
    Draft last = internal::CopyOf(it->second);
    Record(state, Event::Type::kDeleted, last);
    state.objects.erase(it);
    return std::move(last.object);
  }

  // Ends all watches and lets go of the objects.
  void Close() {
    MutexLock lock(mutex_);
    closed_ = true;
    for (auto& entry : kinds_) {
      entry.second.objects.clear();
      entry.second.history.clear();
      entry.second.changed.notify_all();
    }
  }

 private:
  friend class MemoryStore::StateWatcher;

  // KindStates never move: watchers point to them.
  KindState& Of(const KindInfo& kind) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return kinds_[kind.prototype->GetDescriptor()];
  }

  ObjectList ListLocked(const KindState& state,
                        absl::string_view object_namespace) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    ObjectList list;
    list.resource_version = version_;
    if (object_namespace.empty()) list.items.reserve(state.objects.size());
    for (auto it = state.objects.lower_bound(Key(object_namespace, ""));
         it != state.objects.end(); ++it) {
      if (!object_namespace.empty() &&
          it->first->namespace_() != object_namespace) {
        break;
      }
      list.items.push_back(it->second);
    }
    return list;
  }

  // Puts all drafts among the objects or, if one is there already, none.
  absl::Status Place(absl::Span<const Draft> drafts)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    for (size_t i = 0; i < drafts.size(); ++i) {
      const Draft& draft = drafts[i];
      auto& objects = Of(*draft.object.kind).objects;
      if (objects.emplace(draft.metadata, draft.object).second) continue;
      for (const Draft& placed : drafts.first(i)) {
        Of(*placed.object.kind).objects.erase(placed.metadata);
      }
      return internal::AlreadyExists(draft.object);
    }
    return absl::OkStatus();
  }

  // Takes a version for the change, writes it into the object, remembers the
  // change and wakes who waits for it.
  void Record(KindState& state, Event::Type type, Draft& draft)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    draft.metadata->set_resourceversion(absl::StrCat(++version_));
    state.history.push_back({version_, Event{type, draft.object}});
    if (state.history.size() > options_.history) {
      state.forgotten = state.history.front().version;
      state.history.pop_front();
    }
    state.changed.notify_all();
  }

  // Constant after construction.
  const MemoryStoreOptions options_;

  // Of its own, so that making uids holds up nobody else.
  Mutex random_mutex_;
  absl::BitGen random_ ABSL_GUARDED_BY(random_mutex_);

  Mutex mutex_;
  std::map<const Descriptor*, KindState> kinds_ ABSL_GUARDED_BY(mutex_);
  // 0 means "no version" to those who watch; etcd's first version is 1 too.
  uint64_t version_ ABSL_GUARDED_BY(mutex_) = 1;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

class MemoryStore::StateWatcher final : public Watcher {
 public:
  static absl::StatusOr<std::unique_ptr<Watcher>> Make(
      std::shared_ptr<State> state, const KindInfo& kind, uint64_t from) {
    MutexLock lock(state->mutex_);
    KindState& of_kind = state->Of(kind);
    if (from > state->version_) {
      return internal::TooLarge(from, state->version_);
    }
    ObjectList list;
    if (from == 0) {
      list = state->ListLocked(of_kind, "");
      from = list.resource_version;
    }
    if (from < of_kind.forgotten)
      return internal::TooOld(from, of_kind.forgotten);
    return absl::WrapUnique<Watcher>(
        new StateWatcher(state, of_kind, from, std::move(list.items)));
  }

  absl::StatusOr<absl::optional<Event>> Next() override {
    MutexLock lock(state_->mutex_);
    return Pull();
  }

  absl::StatusOr<absl::optional<Event>> Wait(absl::Duration timeout) override {
    // The clock's range ends before absl::Duration's does.
    constexpr absl::Duration kForEver = absl::Hours(24 * 365 * 100);
    const auto deadline =
        std::chrono::steady_clock::now() +
        absl::ToChronoNanoseconds(std::min(timeout, kForEver));
    MutexLock lock(state_->mutex_);
    for (;;) {
      absl::StatusOr<absl::optional<Event>> event = Pull();
      if (!event.ok() || event->has_value()) return event;
      if (!WaitForChange(deadline)) return Pull();
    }
  }

  void Stop() override {
    MutexLock lock(state_->mutex_);
    stopped_ = true;
    initial_.clear();
    kind_.changed.notify_all();
  }

 private:
  // std::condition_variable_any wants a lock of this shape.
  struct Unlockable {
    void lock() ABSL_NO_THREAD_SAFETY_ANALYSIS { mutex.Lock(); }
    void unlock() ABSL_NO_THREAD_SAFETY_ANALYSIS { mutex.Unlock(); }
    Mutex& mutex;
  };

  StateWatcher(std::shared_ptr<State> state, KindState& kind, uint64_t from,
               std::vector<Object> initial)
      : state_(std::move(state)),
        kind_(kind),
        version_(from),
        initial_(std::make_move_iterator(initial.begin()),
                 std::make_move_iterator(initial.end())) {}

  // Returns false if the deadline has passed.
  bool WaitForChange(std::chrono::steady_clock::time_point deadline)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(state_->mutex_) {
    Unlockable lock{state_->mutex_};
    return kind_.changed.wait_until(lock, deadline) ==
           std::cv_status::no_timeout;
  }

  absl::StatusOr<absl::optional<Event>> Pull()
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(state_->mutex_) {
    if (stopped_) return absl::CancelledError("the watch was stopped");
    if (state_->closed_) return absl::CancelledError("the store is gone");
    if (version_ < kind_.forgotten)
      return internal::TooOld(version_, kind_.forgotten);
    if (!initial_.empty()) {
      Event event{Event::Type::kAdded, std::move(initial_.front())};
      initial_.pop_front();
      return event;
    }
    const auto it = std::upper_bound(
        kind_.history.begin(), kind_.history.end(), version_,
        [](uint64_t version, const Change& c) { return version < c.version; });
    if (it == kind_.history.end()) return absl::nullopt;
    version_ = it->version;
    return it->event;
  }

  const std::shared_ptr<State> state_;
  KindState& kind_;  // Of state_, guarded by its mutex.

  // Guarded by state_->mutex_.
  uint64_t version_;            // Of the last event that was handed out.
  std::deque<Object> initial_;  // Still to be handed out, before all events.
  bool stopped_ = false;
};

MemoryStore::MemoryStore(const MemoryStoreOptions& options)
    : state_(std::make_shared<State>(options)) {}

MemoryStore::~MemoryStore() { state_->Close(); }

absl::StatusOr<Object> MemoryStore::Get(const KindInfo& kind,
                                        absl::string_view object_namespace,
                                        absl::string_view name) const {
  return state_->Get(kind, MakeKey(kind, object_namespace, name));
}

absl::StatusOr<ObjectList> MemoryStore::List(
    const KindInfo& kind, absl::string_view object_namespace) const {
  return state_->List(kind, kind.namespaced ? object_namespace : "");
}

absl::StatusOr<Object> MemoryStore::Create(const Object& object) {
  absl::StatusOr<Draft> draft = state_->MakeNew(object);
  if (!draft.ok()) return draft.status();
  absl::Status status = state_->Insert(absl::MakeSpan(&*draft, 1));
  if (!status.ok()) return status;
  return std::move(draft->object);
}

absl::StatusOr<Object> MemoryStore::Update(const Object& object) {
  absl::StatusOr<Draft> draft = internal::MakeDraft(object);
  if (!draft.ok()) return draft.status();
  return state_->Update(*std::move(draft));
}

absl::StatusOr<Object> MemoryStore::Delete(const KindInfo& kind,
                                           absl::string_view object_namespace,
                                           absl::string_view name,
                                           const Preconditions& preconditions) {
  return state_->Delete(kind, MakeKey(kind, object_namespace, name),
                        preconditions);
}

absl::StatusOr<std::unique_ptr<Watcher>> MemoryStore::Watch(
    const KindInfo& kind, uint64_t from) {
  return StateWatcher::Make(state_, kind, from);
}

absl::Status MemoryStore::LoadAll(absl::Span<const Object> objects) {
  std::vector<Draft> drafts;
  drafts.reserve(objects.size());
  for (const Object& object : objects) {
    absl::StatusOr<Draft> draft = state_->MakeNew(object);
    if (!draft.ok()) return draft.status();
    drafts.push_back(*std::move(draft));
  }
  return state_->Insert(absl::MakeSpan(drafts));
}

}  // namespace gatehouse::objects
