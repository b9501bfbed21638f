#include "authn/webhook/token_review_client.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "authn/authenticator.h"
#include "authn/token/token_authenticator.h"
#include "authn/webhook/token_review_codec.h"
#include "authn/webhook/webhook_endpoint.h"
#include "base/errors.h"
#include "base/http_client.h"
#include "base/secret.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/authentication.pb.h"
#include "testing/fake_clock.h"
#include "testing/fake_http_client.h"

namespace gatehouse::authn {
namespace {

using gatehouse::testing::FakeClock;
using gatehouse::testing::FakeHttpClient;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Texts = std::vector<std::string>;

constexpr char kUrl[] = "https://hook.example.com:8443/a/b?c=d";
constexpr char kToken[] = "s3cret-token";

// An authenticator, the server it asks, and the time that waiting takes.
struct Fixture {
  explicit Fixture(WebhookOptions options = V1()) {
    options.clock = &clock;
    options.sleep = [this](absl::Duration wait) {
      waits.push_back(wait);
      clock.Advance(wait);
    };
    auto created = WebhookTokenAuthenticator::Create(
        {kUrl, http, Secret("Bearer s3cret-of-ours")}, std::move(options));
    EXPECT_TRUE(created.ok()) << created.status();
    authenticator = *std::move(created);
  }

  static WebhookOptions V1() {
    WebhookOptions options;
    options.api_version = "v1";
    return options;
  }

  void Answer(const std::string& status_json) {
    http->Answer(
        kUrl, 200,
        absl::StrCat(R"({"apiVersion":"authentication.k8s.io/v1",)",
                     R"("kind":"TokenReview","status":)", status_json, "}"));
  }

  Result Ask(const std::vector<std::string>* audiences = nullptr) const {
    return authenticator->AuthenticateToken(kToken,
                                            {clock.Now(), audiences, nullptr});
  }

