#include "authn/internal/identity_cache.h"

#include <atomic>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "authn/authenticator.h"
#include "gtest/gtest.h"

namespace gatehouse::authn::internal {
namespace {

absl::Time At(int second) { return absl::FromUnixSeconds(second); }

// A digest whose first two bits are those of `set`, so that they choose one of
// four.
pki::Sha256Digest Digest(uint8_t set, uint8_t number) {
  pki::Sha256Digest digest{};
  digest[0] = static_cast<uint8_t>(set << 6);
  digest[1] = set;
  digest[31] = number;
  return digest;
}

std::shared_ptr<const Identity> MakeIdentity(uint8_t set, uint8_t number,
                                             int from, int until) {
  Identity identity;
  identity.leaf = Digest(set, number);
  Authentication authentication;
  authentication.user.name = absl::StrCat("user-", set, "-", number);
  identity.result = SpreadResult(authentication);
  identity.from = At(from);
  identity.until = At(until);
  return std::make_shared<const Identity>(std::move(identity));
}

std::string NameOf(const Identity* identity) {
  return identity == nullptr
             ? ""
             : identity->result.ForThisThread().authentication().user.name;
}

TEST(IdentityCacheTest, GoodFromTheFirstMomentToTheLast) {
  IdentityCache cache(4);
  cache.Insert(MakeIdentity(0, 1, 10, 20), At(10));
  const EpochGuard guard;
  const struct {
    absl::Time now;
    const char* want;
  } kCases[] = {
      {At(10), "user-0-1"},
      {At(15), "user-0-1"},
      {At(20), "user-0-1"},
      {At(20) + absl::Nanoseconds(1), ""},
      {At(10) - absl::Nanoseconds(1), ""},
      {absl::InfiniteFuture(), ""},
      {absl::InfinitePast(), ""},
  };
  for (const auto& test : kCases) {
    EXPECT_EQ(NameOf(cache.Find(Digest(0, 1), test.now)), test.want)
        << test.now;
  }
  EXPECT_EQ(cache.Find(Digest(0, 2), At(15)), nullptr);
}

TEST(IdentityCacheTest, OfNoSizeRemembersNothing) {
  IdentityCache cache(0);
  cache.Insert(MakeIdentity(0, 1, 10, 20), At(10));
  EXPECT_EQ(cache.Find(Digest(0, 1), At(10)), nullptr);
}

TEST(IdentityCacheTest, TheSameLeafIsReplaced) {
  IdentityCache cache(4);
  cache.Insert(MakeIdentity(0, 1, 10, 20), At(10));
  cache.Insert(MakeIdentity(0, 1, 5, 12), At(5));
  const EpochGuard guard;
  EXPECT_NE(cache.Find(Digest(0, 1), At(5)), nullptr);
  EXPECT_EQ(cache.Find(Digest(0, 1), At(15)), nullptr);
}

TEST(IdentityCacheTest, FullSetLosesWhatIsNoLongerGoodElseTheOldest) {
  IdentityCache cache(4);
  for (const int number : {1, 2, 3, 4}) {
    cache.Insert(MakeIdentity(0, number, 10, number == 3 ? 15 : 90), At(10));
  }
  cache.Insert(MakeIdentity(0, 5, 20, 90), At(20));
  cache.Insert(MakeIdentity(0, 6, 20, 90), At(20));
  cache.Insert(MakeIdentity(0, 7, 20, 90), At(20));
  std::vector<int> found;
  const EpochGuard guard;
  for (const int number : {1, 2, 3, 4, 5, 6, 7}) {
    if (cache.Find(Digest(0, number), At(20)) != nullptr) {
      found.push_back(number);
    }
  }
  EXPECT_EQ(found, (std::vector<int>{4, 5, 6, 7}));
}

TEST(IdentityCacheTest, SizeIsRoundedUpAndBounded) {
  IdentityCache cache(9);  // Three sets of four.
  int found = 0;
  for (int i = 0; i < 250; ++i) {
    cache.Insert(MakeIdentity(i, 1, 10, 90), At(10));
  }
  const EpochGuard guard;
  for (int i = 0; i < 250; ++i) {
    found += cache.Find(Digest(i, 1), At(10)) != nullptr ? 1 : 0;
  }
  EXPECT_EQ(found, 12);
}

// Whatever is found is what a map of all that was ever inserted says.
TEST(IdentityCacheTest, NeverSaysWhatWasNotInserted) {
  std::mt19937 random(1);
  IdentityCache cache(16);
  std::map<pki::Sha256Digest, std::shared_ptr<const Identity>> last;
  int hits = 0;
  for (int step = 0; step < 20'000; ++step) {
    const uint8_t set = random() % 4;
    const uint8_t number = random() % 8;
    const int now = random() % 100;
    if (random() % 4 == 0) {
      auto identity = MakeIdentity(set, number, now, now + random() % 30);
      last[identity->leaf] = identity;
      cache.Insert(std::move(identity), At(now));
      continue;
    }
    const EpochGuard guard;
    const Identity* found = cache.Find(Digest(set, number), At(now));
    if (found == nullptr) continue;
    ++hits;
    EXPECT_EQ(found, last[Digest(set, number)].get());
    EXPECT_LE(found->from, At(now));
    EXPECT_GE(found->until, At(now));
  }
  EXPECT_GT(hits, 500);
}

TEST(IdentityCacheTest, ReadersAndWritersAtOnce) {
  IdentityCache cache(8);
  std::atomic<bool> stop{false};
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int reader = 0; reader < 3; ++reader) {
    threads.emplace_back([&cache, &stop, &wrong] {
      while (!stop) {
        for (int i = 0; i < 32; ++i) {
          const EpochGuard guard;
          const Identity* found = cache.Find(Digest(i % 4, i), At(10));
          const std::string want = absl::StrCat("user-", i % 4, "-", i);
          if (found != nullptr && NameOf(found) != want) ++wrong;
        }
      }
    });
  }
  for (int writer = 0; writer < 2; ++writer) {
    threads.emplace_back([&cache] {
      for (int i = 0; i < 5'000; ++i) {
        cache.Insert(MakeIdentity(i % 4, i % 32, 10, 90), At(10));
      }
    });
  }
  threads[3].join();
  threads[4].join();
  stop = true;
  for (int reader = 0; reader < 3; ++reader) threads[reader].join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace gatehouse::authn::internal
