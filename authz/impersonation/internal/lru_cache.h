// A map that forgets: what is old, and what was not asked for lately.
#ifndef GATEHOUSE_AUTHZ_IMPERSONATION_INTERNAL_LRU_CACHE_H_
#define GATEHOUSE_AUTHZ_IMPERSONATION_INTERNAL_LRU_CACHE_H_

#include <cstddef>
#include <iterator>
#include <list>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "base/mutex.h"

namespace gatehouse::authz::internal {

// LruCache keeps at most `capacity` values by key; a key of more than
// kMaxKeyBytes is not kept, so that the memory is bounded whoever chooses the
// keys. Keys are compared in full. Any thread.
template <typename Value>
class LruCache {
 public:
  static constexpr size_t kMaxKeyBytes = 8192;

  explicit LruCache(size_t capacity) : capacity_(capacity) {}

  // Returns a copy of the value, if it is there and good after `now`. It is
  // dropped if it is good for longer than `max_left`, too: it was put before
  // the clock was set back, and would outlive its time.
  absl::optional<Value> Get(absl::string_view key, absl::Time now,
                            absl::Duration max_left = absl::InfiniteDuration())
      ABSL_LOCKS_EXCLUDED(mutex_) {
    const MutexLock lock(mutex_);
    const auto found = index_.find(key);
    if (found == index_.end()) return absl::nullopt;
    const auto entry = found->second;
    if (entry->expires <= now || entry->expires - now > max_left) {
      Drop(entry);
      return absl::nullopt;
    }
    entries_.splice(entries_.begin(), entries_, entry);
    return entry->value;
  }

  // Keeps `value` until `expires`, in place of what was there. The one that
  // was not asked for the longest makes room.
  void Put(absl::string_view key, Value value, absl::Time expires)
      ABSL_LOCKS_EXCLUDED(mutex_) {
    if (capacity_ == 0 || key.size() > kMaxKeyBytes) return;
    const MutexLock lock(mutex_);
    const auto found = index_.find(key);
    if (found != index_.end()) Drop(found->second);
    if (entries_.size() >= capacity_) Drop(std::prev(entries_.end()));
    entries_.push_front({std::string(key), std::move(value), expires});
    index_.emplace(entries_.front().key, entries_.begin());
  }

  size_t size() const ABSL_LOCKS_EXCLUDED(mutex_) {
    const MutexLock lock(mutex_);
    return entries_.size();
  }

 private:
  struct Entry {
    std::string key;
    Value value;
    absl::Time expires;
  };
  using Entries = std::list<Entry>;

  void Drop(typename Entries::iterator entry)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    index_.erase(entry->key);
    entries_.erase(entry);
  }

  const size_t capacity_;
  mutable Mutex mutex_;
  // The one asked for last is first.
  Entries entries_ ABSL_GUARDED_BY(mutex_);
  // The keys are those of the entries.
  absl::flat_hash_map<absl::string_view, typename Entries::iterator> index_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace gatehouse::authz::internal

#endif  // GATEHOUSE_AUTHZ_IMPERSONATION_INTERNAL_LRU_CACHE_H_
