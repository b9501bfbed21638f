// Many threads with one impersonator whose caches are far too small.
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "authz/authorizer.h"
#include "authz/impersonation/constrained.h"
#include "gtest/gtest.h"
#include "testing/fake_clock.h"

namespace gatehouse::authz {
namespace {

using ::gatehouse::testing::FakeClock;

// Lets each user impersonate those whose names begin with his own.
class OwnNames : public Authorizer {
 public:
  Decision Authorize(const Attributes& a) const override {
    const bool allowed =
        absl::StartsWith(a.verb, "impersonate-on:user-info:") ||
        (a.verb == "impersonate:user-info" &&
         absl::StartsWith(a.name, absl::StrCat(a.user->name, "-")));
    return {allowed ? Outcome::kAllow : Outcome::kNoOpinion, "", {}};
  }
};

TEST(ConstrainedImpersonatorConcurrentTest, NobodyGetsAnothersAnswer) {
  constexpr int kThreads = 8;
  constexpr int kRounds = 3000;
  FakeClock clock;
  ConstrainedImpersonator::Options options;
  options.clock = &clock;
  options.max_entries = 7;
  options.max_requestors = 3;
  const ConstrainedImpersonator impersonator(std::make_shared<OwnNames>(),
                                             options);
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      const UserInfo me{absl::StrCat("user", t), "", {}, {}};
      Attributes request;
      request.user = &me;
      request.verb = "get";
      request.resource = "pods";
      for (int i = 0; i < kRounds; ++i) {
        const int owner = i % 4 == 0 ? (t + 1) % kThreads : t;
        const UserInfo wanted{
            absl::StrCat("user", owner, "-", i % 5), "", {}, {}};
        const auto result = impersonator.Decide(wanted, request);
        const bool allowed =
            result.outcome == ImpersonationOutcome::kImpersonated;
        if (allowed != (owner == t)) ++wrong;
        if (allowed && result.user.name != wanted.name) ++wrong;
        if (i % 64 == 0) clock.Advance(absl::Seconds(1));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace gatehouse::authz
