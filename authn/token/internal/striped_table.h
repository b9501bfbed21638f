// A bounded table of what expires, for many threads.
#ifndef GATEHOUSE_AUTHN_TOKEN_INTERNAL_STRIPED_TABLE_H_
#define GATEHOUSE_AUTHN_TOKEN_INTERNAL_STRIPED_TABLE_H_

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "authn/token/internal/expiring_table.h"
#include "authn/token/token_digest.h"
#include "base/mutex.h"

namespace gatehouse::authn::internal {

// StripedTable holds at most `entries` values by digest, each until a moment.
// It grows with what is in it. When a stripe is full, an insertion puts out
// one of the entries that a clock's hand meets next: one that has expired, or
// one that nobody asked for since the hand last passed. Insertions also take
// out, a few at a time, what has expired.
//
// Time that goes back revives and prolongs nothing: a stripe goes by the latest
// moment that it was asked about. If a caller comes from more than two minutes
// before that, the clock was set back; the stripe is emptied and goes by the
// new time.
//
// Any thread may call anything. Every call takes the lock of one stripe, Clear
// and size of one after the other, and none does more work than a few probes.
// T is default-constructible and movable; its destructor must not call back.
template <typename T>
class StripedTable {
 public:
  // `stripes` is a power of two; fewer are taken for a small table. With 16
  // for each thread that calls, two rarely meet.
  explicit StripedTable(size_t entries, size_t stripes = 64)
      : stripe_count_(StripesFor(entries, stripes)),
        stripes_(new Stripe[stripe_count_]) {
    for (size_t i = 0; i < stripe_count_; ++i) {
      const MutexLock lock(stripes_[i].mutex);
      stripes_[i].table.SetCapacity(entries / stripe_count_);
    }
  }

  // Calls `visit` with the value of `digest` and its end, under the lock, if
  // there is one that is good at `now` (before its end). Returns whether there
  // is.
  template <typename Visit>
  bool Find(const TokenDigest& digest, absl::Time now, Visit visit) {
    Stripe& stripe = StripeOf(digest);
    const MutexLock lock(stripe.mutex);
    return stripe.table.Find(digest, now, visit);
  }

  // Remembers `value` before `expires`, in the place of the digest's last one.
  // If there is no room: nothing, unless `put_out`.
  void Insert(const TokenDigest& digest, T value, absl::Time expires,
              absl::Time now, bool put_out = true) {
    Stripe& stripe = StripeOf(digest);
    const MutexLock lock(stripe.mutex);
    stripe.table.Insert(digest, std::move(value), expires, now, put_out);
  }

  // Forgets everything and gives the memory back.
  void Clear() {
    for (size_t i = 0; i < stripe_count_; ++i) {
      // Destroyed without the lock.
      decltype(stripes_[i].table.Clear()) gone;
      const MutexLock lock(stripes_[i].mutex);
      gone = stripes_[i].table.Clear();
    }
  }

  // Returns how many values there are, expired ones that nobody met included.
  size_t size() const {
    size_t sum = 0;
    for (size_t i = 0; i < stripe_count_; ++i) {
      const MutexLock lock(stripes_[i].mutex);
      sum += stripes_[i].table.size();
    }
    return sum;
  }

 private:
  // On cache lines of its own.
  struct alignas(64) Stripe {
    Mutex mutex;
    ExpiringTable<T> table ABSL_GUARDED_BY(mutex);
  };

  static size_t StripesFor(size_t entries, size_t stripes) {
    while (stripes > 1 && entries / stripes < 16) stripes /= 2;
    return std::max<size_t>(stripes, 1);
  }

  Stripe& StripeOf(const TokenDigest& digest) const {
    return stripes_[digest.high & (stripe_count_ - 1)];
  }

  const size_t stripe_count_;
  const std::unique_ptr<Stripe[]> stripes_;
};

}  // namespace gatehouse::authn::internal

#endif  // GATEHOUSE_AUTHN_TOKEN_INTERNAL_STRIPED_TABLE_H_
