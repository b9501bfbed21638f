#include "authn/oidc/distributed_claims.h"

#include <algorithm>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "authn/jose/algorithm.h"
#include "authn/jose/claims.h"
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

struct SourceCase {
  const char* name;
  const char* claims;
  const char* endpoint;  // "": nowhere.
  const char* token = "";
  const char* error = "";
};

class ClaimSourceTest : public ::testing::TestWithParam<SourceCase> {};

TEST_P(ClaimSourceTest, IsFound) {
  const auto claims = Claims::Parse(GetParam().claims);
  ASSERT_TRUE(claims.ok()) << claims.status();
  const auto source = FindClaimSource(*claims, "groups");
  EXPECT_EQ(source.status().message(), GetParam().error);
  if (!source.ok()) {
    EXPECT_EQ(source.status().code(), absl::StatusCode::kUnauthenticated);
    return;
  }
  EXPECT_EQ(source->has_value() ? (*source)->endpoint : "",
            GetParam().endpoint);
  if (source->has_value()) {
    EXPECT_TRUE((*source)->access_token.Equals(GetParam().token));
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, ClaimSourceTest,
    ::testing::Values(
        SourceCase{"no_names", "{}", ""},
        SourceCase{"endpoint",
                   R"({"_claim_names":{"groups":"s"},)"
                   R"("_claim_sources":{"s":{"endpoint":"https://e"}}})",
                   "https://e"},
        SourceCase{"with_token",
                   R"({"_claim_names":{"groups":"s"},"_claim_sources":)"
                   R"({"s":{"endpoint":"https://e","access_token":"t"}}})",
                   "https://e", "t"},
        SourceCase{"claim_itself_wins",
                   R"({"groups":null,"_claim_names":{"groups":"s"},)"
                   R"("_claim_sources":{"s":{"endpoint":"https://e"}}})",
                   ""},
        SourceCase{"another_claim",
                   R"({"_claim_names":{"roles":"s"},)"
                   R"("_claim_sources":{"s":{"endpoint":"https://e"}}})",
                   ""},
        SourceCase{"aggregated",
                   R"({"_claim_names":{"groups":"s"},)"
                   R"("_claim_sources":{"s":{"JWT":"a.b.c"}}})",
                   ""},
        SourceCase{"empty_endpoint",
                   R"({"_claim_names":{"groups":"s"},)"
                   R"("_claim_sources":{"s":{"endpoint":""}}})",
                   ""},
        SourceCase{"no_sources", R"({"_claim_names":{"groups":"s"}})", "", "",
                   "oidc: no claim sources"},
        SourceCase{"other_sources",
                   R"({"_claim_names":{"groups":"s"},"_claim_sources":{}})", "",
                   "",
                   "the source of claim \"groups\" does not exist or is no "
                   "object"},
        SourceCase{"source_no_object",
                   R"({"_claim_names":{"groups":"s"},)"
                   R"("_claim_sources":{"s":"https://e"}})",
                   "", "",
                   "the source of claim \"groups\" does not exist or is no "
                   "object"},
        SourceCase{"name_no_string",
                   R"({"_claim_names":{"groups":1},"_claim_sources":{}})", "",
                   "",
                   "the source of claim \"groups\" does not exist or is no "
                   "object"},
        SourceCase{"endpoint_no_string",
                   R"({"_claim_names":{"groups":"s"},)"
                   R"("_claim_sources":{"s":{"endpoint":["https://e"]}}})",
                   "", "",
                   "\"endpoint\" of the source of claim \"groups\" is not a "
                   "string"},
        SourceCase{"token_no_string",
                   R"({"_claim_names":{"groups":"s"},"_claim_sources":)"
                   R"({"s":{"endpoint":"https://e","access_token":1}}})",
                   "", "",
                   "\"access_token\" of the source of claim \"groups\" is not "
                   "a string"}),
    [](const auto& info) { return info.param.name; });

constexpr char kEndpoint[] = "https://claims.example/groups";

class DistributedClaimsTest : public ::testing::Test {
 protected:
  DistributedClaimsTest() { issuer_.Serve(http_.get()); }

  std::unique_ptr<DistributedClaims> Make(
      const DistributedClaimsOptions& options = {}) {
    DistributedClaims::Verification verification;
    verification.audiences = {"me"};
    verification.algorithms = JwsAlgorithmSet::Asymmetric();
    verification.http = http_;
    verification.clock = &clock_;
    return std::make_unique<DistributedClaims>(
        "groups", std::move(verification), options);
  }

  // Expands claims whose groups are at `endpoint`.
  absl::StatusOr<absl::optional<DistributedClaims::Fetched>> Expand(
      DistributedClaims& distributed, absl::string_view endpoint = kEndpoint,
      absl::string_view access_token = "t0ken") {
    const auto claims = Claims::Parse(
        absl::StrCat(R"({"_claim_names":{"groups":"s"},"_claim_sources":{"s":)",
                     R"({"endpoint":")", endpoint, R"(","access_token":")",
                     access_token, R"("}}})"));
    EXPECT_TRUE(claims.ok());
    return distributed.Expand(*claims, clock_.Now());
  }
  void Answer(const std::string& body, int status = 200) {
    http_->Answer(kEndpoint, status, body);
  }
  absl::Time InAnHour() const { return clock_.Now() + absl::Hours(1); }

  FakeClock clock_;
  // Not the issuer of the tokens themselves.
  TestIssuer issuer_{"https://directory.example"};
  std::shared_ptr<FakeHttpClient> http_ = std::make_shared<FakeHttpClient>();
};