  FakeClock clock{absl::FromUnixSeconds(1'900'000'000)};
  std::shared_ptr<FakeHttpClient> http = std::make_shared<FakeHttpClient>();
  std::vector<absl::Duration> waits;
  std::unique_ptr<WebhookTokenAuthenticator> authenticator;
};

// "none", "error: <text>" or "<name> <uid> [groups] {extra} (audiences)".
std::string Say(const Result& result) {
  if (result.rejected()) {
    return absl::StrCat("error: ", result.error().message());
  }
  if (!result.authenticated()) return "none";
  const Authentication& who = result.authentication();
  std::string extra;
  for (const auto& [key, values] : who.user.extra) {
    absl::StrAppend(&extra, key, "=", absl::StrJoin(values, "|"));
  }
  return absl::StrCat(
      who.user.name, " ", who.user.uid, " [",
      absl::StrJoin(who.user.groups, ","), "] {", extra, "} ",
      who.audiences.has_value()
          ? absl::StrCat("(", absl::StrJoin(*who.audiences, ","), ")")
          : "unlimited");
}

struct JudgeCase {
  const char* name;
  const char* status;
  Texts implicit;
  absl::optional<Texts> requested;
  const char* want;
};

class JudgeTest : public ::testing::TestWithParam<JudgeCase> {};

TEST_P(JudgeTest, Says) {
  const JudgeCase& c = GetParam();
  WebhookOptions options = Fixture::V1();
  options.implicit_audiences = c.implicit;
  Fixture f(options);
  f.Answer(c.status);
  const Result result =
      f.Ask(c.requested.has_value() ? &*c.requested : nullptr);
  EXPECT_EQ(Say(result), c.want);
}

constexpr char kJane[] = R"({"authenticated":true,"user":{"username":"jane"}})";
constexpr char kJaneForAb[] =
    R"({"authenticated":true,"user":{"username":"jane"},)"
    R"("audiences":["a","b"]})";

INSTANTIATE_TEST_SUITE_P(
    All, JudgeTest,
    ::testing::Values(
        JudgeCase{"everything_of_the_user",
                  R"({"authenticated":true,"user":{"username":"jane",
                  "uid":"7","groups":["system:masters","g","g"],
                  "extra":{"K":["1","2"]}}})",
                  {},
                  absl::nullopt,
                  "jane 7 [system:masters,g,g] {K=1|2} unlimited"},
        JudgeCase{"no_name",
                  R"({"authenticated":true})",
                  {},
                  absl::nullopt,
                  "  [] {} unlimited"},
        JudgeCase{"not_authenticated",
                  R"({"authenticated":false})",
                  {},
                  absl::nullopt,
                  "none"},
        JudgeCase{"yes_in_capitals",
                  R"({"Authenticated":true,"AUTHENTICATED":true})",
                  {},
                  absl::nullopt,
                  "none"},
        JudgeCase{"yes_is_null",
                  R"({"authenticated":null,"user":{"username":"jane"}})",
                  {},
                  absl::nullopt,
                  "none"},
        JudgeCase{"audiences_that_do_not_match_come_first",
                  R"({"authenticated":true,"audiences":["A","a "]})",
                  {"a"},
                  Texts{"a"},
                  "none"},
        JudgeCase{"no_status", "{}", {}, absl::nullopt, "none"},
        JudgeCase{"null_status", "null", {}, absl::nullopt, "none"},
        JudgeCase{"the_user_does_not_count_then",
                  R"({"user":{"username":"jane"}})",
                  {},
                  absl::nullopt,
                  "none"},
        JudgeCase{"its_error",
                  R"({"error":"boom"})",
                  {},
                  absl::nullopt,
                  "error: boom"},
        JudgeCase{"an_error_beside_success",
                  R"({"authenticated":true,"user":{"username":"jane"},
                  "error":"boom"})",
                  {},
                  absl::nullopt,
                  "jane  [] {} unlimited"},
        JudgeCase{"audiences_unasked",
                  kJaneForAb,
                  {},
                  absl::nullopt,
                  "jane  [] {} unlimited"},
        JudgeCase{"implicit", kJane, {"x", "a"}, Texts{"a"}, "jane  [] {} (a)"},
        JudgeCase{"implicit_others", kJane, {"x"}, Texts{"a"}, "none"},
        JudgeCase{"implicit_none", kJane, {}, Texts{"a"}, "none"},
        JudgeCase{"its_own",
                  kJaneForAb,
                  {"x"},
                  Texts{"b", "x", "a"},
                  "jane  [] {} (a,b)"},
        JudgeCase{"its_own_others", kJaneForAb, {"x"}, Texts{"x"}, "none"},
        JudgeCase{"requested_empty", kJaneForAb, {"x"}, Texts{}, "none"},
        JudgeCase{"audiences_before_the_error",
                  R"({"error":"boom"})",
                  {},
                  Texts{"a"},
                  "none"},
        JudgeCase{"an_error_for_a_good_audience",
                  R"({"error":"boom","audiences":["a"]})",
                  {},
                  Texts{"a"},
                  "error: boom"}),
    [](const auto& info) { return info.param.name; });

TEST(WebhookTest, AsksInTheVersionThatItWasTold) {
  for (const char* version : {"v1", "v1beta1"}) {
    WebhookOptions options;
    options.api_version = version;
    Fixture f(options);
    f.http->Answer(
        kUrl, 201,
        absl::StrCat(R"({"apiVersion":"authentication.k8s.io/)", version,
                     R"(","kind":"TokenReview","status":)", kJane, "}"));
    const Texts audiences = {"b", "a"};
    options.implicit_audiences = {"a"};
    EXPECT_EQ(Say(f.Ask()), "jane  [] {} unlimited");
    f.Ask(&audiences);
    const auto requests = f.http->requests();
    ASSERT_EQ(requests.size(), 2u);
    EXPECT_EQ(requests[0].method, "POST");
    EXPECT_EQ(requests[0].url, kUrl);
    EXPECT_EQ(requests[0].headers.First("Content-Type"), "application/json");
    EXPECT_EQ(requests[0].headers.First("Authorization"),
              "Bearer s3cret-of-ours");
    EXPECT_EQ(requests[0].timeout, absl::Seconds(10));
    const auto bare = TokenReviewFromJson(requests[0].body, "request");
    ASSERT_TRUE(bare.ok()) << bare.status();
    EXPECT_EQ(bare->version, version);
    EXPECT_EQ(bare->review.spec().token(), kToken);
    EXPECT_EQ(bare->review.spec().audiences_size(), 0);
    const auto limited = TokenReviewFromJson(requests[1].body, "request");
    EXPECT_THAT(limited->review.spec().audiences(), ElementsAre("b", "a"));
  }
}

