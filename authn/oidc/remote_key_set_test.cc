#include "authn/oidc/remote_key_set.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "authn/jose/algorithm.h"
#include "authn/jose/jose_error.h"
#include "authn/jose/jws.h"
#include "base/errors.h"
#include "base/http_client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/fake_clock.h"
#include "testing/fake_http_client.h"
#include "testing/test_issuer.h"

namespace gatehouse::authn {
namespace {

using ::gatehouse::testing::FakeClock;
using ::gatehouse::testing::FakeHttpClient;
using ::gatehouse::testing::TestIssuer;
using ::testing::HasSubstr;

constexpr char kUrl[] = "https://issuer.example";

KeyRefreshOptions NoJitter() {
  KeyRefreshOptions options;
  options.jitter = 0;
  return options;
}

class RemoteKeySetTest : public ::testing::Test {
 protected:
  RemoteKeySetTest() { issuer_.Serve(http_.get()); }

  std::unique_ptr<RemoteKeySet> Make(
      const KeyRefreshOptions& options = NoJitter()) {
    return std::make_unique<RemoteKeySet>(
        kUrl, "", JwsAlgorithmSet::Asymmetric(), http_, &clock_, options);
  }
  // One that has fetched its keys.
  std::unique_ptr<RemoteKeySet> MakeReady(
      const KeyRefreshOptions& options = NoJitter()) {
    auto keys = Make(options);
    keys->RefreshIfDue();
    EXPECT_TRUE(keys->initialized());
    return keys;
  }

  static absl::Status Verify(RemoteKeySet& keys, const std::string& token) {
    auto jws = Jws::Parse(token);
    if (!jws.ok()) return jws.status();
    return keys.Verify(token, *std::move(jws)).status();
  }
  std::string Token() const { return issuer_.Sign("{}"); }
  size_t Fetches() const { return http_->calls(issuer_.jwks_url()); }
  void ServeKeys(HttpResponse response) {
    http_->Answer(issuer_.jwks_url(), std::move(response));
  }

