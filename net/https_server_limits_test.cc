// How much of what a client may use, limit by limit. Times are short, and what
// is waited for is that the server does something about them.
#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "net/https_server.h"
#include "net/server_request.h"
#include "net/testing/tcp_peer.h"
#include "net/testing/test_server.h"
#include "net/testing/tls_peer.h"

namespace gatehouse::net {
namespace {

using testing::BodyOf;
using testing::Echo;
using ::testing::EndsWith;
using testing::Get;
using testing::StartServer;
using testing::StatusOf;
using testing::TcpPeer;
using testing::TestOptions;
using testing::TlsPeer;

constexpr absl::Duration kShort = absl::Milliseconds(100);

std::string Post(absl::string_view length, absl::string_view body = "") {
  return absl::StrCat("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ", length,
                      "\r\n\r\n", body);
}

std::string PostChunks(absl::string_view chunks) {
  return absl::StrCat(
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
      chunks);
}

std::string Fields(int count) {
  std::string fields;
  for (int i = 0; i < count; ++i) absl::StrAppend(&fields, "X-", i, ": y\r\n");
  return fields;
}

// A request whose headers have exactly so many bytes.
std::string HeaderOf(size_t bytes) {
  const size_t rest = Get("/", "X: \r\n").size();
  return Get("/", absl::StrCat("X: ", std::string(bytes - rest, 'x'), "\r\n"));
}

TEST(HttpsServerLimitsTest, Sizes) {
  HttpsServerOptions options = TestOptions(Echo);
  options.limits.max_header_bytes = 4096;
  options.limits.max_header_count = 20;
  options.limits.max_body_bytes = 100;
  const auto server = StartServer(std::move(options));
  const std::string long_line(5000, 'x');
  const struct {
    const char* name;
    std::string request;
    const char* status;
  } kCases[] = {
      {"headers as long as allowed", HeaderOf(4096), "200"},
      {"headers too long by one", HeaderOf(4097), "431"},
      {"headers without end", "GET / HTTP/1.1\r\nX: " + long_line, "431"},
      {"request line without end", "GET /" + long_line, "431"},
      {"headers far too long", HeaderOf(200000), "431"},
      {"as many fields as allowed", Get("/", Fields(19)), "200"},
      {"too many fields", Get("/", Fields(20)), "431"},
      {"body as long as allowed", Post("100", std::string(100, 'b')), "200"},
      {"body too long by one", Post("101", std::string(101, 'b')), "413"},
      {"body far too long, of which nothing is sent", Post("999999999999"),
       "413"},
      {"too long a body that waits to be asked for",
       "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 101\r\n"
       "Expect: 100-continue\r\n\r\n",
       "413"},
      {"chunks as long as allowed",
       PostChunks(absl::StrCat("32\r\n", std::string(50, 'c'), "\r\n32\r\n",
                               std::string(50, 'c'), "\r\n0\r\n\r\n")),
       "200"},
      {"chunks too long by one",
       PostChunks(absl::StrCat("32\r\n", std::string(50, 'c'), "\r\n33\r\n",
                               std::string(51, 'c'), "\r\n0\r\n\r\n")),
       "413"},
      {"a chunk that says that it is huge", PostChunks("fffffff\r\n"), "413"},
      {"a chunk size without end", PostChunks("1;" + long_line), "431"},
      {"trailers without end", PostChunks("0\r\nX: " + long_line), "431"},
  };
  for (const auto& test : kCases) {
    const auto peer = TlsPeer::Connect(server->port());
    peer->Write(test.request);
    if (absl::string_view(test.status) == "200") {
      EXPECT_EQ(StatusOf(peer->ReadResponse()), "200") << test.name;
      continue;
    }
    EXPECT_EQ(StatusOf(peer->ReadAll()), test.status) << test.name;
    EXPECT_TRUE(peer->ended_properly()) << test.name;
  }
}

// Beast asserts something about the last chunk's pieces.
TEST(HttpsServerLimitsTest, LastChunkMayComeInAnyPieces) {
  const auto server = StartServer(Echo);
  const std::vector<std::string> kSplits[] = {
      {"0\r\n", "\r", "\n"},
      {"0", "\r", "\n", "\r", "\n"},
      {"2\r\nhe\r\n0\r\n", "\r", "\n"},
      {"2\r", "\nh", "e\r", "\n0", "\r\n\r", "\n"},
  };
  for (const auto& split : kSplits) {
    const auto peer = TlsPeer::Connect(server->port());
    peer->Write(PostChunks(""));
    for (const std::string& record : split) peer->Write(record);
    EXPECT_EQ(StatusOf(peer->ReadResponse()), "200") << split[0];
  }
}

// The response arrives although the client is still sending.
TEST(HttpsServerLimitsTest, RefusalIsReadAfterEverythingWasSent) {
  HttpsServerOptions options = TestOptions(Echo);
  options.limits.max_body_bytes = 100;
  const auto server = StartServer(std::move(options));
  const auto peer = TlsPeer::Connect(server->port());
  const std::string body(1 << 20, 'b');
  peer->Write(Post(absl::StrCat(body.size())));
  peer->Write(body);
  EXPECT_EQ(StatusOf(peer->ReadAll()), "413");
}

struct SlowRow {
  const char* name;
  absl::Duration HttpsServerLimits::*timeout;
  std::string sent;      // Before the client falls silent.
  const char* response;  // Statuses, in order.
};

TEST(HttpsServerLimitsTest, SilenceEnds) {
  const SlowRow kRows[] = {
      {"nothing after the handshake", &HttpsServerLimits::header_timeout, "",
       "closed"},
      {"half a request line", &HttpsServerLimits::header_timeout, "GET /",
       "408"},
      {"half of the headers", &HttpsServerLimits::header_timeout,
       "GET / HTTP/1.1\r\nHost: x\r\n", "408"},
      {"half a body", &HttpsServerLimits::body_timeout, Post("5", "he"), "408"},
      {"no body", &HttpsServerLimits::body_timeout, Post("5"), "408"},
      {"half a chunk", &HttpsServerLimits::body_timeout, PostChunks("5\r\nhe"),
       "408"},
      {"no last chunk", &HttpsServerLimits::body_timeout,
       PostChunks("2\r\nhe\r\n"), "408"},
      {"idle after a request", &HttpsServerLimits::idle_timeout, Get(),
       "200 closed"},
      {"half a second request", &HttpsServerLimits::header_timeout,
       Get() + "GET", "200 408"},
  };
  for (const SlowRow& row : kRows) {
    SCOPED_TRACE(row.name);
    HttpsServerOptions options = TestOptions(Echo);
    options.limits.*row.timeout = kShort;
    const auto server = StartServer(std::move(options));
    const auto peer = TlsPeer::Connect(server->port());
    peer->Write(row.sent);
    std::string statuses = StatusOf(peer->ReadResponse());
    if (statuses == "200") {
      absl::StrAppend(&statuses, " ", StatusOf(peer->ReadResponse()));
    }
    EXPECT_EQ(statuses, row.response);
    EXPECT_EQ(peer->ReadAll(), "");
    EXPECT_TRUE(peer->ended_properly());
  }
}

// A byte now and then does not help: the time is for all of it.
TEST(HttpsServerLimitsTest, DrippingEnds) {
  HttpsServerOptions options = TestOptions(Echo);
  options.limits.header_timeout = kShort;
  // On a busy machine the timer is late, and this writes as fast as it can.
  options.limits.max_header_bytes = size_t{1} << 30;
  const auto server = StartServer(std::move(options));
  const auto peer = TlsPeer::Connect(server->port());
  ASSERT_TRUE(peer->Write("GET / HTTP/1.1\r\nX: "));
  while (peer->Write("x")) {
  }
  EXPECT_EQ(StatusOf(peer->ReadAll()), "408");
}

TEST(HttpsServerLimitsTest, HandshakeThatDoesNotComeIsClosed) {
  HttpsServerOptions options = TestOptions(Echo);
  options.limits.handshake_timeout = kShort;
  const auto server = StartServer(std::move(options));
  TcpPeer silent(server->port());
  EXPECT_EQ(silent.ReadAll(), "");
  TcpPeer half(server->port());
  half.Write(absl::string_view("\x16\x03\x01\x02\x00\x01", 6));
  EXPECT_EQ(half.ReadAll(), "");
}

TEST(HttpsServerLimitsTest, ClientThatDoesNotReadIsClosed) {
  constexpr size_t kBytes = size_t{64} << 20;
  std::promise<void> called;
  HttpsServerOptions options = TestOptions([&](const ServerRequest&) {
    called.set_value();
    return testing::Ok(std::string(kBytes, 'x'));
  });
  options.limits.write_timeout = kShort;
  const auto server = StartServer(std::move(options));
  const auto peer = TlsPeer::Connect(server->port());
  ASSERT_TRUE(peer->Write(Get()));
  called.get_future().wait();
  // Returns when the connection, whose request has begun, has ended.
  server->Shutdown(absl::InfiniteDuration());
  EXPECT_LT(peer->ReadAll().size(), kBytes);
  EXPECT_FALSE(peer->ended_properly());
}

// Whoever has a request under way is never closed for another.
TEST(HttpsServerLimitsTest, ConnectionsOverTheLimitAreClosed) {
  std::promise<void> opened;
  const std::shared_future<void> open = opened.get_future().share();
  std::promise<void> all_came;
  std::atomic<int> came{0};
  HttpsServerOptions options = TestOptions([&](const ServerRequest& request) {
    if (++came == 3) all_came.set_value();
    open.wait();
    return Echo(request);
  });
  options.limits.max_connections = 3;
  const auto server = StartServer(std::move(options));
  std::vector<std::unique_ptr<TlsPeer>> peers;
  for (int i = 0; i < 3; ++i) {
    peers.push_back(TlsPeer::Connect(server->port()));
    ASSERT_NE(peers.back(), nullptr);
    ASSERT_TRUE(peers.back()->Write(Get()));
  }
  all_came.get_future().wait();
  for (int i = 0; i < 20; ++i) {
    TcpPeer refused(server->port());
    EXPECT_EQ(refused.ReadAll(), "");
  }
  opened.set_value();
  for (const auto& peer : peers) {
    EXPECT_THAT(peer->ReadResponse(), EndsWith("[]\n"));
  }
  // Room that was made is used.
  std::unique_ptr<TlsPeer> next;
  while (next == nullptr) next = TlsPeer::Connect(server->port());
  ASSERT_TRUE(next->Write(Get()));
  EXPECT_EQ(StatusOf(next->ReadResponse()), "200");
}

// Who says nothing, whether before the handshake, after it, within a request's
// headers or after a request, makes room, the longest silent first.
TEST(HttpsServerLimitsTest, SilentConnectionsLockNobodyOut) {
  HttpsServerOptions options = TestOptions(Echo);
  options.limits.max_connections = 4;
  const auto server = StartServer(std::move(options));
  TcpPeer silent(server->port());
  const auto idle = TlsPeer::Connect(server->port());
  const auto half = TlsPeer::Connect(server->port());
  const auto used = TlsPeer::Connect(server->port());
  ASSERT_TRUE(half->Write("GET / HTTP/1.1\r\n"));
  ASSERT_TRUE(used->Write(Get()));
  EXPECT_EQ(StatusOf(used->ReadResponse()), "200");
  std::vector<std::unique_ptr<TlsPeer>> peers;
  for (int i = 0; i < 20; ++i) {
    peers.push_back(TlsPeer::Connect(server->port()));
    ASSERT_NE(peers.back(), nullptr) << i;
    ASSERT_TRUE(peers.back()->Write(Get()));
    EXPECT_EQ(StatusOf(peers.back()->ReadResponse()), "200") << i;
  }
  EXPECT_EQ(silent.ReadAll(), "");
  for (TlsPeer* const peer : {idle.get(), half.get(), used.get()}) {
    EXPECT_EQ(peer->ReadAll(), "");
  }
}

}  // namespace
}  // namespace gatehouse::net
