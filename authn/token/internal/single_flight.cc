#include "authn/token/internal/single_flight.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/status/status.h"
#include "base/errors.h"

namespace gatehouse::authn::internal {

// Landing ends a flight, whichever way its look-up ends.
class SingleFlight::Landing {
 public:
  Landing(std::shared_ptr<Flight> flight, Stripe& stripe)
      : flight_(std::move(flight)), stripe_(stripe) {
    answer.result = absl::InternalError("authentication failed unexpectedly");
  }
  ~Landing() {
    const MutexLock lock(stripe_.mutex);
    auto& flights = stripe_.flights;
    flights.erase(std::find(flights.begin(), flights.end(), flight_));
    flight_->answer = answer;
    flight_->landed = true;
    stripe_.landed.NotifyAll();
  }
  Landing(const Landing&) = delete;
  Landing& operator=(const Landing&) = delete;

  Answer answer;

 private:
  const std::shared_ptr<Flight> flight_;
  Stripe& stripe_;
};

Answer SingleFlight::Do(const TokenDigest& digest,
                        absl::FunctionRef<Answer()> look_up) {
  Stripe& stripe = stripes_[digest.high % kStripes];
  auto flight = std::make_shared<Flight>();
  flight->digest = digest;
  {
    const MutexLock lock(stripe.mutex);
    const auto same = std::find_if(
        stripe.flights.begin(), stripe.flights.end(),
        [&digest](const auto& other) { return other->digest == digest; });
    if (same != stripe.flights.end()) return WaitFor(*same, stripe);
    stripe.flights.push_back(flight);
  }
  Landing landing(std::move(flight), stripe);
  landing.answer = look_up();
  return landing.answer;
}

Answer SingleFlight::WaitFor(std::shared_ptr<Flight> flight,
                             Stripe& stripe) const {
  const auto deadline =
      std::chrono::steady_clock::now() +
      absl::ToChronoNanoseconds(std::min(max_wait_, absl::Hours(24)));
  while (!flight->landed) {
    if (!stripe.landed.WaitUntil(stripe.mutex, deadline) && !flight->landed) {
      return {MakeError(absl::StatusCode::kDeadlineExceeded, Reason::kNone,
                        "another look-up of this token did not end in time"),
              nullptr};
    }
  }
  return flight->answer;
}

}  // namespace gatehouse::authn::internal
