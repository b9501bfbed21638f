#include "net/https_server.h"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <exception>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/mutex.h"
#include "net/internal/session.h"
#include "net/internal/tls.h"

namespace gatehouse::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// How long accepting pauses when the process has no file descriptor left.
constexpr absl::Duration kAcceptPause = absl::Milliseconds(50);

absl::Status Invalid(absl::string_view text) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                   absl::StrCat("HTTPS server: ", text));
}

absl::Status Validate(const HttpsServerOptions& options) {
  const HttpsServerLimits& limits = options.limits;
  if (options.handler == nullptr) return Invalid("it has no handler");
  if (options.io_threads <= 0 || options.worker_threads < 0) {
    return Invalid("it needs threads of both kinds");
  }
  if (limits.max_header_bytes == 0 || limits.max_header_count == 0 ||
      limits.max_body_bytes == 0 || limits.max_connections == 0) {
    return Invalid("its limits must be more than 0");
  }
  for (const absl::Duration timeout :
       {limits.handshake_timeout, limits.header_timeout, limits.body_timeout,
        limits.write_timeout, limits.idle_timeout}) {
    if (timeout <= absl::ZeroDuration()) {
      return Invalid("its times must be more than 0");
    }
  }
  return absl::OkStatus();
}

class HttpsServerImpl final : public HttpsServer {
 public:
  explicit HttpsServerImpl(HttpsServerOptions options)
      : work_(asio::make_work_guard(io_)),
        handler_work_(asio::make_work_guard(workers_)),
        acceptor_(asio::make_strand(io_)),
        timer_(acceptor_.get_executor()) {
    host_.handler = std::move(options.handler);
    host_.limits = options.limits;
    host_.clock = options.clock;
    host_.workers = &workers_;
  }

  ~HttpsServerImpl() override { Shutdown(absl::ZeroDuration()); }

