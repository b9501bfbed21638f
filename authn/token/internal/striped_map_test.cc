#include "authn/token/internal/striped_map.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <utility>

#include "absl/time/time.h"
#include "authn/token/token_digest.h"
#include "gtest/gtest.h"

namespace gatehouse::authn::internal {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'900'000'000);

// Spread like real ones.
TokenDigest Key(uint64_t i) {
  std::mt19937_64 random(i);
  return {random(), random()};
}

absl::Time At(double seconds) { return kStart + absl::Seconds(seconds); }

std::shared_ptr<const int> Value(int value) {
  return std::make_shared<const int>(value);
}

// -1: not there.
int Find(StripedMap<int>& map, uint64_t key, double seconds) {
  const auto found = map.Find(Key(key), At(seconds));
  return found == nullptr ? -1 : *found;
}

TEST(StripedMapTest, FindsUntilTheEnd) {
  StripedMap<int> map(100);
  EXPECT_EQ(Find(map, 1, 0), -1);
  map.Insert(Key(1), Value(7), At(10), At(0));
  EXPECT_EQ(Find(map, 1, 0), 7);
  EXPECT_EQ(Find(map, 2, 0), -1);
  EXPECT_EQ(Find(map, 1, 9.999), 7);
  EXPECT_EQ(Find(map, 1, 10), -1);
  EXPECT_EQ(map.size(), 0u);
}

TEST(StripedMapTest, BothHalvesOfTheKeyCount) {
  StripedMap<int> map(100);
  const TokenDigest key = {1, 2};
  map.Insert(key, Value(7), At(10), At(0));
  EXPECT_EQ(map.Find({1, 3}, At(0)), nullptr);
  EXPECT_EQ(map.Find({65, 2}, At(0)), nullptr);
  EXPECT_NE(map.Find(key, At(0)), nullptr);
}

TEST(StripedMapTest, ALaterValueReplacesTheEarlier) {
  StripedMap<int> map(100);
  map.Insert(Key(1), Value(7), At(10), At(0));
  map.Insert(Key(1), Value(8), At(5), At(0));
  EXPECT_EQ(Find(map, 1, 0), 8);
  EXPECT_EQ(map.size(), 1u);
  EXPECT_EQ(Find(map, 1, 5), -1);
  // One that has ended already takes the other out too.
  map.Insert(Key(1), Value(7), At(20), At(6));
  map.Insert(Key(1), Value(8), At(6), At(6));
  EXPECT_EQ(Find(map, 1, 6), -1);
}

// Tokens that are shown for a while and never again kept their answers in
// memory until the table was full.
TEST(StripedMapTest, WhatHasExpiredMakesRoom) {
  StripedMap<int> map(size_t{1} << 20, 4);
  for (uint64_t i = 0; i < 100'000; ++i) {
    const double now = static_cast<double>(i) / 100;
    map.Insert(Key(i), Value(0), At(now + 10), At(now));
  }
  // Those of the last ten seconds, and some that nobody has met yet.
  EXPECT_GE(map.size(), 1000u);
  EXPECT_LE(map.size(), 4000u);
  for (uint64_t i = 99'100; i < 100'000; ++i) {
    EXPECT_EQ(Find(map, i, 1000), 0) << i;
  }
}

TEST(StripedMapTest, TimeThatGoesBackRevivesNothing) {
  StripedMap<int> map(100, 1);
  map.Insert(Key(1), Value(7), At(10), At(0));
  map.Insert(Key(2), Value(8), At(20), At(0));
  EXPECT_EQ(Find(map, 3, 12), -1);  // Another's question is enough.
  EXPECT_EQ(Find(map, 1, 5), -1);
  EXPECT_EQ(Find(map, 2, 5), 8);
  // What comes in by an old time ends by the new one.
  map.Insert(Key(1), Value(9), At(11), At(1));
  EXPECT_EQ(Find(map, 1, 1), -1);
}

TEST(StripedMapTest, AClockThatIsSetBackBeginsAnew) {
  StripedMap<int> map(100, 1);
  map.Insert(Key(1), Value(7), At(10'000), At(5000));
  EXPECT_EQ(Find(map, 1, 4881), 7);
  EXPECT_EQ(Find(map, 1, 0), -1);
  EXPECT_EQ(map.size(), 0u);
  map.Insert(Key(1), Value(7), At(10), At(0));
  EXPECT_EQ(Find(map, 1, 9), 7);
  EXPECT_EQ(Find(map, 1, 10), -1);
}

TEST(StripedMapTest, TheEndsOfTimeAreMoments) {
  StripedMap<int> map(100, 1);
  map.Insert(Key(1), Value(7), absl::InfiniteFuture(), absl::InfinitePast());
  EXPECT_NE(map.Find(Key(1), absl::InfinitePast()), nullptr);
  EXPECT_EQ(Find(map, 1, 0), 7);
  map.Insert(Key(2), Value(7), absl::InfinitePast(), absl::InfinitePast());
  EXPECT_EQ(map.Find(Key(2), absl::InfinitePast()), nullptr);
}

TEST(StripedMapTest, NeverHoldsMoreThanItsEntries) {
  for (const size_t entries : {0, 1, 2, 15, 16, 100, 1000, 5000}) {
    StripedMap<int> map(entries);
    for (int i = 0; i < 3 * static_cast<int>(entries) + 5; ++i) {
      map.Insert(Key(i), Value(i), At(10), At(0));
      ASSERT_LE(map.size(), entries);
      ASSERT_EQ(Find(map, i, 0), entries > 0 ? i : -1);
    }
    EXPECT_GE(map.size(), entries * 9 / 10);
    map.Clear();
    EXPECT_EQ(map.size(), 0u);
  }
}

TEST(StripedMapTest, WhatIsExpiredOrNeverAskedForGoesFirst) {
  constexpr int kEntries = 64;
  StripedMap<int> map(kEntries, 1);
  for (int i = 0; i < kEntries; ++i) {
    map.Insert(Key(i), Value(i), i % 4 == 0 ? At(1) : At(100), At(0));
    if (i % 2 == 0) continue;
    EXPECT_EQ(Find(map, i, 0), i);
  }
  // A quarter has expired, a quarter was never asked for.
  for (int i = 0; i < kEntries / 4; ++i) {
    map.Insert(Key(1000 + i), Value(i), At(100), At(2));
    EXPECT_EQ(Find(map, 1000 + i, 2), i);
  }
  int kept = 0;
  for (int i = 1; i < kEntries; i += 2) kept += Find(map, i, 2) == i ? 1 : 0;
  EXPECT_GE(kept, kEntries / 2 - 2);
}

TEST(StripedMapTest, ClearGivesValuesBack) {
  StripedMap<int> map(100);
  auto value = Value(7);
  map.Insert(Key(1), value, At(10), At(0));
  EXPECT_EQ(value.use_count(), 2);
  map.Clear();
  EXPECT_EQ(value.use_count(), 1);
  map.Insert(Key(1), value, At(10), At(0));
  EXPECT_EQ(Find(map, 1, 10), -1);  // So does meeting it when it has expired.
  EXPECT_EQ(value.use_count(), 1);
}

// Against a map without bounds, with time that goes on.
TEST(StripedMapTest, SaysWhatANaiveMapSays) {
  struct Entry {
    int value;
    absl::Time expires;
  };
  for (uint32_t seed = 0; seed < 20; ++seed) {
    std::mt19937 random(seed);
    StripedMap<int> map(4096, 4);
    std::map<uint64_t, Entry> model;
    absl::Time now = kStart;
    for (int step = 0; step < 5000; ++step) {
      const uint64_t key = random() % 500;
      now += absl::Milliseconds(random() % 20);
      if (random() % 3 == 0) {
        const absl::Time expires = now + absl::Milliseconds(random() % 3000);
        map.Insert(Key(key), Value(step), expires, now);
        model[key] = {step, expires};
      } else if (random() % 1000 == 0) {
        map.Clear();
        model.clear();
      } else {
        const auto want = model.find(key);
        const auto got = map.Find(Key(key), now);
        const bool there = want != model.end() && now < want->second.expires;
        ASSERT_EQ(got != nullptr, there) << seed << ", " << step;
        ASSERT_TRUE(!there || *got == want->second.value);
      }
    }
  }
}

// With time that jumps and too little room, it may forget, and never lies.
TEST(StripedMapTest, NeverSaysMoreThanANaiveMap) {
  for (uint32_t seed = 0; seed < 20; ++seed) {
    std::mt19937 random(seed);
    StripedMap<int> map(64, 1);
    std::map<uint64_t, std::pair<int, absl::Time>> model;
    absl::Time now = kStart;
    for (int step = 0; step < 5000; ++step) {
      const uint64_t key = random() % 200;
      now += absl::Milliseconds(static_cast<int>(random() % 200) - 90);
      if (random() % 50 == 0)
        now += absl::Seconds(static_cast<int>(random() % 600) - 300);
      if (random() % 2 == 0) {
        const absl::Time expires = now + absl::Milliseconds(random() % 3000);
        map.Insert(Key(key), Value(step), expires, now);
        model[key] = {step, expires};
        continue;
      }
      // What has expired once is gone, whatever the time says later.
      for (auto entry = model.begin(); entry != model.end();) {
        entry =
            now >= entry->second.second ? model.erase(entry) : std::next(entry);
      }
      const auto got = map.Find(Key(key), now);
      if (got == nullptr) continue;
      ASSERT_EQ(model.count(key), 1u) << seed << ", " << step;
      ASSERT_EQ(*got, model[key].first);
    }
    ASSERT_LE(map.size(), 64u);
  }
}

}  // namespace
}  // namespace gatehouse::authn::internal
