// A ceiling on how often something is done.
#ifndef GATEHOUSE_AUTHN_TOKEN_RATE_LIMIT_H_
#define GATEHOUSE_AUTHN_TOKEN_RATE_LIMIT_H_

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "base/mutex.h"

namespace gatehouse::authn {

// RateLimit is a bucket of tokens (of the other kind): it holds `burst` at
// most, begins full, and gains `per_second`. For calls to other servers, which
// those who send bad credentials must not be able to multiply. Any thread may
// call it.
class RateLimit {
 public:
  // Both must be finite and not negative; a `burst` under 1 lets nothing
  // through.
  RateLimit(double per_second, double burst);

  // Takes one out if there is one. False: do not do it now. A `now` before an
  // earlier one gains nothing; over a second before, the clock was set back and
  // time goes on from there.
  bool Take(absl::Time now);

 private:
  const double per_second_;
  const double burst_;
  Mutex mutex_;
  double level_ ABSL_GUARDED_BY(mutex_);
  absl::Time last_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
};

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_TOKEN_RATE_LIMIT_H_