TEST_F(DistributedClaimsTest, AreFetchedAndVerified) {
  auto distributed = Make();
  Answer(issuer_.Token("s", "me", InAnHour(), R"("groups":["a","b"])") + "\n");
  for (int i = 0; i < 2; ++i) {
    const auto fetched = Expand(*distributed);
    ASSERT_TRUE(fetched.ok()) << fetched.status();
    ASSERT_TRUE(fetched->has_value());
    EXPECT_EQ((*fetched)->claims.Find("groups").ToJson(), R"(["a","b"])");
    EXPECT_EQ((*fetched)->not_after, InAnHour());
  }
  EXPECT_EQ(http_->calls(kEndpoint), 2u);
  // The issuer is discovered once.
  EXPECT_EQ(http_->calls(issuer_.discovery_url()), 1u);
  EXPECT_EQ(http_->calls(issuer_.jwks_url()), 1u);
  EXPECT_EQ(http_->requests()[0].headers.First("Authorization").value_or(""),
            "Bearer t0ken");
}

TEST_F(DistributedClaimsTest, NothingIsFetchedForWhatIsThere) {
  auto distributed = Make();
  const auto claims = Claims::Parse(R"({"groups":["a"]})");
  ASSERT_TRUE(claims.ok());
  const auto fetched = distributed->Expand(*claims, clock_.Now());
  ASSERT_TRUE(fetched.ok());
  EXPECT_FALSE(fetched->has_value());
  EXPECT_EQ(http_->calls(), 0u);
}

TEST_F(DistributedClaimsTest, TokensOfAnotherKeyNeverPass) {
  auto distributed = Make();
  TestIssuer forger(issuer_.url());
  Answer(forger.Token("s", "me", InAnHour(), R"("groups":["a"])"));
  const auto fetched = Expand(*distributed);
  EXPECT_EQ(ReasonOf(fetched.status()), Reason::kBadSignature);
  EXPECT_EQ(fetched.status().code(), absl::StatusCode::kUnauthenticated);
}

