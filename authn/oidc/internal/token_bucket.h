// A limit on how often something is done.
#ifndef GATEHOUSE_AUTHN_OIDC_INTERNAL_TOKEN_BUCKET_H_
#define GATEHOUSE_AUTHN_OIDC_INTERNAL_TOKEN_BUCKET_H_

#include <algorithm>

#include "absl/time/time.h"

namespace gatehouse::authn::internal {

// TokenBucket lets something be done `burst` times at once and from then on
// once in each `interval`. A clock that is set back neither fills it nor stops
// it. For one thread.
class TokenBucket {
 public:
  TokenBucket(absl::Duration interval, int burst)
      : interval_(interval), burst_(burst), filled_(burst) {}

  // Returns whether it may be done at `now`, and counts it if so.
  bool Take(absl::Time now) {
    if (now > last_) {
      const double gained = absl::FDivDuration(now - last_, interval_);
      filled_ = std::min(static_cast<double>(burst_), filled_ + gained);
    }
    last_ = now;
    if (filled_ < 1) return false;
    filled_ -= 1;
    return true;
  }

 private:
  const absl::Duration interval_;
  const int burst_;
  double filled_;
  absl::Time last_ = absl::InfinitePast();
};

}  // namespace gatehouse::authn::internal

#endif  // GATEHOUSE_AUTHN_OIDC_INTERNAL_TOKEN_BUCKET_H_