  absl::Status Listen(const std::string& address, uint16_t port) {
    error_code error;
    const auto ip = asio::ip::make_address(address, error);
    if (error) {
      return MakeError(
          absl::StatusCode::kInvalidArgument, Reason::kMalformed,
          absl::StrCat("HTTPS server: \"", address, "\" is no IP address"));
    }
    const tcp::endpoint endpoint(ip, port);
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error && ip.is_v6()) {
      acceptor_.set_option(asio::ip::v6_only(false), error);
    }
    if (!error) acceptor_.bind(endpoint, error);
    if (!error)
      acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (!error) port_ = acceptor_.local_endpoint(error).port();
    if (!error) return absl::OkStatus();
    return absl::UnavailableError(absl::StrCat(
        "cannot listen on ", address, " port ", port, ": ", error.message()));
  }

  // Throws if there are no threads to be had; destruction joins those made.
  void Run(int io_threads, int worker_threads) {
    for (int i = 0; i < worker_threads; ++i) {
      worker_threads_.emplace_back([this] { RunAll(workers_); });
    }
    for (int i = 0; i < io_threads; ++i) {
      threads_.emplace_back([this] { RunAll(io_); });
    }
    asio::post(acceptor_.get_executor(), [this] { AcceptOrLater(); });
  }

  uint16_t port() const override { return port_; }

  absl::Status ReplaceCertificate(absl::string_view certificate_pem,
                                  const Secret& key_pem) override {
    auto context = internal::NewServerContext(certificate_pem, key_pem);
    if (!context.ok()) return context.status();
    MutexLock lock(context_mutex_);
    context_ = *std::move(context);
    return absl::OkStatus();
  }

  void Shutdown(absl::Duration grace) override {
    MutexLock lock(shutdown_mutex_);
    if (down_) return;
    down_ = true;
    // Whatever is accepted is in the set when this has run.
    asio::post(acceptor_.get_executor(),
               [this, grace] { StopAccepting(grace); });
    if (!threads_.empty()) AwaitStopped();
    host_.sessions.AwaitEmpty();
    handler_work_.reset();
    for (std::thread& thread : worker_threads_) thread.join();
    work_.reset();
    io_.stop();
    for (std::thread& thread : threads_) thread.join();
  }

 private:
  static void RunAll(asio::io_context& context) {
    for (;;) {
      try {
        context.run();
        return;
      } catch (...) {
        // No memory: the connection that wanted it is gone, the others go on.
      }
    }
  }

  void Accept() {
    acceptor_.async_accept(asio::make_strand(io_),
                           [this](error_code error, tcp::socket socket) {
                             if (!acceptor_.is_open()) return;
                             if (error) return AcceptLater();
                             AdmitOrClose(std::move(socket));
                             AcceptOrLater();
                           });
  }

  // One way or another accepting goes on: a server that has stopped to listen
  // without ending is of no use to anybody.
  void AcceptOrLater() {
    try {
      Accept();
    } catch (...) {
      AcceptLater();
    }
  }

  void AcceptLater() {
    for (;;) {
      try {
        return StartTimer();
      } catch (...) {
        std::this_thread::yield();  // Until there is memory for a timer.
      }
    }
  }

  void StartTimer() {
    timer_.expires_after(absl::ToChronoNanoseconds(kAcceptPause));
    timer_.async_wait([this](error_code) {
      if (acceptor_.is_open()) AcceptOrLater();
    });
  }

  void AdmitOrClose(tcp::socket socket) {
    try {
      Admit(std::move(socket));
    } catch (...) {
      // No memory for it; it is closed.
    }
  }

  void Admit(tcp::socket socket) {
    if (!host_.sessions.MakeRoom(host_.limits.max_connections)) return;
    std::shared_ptr<SSL_CTX> context;
    {
      MutexLock lock(context_mutex_);
      context = context_;
    }
    const auto session =
        internal::NewSession(std::move(socket), std::move(context), &host_);
    if (session != nullptr) session->Start();
  }

  void StopAccepting(absl::Duration grace) {
    error_code ignored;
    acceptor_.close(ignored);
    for (const auto& session : host_.sessions.All()) session->Drain();
    timer_.expires_after(absl::ToChronoNanoseconds(
        std::max(absl::ZeroDuration(), std::min(grace, absl::Hours(24)))));
    timer_.async_wait([this](error_code) {
      for (const auto& session : host_.sessions.All()) session->Abort();
    });
    MutexLock lock(stopped_mutex_);
    stopped_ = true;
    stopped_changed_.NotifyAll();
  }

  void AwaitStopped() {
    MutexLock lock(stopped_mutex_);
    while (!stopped_) stopped_changed_.Wait(stopped_mutex_);
  }

  asio::io_context io_;
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  asio::io_context workers_;
  asio::executor_work_guard<asio::io_context::executor_type> handler_work_;
  internal::SessionHost host_;
  // Constant once it runs.
  std::vector<std::thread> threads_;
  std::vector<std::thread> worker_threads_;
  uint16_t port_ = 0;

  // Belong to the acceptor's strand.
  tcp::acceptor acceptor_;
  asio::steady_timer timer_;

  Mutex context_mutex_;
  std::shared_ptr<SSL_CTX> context_ ABSL_GUARDED_BY(context_mutex_);

  Mutex shutdown_mutex_;  // Before the others.
  bool down_ ABSL_GUARDED_BY(shutdown_mutex_) = false;

  Mutex stopped_mutex_;
  CondVar stopped_changed_;
  bool stopped_ ABSL_GUARDED_BY(stopped_mutex_) = false;
};

// As many handlers as wait for others at the same time have to fit in.
int WorkerThreads(int wanted) {
  if (wanted > 0) return wanted;
  return std::max(16, 4 * static_cast<int>(std::min(
                              64U, std::thread::hardware_concurrency())));
}

absl::StatusOr<std::unique_ptr<HttpsServer>> StartOrThrow(
    HttpsServerOptions options) {
  const std::string address = options.address;
  const std::string certificate_pem = options.certificate_pem;
  const Secret key_pem = options.key_pem;
  const uint16_t port = options.port;
  const int io_threads = options.io_threads;
  const int worker_threads = WorkerThreads(options.worker_threads);
  auto server = std::make_unique<HttpsServerImpl>(std::move(options));
  absl::Status status = server->ReplaceCertificate(certificate_pem, key_pem);
  if (status.ok()) status = server->Listen(address, port);
  if (!status.ok()) return status;
  server->Run(io_threads, worker_threads);
  return std::unique_ptr<HttpsServer>(std::move(server));
}

}  // namespace

absl::StatusOr<std::unique_ptr<HttpsServer>> HttpsServer::Start(
    HttpsServerOptions options) {
  absl::Status status = Validate(options);
  if (!status.ok()) return status;
  try {
    return StartOrThrow(std::move(options));
  } catch (const std::exception& error) {
    return absl::ResourceExhaustedError(
        absl::StrCat("HTTPS server: ", error.what()));
  }
}

}  // namespace gatehouse::net
