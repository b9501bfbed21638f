#include <atomic>
#include <cstdint>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "authn/token/internal/striped_map.h"
#include "authn/token/token_digest.h"
#include "gtest/gtest.h"

namespace gatehouse::authn::internal {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'900'000'000);

// Threads that insert, find, let expire, evict and clear: whatever is found is
// what was put there under that key, and there are never too many.
TEST(StripedMapConcurrentTest, WhatIsFoundIsWhatWasPut) {
  constexpr uint64_t kEntries = 256;
  constexpr int kThreads = 4;
  StripedMap<uint64_t> map(kEntries);
  std::atomic<int64_t> milliseconds{0};
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      std::mt19937_64 random(t);
      for (int i = 0; i < 20'000; ++i) {
        const uint64_t key = random() % (2 * kEntries);
        std::mt19937_64 spread(key);
        const TokenDigest digest = {spread(), spread()};
        const absl::Time now =
            kStart + absl::Milliseconds(milliseconds.fetch_add(1));
        if (i % 4 == 0) {
          map.Insert(digest, std::make_shared<const uint64_t>(key),
                     now + absl::Milliseconds(500), now);
        } else if (i % 5000 == 1) {
          map.Clear();
        } else {
          const auto found = map.Find(digest, now);
          if (found != nullptr && *found != key) ++wrong;
        }
        if (i % 1000 == 0 && map.size() > kEntries) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace gatehouse::authn::internal
