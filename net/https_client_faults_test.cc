// What a server may do wrong, and that it never looks like a good response.
#include <atomic>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/errors.h"
#include "base/http_client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "net/https_client.h"
#include "net/testing/test_server.h"
#include "net/testing/tls_peer.h"

namespace gatehouse::net {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::ScriptedServer;
using testing::TlsPeer;

constexpr size_t kMaxBody = 1000;

std::shared_ptr<HttpClient> Client() {
  HttpClientOptions options;
  options.ca_pem = testing::ServerCa().certificate().ToPem();
  return *MakeHttpsClient(options);
}

absl::StatusOr<HttpResponse> Ask(const std::string& url,
                                 absl::Duration timeout = absl::Seconds(60)) {
  HttpRequest request;
  request.url = url;
  request.headers.Add("Authorization", "Bearer hush");
  request.max_response_bytes = kMaxBody;
  request.timeout = timeout;
  return Client()->Do(request);
}

struct Row {
  const char* name;
  std::string response;
  bool ends_properly;  // With TLS's own end.
  absl::StatusCode code;
  Reason reason;
  const char* body = "";
};

std::string Ok(absl::string_view rest) {
  return absl::StrCat("HTTP/1.1 200 OK\r\n", rest);
}

constexpr auto kFine = absl::StatusCode::kOk;
constexpr auto kGone = absl::StatusCode::kUnavailable;
constexpr auto kBig = absl::StatusCode::kResourceExhausted;

const Row kRows[] = {
    {"by length", Ok("Content-Length: 2\r\n\r\nok"), false, kFine,
     Reason::kNone, "ok"},
    {"chunked", Ok("Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"),
     false, kFine, Reason::kNone, "ok"},
    {"until the end", Ok("\r\nok"), true, kFine, Reason::kNone, "ok"},
    {"HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\nok", true, kFine, Reason::kNone, "ok"},
    {"interim responses first",
     "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 \r\nX: y\r\n\r\n" +
         Ok("Content-Length: 2\r\n\r\nok"),
     false, kFine, Reason::kNone, "ok"},
    {"no body", "HTTP/1.1 204 No Content\r\n\r\n", false, kFine, Reason::kNone},
    {"length of nothing", Ok("Content-Length: 0\r\n\r\n"), false, kFine,
     Reason::kNone},
    {"as much as allowed",
     Ok("Content-Length: 1000\r\n\r\n" + std::string(1000, 'x')), false, kFine,
     Reason::kNone, nullptr},
    {"more than its length", Ok("Content-Length: 2\r\n\r\nok and more"), false,
     kFine, Reason::kNone, "ok"},
    // Cut off.
    {"nothing", "", false, kGone, Reason::kNone},
    {"nothing, properly", "", true, kGone, Reason::kNone},
    {"half a status line", "HTTP/1.1 2", true, kGone, Reason::kNone},
    {"half of the headers", Ok("Content-Length: 2\r\n"), true, kGone,
     Reason::kNone},
    {"less than its length", Ok("Content-Length: 3\r\n\r\nok"), false, kGone,
     Reason::kNone},
    {"less than its length, properly", Ok("Content-Length: 3\r\n\r\nok"), true,
     kGone, Reason::kNone},
    {"no last chunk", Ok("Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n"), true,
     kGone, Reason::kNone},
    {"half a chunk", Ok("Transfer-Encoding: chunked\r\n\r\n4\r\nok"), true,
     kGone, Reason::kNone},
    {"until an end that is none of TLS's", Ok("\r\nok"), false, kGone,
     Reason::kNone},
    // Too much.
    {"length over the limit", Ok("Content-Length: 1001\r\n\r\n"), false, kBig,
     Reason::kTooLarge},
    {"chunks over the limit",
     Ok("Transfer-Encoding: chunked\r\n\r\n3e8\r\n" + std::string(1000, 'x') +
        "\r\n1\r\nx\r\n0\r\n\r\n"),
     false, kBig, Reason::kTooLarge},
    {"a chunk that lies",
     Ok("Transfer-Encoding: chunked\r\n\r\n7fffffff\r\nok"), false, kBig,
     Reason::kTooLarge},
    {"no length, over the limit", Ok("\r\n" + std::string(1001, 'x')), true,
     kBig, Reason::kTooLarge},
    {"headers over the limit", Ok("X: " + std::string(70000, 'x') + "\r\n\r\n"),
     false, kBig, Reason::kTooLarge},
    {"too many fields",
     [] {
       std::string fields;
       for (int i = 0; i < 2000; ++i) absl::StrAppend(&fields, "X: y\r\n");
       return Ok(fields + "Content-Length: 2\r\n\r\nok");
     }(),
     false, kBig, Reason::kTooLarge},
    {"trailers over the limit",
     Ok("Transfer-Encoding: chunked\r\n\r\n0\r\nX: " + std::string(90000, 'x')),
     false, kBig, Reason::kTooLarge},
    // Garbage.
    {"no HTTP", "SSH-2.0-OpenSSH_9.2\r\n\r\n", false, kGone,
     Reason::kMalformed},
    {"HTTP/2", "HTTP/2.0 200 OK\r\n\r\n", false, kGone, Reason::kMalformed},
    {"status that is none", "HTTP/1.1 2OO OK\r\n\r\n", false, kGone,
     Reason::kMalformed},
    {"bad field", Ok("X Y: z\r\nContent-Length: 2\r\n\r\nok"), false, kGone,
     Reason::kMalformed},
    {"two lengths", Ok("Content-Length: 2\r\nContent-Length: 2\r\n\r\nok"),
     false, kGone, Reason::kMalformed},
    {"both lengths",
     Ok("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
     false, kGone, Reason::kMalformed},
    {"unknown coding", Ok("Transfer-Encoding: gzip\r\n\r\nok"), true, kGone,
     Reason::kMalformed},
    {"bad chunk", Ok("Transfer-Encoding: chunked\r\n\r\nzz\r\nok\r\n"), false,
     kGone, Reason::kMalformed},
    {"switches protocols", "HTTP/1.1 101 Go\r\nUpgrade: x\r\n\r\n", false,
     kGone, Reason::kMalformed},
    {"interim responses only",
     [] {
       std::string all;
       for (int i = 0; i < 20; ++i) {
         absl::StrAppend(&all, "HTTP/1.1 100 Continue\r\n\r\n");
       }
       return all;
     }(),
     false, kGone, Reason::kMalformed},
};

TEST(HttpsClientFaultsTest, Responses) {
  for (const Row& row : kRows) {
    ScriptedServer server(testing::ServerIdentity(),
                          [&row](TlsPeer& peer, int) {
                            peer.ReadRequest();
                            peer.Write(row.response);
                            if (row.ends_properly) peer.EndTls();
                          });
    const auto response = Ask(server.Url("/secret"));
    EXPECT_EQ(response.status().code(), row.code)
        << row.name << ": " << response.status();
    EXPECT_EQ(ReasonOf(response.status()), row.reason) << row.name;
    if (response.ok() && row.body != nullptr) {
      EXPECT_EQ(response->body, row.body) << row.name;
    }
    const std::string text(response.status().message());
    EXPECT_THAT(text, Not(HasSubstr("hush"))) << row.name;
    EXPECT_THAT(text, Not(HasSubstr("secret"))) << row.name;
    if (!response.ok()) {
      EXPECT_THAT(text, HasSubstr(absl::StrCat("127.0.0.1:", server.port())));
    }
  }
}

// Where a server stops saying anything, or says little for ever.
TEST(HttpsClientFaultsTest, DeadlineIsForEverything) {
  const struct {
    const char* name;
    std::string response;
    bool drips;
  } kCases[] = {
      {"silent", "", false},
      {"after half of the headers", "HTTP/1.1 200 OK\r\n", false},
      {"after half of the body", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n",
       false},
      {"dripping headers", "HTTP/1.1 200 OK\r\nX: ", true},
      {"dripping body", "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n",
       true},
      {"dripping interim responses", "HTTP/1.1 100 Go\r\nX: ", true},
  };
  for (const auto& test : kCases) {
    ScriptedServer server(testing::ServerIdentity(), [&](TlsPeer& peer, int) {
      peer.ReadRequest();
      peer.Write(test.response);
      // Too slow to be done within the time; the client ends it.
      while (test.drips && !peer.AwaitInput(absl::Milliseconds(1))) {
        if (!peer.Write("x")) return;
      }
      peer.ReadAll();
    });
    const auto response = Ask(server.Url(), absl::Milliseconds(100));
    EXPECT_TRUE(absl::IsDeadlineExceeded(response.status()))
        << test.name << ": " << response.status();
  }
}

TEST(HttpsClientFaultsTest, LastChunkMayComeInAnyPieces) {
  ScriptedServer server(testing::ServerIdentity(), [](TlsPeer& peer, int) {
    peer.ReadRequest();
    peer.Write(Ok("Transfer-Encoding: chunked\r\n\r\n"));
    for (const char* const record : {"0\r\n", "\r", "\n"}) peer.Write(record);
    peer.ReadAll();
  });
  const auto response = Ask(server.Url());
  EXPECT_TRUE(response.ok()) << response.status();
}

// What follows a response that was refused is no answer to the next request.
TEST(HttpsClientFaultsTest, FailedResponsesLeaveNothingBehind) {
  const std::string interim = "HTTP/1.1 103 Early Hints\r\n\r\n";
  const std::string forged = Ok("Content-Length: 6\r\n\r\nforged");
  std::string many;
  for (int i = 0; i < 8; ++i) many += interim;
  const struct {
    const char* name;
    std::string response;
  } kCases[] = {
      {"over the limit", interim + Ok("Content-Length: 9999\r\n\r\n")},
      {"bad HTTP", interim + Ok("X Y: z\r\n\r\n")},
      {"too many interim responses", many},
      {"switches protocols", "HTTP/1.1 101 Go\r\n\r\n"},
      {"switches protocols after another", interim + "HTTP/1.1 101 Go\r\n\r\n"},
  };
  for (const auto& test : kCases) {
    ScriptedServer server(testing::ServerIdentity(),
                          [&](TlsPeer& peer, int number) {
                            peer.ReadRequest();
                            if (number > 1) {
                              peer.Write(Ok("Content-Length: 2\r\n\r\nok"));
                            } else {
                              // In two records: one unread as it fails.
                              peer.Write(test.response);
                              peer.Write(forged);
                              peer.ReadAll();
                            }
                          });
    const auto client = Client();
    HttpRequest request;
    request.url = server.Url();
    request.max_response_bytes = kMaxBody;
    EXPECT_FALSE(client->Do(request).ok()) << test.name;
    const auto next = client->Do(request);
    ASSERT_TRUE(next.ok()) << test.name << ": " << next.status();
    EXPECT_EQ(next->body, "ok") << test.name;
    EXPECT_EQ(server.connections(), 2) << test.name;
  }
}

// A request that arrived whole on a connection which then ends is sent again
// only if that changes nothing.
TEST(HttpsClientFaultsTest, OnlyWhatHasNoEffectIsSentTwice) {
  for (const std::string method : {"GET", "HEAD", "POST", "PUT", "DELETE"}) {
    const bool repeatable = method == "GET" || method == "HEAD";
    std::atomic<int> requests{0};
    ScriptedServer server(testing::ServerIdentity(), [&](TlsPeer& peer, int n) {
      for (int i = 0; i < (n == 1 ? 2 : 1); ++i) {
        if (peer.ReadRequest().empty()) return;
        ++requests;
        if (n == 1 && i == 1) return;
        peer.Write("HTTP/1.1 204 No Content\r\n\r\n");
      }
    });
    const auto client = Client();
    HttpRequest request;
    request.url = server.Url();
    request.method = method;
    EXPECT_TRUE(client->Do(request).ok()) << method;
    const auto second = client->Do(request);
    EXPECT_EQ(second.ok(), repeatable) << method << ": " << second.status();
    EXPECT_EQ(requests, repeatable ? 3 : 2) << method;
    EXPECT_EQ(ReasonOf(second.status()),
              repeatable ? Reason::kNone : Reason::kConnectionReset)
        << method;
  }
}

// A server that closes with something unread resets the connection.
TEST(HttpsClientFaultsTest, ResetsAreToldFromEnds) {
  for (const bool reads : {true, false}) {
    const ScriptedServer server(testing::ServerIdentity(),
                                [reads](TlsPeer& peer, int) {
                                  peer.AwaitInput(absl::Seconds(60));
                                  if (reads) peer.ReadRequest();
                                });
    const auto response = Ask(server.Url());
    EXPECT_TRUE(absl::IsUnavailable(response.status())) << response.status();
    EXPECT_EQ(ReasonOf(response.status()),
              reads ? Reason::kNone : Reason::kConnectionReset);
  }
}

TEST(HttpsClientFaultsTest, NoTimeIsNoRequest) {
  ScriptedServer server(testing::ServerIdentity(), [](TlsPeer&, int) {});
  EXPECT_TRUE(absl::IsDeadlineExceeded(
      Ask(server.Url(), absl::ZeroDuration()).status()));
  EXPECT_TRUE(absl::IsDeadlineExceeded(
      Ask(server.Url(), -absl::InfiniteDuration()).status()));
}

TEST(HttpsClientFaultsTest, NobodyListens) {
  std::string url;
  {
    const ScriptedServer gone(testing::ServerIdentity(), [](TlsPeer&, int) {});
    url = gone.Url();
  }
  const auto response = Ask(url);
  EXPECT_TRUE(absl::IsUnavailable(response.status())) << response.status();
  EXPECT_EQ(ReasonOf(response.status()), Reason::kNone);
}

TEST(HttpsClientFaultsTest, NameThatDoesNotExist) {
  const auto response = Ask("https://nobody.invalid/", absl::Seconds(20));
  EXPECT_FALSE(response.ok());
  EXPECT_THAT(std::string(response.status().message()),
              HasSubstr("nobody.invalid"));
}

}  // namespace
}  // namespace gatehouse::net