TEST_F(DistributedClaimsTest, OneLevelOnly) {
  auto distributed = Make();
  Answer(issuer_.Token("s", "me", InAnHour(),
                       R"("_claim_names":{"groups":"s"},"_claim_sources":)"
                       R"({"s":{"endpoint":"https://next.example/"}})"));
  EXPECT_THAT(std::string(Expand(*distributed).status().message()),
              HasSubstr("did not contain claim: groups"));
  EXPECT_EQ(http_->calls("https://next.example/"), 0u);
}

struct RefusedCase {
  const char* name;
  std::function<std::string(const TestIssuer&, absl::Time now)> body;
  int status;
  const char* error;
  // Of the moment, or of the token: a cache remembers the latter.
  absl::StatusCode code = absl::StatusCode::kUnauthenticated;
};

class RefusedTest : public DistributedClaimsTest,
                    public ::testing::WithParamInterface<RefusedCase> {};

TEST_P(RefusedTest, Answer) {
  auto distributed = Make();
  DistributedClaimsTest::Answer(GetParam().body(issuer_, clock_.Now()),
                                GetParam().status);
  const auto fetched = Expand(*distributed);
  EXPECT_THAT(std::string(fetched.status().message()),
              HasSubstr(GetParam().error));
  EXPECT_EQ(fetched.status().code(), GetParam().code);
}

constexpr absl::Duration kHour = absl::Hours(1);

INSTANTIATE_TEST_SUITE_P(
    All, RefusedTest,
    ::testing::Values(
        RefusedCase{"other_audience",
                    [](const TestIssuer& issuer, absl::Time now) {
                      return issuer.Token("s", "you", now + kHour,
                                          R"("groups":["a"])");
                    },
                    200,
                    "verify distributed claim token: oidc: expected audience "
                    "\"me\" got [\"you\"]"},
        RefusedCase{"expired",
                    [](const TestIssuer& issuer, absl::Time now) {
                      return issuer.Token("s", "me", now - kHour,
                                          R"("groups":["a"])");
                    },
                    200, "token is expired"},
        RefusedCase{"without_the_claim",
                    [](const TestIssuer& issuer, absl::Time now) {
                      return issuer.Token("s", "me", now + kHour,
                                          R"("roles":["a"])");
                    },
                    200, "did not contain claim: groups"},
        RefusedCase{"status",
                    [](const TestIssuer& issuer, absl::Time now) {
                      return issuer.Token("s", "me", now + kHour,
                                          R"("groups":["a"])");
                    },
                    403,
                    "while getting distributed claim \"groups\": Get "
                    "\"https://claims.example/groups\": unexpected status 403",
                    absl::StatusCode::kUnavailable},
        RefusedCase{"redirect",
                    [](const TestIssuer&, absl::Time) { return ""; }, 302,
                    "unexpected status 302", absl::StatusCode::kUnavailable},
        RefusedCase{
            "no_token",
            [](const TestIssuer&, absl::Time) { return R"({"groups":["a"]})"; },
            200, "not a JWT with an issuer"},
        RefusedCase{"unsigned",
                    [](const TestIssuer&, absl::Time) {
                      return "eyJhbGciOiJub25lIn0.eyJpc3MiOiJodHRwczovL2EifQ.";
                    },
                    200, "verify distributed claim token: "},
        RefusedCase{"too_large",
                    [](const TestIssuer&, absl::Time) {
                      return std::string(70000, 'a');
                    },
                    200, "while getting distributed claim",
                    absl::StatusCode::kResourceExhausted},
        RefusedCase{"issuer_not_https",
                    [](const TestIssuer&, absl::Time now) {
                      return TestIssuer("http://a.example")
                          .Token("s", "me", now + kHour, R"("groups":["a"])");
                    },
                    200, "is not an https URL"},
        RefusedCase{"issuer_unknown",
                    [](const TestIssuer&, absl::Time now) {
                      return TestIssuer("https://b.example")
                          .Token("s", "me", now + kHour, R"("groups":["a"])");
                    },
                    200, "keys were never fetched",
                    absl::StatusCode::kUnavailable}),
    [](const auto& info) { return info.param.name; });

TEST_F(DistributedClaimsTest, OnlyHttpsAndNoLineBreaks) {
  auto distributed = Make();
  for (const char* endpoint : {"http://claims.example/", "file:///etc/passwd",
                               "https://u:p@claims.example/", "x"}) {
    EXPECT_THAT(std::string(Expand(*distributed, endpoint).status().message()),
                HasSubstr("is not an https URL"));
  }
  EXPECT_THAT(
      std::string(
          Expand(*distributed, kEndpoint, R"(a\r\nX: b)").status().message()),
      HasSubstr("characters that HTTP has not"));
  EXPECT_EQ(http_->calls(), 0u);
}

TEST_F(DistributedClaimsTest, PrivateAddressesAreRefusedIfAskedFor) {
  for (const bool refuse : {false, true}) {
    DistributedClaimsOptions options;
    options.refuse_private_addresses = refuse;
    auto distributed = Make(options);
    const auto fetched = Expand(*distributed, "https://169.254.169.254/");
    EXPECT_EQ(ReasonOf(fetched.status()) == Reason::kNotAllowed, refuse);
  }
  EXPECT_EQ(http_->calls("https://169.254.169.254/"), 1u);
}

TEST_F(DistributedClaimsTest, IssuersAreBounded) {
  DistributedClaimsOptions options;
  options.max_issuers = 3;
  auto distributed = Make(options);
  std::vector<std::unique_ptr<TestIssuer>> issuers;
  for (int i = 0; i < 5; ++i) {
    issuers.push_back(std::make_unique<TestIssuer>(
        absl::StrCat("https://issuer-", i, ".example")));
    issuers[i]->Serve(http_.get());
    Answer(issuers[i]->Token("s", "me", InAnHour(), R"("groups":["a"])"));
    const auto fetched = Expand(*distributed);
    EXPECT_EQ(fetched.ok(), i < 3) << fetched.status();
    if (!fetched.ok()) {
      EXPECT_EQ(ReasonOf(fetched.status()), Reason::kTooLarge);
    }
  }
  Answer(issuers[0]->Token("s", "me", InAnHour(), R"("groups":["a"])"));
  EXPECT_TRUE(Expand(*distributed).ok());
}

// Whoever had his issuers in the table kept others' out for ever.
TEST_F(DistributedClaimsTest, IdleIssuersMakeRoom) {
  DistributedClaimsOptions options;
  options.max_issuers = 2;
  options.issuer_idle = absl::Hours(1);
  auto distributed = Make(options);
  TestIssuer first("https://first.example");
  TestIssuer second("https://second.example");
  const auto expand = [&](TestIssuer& issuer) {
    issuer.Serve(http_.get());
    Answer(issuer.Token("s", "me", clock_.Now() + absl::Hours(9),
                        R"("groups":["a"])"));
    return Expand(*distributed).ok();
  };
  EXPECT_TRUE(expand(first));
  EXPECT_TRUE(expand(second));
  clock_.Advance(absl::Minutes(59));
  EXPECT_TRUE(expand(second));
  EXPECT_FALSE(expand(issuer_));
  clock_.Advance(absl::Minutes(1));
  EXPECT_TRUE(expand(issuer_));
  // The first made room; the others are in use.
  EXPECT_FALSE(expand(first));
  EXPECT_TRUE(expand(second));
}

// They filled the table for ever.
TEST_F(DistributedClaimsTest, InventedIssuersMakeRoom) {
  DistributedClaimsOptions options;
  options.max_issuers = 2;
  auto distributed = Make(options);
  const std::string good =
      issuer_.Token("s", "me", InAnHour(), R"("groups":["a"])");
  Answer(good);
  EXPECT_TRUE(Expand(*distributed).ok());
  for (int i = 0; i < 5; ++i) {
    const TestIssuer invented(absl::StrCat("https://invented-", i, ".example"));
    Answer(invented.Token("s", "me", InAnHour(), R"("groups":["a"])"));
    EXPECT_FALSE(Expand(*distributed).ok());
  }
  TestIssuer another("https://another.example");
  another.Serve(http_.get());
  Answer(another.Token("s", "me", InAnHour(), R"("groups":["a"])"));
  EXPECT_TRUE(Expand(*distributed).ok());
  Answer(good);
  EXPECT_TRUE(Expand(*distributed).ok());
  // It stayed: nobody had to discover it again.
  EXPECT_EQ(http_->calls(issuer_.discovery_url()), 1u);
}

TEST_F(DistributedClaimsTest, PrivateKeysUrlIsRefusedIfAskedFor) {
  DistributedClaimsOptions options;
  options.refuse_private_addresses = true;
  auto distributed = Make(options);
  http_->Answer(issuer_.discovery_url(), 200,
                R"({"issuer":"https://directory.example",)"
                R"("jwks_uri":"https://127.0.0.1/keys"})");
  Answer(issuer_.Token("s", "me", InAnHour(), R"("groups":["a"])"));
  EXPECT_FALSE(Expand(*distributed).ok());
  EXPECT_EQ(http_->calls("https://127.0.0.1/keys"), 0u);
}

TEST_F(DistributedClaimsTest, RequestsUnderWayAreBounded) {
  DistributedClaimsOptions options;
  options.max_in_flight = 1;
  auto distributed = Make(options);
  Answer(issuer_.Token("s", "me", InAnHour(), R"("groups":["a"])"));
  http_->Block();
  std::thread first([&] { EXPECT_TRUE(Expand(*distributed).ok()); });
  http_->AwaitCalls(1);
  const absl::Status refused = Expand(*distributed).status();
  EXPECT_EQ(ReasonOf(refused), Reason::kTooLarge);
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  http_->Release();
  first.join();
  EXPECT_TRUE(Expand(*distributed).ok());
}

// How long each server takes, and who is still asked for how long.
struct SlowCase {
  const char* name;
  absl::Duration endpoint;
  absl::Duration discovery;
  absl::Duration keys;
  bool ok;
  absl::Duration most;  // What it all takes.
};

class SlowTest : public DistributedClaimsTest,
                 public ::testing::WithParamInterface<SlowCase> {
 protected:
  // Answers `url` after so long, or fails when the request's time is over.
  void AnswerAfter(absl::string_view url, absl::Duration after,
                   const std::string& body) {
    http_->AnswerWith(
        url,
        [this, after,
         body](const HttpRequest& request) -> absl::StatusOr<HttpResponse> {
          clock_.Advance(std::min(after, request.timeout));
          if (after > request.timeout) {
            return absl::DeadlineExceededError("too slow");
          }
          return HttpResponse{200, {}, body};
        });
  }
};

TEST_P(SlowTest, OneDeadlineIsForAllOfIt) {
  DistributedClaimsOptions options;
  options.timeout = absl::Seconds(20);
  auto distributed = Make(options);
  AnswerAfter(kEndpoint, GetParam().endpoint,
              issuer_.Token("s", "me", InAnHour(), R"("groups":["a"])"));
  AnswerAfter(issuer_.discovery_url(), GetParam().discovery,
              issuer_.discovery());
  AnswerAfter(issuer_.jwks_url(), GetParam().keys, issuer_.jwks());
  const absl::Time begin = clock_.Now();
  const auto fetched = Expand(*distributed);
  EXPECT_EQ(fetched.ok(), GetParam().ok) << fetched.status();
  EXPECT_EQ(clock_.Now() - begin, GetParam().most);
  if (!fetched.ok()) {
    EXPECT_EQ(fetched.status().code(), absl::StatusCode::kDeadlineExceeded);
  }
}

constexpr absl::Duration kForEver = absl::InfiniteDuration();

INSTANTIATE_TEST_SUITE_P(
    All, SlowTest,
    ::testing::Values(
        SlowCase{"quick", absl::Seconds(1), absl::Seconds(1), absl::Seconds(1),
                 true, absl::Seconds(3)},
        SlowCase{"all_of_them_a_little", absl::Seconds(9), absl::Seconds(5),
                 absl::Seconds(5), true, absl::Seconds(19)},
        SlowCase{"all_of_them", absl::Seconds(9), absl::Seconds(9),
                 absl::Seconds(9), false, absl::Seconds(20)},
        SlowCase{"endpoint", kForEver, absl::ZeroDuration(),
                 absl::ZeroDuration(), false, absl::Seconds(10)},
        SlowCase{"discovery", absl::ZeroDuration(), kForEver,
                 absl::ZeroDuration(), false, absl::Seconds(20)},
        SlowCase{"keys", absl::ZeroDuration(), absl::ZeroDuration(), kForEver,
                 false, absl::Seconds(20)},
        SlowCase{"keys_behind_an_endpoint", absl::Seconds(10),
                 absl::ZeroDuration(), kForEver, false, absl::Seconds(20)}),
    [](const auto& info) { return info.param.name; });

// Whoever waits for another's fetch waits no longer than he would fetch.
TEST_F(DistributedClaimsTest, WaitersHaveTheirDeadlineToo) {
  DistributedClaimsOptions options;
  options.timeout = absl::Milliseconds(2);
  auto distributed = Make(options);
  Answer(issuer_.Token("s", "me", InAnHour(), R"("groups":["a"])"));
  std::promise<void> done;
  std::shared_future<void> release = done.get_future().share();
  http_->AnswerWith(issuer_.discovery_url(), [&](const HttpRequest&) {
    release.wait();
    return HttpResponse{200, {}, issuer_.discovery()};
  });
  std::thread first([&] { EXPECT_TRUE(Expand(*distributed).ok()); });
  http_->AwaitCalls(issuer_.discovery_url(), 1);
  EXPECT_FALSE(Expand(*distributed).ok());
  done.set_value();
  first.join();
}

TEST_F(DistributedClaimsTest, KeysOfTheirIssuersAreKeptUpToDate) {
  auto distributed = Make();
  const std::string old_token =
      issuer_.Token("s", "me", InAnHour(), R"("groups":["a"])");
  Answer(old_token);
  EXPECT_TRUE(Expand(*distributed).ok());
  issuer_.RotateKey();
  issuer_.WithdrawOldKeys();
  clock_.Advance(absl::Minutes(15));
  EXPECT_FALSE(Expand(*distributed).ok());
  Answer(issuer_.Token("s", "me", InAnHour(), R"("groups":["a"])"));
  EXPECT_TRUE(Expand(*distributed).ok());
}

}  // namespace
}  // namespace gatehouse::authn
