#include "testing/fake_clock.h"

#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "base/clock.h"
#include "gtest/gtest.h"

namespace gatehouse::testing {
namespace {

TEST(FakeClockTest, StartsAtAFixedMoment) {
  EXPECT_EQ(absl::FormatTime(FakeClock().Now(), absl::UTCTimeZone()),
            "2026-01-01T00:00:00+00:00");
  EXPECT_EQ(FakeClock(absl::FromUnixSeconds(7)).Now(),
            absl::FromUnixSeconds(7));
}

TEST(FakeClockTest, StandsStill) {
  const FakeClock clock;
  const absl::Time first = clock.Now();
  EXPECT_EQ(clock.Now(), first);
}

TEST(FakeClockTest, AdvancesByWhatItIsTold) {
  const struct {
    absl::Duration step;
    absl::Duration since_start;
  } kSteps[] = {
      {absl::Nanoseconds(1), absl::Nanoseconds(1)},
      {absl::Hours(1), absl::Hours(1) + absl::Nanoseconds(1)},
      {absl::ZeroDuration(), absl::Hours(1) + absl::Nanoseconds(1)},
      {-absl::Hours(2), -absl::Hours(1) + absl::Nanoseconds(1)},
      {absl::InfiniteDuration(), absl::InfiniteDuration()},
  };
  FakeClock clock;
  for (const auto& step : kSteps) {
    clock.Advance(step.step);
    EXPECT_EQ(clock.Now() - FakeClock::Start(), step.since_start) << step.step;
  }
}

TEST(FakeClockTest, SetGoesAnywhere) {
  FakeClock clock;
  for (const absl::Time time :
       {absl::UnixEpoch(), absl::InfiniteFuture(), absl::InfinitePast(),
        FakeClock::Start(), absl::FromUnixSeconds(-1)}) {
    clock.Set(time);
    EXPECT_EQ(clock.Now(), time);
  }
}

TEST(FakeClockTest, IsAClock) {
  FakeClock fake(absl::UnixEpoch());
  const Clock& clock = fake;
  fake.Advance(absl::Seconds(5));
  EXPECT_EQ(clock.Now(), absl::FromUnixSeconds(5));
}

TEST(FakeClockTest, AdvancesOfManyThreadsAddUp) {
  constexpr int kThreads = 4;
  constexpr int kSteps = 1000;
  FakeClock clock;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&clock] {
      absl::Time last = clock.Now();
      for (int step = 0; step < kSteps; ++step) {
        clock.Advance(absl::Seconds(1));
        const absl::Time now = clock.Now();
        EXPECT_GT(now, last);
        last = now;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(clock.Now() - FakeClock::Start(), absl::Seconds(kThreads * kSteps));
}

}  // namespace
}  // namespace gatehouse::testing
