#include "testing/fake_clock.h"

#include "absl/time/civil_time.h"

namespace gatehouse::testing {

absl::Time FakeClock::Start() {
  return absl::FromCivil(absl::CivilDay(2026, 1, 1), absl::UTCTimeZone());
}

FakeClock::FakeClock() : FakeClock(Start()) {}

FakeClock::FakeClock(absl::Time now) : now_(now) {}

absl::Time FakeClock::Now() const {
  MutexLock lock(mutex_);
  return now_;
}

void FakeClock::Set(absl::Time now) {
  MutexLock lock(mutex_);
  now_ = now;
}

void FakeClock::Advance(absl::Duration duration) {
  MutexLock lock(mutex_);
  now_ += duration;
}

}  // namespace gatehouse::testing
