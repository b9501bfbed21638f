#include "authn/token/rate_limit.h"

#include <atomic>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace gatehouse::authn {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'900'000'000);

struct Step {
  double seconds;  // After kStart.
  bool taken;
};

struct Case {
  const char* name;
  double per_second;
  double burst;
  std::vector<Step> steps;
};

class RateLimitTest : public ::testing::TestWithParam<Case> {};

TEST_P(RateLimitTest, Takes) {
  const Case& c = GetParam();
  RateLimit limit(c.per_second, c.burst);
  for (size_t i = 0; i < c.steps.size(); ++i) {
    EXPECT_EQ(limit.Take(kStart + absl::Seconds(c.steps[i].seconds)),
              c.steps[i].taken)
        << "step " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, RateLimitTest,
    ::testing::Values(
        Case{
            "begins_full", 1, 3, {{0, true}, {0, true}, {0, true}, {0, false}}},
        Case{"gains",
             2,
             1,
             {{0, true}, {0.25, false}, {0.5, true}, {0.75, false}, {1, true}}},
        Case{"holds_no_more_than_burst",
             10,
             2,
             {{0, true}, {100, true}, {100, true}, {100, false}}},
        Case{"a_refusal_costs_nothing",
             1,
             1,
             {{0, true}, {0.5, false}, {0.9, false}, {1.0, true}}},
        Case{"time_that_goes_back_gains_nothing",
             1,
             1,
             {{10, true}, {0, false}, {0.5, false}, {1, true}}},
        Case{"out_of_order_gains_nothing_twice",
             1,
             1,
             {{0, true},
              {0.5, false},
              {0.25, false},
              {0.5, false},
              {0.25, false},
              {0.75, false},
              {1, true}}},
        Case{"less_than_one_is_nothing", 1, 0.5, {{0, false}, {9, false}}},
        Case{"no_gain", 0, 1, {{0, true}, {1000, false}}}),
    [](const auto& info) { return info.param.name; });

TEST(RateLimitThreadsTest, TogetherTakeNoMoreThanThereIs) {
  RateLimit limit(1, 1000);
  std::atomic<int> taken{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) taken += limit.Take(kStart) ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(taken, 1000);
}

}  // namespace
}  // namespace gatehouse::authn
