#include "authn/oidc/internal/http_get.h"

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "testing/fake_http_client.h"

namespace gatehouse::authn::internal {
namespace {

using ::gatehouse::testing::FakeHttpClient;

struct HostCase {
  const char* url;
  const char* host;  // Null: no https URL.
};

class HttpsHostTest : public ::testing::TestWithParam<HostCase> {};

TEST_P(HttpsHostTest, FindsTheHost) {
  const auto host = HttpsHost(GetParam().url);
  ASSERT_EQ(host.has_value(), GetParam().host != nullptr);
  if (!host.has_value()) return;
  EXPECT_EQ(*host, GetParam().host);
}

INSTANTIATE_TEST_SUITE_P(
    All, HttpsHostTest,
    ::testing::Values(
        HostCase{"https://a.example", "a.example"},
        HostCase{"https://a.example/", "a.example"},
        HostCase{"https://a.example:8443/b?c=d", "a.example"},
        HostCase{"https://a.example?c=https://b", "a.example"},
        HostCase{"https://127.0.0.1:1/", "127.0.0.1"},
        HostCase{"https://[::1]:8443/b", "::1"},
        HostCase{"https://[::1]", "::1"},
        // Not https.
        HostCase{"", nullptr}, HostCase{"http://a.example/", nullptr},
        HostCase{"HTTPS://a.example/", nullptr},
        HostCase{"file:///etc/passwd", nullptr},
        HostCase{"https:/a.example", nullptr},
        HostCase{"a.example/https://", nullptr},
        // Whose host others may read otherwise.
        HostCase{"https://a.example@b.example/", nullptr},
        HostCase{"https://a.example:x@b.example/", nullptr},
        HostCase{"https://a.example\\@b.example/", nullptr},
        HostCase{"https://a.example#@b.example/", nullptr},
        HostCase{"https://a.example/#b", nullptr},
        HostCase{"https://a .example/", nullptr},
        HostCase{"https://a.example/\r\nHost: b", nullptr},
        HostCase{"https://\xc3\xa4.example/", nullptr},
        HostCase{"https:///a", nullptr}, HostCase{"https://:443/", nullptr},
        HostCase{"https://a.example:/", nullptr},
        HostCase{"https://a.example:44x/", nullptr},
        HostCase{"https://a.example:1:2/", nullptr},
        HostCase{"https://[::1/", nullptr}, HostCase{"https://[]/", nullptr},
        HostCase{"https://[::1]x/", nullptr}));

struct AddressCase {
  const char* host;
  bool is_private;
};

class AddressTest : public ::testing::TestWithParam<AddressCase> {};

TEST_P(AddressTest, IsPrivate) {
  EXPECT_EQ(IsPrivateAddress(GetParam().host), GetParam().is_private);
}

INSTANTIATE_TEST_SUITE_P(
    All, AddressTest,
    ::testing::Values(
        AddressCase{"127.0.0.1", true}, AddressCase{"127.255.0.9", true},
        AddressCase{"10.1.2.3", true}, AddressCase{"172.16.0.1", true},
        AddressCase{"172.31.255.255", true}, AddressCase{"192.168.1.1", true},
        AddressCase{"169.254.169.254", true}, AddressCase{"0.0.0.0", true},
        AddressCase{"100.64.0.1", true}, AddressCase{"255.255.255.255", true},
        AddressCase{"::1", true}, AddressCase{"::", true},
        AddressCase{"fe80::1", true}, AddressCase{"fd00:ec2::254", true},
        AddressCase{"::ffff:10.0.0.1", true}, AddressCase{"::127.0.0.1", true},
        AddressCase{"localhost", true}, AddressCase{"LOCALHOST", true},
        AddressCase{"a.localhost", true}, AddressCase{"8.8.8.8", false},
        AddressCase{"172.32.0.1", false}, AddressCase{"172.15.0.1", false},
        AddressCase{"11.0.0.1", false}, AddressCase{"2001:db8::1", false},
        AddressCase{"fec0::1", false}, AddressCase{"::ffff:8.8.8.8", false},
        // Other ways of writing them.
        AddressCase{"2130706433", true}, AddressCase{"127.1", true},
        AddressCase{"0x7f.1", true}, AddressCase{"127.0.0.0X1", true},
        AddressCase{"0251.0376.0251.0376", true},
        AddressCase{"localhost.", true}, AddressCase{"127.0.0.1.", true},
        AddressCase{"a.localhost.", true}, AddressCase{"localhost..", true},
        AddressCase{"fe80::1%eth0", true}, AddressCase{"fe80::1%25eth0", true},
        AddressCase{"%6cocalhost", true},
        AddressCase{"64:ff9b::a9fe:a9fe", true},
        AddressCase{"64:ff9b::127.0.0.1", true},
        AddressCase{"64:ff9b::8.8.8.8", false}, AddressCase{"8.8.8.8.", false},
        AddressCase{"a.example.", false}, AddressCase{"1.a.example", false},
        AddressCase{"0x.example", false}, AddressCase{"a.example", false},
        AddressCase{"localhost.example", false}));

TEST(ShownUrlTest, HidesTheQueryAndIsBounded) {
  EXPECT_EQ(ShownUrl("https://a/b?secret=1"), "\"https://a/b\"");
  EXPECT_EQ(ShownUrl("https://a/\n"), "\"https://a/\\n\"");
  EXPECT_LT(ShownUrl(std::string(100000, 'a')).size(), 600u);
}

struct StatusCase {
  int status;
  int max_status;
  bool ok;
};

class HttpGetTest : public ::testing::TestWithParam<StatusCase> {};

TEST_P(HttpGetTest, OnlyGoodStatusIsAnAnswer) {
  FakeHttpClient http;
  http.Answer("https://a/b", GetParam().status, "body");
  HttpGetOptions options;
  options.max_status = GetParam().max_status;
  const auto response = HttpGet(http, "https://a/b", options);
  EXPECT_EQ(response.ok(), GetParam().ok);
  EXPECT_EQ(http.calls(), 1u);
  if (response.ok()) {
    EXPECT_EQ(response->body, "body");
  } else {
    EXPECT_EQ(response.status().code(), absl::StatusCode::kUnavailable);
    EXPECT_EQ(response.status().message(),
              "Get \"https://a/b\": unexpected status " +
                  std::to_string(GetParam().status));
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, HttpGetTest,
    ::testing::Values(StatusCase{200, 200, true}, StatusCase{201, 200, false},
                      StatusCase{226, 226, true}, StatusCase{227, 226, false},
                      StatusCase{199, 226, false}, StatusCase{301, 226, false},
                      StatusCase{302, 200, false}, StatusCase{304, 200, false},
                      StatusCase{401, 200, false}, StatusCase{404, 200, false},
                      StatusCase{500, 226, false}));

TEST(HttpGetRequestTest, SendsWhatIsAsked) {
  FakeHttpClient http;
  http.Answer("https://a/b?c", 200, "");
  HttpGetOptions options;
  options.bearer = Secret("t0ken");
  options.timeout = absl::Seconds(7);
  options.max_bytes = 123;
  ASSERT_TRUE(HttpGet(http, "https://a/b?c", options).ok());
  options.bearer = Secret();
  ASSERT_TRUE(HttpGet(http, "https://a/b?c", options).ok());
  const auto requests = http.requests();
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_EQ(requests[0].method, "GET");
  EXPECT_EQ(requests[0].timeout, absl::Seconds(7));
  EXPECT_EQ(requests[0].max_response_bytes, 123u);
  EXPECT_EQ(requests[0].headers.First("Authorization").value_or(""),
            "Bearer t0ken");
  EXPECT_FALSE(requests[1].headers.Has("Authorization"));
}

TEST(HttpGetRequestTest, NothingIsSentWithoutTime) {
  FakeHttpClient http;
  http.Answer("https://a/", 200, "");
  HttpGetOptions options;
  options.timeout = absl::ZeroDuration();
  EXPECT_EQ(HttpGet(http, "https://a/", options).status().code(),
            absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(http.calls(), 0u);
}

TEST(TimeLeftTest, IsTheLeast) {
  const absl::Time now = absl::FromUnixSeconds(1'900'000'000);
  const struct {
    absl::Duration timeout;
    absl::Time deadline;
    absl::Duration left;
  } kCases[] = {
      {absl::Seconds(5), absl::InfiniteFuture(), absl::Seconds(5)},
      {absl::Seconds(5), now + absl::Seconds(9), absl::Seconds(5)},
      {absl::Seconds(5), now + absl::Seconds(2), absl::Seconds(2)},
      {absl::Seconds(5), now, absl::ZeroDuration()},
      {absl::Seconds(5), now - absl::Hours(1), absl::ZeroDuration()},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(TimeLeft(c.timeout, c.deadline, now), c.left);
  }
}

TEST(HttpGetRequestTest, ErrorsKeepCodeAndReason) {
  FakeHttpClient http;
  http.Fail("https://a/", MakeError(absl::StatusCode::kUnauthenticated,
                                    Reason::kUnknownAuthority, "who?"));
  HttpGetOptions options;
  options.bearer = Secret("t0ken");
  const absl::Status status = HttpGet(http, "https://a/", options).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnauthenticated);
  EXPECT_EQ(ReasonOf(status), Reason::kUnknownAuthority);
  EXPECT_EQ(status.message(), "Get \"https://a/\": who?");
}

}  // namespace
}  // namespace gatehouse::authn::internal
