// Publishing immutable values to readers that take no lock.
#ifndef GATEHOUSE_BASE_SNAPSHOT_H_
#define GATEHOUSE_BASE_SNAPSHOT_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace gatehouse {

namespace internal {

// A thread's announcement that it is reading: the epoch at which it began, 0
// while it does not. A line of its own, so that readers share nothing.
struct alignas(64) ReaderSlot {
  std::atomic<uint64_t> epoch{0};
  uint32_t depth = 0;  // Of nested reads; the owning thread's alone.
  // Whether readers order their announcement themselves, because the kernel
  // has no barrier that a writer could raise in them. Constant.
  bool readers_fence = true;
  std::atomic<bool> taken{false};
  ReaderSlot* next = nullptr;
};

extern std::atomic<uint64_t> g_epoch;

// The calling thread's slot, null before its first read. A local of a function
// and no global, so that access needs no initialisation check.
inline ReaderSlot*& ThreadSlot() {
  static thread_local ReaderSlot* slot = nullptr;
  return slot;
}

// Gives the calling thread a slot, which it keeps until it ends.
ReaderSlot* AcquireSlot();

// Makes sure that every announcement made before a load that did not see the
// writer's last exchange is seen by a Quiescent that follows. False: it cannot
// be made sure now.
bool RaiseBarrier();

// Returns true if no reader that began at or before `epoch` is still reading.
bool Quiescent(uint64_t epoch);

}  // namespace internal

// EpochGuard keeps alive, for its own life, every snapshot that the thread
// loads while it exists. It costs two plain stores (where the kernel lacks
// membarrier(2), a fence more), never blocks and may be nested. Keep it short:
// what a writer replaces meanwhile stays in memory. Belongs to the thread that
// made it.
class EpochGuard {
 public:
  EpochGuard() : slot_(internal::ThreadSlot()) {
    if (slot_ == nullptr) slot_ = internal::AcquireSlot();
    if (slot_->depth++ > 0) return;
    slot_->epoch.store(internal::g_epoch.load(std::memory_order_acquire),
                       std::memory_order_release);
    // The announcement comes before the load of any snapshot. The compiler is
    // told here; the processor, by the writer's RaiseBarrier.
    if (slot_->readers_fence) {
      std::atomic_thread_fence(std::memory_order_seq_cst);
    } else {
      std::atomic_signal_fence(std::memory_order_seq_cst);
    }
  }
  ~EpochGuard() {
    if (--slot_->depth == 0) slot_->epoch.store(0, std::memory_order_release);
  }
  EpochGuard(const EpochGuard&) = delete;
  EpochGuard& operator=(const EpochGuard&) = delete;

 private:
  internal::ReaderSlot* slot_;
};

// SnapshotCell holds the current version of an immutable T.
//
// Any thread may Load at any time, without lock, wait or shared write. One
// thread at a time may Publish (the caller's lock sees to it). A replaced
// version is freed by a later Publish or by the destructor, once nobody can
// still read it.
template <typename T>
class SnapshotCell {
 public:
  explicit SnapshotCell(std::unique_ptr<const T> initial)
      : current_(initial.release()) {}

  // No thread may be reading.
  ~SnapshotCell() { delete current_.load(std::memory_order_relaxed); }

  SnapshotCell(const SnapshotCell&) = delete;
  SnapshotCell& operator=(const SnapshotCell&) = delete;

  // Returns the current version. It is valid as long as an EpochGuard of the
  // calling thread that was made before this call.
  const T* Load() const { return current_.load(std::memory_order_acquire); }

  // Makes `next` the current version: every Load that begins after this call
  // returns sees it.
  void Publish(std::unique_ptr<const T> next) {
    std::unique_ptr<const T> old(current_.exchange(next.release()));
    const uint64_t epoch = internal::g_epoch.fetch_add(1);
    retired_.emplace_back(epoch, std::move(old));
    if (!internal::RaiseBarrier()) return;
    size_t freed = 0;
    while (freed < retired_.size() &&
           internal::Quiescent(retired_[freed].first)) {
      ++freed;
    }
    retired_.erase(retired_.begin(), retired_.begin() + freed);
  }

 private:
  std::atomic<const T*> current_;
  // Oldest first; the writer's alone.
  std::vector<std::pair<uint64_t, std::unique_ptr<const T>>> retired_;
};

}  // namespace gatehouse

#endif  // GATEHOUSE_BASE_SNAPSHOT_H_
