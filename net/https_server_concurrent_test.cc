// What happens at once: requests on all sides, certificates that change,
// shutdown.
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/http_client.h"
#include "base/mutex.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "net/https_client.h"
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
using ::testing::HasSubstr;
using testing::Identity;
using testing::Ok;
using testing::StartServer;
using testing::StatusOf;
using testing::TcpPeer;
using testing::TlsPeer;

// Gate holds threads up until it is opened.
class Gate {
 public:
  void Pass() {
    MutexLock lock(mutex_);
    ++arrived_;
    changed_.NotifyAll();
    while (!open_) changed_.Wait(mutex_);
  }
  void AwaitArrivals(int count) {
    MutexLock lock(mutex_);
    while (arrived_ < count) changed_.Wait(mutex_);
  }
  void Open() {
    MutexLock lock(mutex_);
    open_ = true;
    changed_.NotifyAll();
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  int arrived_ ABSL_GUARDED_BY(mutex_) = 0;
  bool open_ ABSL_GUARDED_BY(mutex_) = false;
};

HttpHandler Waiting(Gate* gate) {
  return [gate](const ServerRequest& request) {
    if (request.path == "/wait") gate->Pass();
    return Ok("done");
  };
}

TEST(HttpsServerConcurrentTest, NoRequestFailsWhileCertificatesChange) {
  constexpr int kThreads = 4;
  constexpr int kRequests = 100;
  const auto server = StartServer(Echo);
  std::atomic<int> running{kThreads};
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&server, &running, i] {
      HttpClientOptions trust;
      trust.ca_pem = testing::ServerCa().certificate().ToPem();
      const auto kept = *MakeHttpsClient(trust);
      HttpRequest request;
      request.url = absl::StrCat("https://127.0.0.1:", server->port(), "/", i);
      for (int n = 0; n < kRequests; ++n) {
        // Every other one with a handshake of its own.
        const auto client = n % 2 == 0 ? kept : *MakeHttpsClient(trust);
        const auto response = client->Do(request);
        ASSERT_TRUE(response.ok()) << response.status();
        EXPECT_EQ(response->status, 200);
      }
      --running;
    });
  }
  const Identity identities[] = {
      testing::IdentityOf(testing::LocalServer(testing::ServerCa())),
      testing::ServerIdentity()};
  for (int n = 0; running > 0; ++n) {
    const Identity& next = identities[n % 2];
    ASSERT_TRUE(
        server->ReplaceCertificate(next.certificate_pem, next.key_pem).ok());
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(HttpsServerConcurrentTest, SlowHandlersDoNotHoldUpOthers) {
  Gate gate;
  HttpsServerOptions options = testing::TestOptions(Waiting(&gate));
  options.worker_threads = 3;
  const auto server = StartServer(std::move(options));
  const auto first = TlsPeer::Connect(server->port());
  const auto second = TlsPeer::Connect(server->port());
  ASSERT_TRUE(first->Write(Get("/wait")));
  ASSERT_TRUE(second->Write(Get("/wait")));
  gate.AwaitArrivals(2);
  const auto third = TlsPeer::Connect(server->port());
  ASSERT_TRUE(third->Write(Get("/")));
  EXPECT_EQ(BodyOf(third->ReadResponse()), "done");
  gate.Open();
  EXPECT_EQ(BodyOf(first->ReadResponse()), "done");
  EXPECT_EQ(BodyOf(second->ReadResponse()), "done");
}

TEST(HttpsServerConcurrentTest, ShutdownLetsRequestsEnd) {
  Gate gate;
  const auto server = StartServer(Waiting(&gate));
  const auto busy = TlsPeer::Connect(server->port());
  const auto begun = TlsPeer::Connect(server->port());
  const auto idle = TlsPeer::Connect(server->port());
  ASSERT_TRUE(idle->Write(Get("/")));
  EXPECT_EQ(StatusOf(idle->ReadResponse()), "200");
  // The first response shows that the second request's bytes have come too.
  ASSERT_TRUE(begun->Write(Get("/") + "GET / HTTP/1.1\r\n"));
  EXPECT_EQ(StatusOf(begun->ReadResponse()), "200");
  ASSERT_TRUE(busy->Write(Get("/wait") + Get("/lost")));
  gate.AwaitArrivals(1);

  std::thread shutdown([&] { server->Shutdown(absl::InfiniteDuration()); });
  EXPECT_EQ(idle->ReadAll(), "");
  EXPECT_TRUE(idle->ended_properly());
  ASSERT_TRUE(begun->Write("Host: x\r\n\r\n"));
  EXPECT_THAT(begun->ReadAll(), EndsWith("done"));
  gate.Open();
  const std::string last = busy->ReadAll();
  EXPECT_THAT(last, HasSubstr("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(last, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(last, EndsWith("done"));
  EXPECT_TRUE(busy->ended_properly());
  shutdown.join();
  server->Shutdown(absl::ZeroDuration());  // Nothing is left to do.
}

TEST(HttpsServerConcurrentTest, ShutdownClosesWhatDoesNotEnd) {
  Gate gate;
  const auto server = StartServer(Waiting(&gate));
  const auto busy = TlsPeer::Connect(server->port());
  const auto half = TlsPeer::Connect(server->port());
  const TcpPeer silent(server->port());
  ASSERT_TRUE(half->Write("GET / HTTP/1.1\r\n"));
  ASSERT_TRUE(busy->Write(Get("/wait")));
  gate.AwaitArrivals(1);
  std::thread shutdown([&] { server->Shutdown(absl::Milliseconds(50)); });
  EXPECT_EQ(busy->ReadAll(), "");
  EXPECT_EQ(half->ReadAll(), "");
  gate.Open();
  shutdown.join();
}

TEST(HttpsServerConcurrentTest, ManyConnectionsAtOnce) {
  constexpr int kThreads = 8;
  std::atomic<int> served{0};
  auto server = StartServer([&](const ServerRequest& request) {
    ++served;
    return Ok(request.path);
  });
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&server, i] {
      for (int n = 0; n < 20; ++n) {
        const auto peer = TlsPeer::Connect(server->port());
        ASSERT_NE(peer, nullptr);
        const std::string path = absl::StrCat("/", i, "/", n);
        ASSERT_TRUE(peer->Write(Get(path) + Get(path)));
        EXPECT_EQ(BodyOf(peer->ReadResponse()), path);
        // Every other one leaves without its second response.
        if (n % 2 == 0) peer->ReadResponse();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  server.reset();  // Whatever still runs, runs to its end.
  EXPECT_GE(served, kThreads * 20 * 3 / 2);
}

}  // namespace
}  // namespace gatehouse::net
