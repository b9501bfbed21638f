#include "authn/token/rate_limit.h"

#include <algorithm>

namespace gatehouse::authn {

RateLimit::RateLimit(double per_second, double burst)
    : per_second_(per_second), burst_(burst), level_(burst) {}

bool RateLimit::Take(absl::Time now) {
  // Threads come a little out of order; longer back, and the clock was set.
  constexpr absl::Duration kOutOfOrder = absl::Seconds(1);
  const MutexLock lock(mutex_);
  if (now > last_) {
    // The first time there is nothing to gain: the bucket is full.
    if (last_ != absl::InfinitePast()) {
      level_ += absl::ToDoubleSeconds(now - last_) * per_second_;
      level_ = std::min(burst_, level_);
    }
    last_ = now;
  } else if (now < last_ - kOutOfOrder) {
    last_ = now;
  }
  if (level_ < 1) return false;
  level_ -= 1;
  return true;
}

}  // namespace gatehouse::authn
