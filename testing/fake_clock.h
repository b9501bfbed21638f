// A clock that tests set by hand.
#ifndef GATEHOUSE_TESTING_FAKE_CLOCK_H_
#define GATEHOUSE_TESTING_FAKE_CLOCK_H_

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/mutex.h"

namespace gatehouse::testing {

// FakeClock stands still until it is told otherwise. Pass it wherever the
// library takes a Clock; it must outlive what it was passed to. Any thread may
// call any method.
//
//   FakeClock clock;
//   Authenticator authenticator(..., clock);
//   clock.Advance(absl::Hours(1));  // The token has expired now.
class FakeClock final : public Clock {
 public:
  // 2026-01-01T00:00:00Z: a fixed moment, so that tests give the same result
  // each day.
  static absl::Time Start();

  // Shows Start().
  FakeClock();

  // Shows `now`.
  explicit FakeClock(absl::Time now);

  // Returns the moment last set.
  absl::Time Now() const override;

  // Shows `now` from here on; it may be in the past of what was shown.
  void Set(absl::Time now);

  // Moves on by `duration`, back if it is negative. Callers from several
  // threads add up.
  void Advance(absl::Duration duration);

 private:
  mutable Mutex mutex_;
  absl::Time now_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace gatehouse::testing

#endif  // GATEHOUSE_TESTING_FAKE_CLOCK_H_
