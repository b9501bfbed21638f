#include "base/snapshot.h"

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace gatehouse::internal {
namespace {

bool Membarrier(int command) {
  return syscall(__NR_membarrier, command, 0, 0) == 0;
}

// Whether the kernel raises a memory barrier in all threads of this process
// when asked to (Linux 4.14). Decided once, before the first read.
bool HasMembarrier() {
  static const bool has = Membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED);
  return has;
}

// All slots ever made, a list that only grows: as many as threads have read at
// the same time. Slots of ended threads are taken again.
std::atomic<ReaderSlot*> g_slots{nullptr};

// Gives the slot back when the thread ends.
struct SlotOwner {
  ReaderSlot* slot = nullptr;
  ~SlotOwner() {
    if (slot == nullptr) return;
    ThreadSlot() = nullptr;
    slot->taken.store(false, std::memory_order_release);
  }
};

ReaderSlot* TakeFreeSlot() {
  for (ReaderSlot* slot = g_slots.load(std::memory_order_acquire);
       slot != nullptr; slot = slot->next) {
    if (!slot->taken.exchange(true, std::memory_order_acquire)) return slot;
  }
  return nullptr;
}

ReaderSlot* AddSlot() {
  auto* slot = new ReaderSlot();
  slot->readers_fence = !HasMembarrier();
  slot->taken.store(true, std::memory_order_relaxed);
  slot->next = g_slots.load(std::memory_order_relaxed);
  while (!g_slots.compare_exchange_weak(slot->next, slot)) {
  }
  return slot;
}

}  // namespace

// Starts at 1: in a slot, 0 means that the thread is not reading.
std::atomic<uint64_t> g_epoch{1};

ReaderSlot* AcquireSlot() {
  thread_local SlotOwner owner;
  ReaderSlot* slot = TakeFreeSlot();
  if (slot == nullptr) slot = AddSlot();
  owner.slot = slot;
  ThreadSlot() = slot;
  return slot;
}

bool RaiseBarrier() {
  std::atomic_thread_fence(std::memory_order_seq_cst);
  return !HasMembarrier() || Membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED);
}

bool Quiescent(uint64_t epoch) {
  for (const ReaderSlot* slot = g_slots.load(); slot != nullptr;
       slot = slot->next) {
    const uint64_t reading_since = slot->epoch.load();
    if (reading_since != 0 && reading_since <= epoch) return false;
  }
  return true;
}

}  // namespace gatehouse::internal
