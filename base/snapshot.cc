#include "base/snapshot.h"

namespace gatehouse::internal {
namespace {

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

bool Quiescent(uint64_t epoch) {
  for (const ReaderSlot* slot = g_slots.load(); slot != nullptr;
       slot = slot->next) {
    const uint64_t reading_since = slot->epoch.load();
    if (reading_since != 0 && reading_since <= epoch) return false;
  }
  return true;
}

}  // namespace gatehouse::internal
