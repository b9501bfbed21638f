#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "authn/authenticator.h"
#include "authn/token/token_authenticator.h"
#include "authn/token/token_cache.h"
#include "base/mutex.h"
#include "gtest/gtest.h"

namespace gatehouse::authn {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'900'000'000);
constexpr int kThreads = 8;

// Waits until it was told often enough.
class Counter {
 public:
  void Add() {
    const MutexLock lock(mutex_);
    ++count_;
    changed_.NotifyAll();
  }
  void Await(int count) {
    const MutexLock lock(mutex_);
    while (count_ < count) changed_.Wait(mutex_);
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  int count_ ABSL_GUARDED_BY(mutex_) = 0;
};

class Delegate : public TokenAuthenticator {
 public:
  explicit Delegate(std::function<Result()> answer)
      : answer_(std::move(answer)) {}

  Result AuthenticateToken(absl::string_view,
                           const TokenContext&) const override {
    ++calls;
    return answer_();
  }

  mutable std::atomic<int> calls{0};

 private:
  const std::function<Result()> answer_;
};

Authentication Named(absl::string_view name) {
  Authentication who;
  who.user.name = std::string(name);
  return who;
}

// Runs `work` in as many threads, and waits for them.
void InThreads(int count, const std::function<void(int)>& work) {
  std::vector<std::thread> threads;
  threads.reserve(count);
  for (int t = 0; t < count; ++t) threads.emplace_back(work, t);
  for (std::thread& thread : threads) thread.join();
}

// What all threads got for one token, when none got it before all had asked.
std::vector<Result> AskTogether(const std::function<Result()>& answer,
                                int* calls) {
  const auto asked = std::make_shared<Counter>();
  const auto delegate = std::make_shared<Delegate>([&] {
    asked->Await(kThreads);
    return answer();
  });
  TokenCacheOptions options;
  options.failure_ttl = absl::Seconds(10);
  options.generation = [&] {
    asked->Add();
    return 1;
  };
  const TokenCache cache(delegate, options);
  std::vector<Result> results(kThreads);
  InThreads(kThreads, [&](int t) {
    results[t] = cache.AuthenticateToken("t", {kStart, nullptr, nullptr});
  });
  *calls = delegate->calls;
  return results;
}

TEST(TokenCacheConcurrentTest, OneLookUpForAll) {
  for (int round = 0; round < 20; ++round) {
    int calls = 0;
    for (const Result& result :
         AskTogether([] { return Named("jane"); }, &calls)) {
      EXPECT_EQ(result.authentication().user.name, "jane");
    }
    EXPECT_EQ(calls, 1);
  }
}

TEST(TokenCacheConcurrentTest, AnErrorIsForAllToo) {
  int calls = 0;
  for (const Result& result :
       AskTogether([] { return absl::UnauthenticatedError("no"); }, &calls)) {
    EXPECT_EQ(result.error(), absl::UnauthenticatedError("no"));
  }
  EXPECT_EQ(calls, 1);
  for (const Result& result : AskTogether([] { return Result(); }, &calls)) {
    EXPECT_EQ(result.outcome(), Result::Outcome::kNoCredential);
  }
  EXPECT_EQ(calls, 1);
}

TEST(TokenCacheConcurrentTest, AWaiterDoesNotWaitForEver) {
  Counter began;
  Counter release;
  const auto delegate = std::make_shared<Delegate>([&] {
    began.Add();
    release.Await(1);
    return Named("jane");
  });
  TokenCacheOptions options;
  options.max_wait = absl::Milliseconds(1);
  const TokenCache cache(delegate, options);
  const TokenContext context = {kStart, nullptr, nullptr};
  Result leaders;
  std::thread leader([&] { leaders = cache.AuthenticateToken("t", context); });
  began.Await(1);
  const Result result = cache.AuthenticateToken("t", context);
  EXPECT_EQ(result.error().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(delegate->calls, 1);
  release.Add();
  leader.join();
  EXPECT_TRUE(leaders.authenticated());
  EXPECT_TRUE(cache.AuthenticateToken("t", context).authenticated());
  EXPECT_EQ(delegate->calls, 1);
}

TEST(TokenCacheConcurrentTest, ALookUpThatThrowsLeavesNobodyWaiting) {
  Counter asked;
  const auto delegate = std::make_shared<Delegate>([&]() -> Result {
    asked.Await(kThreads);
    throw std::runtime_error("a bug");
  });
  TokenCacheOptions options;
  options.generation = [&] {
    asked.Add();
    return 1;
  };
  const TokenCache cache(delegate, options);
  std::atomic<int> threw{0};
  std::atomic<int> told{0};
  InThreads(kThreads, [&](int) {
    try {
      const Result result =
          cache.AuthenticateToken("t", {kStart, nullptr, nullptr});
      told += result.error().code() == absl::StatusCode::kInternal ? 1 : 0;
    } catch (const std::runtime_error&) {
      ++threw;
    }
  });
  EXPECT_GE(threw, 1);
  EXPECT_EQ(threw + told, kThreads);
}

// Threads that ask, clear and change the generation: no answer is older than
// what was in effect when it was asked for, and memory stays bounded.
TEST(TokenCacheConcurrentTest, NoAnswerIsOfAnEarlierGeneration) {
  std::atomic<uint64_t> generation{1};
  const auto delegate = std::make_shared<Delegate>(
      [&] { return Named(absl::StrCat(generation.load())); });
  TokenCacheOptions options;
  options.entries = 64;
  options.hot_entries = 32;
  options.generation = [&] { return generation.load(); };
  TokenCache cache(delegate, options);
  std::atomic<int64_t> milliseconds{0};
  std::atomic<int> wrong{0};
  InThreads(4, [&](int t) {
    std::mt19937 random(t);
    for (int i = 0; i < 5000; ++i) {
      const uint64_t before = generation;
      const Result result = cache.AuthenticateToken(
          absl::StrCat("token-", random() % 100),
          {kStart + absl::Milliseconds(milliseconds.fetch_add(3)), nullptr,
           nullptr});
      uint64_t got = 0;
      if (!absl::SimpleAtoi(result.authentication().user.name, &got) ||
          got < before) {
        ++wrong;
      }
      if (i % 500 == 100) ++generation;
      if (i % 500 == 300) cache.Clear();
      if (i % 100 == 0 && cache.successes() > 64) ++wrong;
    }
  });
  EXPECT_EQ(wrong, 0);
  EXPECT_LT(delegate->calls, 20'000);
}

}  // namespace
}  // namespace gatehouse::authn
