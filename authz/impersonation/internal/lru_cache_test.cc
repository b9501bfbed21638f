#include "authz/impersonation/internal/lru_cache.h"

#include <string>

#include "gtest/gtest.h"

namespace gatehouse::authz::internal {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'000'000);
const absl::Time kLater = kNow + absl::Seconds(10);

TEST(LruCacheTest, KeepsUntilTheTime) {
  LruCache<int> cache(10);
  EXPECT_EQ(cache.Get("a", kNow), absl::nullopt);
  cache.Put("a", 1, kLater);
  cache.Put("b", 2, absl::InfiniteFuture());
  EXPECT_EQ(cache.Get("a", kNow), 1);
  EXPECT_EQ(cache.Get("a", kLater - absl::Nanoseconds(1)), 1);
  EXPECT_EQ(cache.Get("a", kLater), absl::nullopt);
  EXPECT_EQ(cache.size(), 1u);
  EXPECT_EQ(cache.Get("b", kLater + absl::Hours(1000)), 2);
}

TEST(LruCacheTest, WhatIsGoodForTooLongIsDropped) {
  LruCache<int> cache(10);
  cache.Put("a", 1, kLater);
  EXPECT_EQ(cache.Get("a", kNow, absl::Seconds(10)), 1);
  const absl::Time kBefore = kNow - absl::Nanoseconds(1);
  EXPECT_EQ(cache.Get("a", kBefore, absl::Seconds(10)), absl::nullopt);
  EXPECT_EQ(cache.size(), 0u);
}

TEST(LruCacheTest, ThePutThatCameLastCounts) {
  LruCache<int> cache(2);
  cache.Put("a", 1, kLater);
  cache.Put("a", 2, kLater);
  EXPECT_EQ(cache.size(), 1u);
  EXPECT_EQ(cache.Get("a", kNow), 2);
}

TEST(LruCacheTest, WhatWasNotAskedForMakesRoom) {
  LruCache<int> cache(3);
  cache.Put("a", 1, kLater);
  cache.Put("b", 2, kLater);
  cache.Put("c", 3, kLater);
  EXPECT_EQ(cache.Get("a", kNow), 1);
  cache.Put("d", 4, kLater);
  EXPECT_EQ(cache.size(), 3u);
  EXPECT_EQ(cache.Get("b", kNow), absl::nullopt);
  EXPECT_EQ(cache.Get("a", kNow), 1);
  EXPECT_EQ(cache.Get("c", kNow), 3);
  EXPECT_EQ(cache.Get("d", kNow), 4);
}

TEST(LruCacheTest, IsBounded) {
  LruCache<int> cache(5);
  for (int i = 0; i < 1000; ++i) cache.Put(std::to_string(i), i, kLater);
  EXPECT_EQ(cache.size(), 5u);
  LruCache<int> none(0);
  none.Put("a", 1, kLater);
  EXPECT_EQ(none.size(), 0u);
}

TEST(LruCacheTest, LongKeysAreNotKept) {
  LruCache<int> cache(5);
  const std::string kLongest(LruCache<int>::kMaxKeyBytes, 'x');
  cache.Put(kLongest, 1, kLater);
  cache.Put(kLongest + "x", 2, kLater);
  EXPECT_EQ(cache.Get(kLongest, kNow), 1);
  EXPECT_EQ(cache.Get(kLongest + "x", kNow), absl::nullopt);
}

}  // namespace
}  // namespace gatehouse::authz::internal
