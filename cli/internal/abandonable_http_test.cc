#include "cli/internal/abandonable_http.h"

#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/http_client.h"
#include "base/mutex.h"
#include "gtest/gtest.h"

namespace gatehouse::cli {
namespace {

// A server's end: "https://hangs" is answered when the test says so.
struct Server {
  Mutex mutex;
  CondVar changed;
  int asked ABSL_GUARDED_BY(mutex) = 0;
  int gone ABSL_GUARDED_BY(mutex) = 0;  // Clients.
  bool answers ABSL_GUARDED_BY(mutex) = false;

  void Await(int Server::*what, int count) {
    MutexLock lock(mutex);
    while (this->*what < count) changed.Wait(mutex);
  }
  void Add(int Server::*what) {
    const MutexLock lock(mutex);
    ++(this->*what);
    changed.NotifyAll();
  }
  void Answer() {
    const MutexLock lock(mutex);
    answers = true;
    changed.NotifyAll();
  }
};

class SlowClient : public HttpClient {
 public:
  explicit SlowClient(std::shared_ptr<Server> server)
      : server_(std::move(server)) {}
  // As a client does that has to wait for what it began.
  ~SlowClient() override {
    {
      MutexLock lock(server_->mutex);
      while (server_->asked > 0 && !server_->answers) {
        server_->changed.Wait(server_->mutex);
      }
    }
    server_->Add(&Server::gone);
  }
  absl::StatusOr<HttpResponse> Do(const HttpRequest& request) override {
    if (request.url == "https://fails") return absl::UnavailableError("no");
    if (request.url == "https://hangs") {
      server_->Add(&Server::asked);
      MutexLock lock(server_->mutex);
      while (!server_->answers) server_->changed.Wait(server_->mutex);
    }
    HttpResponse response;
    response.status = 200;
    response.body = request.url + request.body;
    return response;
  }

 private:
  const std::shared_ptr<Server> server_;
};

HttpClientFactory FactoryOf(const std::shared_ptr<Server>& server) {
  return [server](const HttpClientOptions& options)
             -> absl::StatusOr<std::shared_ptr<HttpClient>> {
    if (options.ca_pem == "bad") return absl::InvalidArgumentError("bad");
    return std::make_shared<SlowClient>(server);
  };
}

HttpRequest To(const std::string& url) {
  HttpRequest request;
  request.url = url;
  request.body = "?";
  return request;
}

TEST(AbandonableHttpTest, PassesAllOn) {
  AbandonableHttp http(FactoryOf(std::make_shared<Server>()));
  HttpClientOptions bad;
  bad.ca_pem = "bad";
  EXPECT_EQ(http.factory()(bad).status(), absl::InvalidArgumentError("bad"));
  const auto client = http.factory()(HttpClientOptions());
  ASSERT_TRUE(client.ok());
  const auto response = (*client)->Do(To("https://answers"));
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->body, "https://answers?");
  EXPECT_EQ((*client)->Do(To("https://fails")).status(),
            absl::UnavailableError("no"));
}

TEST(AbandonableHttpTest, GivesUp) {
  const auto server = std::make_shared<Server>();
  AbandonableHttp http(FactoryOf(server));
  auto client = *http.factory()(HttpClientOptions());
  absl::Status status;
  std::thread asks([&] { status = client->Do(To("https://hangs")).status(); });
  server->Await(&Server::asked, 1);
  http.Abandon();
  asks.join();
  EXPECT_TRUE(absl::IsCancelled(status)) << status;
  EXPECT_TRUE(absl::IsCancelled(client->Do(To("https://hangs")).status()));
  // Nobody waits for the client either, which would hang here.
  client.reset();
  server->Answer();
  server->Await(&Server::gone, 1);
}

TEST(AbandonableHttpTest, GivesUpAtItsEnd) {
  const auto server = std::make_shared<Server>();
  std::shared_ptr<HttpClient> client;
  {
    const AbandonableHttp http(FactoryOf(server));
    client = *http.factory()(HttpClientOptions());
  }
  EXPECT_TRUE(absl::IsCancelled(client->Do(To("https://answers")).status()));
  server->Answer();
}

}  // namespace
}  // namespace gatehouse::cli
