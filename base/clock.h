// Time, passed in. Long-lived objects hold a Clock; pure functions take `now`.
#ifndef GATEHOUSE_BASE_CLOCK_H_
#define GATEHOUSE_BASE_CLOCK_H_

#include "absl/time/time.h"

namespace gatehouse {

// Clock tells the time. Implementations may be called from any thread.
// A fake that tests set by hand is in //testing:fake_clock.
class Clock {
 public:
  virtual ~Clock() = default;

  // Returns the present moment. Never fails.
  virtual absl::Time Now() const = 0;

  // Returns the system's clock. It lives as long as the process and is owned
  // by nobody.
  static const Clock& System();
};

}  // namespace gatehouse

#endif  // GATEHOUSE_BASE_CLOCK_H_
