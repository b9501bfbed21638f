#include "pki/rotation/renewal_time.h"

#include <algorithm>

#include "absl/random/random.h"

namespace gatehouse::pki {
namespace {

constexpr double kEarliest = 0.7;
constexpr double kSpread = 0.2;
constexpr absl::Duration kFirstBackoff = absl::Seconds(2);
constexpr absl::Duration kLastBackoff = absl::Seconds(32);
constexpr int kGrowingBackoffs = 4;
constexpr double kBackoffSpread = 0.1;

// A NaN counts as 0.
double Clamp(double random) { return std::max(0.0, std::min(random, 1.0)); }

}  // namespace

RandomSource SystemRandom() {
  return [] {
    // One for each thread: Abseil's generators are not to be shared.
    static thread_local absl::InsecureBitGen generator;
    return absl::Uniform(generator, 0.0, 1.0);
  };
}

absl::Time RenewalTime(absl::Time not_before, absl::Time not_after,
                       double random) {
  const absl::Duration life = not_after - not_before;
  if (life <= absl::ZeroDuration()) return not_before;
  return not_before + life * (kEarliest + kSpread * Clamp(random));
}

absl::Duration RenewalBackoff(int failures, double random) {
  if (failures < 1) return absl::ZeroDuration();
  if (failures > kGrowingBackoffs) return kLastBackoff;
  return kFirstBackoff * (1 << (failures - 1)) *
         (1 + kBackoffSpread * Clamp(random));
}

}  // namespace gatehouse::pki
