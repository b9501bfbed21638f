#include "authn/internal/spread_result.h"

#include <memory>
#include <set>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "gtest/gtest.h"

namespace gatehouse::authn::internal {
namespace {

Result Jane() {
  Authentication authentication;
  authentication.user.name = "jane";
  return authentication;
}

TEST(SpreadResultTest, IsWhatItWasMadeOf) {
  const Result jane = Jane();
  EXPECT_EQ(&SpreadResult(jane).ForThisThread().authentication(),
            &jane.authentication());
  const Result rejected = absl::InternalError("no");
  EXPECT_EQ(SpreadResult(rejected).ForThisThread().error(), rejected.error());
  EXPECT_EQ(SpreadResult(Result()).ForThisThread().outcome(),
            Result::Outcome::kNoCredential);
  EXPECT_EQ(SpreadResult().ForThisThread().outcome(),
            Result::Outcome::kNoCredential);
}

TEST(SpreadResultTest, AnAnswerOutlivesIt) {
  Result kept;
  {
    const SpreadResult spread(Jane());
    kept = spread.ForThisThread();
  }
  EXPECT_EQ(kept.authentication().user.name, "jane");
}

TEST(SpreadResultTest, AThreadKeepsItsCount) {
  const SpreadResult spread(Jane());
  // The one in `spread` counts too.
  std::vector<Result> taken;
  for (int count = 2; count < 5; ++count) {
    taken.push_back(spread.ForThisThread());
    EXPECT_EQ(taken[0].shared_authentication().use_count(), count);
  }
}

TEST(SpreadResultTest, EightThreadsHaveEightCounts) {
  const SpreadResult spread(Jane());
  std::vector<Result> taken(8);
  std::vector<std::thread> threads;
  for (Result& result : taken) {
    threads.emplace_back([&] { result = spread.ForThisThread(); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const Result& result : taken) {
    EXPECT_EQ(result.shared_authentication().use_count(), 2);
    EXPECT_EQ(&result.authentication(), &taken[0].authentication());
  }
}

}  // namespace
}  // namespace gatehouse::authn::internal
