#include "benchmarks/token_cache_bench.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "authn/authenticator.h"
#include "authn/token/token_authenticator.h"
#include "authn/token/token_cache.h"
#include "authn/token/token_digest.h"
#include "authn/webhook/token_review_client.h"
#include "authn/webhook/webhook_endpoint.h"
#include "base/http_client.h"
#include "benchmark/benchmark.h"
#include "benchmarks/measure.h"

namespace gatehouse::bench {
namespace {

constexpr size_t kTokenBytes = 900;
constexpr uint64_t kMany = 1'000'000;
constexpr uint64_t kFew = 1000;  // All of them are kept unpacked.
constexpr absl::Duration kFlood = absl::Seconds(10);

absl::Time Now() { return absl::FromUnixSeconds(1'900'000'000); }

// Numbered tokens, in place: a million at once would take a gigabyte. For one
// thread.
class Tokens {
 public:
  explicit Tokens(char first) : text_(kTokenBytes, 'x') { text_[0] = first; }

  absl::string_view Numbered(uint64_t number) {
    for (size_t i = 20; i > 0; --i, number /= 10) {
      text_[i] = static_cast<char>('0' + number % 10);
    }
    return text_;
  }

 private:
  std::string text_;
};

std::string Uuid(uint64_t kind, uint64_t number) {
  return absl::StrFormat("%08x-6a0f-4a44-9b5e-%012x", kind, number);
}

// A bound service account, with its pod and node, as kube-apiserver knows it:
// each token has a pod and an id of its own.
authn::Authentication ServiceAccount(uint64_t number) {
  const uint64_t account = number / 4;
  const std::string space = absl::StrCat("team-", account % 5000, "-prod");
  const std::string id = absl::StrCat("JTI=", Uuid(1, number));
  const std::string prefix = "authentication.kubernetes.io/";
  authn::Authentication who;
  who.user.name =
      absl::StrCat("system:serviceaccount:", space, ":checkout-", account);
  who.user.uid = Uuid(2, account);
  who.user.groups = {"system:serviceaccounts",
                     absl::StrCat("system:serviceaccounts:", space),
                     "system:authenticated"};
  who.user.extra = {
      {prefix + "credential-id", {id}},
      {prefix + "node-name",
       {absl::StrCat("ip-10-20-30-", account % 5000, ".compute.internal")}},
      {prefix + "node-uid", {Uuid(3, account % 5000)}},
      {prefix + "pod-name", {absl::StrCat("checkout-5d9c7b8f6d-", number)}},
      {prefix + "pod-uid", {Uuid(4, number)}},
  };
  who.audiences = std::vector<std::string>{"https://kubernetes.default.svc"};
  who.authenticator = "service-account";
  who.credential_id = id;
  who.not_after = Now() + absl::Hours(1);
  return who;
}

// Knows the tokens that begin with 'g', and counts how often it is asked.
class Delegate : public authn::TokenAuthenticator {
 public:
  authn::Result AuthenticateToken(absl::string_view token,
                                  const authn::TokenContext&) const override {
    calls.fetch_add(1, std::memory_order_relaxed);
    if (token[0] != 'g') return absl::UnauthenticatedError("not known here");
    uint64_t number = 0;
    for (size_t i = 1; i <= 20; ++i) number = number * 10 + (token[i] - '0');
    return ServiceAccount(number);
  }

  mutable std::atomic<int64_t> calls{0};
};

struct Subject {
  explicit Subject(uint64_t tokens) : delegate(std::make_shared<Delegate>()) {
    authn::TokenCacheOptions options;
    options.success_ttl = absl::Hours(1);
    cache = std::make_unique<authn::TokenCache>(delegate, options);
    Tokens good('g');
    for (uint64_t i = 0; i < tokens; ++i) Ask(good.Numbered(i));
  }

  authn::Result Ask(absl::string_view token) const {
    return cache->AuthenticateToken(token, {Now(), nullptr, nullptr});
  }

  std::shared_ptr<Delegate> delegate;
  std::unique_ptr<authn::TokenCache> cache;
};

// Returns whether the answers are right, and from memory: all but a few.
absl::Status Check(const Subject& subject, uint64_t tokens) {
  Tokens good('g');
  const int64_t before = subject.delegate->calls;
  for (uint64_t i = 0; i < tokens; i += 97) {
    const authn::Result result = subject.Ask(good.Numbered(i));
    if (result.authentication().user.name != ServiceAccount(i).user.name ||
        result.authentication().user.extra != ServiceAccount(i).user.extra) {
      return absl::InternalError(absl::StrCat("token ", i, ": wrong answer"));
    }
  }
  if (subject.delegate->calls - before >
      static_cast<int64_t>(tokens / 97 / 50 + 1)) {
    return absl::InternalError("the cache does not hold what it should");
  }
  return absl::OkStatus();
}

// One after the other, out of `tokens` tokens.
template <typename One>
Contestant Cycle(uint64_t tokens, One one) {
  auto good = std::make_shared<Tokens>('g');
  auto next = std::make_shared<uint64_t>(0);
  return {"cycle",
          [=] {
            for (int i = 0; i < 100; ++i) {
              *next = (*next + 7919) % tokens;
              benchmark::DoNotOptimize(one(good->Numbered(*next)));
            }
          },
          100};
}

void AddHit(const Subject& subject, std::vector<Row>& rows) {
  const authn::TokenDigester digester;
  const auto hash = [&](absl::string_view token) {
    return digester.Digest(token, nullptr);
  };
  const auto ask = [&](absl::string_view token) { return subject.Ask(token); };
  const std::vector<double> nanos =
      NanosPerItem({Cycle(1, ask), Cycle(kFew, ask), Cycle(1, hash)});
  const std::string what =
      absl::StrCat("cached token of ", kTokenBytes, " bytes");
  rows.push_back(
      MakeRow(absl::StrCat(what, ", against its keyed hash"), nanos[0], "ns"));
  rows.back().floor = nanos[2];
  rows.push_back(AtMost(MakeRow(absl::StrCat(what, ", beyond its keyed hash"),
                                nanos[0] - nanos[2], "ns"),
                        150));
  rows.push_back(AtMost(
      MakeRow(absl::StrCat(what, ", one of ", kFew, ", beyond its keyed hash"),
              nanos[1] - nanos[2], "ns"),
      150));
  Tokens good('g');
  const absl::string_view token = good.Numbered(1);
  benchmark::DoNotOptimize(subject.Ask(token));
  const uint64_t before = AllocationCount();
  benchmark::DoNotOptimize(subject.Ask(token));
  rows.push_back(AtMost(
      MakeRow("heap allocations, cached token",
              static_cast<double>(AllocationCount() - before), "allocations"),
      0));
}

// How often a second `threads` threads do `work` with random good tokens.
double PerSecond(unsigned threads, uint64_t tokens,
                 const std::function<void(absl::string_view)>& work) {
  constexpr absl::Duration kTime = absl::Milliseconds(200);
  std::atomic<bool> stop{false};
  std::atomic<uint64_t> done{0};
  std::vector<std::thread> workers;
  for (unsigned t = 0; t < threads; ++t) {
    workers.emplace_back([&, t] {
      std::mt19937_64 random(t);
      Tokens good('g');
      uint64_t count = 0;
      for (; !stop.load(std::memory_order_relaxed); ++count) {
        work(good.Numbered(random() % tokens));
      }
      done += count;
    });
  }
  const absl::Time begin = absl::Now();
  // The time that is measured; nothing is waited for.
  absl::SleepFor(kTime);
  stop = true;
  for (std::thread& worker : workers) worker.join();
  return static_cast<double>(done.load()) /
         absl::ToDoubleSeconds(absl::Now() - begin);
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// How many times faster threads on all cores are than one; and the same of the
// hash alone, which shares nothing and shows what the machine had to give.
void AddThreads(const Subject& subject, uint64_t tokens, absl::string_view what,
                std::vector<Row>& rows) {
  constexpr int kRounds = 9;
  const authn::TokenDigester digester;
  const auto ask = [&](absl::string_view token) {
    benchmark::DoNotOptimize(subject.Ask(token));
  };
  const auto hash = [&](absl::string_view token) {
    benchmark::DoNotOptimize(digester.Digest(token, nullptr));
  };
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  std::vector<double> ours;
  std::vector<double> bare;
  for (int round = 0; round < kRounds; ++round) {
    const double one = PerSecond(1, tokens, ask);
    const double one_bare = PerSecond(1, tokens, hash);
    ours.push_back(PerSecond(cores, tokens, ask) / one);
    bare.push_back(PerSecond(cores, tokens, hash) / one_bare);
  }
  rows.push_back(AtLeastTimesFloor(
      MakeRow(absl::StrCat(what, ", ", cores, " threads on ", cores,
                           " cores against 1, and the same of the hash"),
              Median(ours), "times"),
      Median(bare), 0.85));
}

// What the answers take as the delegate gives them.
double BytesOfAnObject() {
  constexpr size_t kObjects = 10'000;
  std::vector<std::shared_ptr<const authn::Authentication>> objects(kObjects);
  const int64_t before = AllocatedBytes();
  for (size_t i = 0; i < kObjects; ++i) {
    objects[i] =
        std::make_shared<const authn::Authentication>(ServiceAccount(i));
  }
  return static_cast<double>(AllocatedBytes() - before) / kObjects;
}

absl::Status AddMany(std::vector<Row>& rows) {
  const int64_t before = AllocatedBytes();
  const Subject subject(kMany);
  absl::Status status = Check(subject, kMany);
  if (!status.ok()) return status;
  rows.push_back(MakeRow(
      "cached token, one of 1,000,000 at random, 8,192 kept unpacked",
      NanosPerItem({Cycle(
          kMany,
          [&](absl::string_view token) { return subject.Ask(token); })})[0],
      "ns"));
  AddThreads(subject, kMany, "one of 1,000,000 cached tokens", rows);
  // Now that all cores have theirs at hand.
  const auto bytes = static_cast<double>(AllocatedBytes() - before);
  rows.push_back(AtMost(
      MakeRow("memory per token, 1,000,000 cached, a service account with pod "
              "and node, all in",
              bytes / static_cast<double>(subject.cache->successes()), "bytes"),
      300));
  rows.push_back(
      MakeRow("the same user alone, as an object", BytesOfAnObject(), "bytes"));
  return absl::OkStatus();
}

// A webhook that knows nobody and takes no time.
class NobodyClient : public HttpClient {
 public:
  absl::StatusOr<HttpResponse> Do(const HttpRequest&) override {
    calls.fetch_add(1, std::memory_order_relaxed);
    HttpResponse response;
    response.status = 200;
    response.body =
        R"({"apiVersion":"authentication.k8s.io/v1","kind":"TokenReview",)"
        R"("status":{"authenticated":false}})";
    return response;
  }
  std::atomic<int64_t> calls{0};
};

int64_t ResidentBytes() {
  std::ifstream file("/proc/self/statm");
  int64_t pages = 0;
  file >> pages >> pages;
  return pages * sysconf(_SC_PAGESIZE);
}

// Tokens that nobody knows, on all cores: before an authenticator of ours and
// before a webhook.
class Flood {
 public:
  Flood()
      : client_(std::make_shared<NobodyClient>()),
        local_(std::make_shared<Delegate>(), CacheOptions(size_t{1} << 16)),
        remote_(*authn::WebhookTokenAuthenticator::Create(
                    {"https://webhook.example.com/", client_, Secret()},
                    ClientOptions()),
                CacheOptions(size_t{1} << 10)) {}

  static authn::WebhookOptions ClientOptions() {
    authn::WebhookOptions options;
    options.api_version = "v1";
    return options;
  }

  // Returns how many tokens were tried.
  int64_t Run(absl::Duration time) {
    std::atomic<bool> stop{false};
    std::atomic<int64_t> tried{0};
    std::vector<std::thread> workers;
    const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
    for (unsigned t = 0; t < cores; ++t) {
      workers.emplace_back([&] {
        std::mt19937_64 random(next_seed_.fetch_add(1));
        Tokens bogus('b');
        for (; !stop.load(std::memory_order_relaxed); ++tried) {
          const authn::TokenContext context = {absl::Now(), nullptr, nullptr};
          const absl::string_view token = bogus.Numbered(random());
          wrong += local_.AuthenticateToken(token, context).authenticated();
          wrong += remote_.AuthenticateToken(token, context).authenticated();
        }
      });
    }
    absl::SleepFor(time);
    stop = true;
    for (std::thread& worker : workers) worker.join();
    return tried;
  }

  int64_t calls() const { return client_->calls; }
  size_t remembered() const { return local_.failures() + remote_.failures(); }

  std::atomic<int> wrong{0};

 private:
  static authn::TokenCacheOptions CacheOptions(size_t failures) {
    authn::TokenCacheOptions options;
    options.failure_entries = failures;
    options.failure_ttl = absl::Minutes(2);
    return options;
  }

  const std::shared_ptr<NobodyClient> client_;
  authn::TokenCache local_;
  authn::TokenCache remote_;
  std::atomic<uint64_t> next_seed_{0};
};

absl::Status AddFlood(std::vector<Row>& rows) {
  constexpr double kMiB = 1 << 20;
  const absl::Time begin = absl::Now();
  Flood flood;
  flood.Run(kFlood / 5);  // Until all is as full as it gets.
  const int64_t bytes = AllocatedBytes();
  const int64_t resident = ResidentBytes();
  const int64_t tried = flood.Run(kFlood);
  const double seconds = absl::ToDoubleSeconds(absl::Now() - begin);
  if (flood.wrong > 0) return absl::InternalError("a bogus token was let in");
  const std::string what =
      absl::StrCat("bogus tokens, all cores, ", absl::FormatDuration(kFlood));
  rows.push_back(MakeRow(absl::StrCat(what, ": tried"),
                         static_cast<double>(tried), "tokens"));
  rows.push_back(MakeRow(absl::StrCat(what, ": remembered"),
                         static_cast<double>(flood.remembered()), "tokens"));
  rows.push_back(AtMost(
      MakeRow(absl::StrCat(what, ": memory allocated meanwhile"),
              static_cast<double>(AllocatedBytes() - bytes) / kMiB, "MiB"),
      1));
  rows.push_back(AtMost(
      MakeRow(absl::StrCat(what, ": resident memory grown meanwhile"),
              static_cast<double>(ResidentBytes() - resident) / kMiB, "MiB"),
      8));
  const authn::WebhookOptions options = Flood::ClientOptions();
  rows.push_back(AtMost(
      MakeRow(absl::StrCat(what, ": calls to the webhook, with 2s before; ",
                           options.burst, " and ", options.calls_per_second,
                           " a second are allowed"),
              static_cast<double>(flood.calls()), "calls"),
      options.burst + options.calls_per_second * seconds));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<Row>> MeasureTokenCache() {
  std::vector<Row> rows;
  {
    const Subject subject(kFew);
    absl::Status status = Check(subject, kFew);
    if (!status.ok()) return status;
    AddHit(subject, rows);
    AddThreads(subject, kFew, absl::StrCat("one of ", kFew, " cached tokens"),
               rows);
  }
  absl::Status status = AddMany(rows);
  if (status.ok()) status = AddFlood(rows);
  if (!status.ok()) return status;
  for (Row& row : rows) row.area = "tokens";
  return rows;
}

}  // namespace gatehouse::bench
