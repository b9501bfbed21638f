#include "authn/token/token_cache.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "authn/authenticator.h"
#include "authn/token/token_authenticator.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/allocation_count.h"

namespace gatehouse::authn {
namespace {

using ::testing::ElementsAre;

const absl::Time kStart = absl::FromUnixSeconds(1'900'000'000);

absl::Time At(double seconds) { return kStart + absl::Seconds(seconds); }

// Answers by the token: "good..." is a user of that name, "bad..." is rejected,
// anything else is none of its own.
class Delegate : public TokenAuthenticator {
 public:
  Result AuthenticateToken(absl::string_view token,
                           const TokenContext& context) const override {
    ++calls;
    if (during) during();
    if (context.notes != nullptr) *context.notes = notes;
    if (absl::StartsWith(token, "bad")) {
      return MakeError(code, Reason::kExpired,
                       absl::StrCat("expired, call ", calls));
    }
    if (!absl::StartsWith(token, "good")) return Result();
    Authentication who;
    who.user.name = absl::StrCat(token, prefix);
    if (context.audiences != nullptr) who.audiences = *context.audiences;
    who.not_after = not_after;
    return who;
  }

  mutable int calls = 0;
  std::function<void()> during;
  Notes notes;
  absl::StatusCode code = absl::StatusCode::kUnauthenticated;
  std::string prefix;
  absl::Time not_after = absl::InfiniteFuture();
};

struct Fixture {
  explicit Fixture(TokenCacheOptions options = TokenCacheOptions())
      : delegate(std::make_shared<Delegate>()),
        cache(delegate, std::move(options)) {}

  Result Ask(absl::string_view token, double seconds = 0,
             const std::vector<std::string>* audiences = nullptr,
             Notes* notes = nullptr) {
    return cache.AuthenticateToken(token, {At(seconds), audiences, notes});
  }

  // What the delegate was asked since the last time this was called.
  int Calls() { return delegate->calls - std::exchange(seen, delegate->calls); }

  std::shared_ptr<Delegate> delegate;
  TokenCache cache;
  int seen = 0;
};

struct Step {
  const char* token;
  double seconds;
  int calls;
};

struct Case {
  const char* name;
  absl::Duration success_ttl;
  absl::Duration failure_ttl;
  bool cache_errors;
  std::vector<Step> steps;
};

class TokenCacheTest : public ::testing::TestWithParam<Case> {};

TEST_P(TokenCacheTest, AsksAsOftenAsItMust) {
  const Case& c = GetParam();
  TokenCacheOptions options;
  options.success_ttl = c.success_ttl;
  options.failure_ttl = c.failure_ttl;
  options.cache_errors = c.cache_errors;
  // Kept packed, and both.
  for (const size_t hot_entries : {0, 100}) {
    options.hot_entries = hot_entries;
    Fixture f(options);
    for (const Step& step : c.steps) {
      SCOPED_TRACE(absl::StrCat(step.token, " at ", step.seconds));
      const absl::string_view token = step.token;
      const Result result = f.Ask(token, step.seconds);
      EXPECT_EQ(result.authenticated(), absl::StartsWith(token, "good"));
      EXPECT_EQ(result.rejected(), absl::StartsWith(token, "bad"));
      if (result.authenticated()) {
        EXPECT_EQ(result.authentication().user.name, token);
      }
      if (result.rejected()) {
        EXPECT_EQ(ReasonOf(result.error()), Reason::kExpired);
      }
      EXPECT_EQ(f.Calls(), step.calls);
    }
  }
}

constexpr absl::Duration kNone = absl::ZeroDuration();
const absl::Duration kTen = absl::Seconds(10);

INSTANTIATE_TEST_SUITE_P(
    All, TokenCacheTest,
    ::testing::Values(
        Case{"success_from_insertion",
             kTen,
             kNone,
             true,
             {{"good", 0, 1},
              {"good", 0, 0},
              {"good", 9, 0},
              {"good", 9.999, 0},
              {"good", 10, 1},
              {"good", 19, 0},
              {"good", 20, 1}}},
        Case{"failures_not_by_default",
             kTen,
             kNone,
             true,
             {{"bad", 0, 1}, {"bad", 0, 1}, {"none", 0, 1}, {"none", 0, 1}}},
        Case{"both_kinds_of_failure",
             kNone,
             kTen,
             true,
             {{"bad", 0, 1},
              {"bad", 9, 0},
              {"bad", 10, 1},
              {"none", 10, 1},
              {"none", 19, 0},
              {"none", 20, 1}}},
        Case{"success_not_if_its_time_is_none",
             kNone,
             kTen,
             true,
             {{"good", 0, 1}, {"good", 0, 1}}},
        Case{"errors_not_if_so_told",
             kTen,
             kTen,
             false,
             {{"bad", 0, 1}, {"bad", 0, 1}, {"none", 0, 1}, {"none", 0, 0}}},
        Case{"tokens_apart",
             kTen,
             kTen,
             true,
             {{"good1", 0, 1},
              {"good2", 0, 1},
              {"good1", 0, 0},
              {"good2", 0, 0},
              {"good12", 0, 1},
              {"bad", 0, 1},
              {"bad1", 0, 1}}},
        Case{"time_goes_back_and_another_saw_it",
             kTen,
             kNone,
             true,
             {{"good1", 0, 1},
              {"good2", 12, 1},
              {"good1", 8, 1},
              {"good2", 9, 0}}},
        Case{"time_goes_back",
             kTen,
             kNone,
             true,
             {
                 {"good", 0, 1},
                 {"good", 9, 0},
                 {"good", 3, 0},
                 {"good", 10, 1},
                 {"good", 5, 0},  // The new one.
                 {"good", 20, 1},
                 {"good", -200, 1}  // The clock was set back.
             }}),
    [](const auto& info) { return info.param.name; });

TEST(TokenCacheAnswersTest, AudiencesArePartOfTheKey) {
  Fixture f;
  const std::vector<std::string> none;
  const std::vector<std::string> ab = {"a", "b"};
  const std::vector<std::string> ba = {"b", "a"};
  for (const auto* audiences :
       {static_cast<const std::vector<std::string>*>(nullptr), &none, &ab,
        &ba}) {
    for (int time = 0; time < 2; ++time) {
      const Result result = f.Ask("good", 0, audiences);
      ASSERT_TRUE(result.authenticated());
      ASSERT_EQ(result.authentication().audiences.has_value(),
                audiences != nullptr);
      if (audiences != nullptr) {
        EXPECT_EQ(*result.authentication().audiences, *audiences);
      }
      EXPECT_EQ(f.Calls(), time == 0 ? 1 : 0);
    }
  }
}

TEST(TokenCacheAnswersTest, ErrorsAreTheDelegates) {
  TokenCacheOptions options;
  options.failure_ttl = kTen;
  Fixture f(options);
  for (int i = 0; i < 3; ++i) {
    const Result result = f.Ask("bad");
    EXPECT_EQ(result.error().message(), "expired, call 1");
    EXPECT_EQ(result.error().code(), absl::StatusCode::kUnauthenticated);
  }
}

TEST(TokenCacheAnswersTest, WhatIsNoFaultOfTheTokenIsNotRemembered) {
  TokenCacheOptions options;
  options.failure_ttl = kTen;
  Fixture f(options);
  for (const auto& [code, calls] : std::map<absl::StatusCode, int>{
           {absl::StatusCode::kUnauthenticated, 1},
           {absl::StatusCode::kPermissionDenied, 1},
           {absl::StatusCode::kInvalidArgument, 1},
           {absl::StatusCode::kUnavailable, 2},
           {absl::StatusCode::kDeadlineExceeded, 2},
           {absl::StatusCode::kResourceExhausted, 2},
           {absl::StatusCode::kCancelled, 2},
           {absl::StatusCode::kInternal, 2}}) {
    f.delegate->code = code;
    const std::string token = absl::StrCat("bad", static_cast<int>(code));
    EXPECT_EQ(f.Ask(token).error().code(), code);
    EXPECT_EQ(f.Ask(token).error().code(), code);
    EXPECT_EQ(f.Calls(), calls) << token;
  }
}

TEST(TokenCacheAnswersTest, TooLongATokenIsRejectedUnasked) {
  Fixture f;
  EXPECT_TRUE(f.Ask(absl::StrCat("good", std::string(kMaxTokenBytes - 4, 'x')))
                  .authenticated());
  f.Calls();
  const Result result =
      f.Ask(absl::StrCat("good", std::string(kMaxTokenBytes - 3, 'x')));
  EXPECT_EQ(ReasonOf(result.error()), Reason::kTooLarge);
  EXPECT_EQ(f.Calls(), 0);
}

TEST(TokenCacheAnswersTest, NotAfterIsTheLastMoment) {
  TokenCacheOptions options;
  options.success_ttl = absl::Hours(1);
  for (const size_t hot_entries : {0, 100}) {
    options.hot_entries = hot_entries;
    Fixture f(options);
    f.delegate->not_after = At(60);
    f.Ask("good");
    f.Ask("good", 60);
    EXPECT_EQ(f.Calls(), 1);
    f.Ask("good", 60.001);
    EXPECT_EQ(f.Calls(), 1);
    // Its end has passed: the delegate may say so, we do not remember it.
    f.Ask("good", 61);
    EXPECT_EQ(f.Calls(), 1);
  }
}

TEST(TokenCacheAnswersTest, NotesComeEveryTimeForSuccessesAlone) {
  TokenCacheOptions options;
  options.failure_ttl = kTen;
  for (const size_t hot_entries : {0, 100}) {
    options.hot_entries = hot_entries;
    Fixture f(options);
    f.delegate->notes = {{"w1", "w2"}, {{"k", "v"}}};
    for (const char* token : {"good", "bad", "none"}) {
      for (int i = 0; i < 3; ++i) {
        Notes notes = {{"mine"}, {}};
        f.Ask(token, 0, nullptr, &notes);
        if (absl::string_view(token) == "good") {
          EXPECT_THAT(notes.warnings, ElementsAre("mine", "w1", "w2"));
          EXPECT_EQ(notes.audit_annotations.size(), 1u);
        } else {
          EXPECT_THAT(notes.warnings, ElementsAre("mine"));
        }
        f.Ask(token);  // Nobody reads them.
      }
    }
    EXPECT_EQ(f.Calls(), 3);
  }
}

TEST(TokenCacheGenerationTest, AnAnswerOfAnotherGenerationIsNotUsed) {
  uint64_t generation = 7;
  TokenCacheOptions options;
  options.failure_ttl = kTen;
  options.generation = [&] { return generation; };
  Fixture f(options);
  for (const char* token : {"good", "bad", "none"}) {
    f.Ask(token);
    f.Ask(token);
    EXPECT_EQ(f.Calls(), 1);
    ++generation;
    f.Ask(token);
    f.Ask(token);
    EXPECT_EQ(f.Calls(), 1);
    // Not even when it comes back: what is kept was emptied.
    --generation;
    f.Ask(token);
    EXPECT_EQ(f.Calls(), 1);
  }
}

TEST(TokenCacheGenerationTest, ALookUpThatBeganEarlierDoesNotCount) {
  uint64_t generation = 1;
  TokenCacheOptions options;
  options.generation = [&] { return generation; };
  Fixture f(options);
  f.delegate->prefix = "-old";
  f.delegate->during = [&] { generation = 2; };
  EXPECT_EQ(f.Ask("good").authentication().user.name, "good-old");
  f.delegate->during = nullptr;
  f.delegate->prefix = "-new";
  EXPECT_EQ(f.Ask("good").authentication().user.name, "good-new");
}

TEST(TokenCacheGenerationTest, AChangeGivesTheMemoryBack) {
  uint64_t generation = 1;
  TokenCacheOptions options;
  options.failure_ttl = kTen;
  options.generation = [&] { return generation; };
  Fixture f(options);
  for (int i = 0; i < 100; ++i) {
    f.Ask(absl::StrCat("good", i));
    f.Ask(absl::StrCat("bad", i));
  }
  EXPECT_EQ(f.cache.successes(), 100u);
  EXPECT_EQ(f.cache.failures(), 100u);
  generation = 2;
  f.Ask("good");
  EXPECT_EQ(f.cache.successes(), 1u);
  EXPECT_EQ(f.cache.failures(), 0u);
}

TEST(TokenCacheSizeTest, ClearForgetsEverything) {
  TokenCacheOptions options;
  options.failure_ttl = kTen;
  Fixture f(options);
  for (const char* token : {"good", "bad", "none"}) {
    f.Ask(token);
    f.cache.Clear();
    EXPECT_EQ(f.cache.successes() + f.cache.failures(), 0u);
    f.Calls();
    f.Ask(token);
    EXPECT_EQ(f.Calls(), 1);
  }
}

TEST(TokenCacheSizeTest, RubbishNeverPutsOutWhatIsGood) {
  TokenCacheOptions options;
  options.entries = 10'000;
  options.failure_entries = 50;
  options.failure_ttl = kTen;
  Fixture f(options);
  for (int i = 0; i < 90; ++i) f.Ask(absl::StrCat("good", i));
  for (int i = 0; i < 5000; ++i) {
    f.Ask(absl::StrCat(i % 2 == 0 ? "bad" : "none", i));
    ASSERT_LE(f.cache.failures(), 50u);
  }
  EXPECT_EQ(f.cache.successes(), 90u);
  f.Calls();
  for (int i = 0; i < 90; ++i) f.Ask(absl::StrCat("good", i));
  EXPECT_EQ(f.Calls(), 0);
}

TEST(TokenCacheSizeTest, GoodOnesAreBoundedToo) {
  TokenCacheOptions options;
  options.entries = 100;
  options.hot_entries = 10;
  Fixture f(options);
  for (int i = 0; i < 1000; ++i) {
    f.Ask(absl::StrCat("good", i));
    ASSERT_LE(f.cache.successes(), 100u);
  }
  f.Calls();
  f.Ask("good999");
  EXPECT_EQ(f.Calls(), 0);
}

TEST(TokenCacheHitTest, AllocatesNothing) {
  TokenCacheOptions options;
  options.failure_ttl = kTen;
  options.generation = [] { return 3; };
  Fixture f(options);
  const std::vector<std::string> audiences = {"api", std::string(40, 'a')};
  const std::string token = absl::StrCat("good", std::string(900, 't'));
  const Result first = f.Ask(token, 0, &audiences);
  for (int i = 0; i < 3; ++i) {
    Notes notes;
    const size_t before = gatehouse::testing::AllocationCount();
    const Result again = f.Ask(token, 1, &audiences, &notes);
    EXPECT_EQ(gatehouse::testing::AllocationCount(), before);
    EXPECT_EQ(&again.authentication(), &first.authentication());
  }
  f.Ask("bad");
  const size_t before = gatehouse::testing::AllocationCount();
  EXPECT_TRUE(f.Ask("bad", 1).rejected());
  EXPECT_EQ(gatehouse::testing::AllocationCount(), before);
}

// The cache as it would be written without a thought for speed: a map, and no
// bounds. Time goes on.
class NaiveCache {
 public:
  NaiveCache(const TokenCacheOptions& options, Delegate* delegate)
      : options_(options), delegate_(delegate) {}

  Result Ask(const std::string& token, const TokenContext& context,
             uint64_t generation) {
    const std::string key = absl::StrCat(
        generation, "/", token, "/",
        context.audiences == nullptr
            ? "none"
            : absl::StrCat(context.audiences->size(), ":",
                           absl::StrJoin(*context.audiences, ",")));
    const auto known = entries_.find(key);
    if (known != entries_.end() && context.now < known->second.second) {
      return known->second.first;
    }
    const Result result = delegate_->AuthenticateToken(token, context);
    absl::Time end =
        context.now +
        (result.authenticated() ? options_.success_ttl : options_.failure_ttl);
    if (result.authenticated()) {
      end = std::min(end,
                     result.authentication().not_after + absl::Nanoseconds(1));
    }
    if (result.rejected() && !options_.cache_errors) end = context.now;
    entries_.insert_or_assign(key, std::make_pair(result, end));
    return result;
  }

  void Clear() { entries_.clear(); }

 private:
  const TokenCacheOptions options_;
  Delegate* const delegate_;
  std::map<std::string, std::pair<Result, absl::Time>> entries_;
};

TEST(TokenCachePropertyTest, AnswersAsANaiveCacheDoes) {
  const std::vector<std::vector<std::string>> audiences = {
      {}, {"a"}, {"a", "b"}, {"b", "a"}};
  for (uint32_t seed = 0; seed < 60; ++seed) {
    std::mt19937 random(seed);
    uint64_t generation = 0;
    TokenCacheOptions options;
    options.success_ttl = absl::Milliseconds(random() % 3000);
    options.failure_ttl = absl::Milliseconds(random() % 3 * 500);
    options.cache_errors = random() % 2 == 0;
    options.hot_entries = random() % 2 == 0 ? 8 : 1000;
    options.generation = [&] { return generation; };
    Fixture f(options);
    Delegate other;
    NaiveCache naive(options, &other);
    absl::Time now = kStart;
    for (int step = 0; step < 2000; ++step) {
      now += absl::Milliseconds(random() % 50);
      if (random() % 200 == 0) {
        f.cache.Clear();
        naive.Clear();
      }
      if (random() % 200 == 0) ++generation;
      f.delegate->not_after = other.not_after =
          random() % 2 == 0 ? absl::InfiniteFuture()
                            : now + absl::Milliseconds(random() % 1000);
      static constexpr const char* kKinds[] = {"good", "bad", "none"};
      const std::string token =
          absl::StrCat(kKinds[random() % 3], random() % 20);
      const uint32_t which = random() % 5;
      const TokenContext context = {
          now, which == 4 ? nullptr : &audiences[which], nullptr};
      const Result got = f.cache.AuthenticateToken(token, context);
      const Result want = naive.Ask(token, context, generation);
      ASSERT_EQ(got.outcome(), want.outcome()) << seed << ", " << step;
      ASSERT_EQ(got.authentication().user.name,
                want.authentication().user.name);
      ASSERT_EQ(got.authentication().not_after,
                want.authentication().not_after);
      ASSERT_EQ(got.error(), want.error());
      ASSERT_EQ(f.delegate->calls, other.calls) << seed << ", " << step;
    }
  }
}

}  // namespace
}  // namespace gatehouse::authn