TEST(WebhookTest, SaysWhichCredentialItWas) {
  Fixture f;
  f.Answer(R"({"authenticated":true,"user":{"username":"jane","extra":{
      "authentication.kubernetes.io/credential-id":["JTI=1"]}}})");
  EXPECT_EQ(f.Ask().authentication().credential_id, "JTI=1");
  EXPECT_EQ(f.Ask().authentication().authenticator, "webhook");
}

TEST(WebhookTest, ItsErrorFillsNoLog) {
  Fixture f;
  f.Answer(absl::StrCat(R"({"error":"boom)", std::string(500'000, 'x'), "\"}"));
  const Result result = f.Ask();
  ASSERT_TRUE(result.rejected());
  EXPECT_THAT(std::string(result.error().message()), HasSubstr("boom"));
  EXPECT_LT(result.error().message().size(), 1100u);
  EXPECT_EQ(ReasonOf(result.error()), Reason::kUnknownToken);
  // Nor what is wrong with an answer, which names the place.
  f.Answer(absl::StrCat(R"({"authenticated":true,"user":{"extra":{")",
                        std::string(500'000, 'x'), R"(":"y"}}})"));
  const Result wrong = f.Ask();
  ASSERT_TRUE(wrong.rejected());
  EXPECT_LT(wrong.error().message().size(), 1200u);
}

// As many as its answer has room for cost no more than to read them.
TEST(WebhookTest, ManyExtraValues) {
  constexpr size_t kMany = 50'000;
  std::string extra;
  for (size_t i = 0; i < kMany; ++i) {
    absl::StrAppend(&extra, i > 0 ? "," : "", "\"k", i, R"(":["v"])");
  }
  Fixture f;
  f.Answer(absl::StrCat(R"({"authenticated":true,"user":{"username":"jane",)",
                        R"("extra":{)", extra, "}}}"));
  const Result result = f.Ask();
  ASSERT_TRUE(result.authenticated()) << result.error();
  EXPECT_EQ(result.authentication().user.extra.size(), kMany);
  EXPECT_EQ(result.authentication().user.extra.count("k4711"), 1u);
}

TEST(WebhookTest, RefusedGroups) {
  WebhookOptions options = Fixture::V1();
  options.refused_groups = {"system:masters"};
  Fixture f(options);
  f.Answer(R"({"authenticated":true,"user":{"username":"eve",
      "groups":["g","system:masters"]}})");
  EXPECT_EQ(ReasonOf(f.Ask().error()), Reason::kNotAllowed);
  f.Answer(R"({"authenticated":true,"user":{"username":"eve",
      "groups":["system:masters2"]}})");
  EXPECT_TRUE(f.Ask().authenticated());
}

struct FaultCase {
  const char* name;
  absl::StatusOr<HttpResponse> answer;
  int attempts;
  const char* error;
};

HttpResponse Http(int status, std::string body = "",
                  absl::string_view retry_after = "") {
  HttpResponse response;
  response.status = status;
  response.body = std::move(body);
  if (!retry_after.empty()) response.headers.Add("retry-after", retry_after);
  return response;
}

HttpResponse Good(absl::string_view status_json) {
  return Http(
      200, absl::StrCat(R"({"apiVersion":"authentication.k8s.io/v1",)",
                        R"("kind":"TokenReview","status":)", status_json, "}"));
}

class FaultTest : public ::testing::TestWithParam<FaultCase> {};

TEST_P(FaultTest, FailsClosed) {
  const FaultCase& c = GetParam();
  Fixture f;
  f.http->AnswerInOrder(kUrl, {c.answer});
  const Result result = f.Ask();
  ASSERT_TRUE(result.rejected());
  EXPECT_THAT(std::string(result.error().message()), HasSubstr(c.error));
  EXPECT_FALSE(absl::StrContains(result.error().ToString(), "s3cret"));
  // So that nobody takes it for a token that is bad.
  EXPECT_NE(ReasonOf(result.error()), Reason::kNone);
  EXPECT_NE(ReasonOf(result.error()), Reason::kUnknownToken);
  EXPECT_EQ(f.http->calls(), static_cast<size_t>(c.attempts));
}

