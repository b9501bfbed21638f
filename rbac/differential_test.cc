// A million decisions of generated policies: compiled and reference agree.
#include "rbac/testing/differential.h"

#include <cstdint>

#include "gtest/gtest.h"
#include "rbac/testing/generator.h"

namespace gatehouse::rbac {
namespace {

constexpr uint64_t kDecisions = 1'000'000;

TEST(DifferentialTest, AMillionDecisionsAgree) {
  DifferentialCounts counts;
  for (uint64_t seed = 1; counts.decisions < kDecisions; ++seed) {
    ASSERT_EQ(RunDifferential(SeededChoices(seed), {}, &counts), "")
        << "seed " << seed;
  }
  // The test is worth something only if both answers are common.
  EXPECT_GT(counts.allowed, counts.decisions / 20);
  EXPECT_LT(counts.allowed, counts.decisions / 20 * 19);
  EXPECT_GT(counts.mutations, 10'000u);
}

// Policies in which one subject has many bindings: merged tables.
TEST(DifferentialTest, LargePoliciesAgree) {
  DifferentialOptions options;
  options.objects = 600;
  options.mutations = 40;
  options.requests = 200;
  DifferentialCounts counts;
  for (uint64_t seed = 1; seed <= 6; ++seed) {
    ASSERT_EQ(RunDifferential(SeededChoices(seed), options, &counts), "")
        << "seed " << seed;
  }
  EXPECT_GT(counts.allowed, 0u);
}

}  // namespace
}  // namespace gatehouse::rbac
