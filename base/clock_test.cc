#include "base/clock.h"

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace gatehouse {
namespace {

TEST(ClockTest, SystemTellsTheTimeOfTheSystem) {
  const absl::Time before = absl::Now();
  const absl::Time now = Clock::System().Now();
  const absl::Time after = absl::Now();
  EXPECT_LE(before, now);
  EXPECT_LE(now, after);
}

TEST(ClockTest, SystemIsOne) { EXPECT_EQ(&Clock::System(), &Clock::System()); }

// What long-lived objects do: they hold the interface and see its time pass.
TEST(ClockTest, CanBeReplaced) {
  class Fixed final : public Clock {
   public:
    absl::Time Now() const override { return absl::UnixEpoch(); }
  };
  const Fixed fixed;
  const Clock& clock = fixed;
  EXPECT_EQ(clock.Now(), absl::UnixEpoch());
}

}  // namespace
}  // namespace gatehouse
