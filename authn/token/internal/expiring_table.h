// A bounded table of what expires, for one thread at a time.
#ifndef GATEHOUSE_AUTHN_TOKEN_INTERNAL_EXPIRING_TABLE_H_
#define GATEHOUSE_AUTHN_TOKEN_INTERNAL_EXPIRING_TABLE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <utility>

#include "absl/time/time.h"
#include "authn/token/token_digest.h"

namespace gatehouse::authn::internal {

// ExpiringTable is one stripe of a StripedTable, which see for what it does:
// open addressing with linear probing, in one array that grows with what is in
// it. T is default-constructible and movable.
template <typename T>
class ExpiringTable {
 public:
  // Holds at most `capacity` values; until then, none. Before any other call.
  void SetCapacity(size_t capacity) {
    capacity_ = static_cast<uint32_t>(std::min(capacity, kMaxCapacity));
  }

  // Calls `visit` with the value of `digest` and its end, if there is one that
  // is good at `now`. Returns whether there is.
  template <typename Visit>
  bool Find(const TokenDigest& digest, absl::Time now, Visit visit) {
    const int64_t moment = MomentOf(now);
    const uint32_t place = PlaceOf(digest);
    if (place == kNowhere) return false;
    Slot& slot = slots_[place];
    if (slot.expires() <= moment) {
      Erase(place);
      return false;
    }
    // Written once: a line that nobody writes is in every core's cache.
    if (!slot.used()) slot.mark |= kUsed;
    visit(std::as_const(slot.value), absl::FromUnixNanos(slot.expires()));
    return true;
  }

  // Remembers `value` before `expires`, in the place of the digest's last one;
  // not if it were to put out another and `put_out` is false.
  void Insert(const TokenDigest& digest, T value, absl::Time expires,
              absl::Time now, bool put_out) {
    latest_ = std::max(latest_, Nanos(now));
    Sweep();
    const uint32_t place = PlaceOf(digest);
    if (place != kNowhere) Erase(place);
    const int64_t end = Nanos(expires);
    if (end <= latest_ || capacity_ == 0) return;
    if (count_ >= capacity_ && !put_out) return;
    MakeRoom();
    Put({digest.high, digest.low, end * 2, std::move(value)});
  }

  // Forgets everything. What is returned keeps it in memory: destroying it may
  // take long.
  auto Clear() {
    slot_count_ = 0;
    count_ = 0;
    hand_ = 0;
    broom_ = 0;
    return std::move(slots_);
  }

  size_t size() const { return count_; }

 private:
  static constexpr uint32_t kNowhere = std::numeric_limits<uint32_t>::max();
  static constexpr size_t kMaxCapacity = size_t{1} << 30;
  static constexpr int64_t kFree = std::numeric_limits<int64_t>::min();
  static constexpr int64_t kUsed = 1;
  static constexpr int64_t kSetBack = int64_t{120} * 1'000'000'000;
  static constexpr int kHandSteps = 16;
  static constexpr int kSweepSteps = 2;

  struct Slot {
    uint64_t high = 0;
    uint64_t low = 0;
    // Twice the nanoseconds since 1970; one more: somebody asked for it.
    int64_t mark = kFree;
    T value{};

    bool free() const { return mark == kFree; }
    bool used() const { return (mark & kUsed) != 0; }
    int64_t expires() const { return mark >> 1; }
  };

  // Moments beyond 1824 and 2116 are those.
  static int64_t Nanos(absl::Time time) {
    constexpr int64_t kMost = std::numeric_limits<int64_t>::max() / 2;
    return std::min(std::max(absl::ToUnixNanos(time), -kMost), kMost);
  }

  // Returns the moment by which `now` is judged.
  int64_t MomentOf(absl::Time now) {
    const int64_t nanos = Nanos(now);
    if (nanos > latest_) {
      latest_ = nanos;
    } else if (nanos < latest_ - kSetBack) {
      Clear();
      latest_ = nanos;
    }
    return latest_;
  }

  // Where the search for an entry begins: the upper bits as a fraction.
  uint32_t Home(uint64_t low) const {
    return static_cast<uint32_t>(((low >> 32) * slot_count_) >> 32);
  }
  uint32_t After(uint32_t i) const { return i + 1 == slot_count_ ? 0 : i + 1; }
  // How many steps it is from one place on to another.
  uint32_t Steps(uint32_t from, uint32_t to) const {
    return to >= from ? to - from : to + slot_count_ - from;
  }

  uint32_t PlaceOf(const TokenDigest& digest) const {
    if (count_ == 0) return kNowhere;
    uint32_t i = Home(digest.low);
    for (; !slots_[i].free(); i = After(i)) {
      if (slots_[i].low == digest.low && slots_[i].high == digest.high) {
        return i;
      }
    }
    return kNowhere;
  }

  // There is a free slot, and none with this digest.
  void Put(Slot slot) {
    uint32_t i = Home(slot.low);
    while (!slots_[i].free()) i = After(i);
    slots_[i] = std::move(slot);
    ++count_;
  }

  // Frees a slot and moves up those that were pushed past it.
  void Erase(uint32_t hole) {
    for (uint32_t i = After(hole); !slots_[i].free(); i = After(i)) {
      if (Steps(Home(slots_[i].low), i) < Steps(hole, i)) continue;
      slots_[hole] = std::move(slots_[i]);
      hole = i;
    }
    slots_[hole] = Slot();
    --count_;
  }

  // Takes out what has expired of the next few slots. In the time that it takes
  // to fill the table by half, all of it is swept: what nobody asks for again
  // takes no more memory than what is good.
  void Sweep() {
    for (int i = 0; i < kSweepSteps && count_ > 0; ++i) {
      if (broom_ >= slot_count_) broom_ = 0;
      const Slot& slot = slots_[broom_];
      if (slot.free() || slot.expires() > latest_) {
        ++broom_;
      } else {
        Erase(broom_);  // Another may be there now.
      }
    }
  }

  // Makes sure that one more leaves a slot free.
  void MakeRoom() {
    if (count_ >= capacity_) Erase(Victim());
    const uint32_t most = capacity_ + capacity_ / 5 + 1;
    if (slot_count_ == most || count_ < slot_count_ / 8 * 7) return;
    const uint32_t old_count = slot_count_;
    const std::unique_ptr<Slot[]> old = std::move(slots_);
    slot_count_ = std::min(most, std::max(uint32_t{16}, old_count * 2));
    slots_.reset(new Slot[slot_count_]);
    count_ = 0;
    hand_ = 0;
    for (uint32_t i = 0; i < old_count; ++i) {
      if (!old[i].free()) Put(std::move(old[i]));
    }
  }

  // Returns the slot that the hand puts out.
  uint32_t Victim() {
    for (int steps = 0;;) {
      const uint32_t i = hand_;
      hand_ = After(hand_);
      Slot& slot = slots_[i];
      if (slot.free()) continue;
      if (!slot.used() || slot.expires() <= latest_ || ++steps == kHandSteps) {
        return i;
      }
      slot.mark &= ~kUsed;
    }
  }

  // What a search reads comes first: with the lock, it fills a cache line.
  int64_t latest_ = kFree / 2;  // The latest moment that was asked about.
  std::unique_ptr<Slot[]> slots_;
  uint32_t slot_count_ = 0;
  uint32_t count_ = 0;
  uint32_t hand_ = 0;
  uint32_t broom_ = 0;
  uint32_t capacity_ = 0;
};

}  // namespace gatehouse::authn::internal

#endif  // GATEHOUSE_AUTHN_TOKEN_INTERNAL_EXPIRING_TABLE_H_
