// An answer that many threads take at the same time.
#ifndef GATEHOUSE_AUTHN_INTERNAL_SPREAD_RESULT_H_
#define GATEHOUSE_AUTHN_INTERNAL_SPREAD_RESULT_H_

#include <array>
#include <cstddef>

#include "authn/authenticator.h"

namespace gatehouse::authn::internal {

// SpreadResult is a Result for a cache. Copies of a Result count references in
// one place, over which the cores that ask for one identity would fight; here
// threads are spread over several counts of the same Authentication, each on a
// cache line of its own. Immutable; any thread may read it.
class SpreadResult {
 public:
  // Makes one that is not authenticated.
  SpreadResult() = default;
  explicit SpreadResult(const Result& result);

  // Returns the result with the count for the calling thread. Nothing is
  // allocated by it nor by copies of it.
  const Result& ForThisThread() const { return shares_[Share()]; }

 private:
  static constexpr size_t kShares = 8;
  static size_t Share();

  std::array<Result, kShares> shares_;
};

}  // namespace gatehouse::authn::internal

#endif  // GATEHOUSE_AUTHN_INTERNAL_SPREAD_RESULT_H_
