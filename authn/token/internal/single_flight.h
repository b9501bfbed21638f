// One look-up for many who want the same.
#ifndef GATEHOUSE_AUTHN_TOKEN_INTERNAL_SINGLE_FLIGHT_H_
#define GATEHOUSE_AUTHN_TOKEN_INTERNAL_SINGLE_FLIGHT_H_

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "authn/authenticator.h"
#include "authn/token/token_digest.h"
#include "base/mutex.h"

namespace gatehouse::authn::internal {

// Answer is a result and the notes that belong to it; null: none.
struct Answer {
  Result result;
  std::shared_ptr<const Notes> notes;
};

// SingleFlight makes those who want the same thing at the same time share one
// look-up. What is under way is bounded by the number of threads. Any thread
// may call it.
class SingleFlight {
 public:
  // `max_wait` is of real time, a day at most.
  explicit SingleFlight(absl::Duration max_wait) : max_wait_(max_wait) {}

  // Calls `look_up` in this thread, or waits for the thread that is doing so
  // for the same digest and returns its answer. One that ends in an exception
  // is kInternal for the others; after `max_wait`, kDeadlineExceeded.
  Answer Do(const TokenDigest& digest, absl::FunctionRef<Answer()> look_up);

 private:
  static constexpr size_t kStripes = 64;

  struct Flight {
    TokenDigest digest;
    bool landed = false;  // Guarded by the stripe's mutex, as is:
    Answer answer;
  };
  struct alignas(64) Stripe {
    Mutex mutex;
    CondVar landed;
    // Few: of those who ask at this moment.
    std::vector<std::shared_ptr<Flight>> flights ABSL_GUARDED_BY(mutex);
  };
  class Landing;

  Answer WaitFor(std::shared_ptr<Flight> flight, Stripe& stripe) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(stripe.mutex);

  const absl::Duration max_wait_;
  std::array<Stripe, kStripes> stripes_;
};

}  // namespace gatehouse::authn::internal

#endif  // GATEHOUSE_AUTHN_TOKEN_INTERNAL_SINGLE_FLIGHT_H_
