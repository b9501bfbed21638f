// When to renew a certificate, and when to try again.
#ifndef GATEHOUSE_PKI_ROTATION_RENEWAL_TIME_H_
#define GATEHOUSE_PKI_ROTATION_RENEWAL_TIME_H_

#include <functional>

#include "absl/time/time.h"

namespace gatehouse::pki {

// RandomSource returns a number from 0 up to, but not including, 1. It is
// passed in, so that tests know what comes.
using RandomSource = std::function<double()>;

// Returns a source that any thread may call. It spreads load and guards
// nothing.
RandomSource SystemRandom();

// Returns when to renew a certificate of this validity: after 70% of its life,
// and up to 20% more by `random`, so that certificates that were made together
// are not renewed together (Kubernetes behaviour: client-go's certificate
// manager, 80% give or take 10%). A `random` outside of 0 to 1 counts as the
// nearer of the two. A validity that ends before it begins: `not_before`.
absl::Time RenewalTime(absl::Time not_before, absl::Time not_after,
                       double random);

// Returns how long to wait after this many failures in a row: 2, 4, 8 and 16
// seconds, each up to a tenth longer by `random`, and 32 seconds from the fifth
// on (Kubernetes behaviour: as above). None, for `failures` below 1.
absl::Duration RenewalBackoff(int failures, double random);

}  // namespace gatehouse::pki

#endif  // GATEHOUSE_PKI_ROTATION_RENEWAL_TIME_H_
