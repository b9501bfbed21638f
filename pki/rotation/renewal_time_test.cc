#include "pki/rotation/renewal_time.h"

#include <cmath>
#include <limits>
#include <set>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace gatehouse::pki {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1767225600);

TEST(RenewalTimeTest, FallsBetween70And90PercentOfTheLife) {
  const struct {
    absl::Duration life;
    double random;
    absl::Duration after;
  } kCases[] = {
      {absl::Hours(100), 0, absl::Hours(70)},
      {absl::Hours(100), 0.5, absl::Hours(80)},
      {absl::Hours(100), 1, absl::Hours(90)},
      {absl::Hours(100), -1, absl::Hours(70)},
      {absl::Hours(100), 7, absl::Hours(90)},
      {absl::Hours(100), std::numeric_limits<double>::infinity(),
       absl::Hours(90)},
      {absl::Hours(100), std::nan(""), absl::Hours(70)},
      {absl::Seconds(10), 0.5, absl::Seconds(8)},
      {absl::Hours(24 * 365), 0.25, absl::Hours(24 * 365) * 0.75},
      {absl::ZeroDuration(), 0.5, absl::ZeroDuration()},
      {-absl::Hours(1), 0.5, absl::ZeroDuration()},
  };
  for (const auto& c : kCases) {
    const absl::Duration got =
        RenewalTime(kStart, kStart + c.life, c.random) - kStart;
    EXPECT_LT(absl::AbsDuration(got - c.after), absl::Milliseconds(1))
        << c.life << " " << c.random << " " << got;
  }
}

TEST(RenewalTimeTest, TheFarFutureIsNoTrouble) {
  const absl::Time end =
      absl::FromCivil(absl::CivilSecond(9999, 12, 31), absl::UTCTimeZone());
  const absl::Time renewal = RenewalTime(kStart, end, 0.5);
  EXPECT_GT(renewal, kStart);
  EXPECT_LT(renewal, end);
  EXPECT_EQ(RenewalTime(kStart, absl::InfiniteFuture(), 0.5),
            absl::InfiniteFuture());
}

TEST(RenewalBackoffTest, GrowsAndStops) {
  const struct {
    int failures;
    double random;
    absl::Duration want;
  } kCases[] = {
      {-1, 0, absl::ZeroDuration()},   {0, 0.5, absl::ZeroDuration()},
      {1, 0, absl::Seconds(2)},        {1, 1, absl::Milliseconds(2200)},
      {2, 0, absl::Seconds(4)},        {3, 0, absl::Seconds(8)},
      {4, 0, absl::Seconds(16)},       {4, 0.5, absl::Milliseconds(16800)},
      {5, 0, absl::Seconds(32)},       {5, 1, absl::Seconds(32)},
      {1000000, 1, absl::Seconds(32)},
  };
  for (const auto& c : kCases) {
    const absl::Duration got = RenewalBackoff(c.failures, c.random);
    EXPECT_LT(absl::AbsDuration(got - c.want), absl::Milliseconds(1))
        << c.failures << " " << got;
  }
}

TEST(SystemRandomTest, StaysInItsRangeAndVaries) {
  const RandomSource random = SystemRandom();
  std::set<double> seen;
  for (int i = 0; i < 1000; ++i) {
    const double value = random();
    ASSERT_GE(value, 0);
    ASSERT_LT(value, 1);
    seen.insert(value);
  }
  EXPECT_GT(seen.size(), 900u);
}

TEST(SystemRandomTest, AnyThreadMayCallIt) {
  const RandomSource random = SystemRandom();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&random] {
      for (int call = 0; call < 1000; ++call) EXPECT_LT(random(), 1);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace gatehouse::pki