TEST(WebhookTest, WhoDoesNotAnswerHasAReasonOfItsOwn) {
  for (const absl::StatusOr<HttpResponse>& answer :
       {absl::StatusOr<HttpResponse>(absl::UnavailableError("refused")),
        absl::StatusOr<HttpResponse>(Http(401))}) {
    Fixture f;
    f.http->AnswerInOrder(kUrl, {answer});
    EXPECT_EQ(ReasonOf(f.Ask().error()), Reason::kServiceUnavailable);
  }
}

constexpr char kHost[] = "authentication webhook hook.example.com:8443: ";

INSTANTIATE_TEST_SUITE_P(
    All, FaultTest,
    ::testing::Values(
        FaultCase{"too_many", Http(429), 5, "status 429"},
        FaultCase{"internal", Http(500, "s3cret"), 5, "status 500"},
        FaultCase{"gateway_timeout", Http(504), 5, "status 504"},
        FaultCase{"busy", Http(503), 1, kHost},
        FaultCase{"busy_with_a_hint", Http(503, "", "1"), 5, "status 503"},
        FaultCase{"a_hint_that_is_none", Http(503, "", "soon"), 1,
                  "status 503"},
        FaultCase{"not_found", Http(404), 1, "status 404"},
        FaultCase{"redirect", Http(302, "", "1"), 5, "status 302"},
        FaultCase{"unauthorized", Http(401), 1, "status 401"},
        FaultCase{"success_that_is_none", Http(204), 1, "response"},
        FaultCase{"html", Http(200, "<html>s3cret</html>"), 1, "response"},
        FaultCase{"other_kind",
                  Http(200, R"({"kind":"Status","apiVersion":"v1"})"), 1,
                  "want a TokenReview"},
        FaultCase{"other_version",
                  Http(200, R"({"apiVersion":"authentication.k8s.io/v1beta1",)"
                            R"("kind":"TokenReview",)"
                            R"("status":{"authenticated":true}})"),
                  1, "asked in v1 and answered in v1beta1"},
        FaultCase{"a_hint_of_no_time", Http(503, "", "0"), 5, "status 503"},
        FaultCase{"no_hint_from_who_is_well", Http(404, "", "0"), 1,
                  "status 404"},
        FaultCase{"success_of_a_strange_kind", Http(207), 1, "status 207"},
        FaultCase{"reset",
                  MakeError(absl::StatusCode::kUnavailable,
                            Reason::kConnectionReset, "connection reset"),
                  5, "connection reset"},
        FaultCase{"nobody_there", absl::UnavailableError("refused"), 1,
                  "refused"},
        FaultCase{"no_http",
                  MakeError(absl::StatusCode::kUnavailable, Reason::kMalformed,
                            "not HTTP"),
                  1, "not HTTP"},
        FaultCase{"slow", absl::DeadlineExceededError("too slow"), 1,
                  "too slow"},
        FaultCase{"wrong_server",
                  MakeError(absl::StatusCode::kUnauthenticated,
                            Reason::kUnknownAuthority, "unknown authority"),
                  1, "unknown authority"},
        FaultCase{"too_large", Http(200, std::string((1 << 20) + 1, ' ')), 1,
                  ""},
        FaultCase{"yes_as_text", Good(R"({"authenticated":"true"})"), 1,
                  "authenticated"},
        FaultCase{"yes_as_number", Good(R"({"authenticated":1})"), 1,
                  "authenticated"},
        FaultCase{"no_and_yes",
                  Good(R"({"authenticated":false,"authenticated":true})"), 1,
                  "response"},
        FaultCase{"two_statuses", Good(R"({},"status":{"authenticated":true})"),
                  1, "response"},
        FaultCase{"user_as_text",
                  Good(R"({"authenticated":true,"user":"jane"})"), 1, "user"},
        FaultCase{"groups_as_text",
                  Good(R"({"authenticated":true,"user":{"groups":"g"}})"), 1,
                  "groups"},
        FaultCase{"groups_in_groups",
                  Good(R"({"authenticated":true,"user":{"groups":[["g"]]}})"),
                  1, "groups"},
        FaultCase{"extra_as_text",
                  Good(R"({"authenticated":true,"user":{"extra":{"a":"b"}}})"),
                  1, "extra"},
        FaultCase{"audiences_as_text",
                  Good(R"({"authenticated":true,"audiences":"a"})"), 1,
                  "audiences"},
        FaultCase{"too_deep",
                  Good(absl::StrCat(R"({"a":)", std::string(9999, '['))), 1,
                  "response"},
        FaultCase{"bad_utf8",
                  Good("{\"authenticated\":true,\"user\":{\"username\":"
                       "\"\xff\"}}"),
                  1, "response"},
        FaultCase{"half_a_character",
                  Good(R"({"authenticated":true,)"
                       R"("user":{"username":"\ud800"}})"),
                  1, "response"}),
    [](const auto& info) { return info.param.name; });

