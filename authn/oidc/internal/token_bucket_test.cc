#include "authn/oidc/internal/token_bucket.h"

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace gatehouse::authn::internal {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'700'000'000);

// Returns how often it may be done at once.
int TakeAll(TokenBucket& bucket, absl::Time now) {
  int count = 0;
  while (count < 1000 && bucket.Take(now)) ++count;
  return count;
}

TEST(TokenBucketTest, BurstThenOneEachInterval) {
  TokenBucket bucket(absl::Seconds(10), 3);
  EXPECT_EQ(TakeAll(bucket, kStart), 3);
  EXPECT_EQ(TakeAll(bucket, kStart + absl::Seconds(9)), 0);
  EXPECT_EQ(TakeAll(bucket, kStart + absl::Seconds(11)), 1);
  EXPECT_EQ(TakeAll(bucket, kStart + absl::Seconds(31)), 2);
}

TEST(TokenBucketTest, NeverMoreThanTheBurst) {
  TokenBucket bucket(absl::Seconds(10), 2);
  EXPECT_EQ(TakeAll(bucket, kStart), 2);
  EXPECT_EQ(TakeAll(bucket, kStart + absl::Hours(1)), 2);
}

TEST(TokenBucketTest, AskingOftenDoesNotFillIt) {
  TokenBucket bucket(absl::Seconds(10), 1);
  int taken = 0;
  for (int i = 0; i <= 1000; ++i) {
    taken += TakeAll(bucket, kStart + i * absl::Milliseconds(100));
  }
  // In 100 seconds: one at the start and one each 10, but for rounding.
  EXPECT_GE(taken, 10);
  EXPECT_LE(taken, 11);
}

TEST(TokenBucketTest, ClockSetBack) {
  TokenBucket bucket(absl::Seconds(10), 1);
  EXPECT_EQ(TakeAll(bucket, kStart), 1);
  EXPECT_EQ(TakeAll(bucket, kStart - absl::Hours(1)), 0);
  EXPECT_EQ(TakeAll(bucket, kStart - absl::Hours(1) + absl::Seconds(11)), 1);
}

}  // namespace
}  // namespace gatehouse::authn::internal
