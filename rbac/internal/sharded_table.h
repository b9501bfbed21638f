// A hash table whose copies share what has not changed since.
#ifndef GATEHOUSE_RBAC_INTERNAL_SHARDED_TABLE_H_
#define GATEHOUSE_RBAC_INTERNAL_SHARDED_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/base/attributes.h"

namespace gatehouse::rbac::internal {

// "No such id", wherever an id is meant.
inline constexpr uint32_t kNone = 0xffffffffu;

// ShardedTable is an open-addressing hash table cut into shards. A copy costs
// one pointer per shard; a change afterwards copies one shard. One writer;
// copies are only read.
//
// Slot is trivially copyable and has a member `uint32_t id` (ids are below
// kNone
// - 1) and a method `uint32_t hash() const`, which is kept in the slot or made
// from what is. What else it holds is the caller's: as much of the key as makes
// a search end in the slot where it began.
template <typename Slot>
class ShardedTable {
 public:
  ShardedTable() : shift_(32 - kMinShardBits) {
    for (uint32_t i = 0; i < 1u << kMinShardBits; ++i) {
      shards_.push_back(NewShard(kMinSlots));
    }
  }

  // Makes room for `slots` slots in an empty table: it grows by itself, but
  // that takes time.
  void Reserve(size_t slots) {
    while (slots / kSlotsPerShard > shards_.size() &&
           shift_ > 32 - kMaxShardBits) {
      Split();
    }
  }

  // Returns the slot under `hash` for which `equals(slot)` holds, or null.
  // `equals` sees other slots too. The result is good until the table changes.
  template <typename Equals>
  ABSL_ATTRIBUTE_ALWAYS_INLINE const Slot* Find(uint32_t hash,
                                                Equals equals) const {
    const Shard& shard = *shards_[hash >> shift_];
    for (uint32_t i = hash & shard.mask;; i = (i + 1) & shard.mask) {
      const Slot& slot = shard.slots()[i];
      if (slot.id == kNone) return nullptr;
      if (slot.id != kGrave && equals(slot)) return &slot;
    }
  }

  // Brings the slot where a search for `hash` begins into the cache.
  void Prefetch(uint32_t hash) const {
    const Shard& shard = *shards_[hash >> shift_];
    __builtin_prefetch(&shard.slots()[hash & shard.mask]);
  }

  // Adds a slot. The caller knows that its key is not there yet.
  void Insert(const Slot& slot) {
    ++size_;
    if (size_ / kSlotsPerShard > shards_.size() &&
        shift_ > 32 - kMaxShardBits) {
      Split();
    }
    const Shard& shard = *shards_[slot.hash() >> shift_];
    if (Full(shard.used + 1, shard.mask + 1)) {
      shards_[slot.hash() >> shift_] = Rehashed(shard);
    }
    Put(MutableShard(slot.hash()), slot);
  }

  // Returns the slot of `id`, which is there under `hash`, to change what it
  // holds besides hash and id.
  Slot& Mutable(uint32_t hash, uint32_t id) {
    Shard& shard = MutableShard(hash);
    uint32_t i = hash & shard.mask;
    while (shard.slots()[i].id != id) i = (i + 1) & shard.mask;
    return shard.slots()[i];
  }

  // Removes `id`, which is there under `hash`.
  void Erase(uint32_t hash, uint32_t id) {
    Mutable(hash, id).id = kGrave;
    --MutableShard(hash).live;
    --size_;
  }

  uint32_t size() const { return size_; }

 private:
  static_assert(std::is_trivially_copyable<Slot>::value, "copied as bytes");

  static constexpr uint32_t kGrave = kNone - 1;
  static constexpr uint32_t kMinSlots = 8;
  // With shards of this size, copying one costs a microsecond or two.
  static constexpr uint32_t kSlotsPerShard = 512;
  // Two shards at least, for a shift by 32 has no meaning.
  static constexpr uint32_t kMinShardBits = 1;
  static constexpr uint32_t kMaxShardBits = 20;

  // The slots follow in the same piece of memory.
  struct alignas(64) Shard {
    uint32_t mask = 0;
    uint32_t live = 0;  // Slots with an id.
    uint32_t used = 0;  // Slots with an id or a grave.

    Slot* slots() { return reinterpret_cast<Slot*>(this + 1); }
    const Slot* slots() const {
      return reinterpret_cast<const Slot*>(this + 1);
    }
  };
  using ShardPtr = std::shared_ptr<Shard>;

  static ShardPtr NewShard(uint32_t slot_count) {
    const size_t bytes = sizeof(Shard) + slot_count * sizeof(Slot);
    void* memory = ::operator new(bytes, std::align_val_t(alignof(Shard)));
    auto* shard = new (memory) Shard();
    shard->mask = slot_count - 1;
    Slot empty{};
    empty.id = kNone;
    for (uint32_t i = 0; i < slot_count; ++i) {
      new (shard->slots() + i) Slot(empty);
    }
    return ShardPtr(shard, [](Shard* dead) {
      ::operator delete(dead, std::align_val_t(alignof(Shard)));
    });
  }

  // At most two thirds of the slots are used.
  static bool Full(uint32_t used, uint32_t slots) {
    return used + used / 2 >= slots;
  }

  static void Put(Shard& shard, const Slot& slot) {
    uint32_t i = slot.hash() & shard.mask;
    while (shard.slots()[i].id != kNone) i = (i + 1) & shard.mask;
    shard.slots()[i] = slot;
    ++shard.live;
    ++shard.used;
  }

  // Returns a shard with those slots of `shard` for which `keep` holds, no
  // graves, and room for more.
  template <typename Keep>
  static ShardPtr Filtered(const Shard& shard, uint32_t live, Keep keep) {
    uint32_t slot_count = kMinSlots;
    while (Full(live + 1 + live / 8, slot_count)) slot_count *= 2;
    ShardPtr out = NewShard(slot_count);
    for (uint32_t i = 0; i <= shard.mask; ++i) {
      const Slot& slot = shard.slots()[i];
      if (slot.id < kGrave && keep(slot)) Put(*out, slot);
    }
    return out;
  }

  static ShardPtr Rehashed(const Shard& shard) {
    return Filtered(shard, shard.live, [](const Slot&) { return true; });
  }

  Shard& MutableShard(uint32_t hash) {
    ShardPtr& shard = shards_[hash >> shift_];
    // Only this table hands out copies, so a count of one cannot rise.
    if (shard.use_count() > 1) shard = Rehashed(*shard);
    return *shard;
  }

  void Split() {
    const std::vector<ShardPtr> old = std::move(shards_);
    --shift_;
    shards_.clear();
    for (const ShardPtr& shard : old) {
      for (const uint32_t half : {0u, 1u}) {
        const auto in_half = [&](const Slot& slot) {
          return ((slot.hash() >> shift_) & 1) == half;
        };
        uint32_t live = 0;
        for (uint32_t i = 0; i <= shard->mask; ++i) {
          const Slot& slot = shard->slots()[i];
          if (slot.id < kGrave && in_half(slot)) ++live;
        }
        shards_.push_back(Filtered(*shard, live, in_half));
      }
    }
  }

  std::vector<ShardPtr> shards_;
  uint32_t shift_;  // 32 - log2(number of shards).
  uint32_t size_ = 0;
};

}  // namespace gatehouse::rbac::internal

#endif  // GATEHOUSE_RBAC_INTERNAL_SHARDED_TABLE_H_