TEST(WebhookRetryTest, WaitsLongerEachTime) {
  Fixture f;
  f.http->Answer(kUrl, Http(500));
  f.Ask();
  ASSERT_EQ(f.waits.size(), 4u);
  absl::Duration least = absl::Milliseconds(500);
  for (const absl::Duration wait : f.waits) {
    EXPECT_GE(wait, least);
    EXPECT_LE(wait, least * 1.2);
    least *= 1.5;
  }
}

TEST(WebhookTokenTest, OthersThanUtf8AreNotSent) {
  for (const char* token : {"a\xff\xfe", "\xc3", "\xc0\xaf", "\xed\xa0\x80"}) {
    Fixture f;
    f.Answer(kJane);
    const Result result = f.authenticator->AuthenticateToken(
        token, {f.clock.Now(), nullptr, nullptr});
    ASSERT_TRUE(result.rejected());
    EXPECT_EQ(ReasonOf(result.error()), Reason::kMalformed);
    EXPECT_EQ(result.error().code(), absl::StatusCode::kUnauthenticated);
    EXPECT_EQ(f.http->calls(), 0u);
  }
}

// Each holds a thread of the server's. Whoever finds the place taken gets the
// answer that there is.
TEST(WebhookRetryTest, FewWaitAtOnce) {
  const std::unique_ptr<WebhookTokenAuthenticator>* asked = nullptr;
  int inner = 0;
  FakeClock clock{absl::FromUnixSeconds(1'900'000'000)};
  const auto http = std::make_shared<FakeHttpClient>();
  http->Answer(kUrl, Http(500));
  WebhookOptions options = Fixture::V1();
  options.clock = &clock;
  options.retry.attempts = 3;
  options.retry.max_waiting = 1;
  options.sleep = [&](absl::Duration) {
    ++inner;
    const size_t before = http->calls();
    const Result result =
        (*asked)->AuthenticateToken(kToken, {clock.Now(), nullptr, nullptr});
    EXPECT_EQ(result.error().code(), absl::StatusCode::kUnavailable);
    EXPECT_EQ(http->calls(), before + 1);
  };
  const auto authenticator = WebhookTokenAuthenticator::Create(
      {kUrl, http, Secret("")}, std::move(options));
  ASSERT_TRUE(authenticator.ok());
  asked = &*authenticator;
  EXPECT_TRUE((*authenticator)
                  ->AuthenticateToken(kToken, {clock.Now(), nullptr, nullptr})
                  .rejected());
  EXPECT_EQ(inner, 2);
}

TEST(WebhookRetryTest, TheFirstAnswerCounts) {
  Fixture f;
  f.Answer(kJane);
  const HttpResponse good = *f.http->Do({"POST", kUrl, {}, ""});
  f.http->AnswerInOrder(kUrl, {Http(500), Http(429), good, Http(500)});
  EXPECT_EQ(Say(f.Ask()), "jane  [] {} unlimited");
  EXPECT_EQ(f.waits.size(), 2u);
}

TEST(WebhookRetryTest, RetryAfterIsHeededWithinTheWhole) {
  Fixture f;
  f.http->Answer(kUrl, Http(429, "", "7"));
  f.Ask();
  EXPECT_THAT(f.waits, ElementsAre(absl::Seconds(7), absl::Seconds(7),
                                   absl::Seconds(7), absl::Seconds(7)));
  f.waits.clear();
  f.http->Answer(kUrl, Http(429, "", "9"));
  f.Ask();
  EXPECT_EQ(f.waits.size(), 3u);
  for (const char* far : {"31", "99999999999999999999", "2000000000"}) {
    f.waits.clear();
    f.http->Answer(kUrl, Http(429, "", far));
    EXPECT_TRUE(f.Ask().rejected());
    EXPECT_LE(f.waits.size(), far[0] == '9' ? 4u : 0u) << far;
  }
  f.waits.clear();
  f.http->Answer(kUrl, Http(429, "", "-5"));
  f.Ask();
  EXPECT_EQ(f.waits.size(), 4u);
}

TEST(WebhookLimitTest, CallsAreCountedAndNotMade) {
  WebhookOptions options = Fixture::V1();
  options.calls_per_second = 10;
  options.burst = 3;
  Fixture f(options);
  f.Answer(kJane);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(f.Ask().authenticated());
  const Result over = f.Ask();
  EXPECT_EQ(ReasonOf(over.error()), Reason::kTooLarge);
  EXPECT_EQ(over.error().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(f.http->calls(), 3u);
  f.clock.Advance(absl::Milliseconds(100));
  EXPECT_TRUE(f.Ask().authenticated());
  EXPECT_TRUE(f.Ask().rejected());
  // Repeated ones too.
  f.http->Answer(kUrl, Http(500));
  f.clock.Advance(absl::Milliseconds(100));
  f.Ask();
  EXPECT_LE(f.http->calls(), 4u + 5u);
}

struct OptionsCase {
  const char* name;
  std::function<void(WebhookEndpoint&, WebhookOptions&)> change;
  const char* error;
};

class OptionsTest : public ::testing::TestWithParam<OptionsCase> {};

TEST_P(OptionsTest, AreRefused) {
  WebhookEndpoint endpoint = {kUrl, std::make_shared<FakeHttpClient>(), {}};
  WebhookOptions options;
  ASSERT_TRUE(WebhookTokenAuthenticator::Create(endpoint, options).ok());
  GetParam().change(endpoint, options);
  const auto created = WebhookTokenAuthenticator::Create(endpoint, options);
  EXPECT_THAT(std::string(created.status().message()),
              HasSubstr(GetParam().error));
  EXPECT_NE(ReasonOf(created.status()), Reason::kNone);
}

INSTANTIATE_TEST_SUITE_P(
    All, OptionsTest,
    ::testing::Values(
        OptionsCase{"version",
                    [](auto&, auto& o) { o.api_version = "v1alpha1"; },
                    "unsupported authentication webhook version \"v1alpha1\""},
        OptionsCase{"no_client", [](auto& e, auto&) { e.client = nullptr; },
                    "HTTP client"},
        OptionsCase{"http", [](auto& e, auto&) { e.url = "http://h/"; },
                    "https"},
        OptionsCase{"no_host", [](auto& e, auto&) { e.url = "https:///x"; },
                    "https"},
        OptionsCase{"no_url", [](auto& e, auto&) { e.url = ""; }, "https"},
        OptionsCase{"user_in_url",
                    [](auto& e, auto&) { e.url = "https://a:b@h/"; }, "https"},
        OptionsCase{"attempts", [](auto&, auto& o) { o.retry.attempts = 0; },
                    "attempts"},
        OptionsCase{"factor", [](auto&, auto& o) { o.retry.factor = 0.5; },
                    "retry"},
        OptionsCase{"timeout",
                    [](auto&, auto& o) { o.timeout = absl::ZeroDuration(); },
                    "timeout"},
        OptionsCase{"rate", [](auto&, auto& o) { o.calls_per_second = 0; },
                    "calls_per_second"},
        OptionsCase{"burst", [](auto&, auto& o) { o.burst = 0.5; }, "burst"},
        OptionsCase{"group", [](auto&, auto& o) { o.refused_groups = {""}; },
                    "refused groups"}),
    [](const auto& info) { return info.param.name; });

TEST(WebhookUpdateTest, AsksTheNewOneFromThenOn) {
  Fixture f;
  f.Answer(kJane);
  EXPECT_TRUE(f.Ask().authenticated());
  const auto other = std::make_shared<FakeHttpClient>();
  EXPECT_FALSE(f.authenticator->Update({"http://other/", other, {}}).ok());
  EXPECT_TRUE(f.Ask().authenticated());
  ASSERT_TRUE(f.authenticator->Update({"https://other/", other, {}}).ok());
  EXPECT_TRUE(f.Ask().rejected());
  EXPECT_EQ(f.http->calls(), 2u);
  EXPECT_EQ(other->requests()[0].url, "https://other/");
  EXPECT_FALSE(other->requests()[0].headers.Has("Authorization"));
}

}  // namespace
}  // namespace gatehouse::authn
