#include "testing/fake_http_client.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/errors.h"
#include "base/http_client.h"
#include "gtest/gtest.h"

namespace gatehouse::testing {
namespace {

constexpr char kUrl[] = "https://issuer.example.com/keys";
constexpr char kOther[] = "https://issuer.example.com/other";

HttpRequest Request(const char* url) {
  HttpRequest request;
  request.url = url;
  return request;
}

// Returns the status and body, or the error's code.
std::string Ask(HttpClient& client, const char* url) {
  const auto response = client.Do(Request(url));
  if (!response.ok()) return absl::StatusCodeToString(response.status().code());
  return std::to_string(response->status) + " " + response->body;
}

HttpResponse Response(int status) {
  HttpResponse response;
  response.status = status;
  return response;
}

TEST(FakeHttpClientTest, AnswersAsItIsTold) {
  FakeHttpClient http;
  EXPECT_EQ(Ask(http, kUrl), "UNAVAILABLE");
  http.Answer(kUrl, 200, "{}");
  EXPECT_EQ(Ask(http, kUrl), "200 {}");
  EXPECT_EQ(Ask(http, kOther), "UNAVAILABLE");
  EXPECT_EQ(http.Do(Request(kUrl))->headers.First("content-type"),
            "application/json");
  http.Fail(kUrl, absl::DeadlineExceededError("slow"));
  EXPECT_EQ(Ask(http, kUrl), "DEADLINE_EXCEEDED");
  http.AnswerInOrder(
      kUrl, {Response(500), absl::UnavailableError("gone"), Response(204)});
  for (const char* const expected :
       {"500 ", "UNAVAILABLE", "204 ", "204 ", "204 "}) {
    EXPECT_EQ(Ask(http, kUrl), expected);
  }
  http.AnswerWith(kUrl, [](const HttpRequest& request) {
    HttpResponse response = Response(200);
    response.body = request.method;
    return response;
  });
  EXPECT_EQ(Ask(http, kUrl), "200 GET");
  EXPECT_EQ(http.calls(), 11u);
  EXPECT_EQ(http.calls(kUrl), 10u);
  EXPECT_EQ(http.calls(kOther), 1u);
  EXPECT_EQ(http.requests()[2].url, kOther);
}

TEST(FakeHttpClientTest, KeepsTheLimit) {
  FakeHttpClient http;
  http.Answer(kUrl, 200, "12345");
  HttpRequest request = Request(kUrl);
  request.max_response_bytes = 5;
  EXPECT_TRUE(http.Do(request).ok());
  request.max_response_bytes = 4;
  EXPECT_EQ(ReasonOf(http.Do(request).status()), Reason::kTooLarge);
}

TEST(FakeHttpClientTest, FactoryMakesItself) {
  const auto http = std::make_shared<FakeHttpClient>();
  http->Answer(kUrl, 200, "{}");
  HttpClientOptions options;
  options.server_name = "issuer.example.com";
  const auto client = http->Factory()(options);
  ASSERT_TRUE(client.ok());
  EXPECT_EQ(Ask(**client, kUrl), "200 {}");
  ASSERT_EQ(http->options_seen().size(), 1u);
  EXPECT_EQ(http->options_seen()[0].server_name, "issuer.example.com");
}

TEST(FakeHttpClientTest, BlocksUntilReleased) {
  constexpr size_t kThreads = 4;
  FakeHttpClient http;
  http.Answer(kUrl, 200, "{}");
  http.Block();
  std::atomic<size_t> answered{0};
  std::vector<std::thread> threads;
  for (size_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      EXPECT_EQ(Ask(http, kUrl), "200 {}");
      ++answered;
    });
  }
  http.AwaitCalls(kThreads);
  http.AwaitCalls(kUrl, kThreads);
  EXPECT_EQ(answered, 0u);
  http.Release();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(answered, kThreads);
  EXPECT_EQ(Ask(http, kUrl), "200 {}");
}

}  // namespace
}  // namespace gatehouse::testing