  TestIssuer issuer_{kUrl};
  std::shared_ptr<FakeHttpClient> http_ = std::make_shared<FakeHttpClient>();
  FakeClock clock_;
};

TEST_F(RemoteKeySetTest, FetchesWhenItIsTimeAndVerifies) {
  auto keys = Make();
  EXPECT_FALSE(keys->initialized());
  EXPECT_EQ(http_->calls(), 0u);
  keys->RefreshIfDue();
  EXPECT_TRUE(keys->initialized());
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(Verify(*keys, Token()).ok());
  EXPECT_EQ(http_->calls(issuer_.discovery_url()), 1u);
  EXPECT_EQ(Fetches(), 1u);
  const KeySetHealth health = keys->health();
  EXPECT_EQ(health.generation, 1u);
  EXPECT_EQ(health.keys, 1u);
  EXPECT_EQ(health.problems, 0u);
  EXPECT_EQ(health.fetches, 1u);
  EXPECT_EQ(health.last_success, clock_.Now());
  EXPECT_EQ(health.next_attempt, clock_.Now() + absl::Minutes(10));
  EXPECT_TRUE(health.last_error.ok());
}

// The first token of a new key is accepted.
TEST_F(RemoteKeySetTest, RotationGoesUnnoticed) {
  auto keys = MakeReady();
  const std::string old_token = Token();
  EXPECT_TRUE(Verify(*keys, old_token).ok());
  issuer_.RotateKey();
  EXPECT_TRUE(Verify(*keys, Token()).ok());
  EXPECT_TRUE(Verify(*keys, old_token).ok());
  EXPECT_EQ(Fetches(), 2u);
  EXPECT_EQ(keys->health().generation, 2u);
}

// Once for each set that is another than the last.
TEST_F(RemoteKeySetTest, TellsOfChangedKeys) {
  int changes = 0;
  KeyRefreshOptions options = NoJitter();
  options.changed = [&changes] { ++changes; };
  auto keys = MakeReady(options);
  EXPECT_EQ(changes, 1);
  clock_.Advance(absl::Hours(1));
  keys->RefreshIfDue();
  EXPECT_EQ(Fetches(), 2u);
  EXPECT_EQ(changes, 1);
  issuer_.RotateKey();
  issuer_.WithdrawOldKeys();
  clock_.Advance(absl::Hours(1));
  keys->RefreshIfDue();
  EXPECT_EQ(changes, 2);
}

// Some servers write their set anew for each request.
TEST_F(RemoteKeySetTest, TheSameKeysWrittenOtherwiseAreNoChange) {
  int changes = 0;
  KeyRefreshOptions options = NoJitter();
  options.changed = [&changes] { ++changes; };
  issuer_.RotateKey();
  auto keys = MakeReady(options);
  const std::string jwks = issuer_.jwks();
  const std::string list = jwks.substr(jwks.find('['));
  const std::string first = list.substr(1, list.find('}'));
  const std::string second =
      list.substr(list.find('{', 2), list.rfind('}') - 1 - list.find('{', 2));
  const std::string written[] = {
      absl::StrCat(" \n", jwks, "\n"),
      absl::StrCat(R"({"made":1,"keys":)", list),
      absl::StrCat(R"({"keys":[)", second, ",", first, "]}"),
      absl::StrCat(R"({"keys":[)", first, ",", first, ",", second, "]}"),
      absl::StrCat(R"({"keys":[{"kty":"RSA"},)", second, ",", first, "]}"),
  };
  for (const std::string& text : written) {
    ServeKeys({200, {}, text});
    clock_.Advance(absl::Hours(1));
    keys->RefreshIfDue();
    EXPECT_TRUE(keys->health().last_error.ok()) << keys->health().last_error;
    EXPECT_EQ(keys->health().generation, 1u) << text;
    EXPECT_EQ(keys->health().keys, 2u);
    EXPECT_TRUE(Verify(*keys, Token()).ok());
  }
  EXPECT_EQ(keys->health().problems, 1u);
  EXPECT_EQ(changes, 1);
  ServeKeys({200, {}, absl::StrCat(R"({"keys":[)", first, "]}")});
  clock_.Advance(absl::Hours(1));
  keys->RefreshIfDue();
  EXPECT_EQ(changes, 2);
}

TEST_F(RemoteKeySetTest, RotationOfAnIssuerWhoseTokensNameNoKey) {
  auto keys = MakeReady();
  issuer_.RotateKey();
  EXPECT_TRUE(Verify(*keys, issuer_.Sign("{}", false)).ok());
  EXPECT_EQ(Fetches(), 2u);
}

// The headers say that the keys are good for an hour: they are not asked.
TEST_F(RemoteKeySetTest, RotationBeforeTheHeadersAllowIt) {
  HttpResponse response;
  response.status = 200;
  response.headers.Add("Cache-Control", "max-age=3600");
  response.body = issuer_.jwks();
  ServeKeys(response);
  auto keys = MakeReady();
  issuer_.RotateKey();
  issuer_.Serve(http_.get());
  EXPECT_TRUE(Verify(*keys, Token()).ok());
}

TEST_F(RemoteKeySetTest, WithdrawnKeyIsGoneWithTheNextFetch) {
  auto keys = MakeReady();
  const std::string old_token = Token();
  issuer_.RotateKey();
  issuer_.WithdrawOldKeys();
  EXPECT_TRUE(Verify(*keys, Token()).ok());
  EXPECT_EQ(JoseErrorOf(Verify(*keys, old_token)), JoseError::kUnknownKeyId);
}

// An issuer that withdraws its last key is believed.
TEST_F(RemoteKeySetTest, EmptySetWithdrawsAllKeys) {
  int changes = 0;
  KeyRefreshOptions options = NoJitter();
  options.changed = [&changes] { ++changes; };
  auto keys = MakeReady(options);
  EXPECT_TRUE(Verify(*keys, Token()).ok());
  http_->Answer(issuer_.jwks_url(), 200, R"({"keys":[]})");
  clock_.Advance(absl::Minutes(10));
  keys->RefreshIfDue();
  EXPECT_EQ(keys->health().generation, 2u);
  EXPECT_EQ(keys->health().keys, 0u);
  EXPECT_TRUE(keys->health().last_error.ok());
  EXPECT_EQ(changes, 2);
  EXPECT_EQ(JoseErrorOf(Verify(*keys, Token())), JoseError::kUnknownKeyId);
  EXPECT_FALSE(Verify(*keys, issuer_.Sign("{}", false)).ok());
  issuer_.Serve(http_.get());
  clock_.Advance(absl::Minutes(10));
  keys->RefreshIfDue();
  EXPECT_TRUE(Verify(*keys, Token()).ok());
}

TEST_F(RemoteKeySetTest, EmptySetIsNoFirstSet) {
  http_->Answer(issuer_.jwks_url(), 200, R"({"keys":[]})");
  auto keys = Make();
  keys->RefreshIfDue();
  EXPECT_FALSE(keys->initialized());
  EXPECT_THAT(std::string(keys->health().last_error.message()),
              HasSubstr("no usable key"));
}

TEST_F(RemoteKeySetTest, PrivateKeysUrlIsRefusedIfAskedFor) {
  http_->Answer(issuer_.discovery_url(), 200,
                R"({"issuer":"https://issuer.example",)"
                R"("jwks_uri":"https://169.254.169.254/keys"})");
  http_->Answer("https://169.254.169.254/keys", 200, issuer_.jwks());
  for (const bool refuse : {true, false}) {
    KeyRefreshOptions options = NoJitter();
    options.refuse_private_addresses = refuse;
    auto keys = Make(options);
    keys->RefreshIfDue();
    EXPECT_EQ(keys->initialized(), !refuse);
    EXPECT_EQ(http_->calls("https://169.254.169.254/keys"), refuse ? 0u : 1u);
    EXPECT_EQ(ReasonOf(keys->health().last_error) == Reason::kNotAllowed,
              refuse);
  }
}

TEST_F(RemoteKeySetTest, ForgedSignatureOfAKnownKeyFetchesNothing) {
  auto keys = MakeReady();
  TestIssuer other(kUrl);  // Its key has the same name.
  ASSERT_EQ(other.key_id(), issuer_.key_id());
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(ReasonOf(Verify(*keys, other.Sign("{}"))), Reason::kBadSignature);
  }
  EXPECT_EQ(Fetches(), 1u);
}

TEST_F(RemoteKeySetTest, FloodOfForgedKeysIsBounded) {
  auto keys = MakeReady();
  TestIssuer other(kUrl);
  other.RotateKey();  // "key-2", which nobody here has.
  const std::string forged = other.Sign("{}");
  const std::string nameless = other.Sign("{}", false);
  // For 100 seconds, 20 in each.
  for (int i = 0; i < 2000; ++i) {
    EXPECT_FALSE(Verify(*keys, i % 2 == 0 ? forged : nameless).ok());
    clock_.Advance(absl::Milliseconds(50));
  }
  // The first, a burst of two, one each ten seconds.
  EXPECT_LE(Fetches(), 1u + 2u + 10u);
  EXPECT_GE(keys->health().refused, 1900u);
  EXPECT_TRUE(Verify(*keys, Token()).ok());
  // A key that is made meanwhile is known ten seconds later.
  issuer_.RotateKey();
  clock_.Advance(absl::Seconds(11));
  EXPECT_TRUE(Verify(*keys, Token()).ok());
}

TEST_F(RemoteKeySetTest, DownForAnHour) {
  auto keys = MakeReady();
  const std::string old_token = Token();
  const absl::Time up = clock_.Now();
  http_->Fail(issuer_.jwks_url(), absl::UnavailableError("down"));
  http_->Fail(issuer_.discovery_url(), absl::UnavailableError("down"));
  issuer_.RotateKey();
  const std::string new_token = Token();
  // Each second: the thread that refreshes, an old token, ten new ones.
  for (int i = 0; i < 3600; ++i) {
    keys->RefreshIfDue();
    EXPECT_TRUE(Verify(*keys, old_token).ok());
    for (int j = 0; j < 10; ++j) EXPECT_FALSE(Verify(*keys, new_token).ok());
    clock_.Advance(absl::Seconds(1));
  }
  // Each ten seconds by the new tokens, each minute by the thread; no more.
  EXPECT_LE(keys->health().fetches, 1u + 2u + 360u + 60u);
  EXPECT_EQ(keys->health().last_success, up);
  EXPECT_THAT(std::string(keys->health().last_error.message()),
              HasSubstr("down"));
  EXPECT_EQ(keys->health().generation, 1u);
  issuer_.Serve(http_.get());
  clock_.Advance(absl::Minutes(1));
  keys->RefreshIfDue();
  EXPECT_TRUE(keys->health().last_error.ok());
  EXPECT_TRUE(Verify(*keys, new_token).ok());
  EXPECT_TRUE(Verify(*keys, old_token).ok());
}

TEST_F(RemoteKeySetTest, StaleKeysVerifyNothingWhereThatIsAsked) {
  KeyRefreshOptions options = NoJitter();
  options.max_stale = absl::Minutes(30);
  auto keys = MakeReady(options);
  http_->Fail(issuer_.jwks_url(), absl::UnavailableError("down"));
  clock_.Advance(absl::Minutes(30));
  EXPECT_TRUE(Verify(*keys, Token()).ok());
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(ReasonOf(Verify(*keys, Token())), Reason::kStale);
  issuer_.Serve(http_.get());
  keys->RefreshIfDue();
  EXPECT_TRUE(Verify(*keys, Token()).ok());
  // The set has not changed: it counts as fetched all the same.
  EXPECT_EQ(keys->health().generation, 1u);
}

struct BadAnswer {
  const char* name;
  int status;
  const char* body;
  const char* error;
};

class BadAnswerTest : public RemoteKeySetTest,
                      public ::testing::WithParamInterface<BadAnswer> {
 protected:
  void ServeBad() {
    HttpResponse response;
    response.status = GetParam().status;
    response.headers.Add("Location", "https://evil.example/keys");
    response.body = GetParam().body;
    ServeKeys(response);
  }
};

TEST_P(BadAnswerTest, LeavesTheLastGoodSet) {
  auto keys = MakeReady();
  ServeBad();
  clock_.Advance(absl::Minutes(10));
  keys->RefreshIfDue();
  const KeySetHealth health = keys->health();
  EXPECT_EQ(health.fetches, 2u);
  EXPECT_EQ(health.generation, 1u);
  EXPECT_THAT(std::string(health.last_error.message()),
              HasSubstr(GetParam().error));
  EXPECT_EQ(health.next_attempt, clock_.Now() + absl::Seconds(10));
  EXPECT_TRUE(Verify(*keys, Token()).ok());
  EXPECT_EQ(http_->calls("https://evil.example/keys"), 0u);
}

TEST_P(BadAnswerTest, IsNoFirstSet) {
  ServeBad();
  auto keys = Make();
  keys->RefreshIfDue();
  EXPECT_FALSE(keys->initialized());
  EXPECT_FALSE(Verify(*keys, Token()).ok());
  issuer_.Serve(http_.get());
  clock_.Advance(absl::Seconds(10));
  keys->RefreshIfDue();
  EXPECT_TRUE(Verify(*keys, Token()).ok());
}

INSTANTIATE_TEST_SUITE_P(
    All, BadAnswerTest,
    ::testing::Values(
        BadAnswer{"bad_keys", 200, R"({"keys":[{"kty":"RSA","kid":"a"}]})",
                  "no usable key"},
        BadAnswer{"secret_keys", 200,
                  R"({"keys":[{"kty":"oct","kid":"a","k":"AAAA"}]})",
                  "no usable key"},
        BadAnswer{"empty", 200, "", "issuer.example/keys"},
        BadAnswer{"html", 200, "<html></html>", "issuer.example/keys"},
        BadAnswer{"another_object", 200, "{}", "issuer.example/keys"},
        BadAnswer{"list", 200, "[]", "issuer.example/keys"},
        BadAnswer{"cut", 200, R"({"keys":[{"kty":)", "issuer.example/keys"},
        BadAnswer{"not_found", 404, "", "unexpected status 404"},
        BadAnswer{"server_error", 500, R"({"keys":[]})",
                  "unexpected status 500"},
        BadAnswer{"redirect", 302, "", "unexpected status 302"}),
    [](const auto& info) { return info.param.name; });

// Sets that are meant to do harm, whole and beside the good key.
TEST_F(RemoteKeySetTest, EvilKeysAreLeftOut) {
  const std::string good = issuer_.jwks();
  const auto with = [&good](absl::string_view keys) {
    std::string jwks = good;
    jwks.insert(jwks.find('[') + 1, std::string(keys));
    return jwks;
  };
  const std::string other = [] {
    TestIssuer forger(kUrl);
    forger.RotateKey();
    forger.WithdrawOldKeys();
    const std::string jwks = forger.jwks();
    const size_t begin = jwks.find('[') + 1;
    return jwks.substr(begin, jwks.rfind(']') - begin);
  }();
  const auto changed = [&other](absl::string_view from, absl::string_view to) {
    return absl::StrCat(absl::StrReplaceAll(other, {{from, to}}), ",");
  };
  std::string many;
  for (int i = 0; i < 100'000; ++i) absl::StrAppend(&many, "{},");
  const struct {
    const char* name;
    std::string keys;
    bool whole;  // The set is refused as a whole.
  } kCases[] = {
      {"100000 keys", many, true},
      {"a name of 900 kB", changed("key-2", std::string(900'000, 'k')), false},
      {"a name of 2 MB", changed("key-2", std::string(2'000'000, 'k')), true},
      {"for encryption", changed(R"("sig")", R"("enc")"), false},
      {"for another algorithm", changed("ES256", "RS256"), false},
      {"for no algorithm", changed("ES256", "none"), false},
      {"for HMAC", changed("ES256", "HS256"), false},
      {"private", changed(R"("kty")", R"("d":"AA","kty")"), false},
      {"no point of the curve", changed(R"("x":")", R"("x":"A)"), false},
      // Neither of the two is one: the set has no key.
      {"of the good one's name", changed("key-2", "key-1"), true},
      {"deep", std::string(5000, '['), true},
      {"a member twice", changed(R"("kty")", R"("kty":"EC","kty")"), true},
  };
  for (const auto& c : kCases) {
    auto keys = MakeReady();
    ServeKeys({200, {}, with(c.keys)});
    clock_.Advance(absl::Minutes(10));
    keys->RefreshIfDue();
    const KeySetHealth health = keys->health();
    EXPECT_EQ(health.last_error.ok(), !c.whole) << c.name << health.last_error;
    EXPECT_LE(health.last_error.message().size(), 2000u) << c.name;
    EXPECT_LE(health.first_problem.message().size(), 2000u) << c.name;
    EXPECT_LE(health.keys, 1u) << c.name;
    EXPECT_TRUE(Verify(*keys, Token()).ok()) << c.name;
    issuer_.Serve(http_.get());
  }
}

TEST_F(RemoteKeySetTest, OneBadKeyDoesNotSpoilTheSet) {
  std::string jwks = issuer_.jwks();
  jwks.insert(jwks.find('[') + 1, R"({"kty":"RSA","kid":"bad","n":"AA"},)");
  HttpResponse response;
  response.status = 200;
  response.body = jwks;
  ServeKeys(response);
  auto keys = MakeReady();
  EXPECT_TRUE(Verify(*keys, Token()).ok());
  EXPECT_EQ(keys->health().keys, 1u);
  EXPECT_EQ(keys->health().problems, 1u);
  EXPECT_FALSE(keys->health().first_problem.ok());
}

TEST_F(RemoteKeySetTest, KeysOfOtherAlgorithmsAreNone) {
  RemoteKeySet keys(kUrl, "", {JwsAlgorithm::kRs256}, http_, &clock_,
                    NoJitter());
  keys.RefreshIfDue();
  EXPECT_FALSE(keys.initialized());
}

struct IntervalCase {
  const char* name;
  const char* cache_control;  // Null: none.
  absl::Duration next;
};

class IntervalTest : public RemoteKeySetTest,
                     public ::testing::WithParamInterface<IntervalCase> {};

TEST_P(IntervalTest, FollowsTheHeadersWithinBounds) {
  HttpResponse response;
  response.status = 200;
  if (GetParam().cache_control != nullptr) {
    response.headers.Add("Cache-Control", GetParam().cache_control);
  }
  response.body = issuer_.jwks();
  ServeKeys(response);
  auto keys = MakeReady();
  EXPECT_EQ(keys->health().next_attempt, clock_.Now() + GetParam().next);
  clock_.Advance(GetParam().next - absl::Seconds(1));
  keys->RefreshIfDue();
  EXPECT_EQ(Fetches(), 1u);
  clock_.Advance(absl::Seconds(1));
  keys->RefreshIfDue();
  EXPECT_EQ(Fetches(), 2u);
}

INSTANTIATE_TEST_SUITE_P(
    All, IntervalTest,
    ::testing::Values(IntervalCase{"unsaid", nullptr, absl::Minutes(10)},
                      IntervalCase{"said", "max-age=300", absl::Minutes(5)},
                      IntervalCase{"at_once", "max-age=0", absl::Minutes(1)},
                      IntervalCase{"not_at_all", "no-store", absl::Minutes(1)},
                      IntervalCase{"a_year", "max-age=31536000",
                                   absl::Hours(1)}),
    [](const auto& info) { return info.param.name; });

TEST_F(RemoteKeySetTest, FailuresAreFollowedByLongerAndLongerWaits) {
  http_->Fail(issuer_.discovery_url(), absl::UnavailableError("down"));
  auto keys = Make();
  for (const int seconds : {10, 20, 40, 60, 60}) {
    keys->RefreshIfDue();
    EXPECT_EQ(keys->health().next_attempt,
              clock_.Now() + absl::Seconds(seconds));
    clock_.Advance(absl::Seconds(seconds));
  }
  EXPECT_EQ(keys->health().fetches, 5u);
  EXPECT_EQ(keys->health().last_error.message(),
            "Get \"https://issuer.example/.well-known/openid-configuration\": "
            "down");
}

TEST_F(RemoteKeySetTest, JitterIsBounded) {
  KeyRefreshOptions options;
  options.jitter = 0.5;
  for (int i = 0; i < 100; ++i) {
    auto keys = MakeReady(options);
    const absl::Duration next = keys->health().next_attempt - clock_.Now();
    EXPECT_GT(next, absl::Minutes(5) - absl::Seconds(1));
    EXPECT_LE(next, absl::Minutes(10));
  }
}

TEST_F(RemoteKeySetTest, ClockSetBackDoesNotStopRefreshes) {
  auto keys = MakeReady();
  clock_.Advance(absl::Hours(-24));
  keys->RefreshIfDue();
  EXPECT_EQ(Fetches(), 2u);
  EXPECT_EQ(keys->health().next_attempt, clock_.Now() + absl::Minutes(10));
}

TEST_F(RemoteKeySetTest, DiscoveryIsReadAgainAfterAWhileAndAfterFailures) {
  auto keys = MakeReady();
  const auto refresh_after = [&](absl::Duration wait) {
    clock_.Advance(wait);
    keys->RefreshIfDue();
    return http_->calls(issuer_.discovery_url());
  };
  EXPECT_EQ(refresh_after(absl::Minutes(10)), 1u);
  EXPECT_EQ(refresh_after(absl::Hours(1)), 2u);
  // The keys move.
  http_->Answer(issuer_.jwks_url(), 404, "");
  http_->Answer(issuer_.discovery_url(), 200,
                R"({"issuer":"https://issuer.example",)"
                R"("jwks_uri":"https://elsewhere.example/keys"})");
  http_->Answer("https://elsewhere.example/keys", 200, issuer_.jwks());
  EXPECT_EQ(refresh_after(absl::Minutes(10)), 2u);
  EXPECT_EQ(refresh_after(absl::Seconds(10)), 3u);
  EXPECT_EQ(http_->calls("https://elsewhere.example/keys"), 1u);
  EXPECT_TRUE(keys->health().last_error.ok());
}

TEST_F(RemoteKeySetTest, KeysAreFetchedFromWhereTheyWereIfDiscoveryIsDown) {
  auto keys = MakeReady();
  http_->Fail(issuer_.discovery_url(), absl::UnavailableError("down"));
  clock_.Advance(absl::Hours(2));
  issuer_.RotateKey();
  EXPECT_TRUE(Verify(*keys, Token()).ok());
}

TEST_F(RemoteKeySetTest, DiscoveryUrlOfTheConfiguration) {
  http_->Answer("https://d.example/doc", 200, issuer_.discovery());
  RemoteKeySet keys(kUrl, "https://d.example/doc",
                    JwsAlgorithmSet::Asymmetric(), http_, &clock_, NoJitter());
  keys.RefreshIfDue();
  EXPECT_TRUE(keys.initialized());
  EXPECT_EQ(http_->calls(issuer_.discovery_url()), 0u);
}

TEST_F(RemoteKeySetTest, RequestsAreBounded) {
  KeyRefreshOptions options = NoJitter();
  options.request_timeout = absl::Seconds(3);
  options.max_response_bytes = 5000;
  auto keys = MakeReady(options);
  for (const HttpRequest& request : http_->requests()) {
    EXPECT_EQ(request.timeout, absl::Seconds(3));
  }
  EXPECT_EQ(http_->requests().back().max_response_bytes, 5000u);
  ServeKeys({200, {}, std::string(6000, ' ')});
  clock_.Advance(absl::Minutes(10));
  keys->RefreshIfDue();
  EXPECT_EQ(ReasonOf(keys->health().last_error), Reason::kTooLarge);
}

// Runs `count` threads and waits for them.
void InThreads(int count, const std::function<void()>& work) {
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) threads.emplace_back(work);
  for (std::thread& thread : threads) thread.join();
}

TEST_F(RemoteKeySetTest, OneFetchForManyWhoWaitForIt) {
  KeyRefreshOptions options = NoJitter();
  options.max_waiters = 16;
  auto keys = MakeReady(options);
  issuer_.RotateKey();
  const std::string token = Token();
  http_->Block();
  std::atomic<int> accepted{0};
  std::thread release([&] {
    http_->AwaitCalls(issuer_.jwks_url(), 2);
    http_->Release();
  });
  InThreads(16, [&] { accepted += Verify(*keys, token).ok() ? 1 : 0; });
  release.join();
  EXPECT_EQ(accepted, 16);
  EXPECT_EQ(Fetches(), 2u);
}

TEST_F(RemoteKeySetTest, TooManyWaitersAreRefusedAndKnownKeysNeverWait) {
  KeyRefreshOptions options = NoJitter();
  options.max_waiters = 0;
  auto keys = MakeReady(options);
  const std::string old_token = Token();
  issuer_.RotateKey();
  const std::string token = Token();
  http_->Block();
  std::thread first([&] { EXPECT_TRUE(Verify(*keys, token).ok()); });
  http_->AwaitCalls(issuer_.jwks_url(), 2);
  EXPECT_EQ(JoseErrorOf(Verify(*keys, token)), JoseError::kUnknownKeyId);
  EXPECT_TRUE(Verify(*keys, old_token).ok());
  keys->RefreshIfDue();
  http_->Release();
  first.join();
  EXPECT_TRUE(Verify(*keys, token).ok());
  EXPECT_EQ(Fetches(), 2u);
}

TEST_F(RemoteKeySetTest, WaitersGiveUpWhenTheirTimeIsOver) {
  KeyRefreshOptions options = NoJitter();
  options.max_wait = absl::Milliseconds(1);
  auto keys = MakeReady(options);
  issuer_.RotateKey();
  const std::string token = Token();
  http_->Block();
  std::thread first([&] { EXPECT_TRUE(Verify(*keys, token).ok()); });
  http_->AwaitCalls(issuer_.jwks_url(), 2);
  EXPECT_FALSE(Verify(*keys, token).ok());
  http_->Release();
  first.join();
}

// Else each would begin a fetch of its own, one behind the other.
TEST_F(RemoteKeySetTest, WaitersDoNotFetchAfterAFetchThatFailed) {
  KeyRefreshOptions options = NoJitter();
  options.unknown_key_burst = 1000;
  auto keys = MakeReady(options);
  issuer_.RotateKey();
  const std::string token = Token();
  http_->Fail(issuer_.jwks_url(), absl::UnavailableError("down"));
  clock_.Advance(absl::Minutes(10));
  std::atomic<int> ended{0};
  http_->Block();
  std::thread first([&] { keys->RefreshIfDue(); });
  http_->AwaitCalls(issuer_.jwks_url(), 2);
  std::vector<std::thread> others;
  for (int i = 0; i < 4; ++i) {
    others.emplace_back([&] {
      EXPECT_FALSE(Verify(*keys, token).ok());
      ++ended;
    });
  }
  while (keys->health().waiters < 4) std::this_thread::yield();
  EXPECT_EQ(ended, 0);
  http_->Release();
  first.join();
  for (std::thread& other : others) other.join();
  EXPECT_EQ(Fetches(), 2u);
}

// For ThreadSanitizer: rotation, refresh and verification at once.
TEST_F(RemoteKeySetTest, RefreshWhileOthersVerify) {
  KeyRefreshOptions options = NoJitter();
  options.unknown_key_burst = 1000;
  auto keys = MakeReady(options);
  const std::string first = Token();
  std::atomic<bool> done{false};
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      while (!done) {
        EXPECT_TRUE(Verify(*keys, first).ok());
        EXPECT_TRUE(Verify(*keys, Token()).ok());
        EXPECT_GE(keys->health().keys, 1u);
      }
    });
  }
  for (int i = 0; i < 20; ++i) {
    const uint64_t before = keys->health().generation;
    issuer_.RotateKey();
    // A fetch that is under way may have been answered before.
    while (keys->health().generation == before) {
      clock_.Advance(absl::Minutes(10));
      keys->RefreshIfDue();
    }
  }
  done = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_GE(keys->health().generation, 20u);
}

}  // namespace
}  // namespace gatehouse::authn
