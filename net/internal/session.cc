#include "net/internal/session.h"

#include <algorithm>
#include <atomic>
#include <boost/asio/buffer.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "net/internal/header_scanner.h"
#include "net/internal/message_parser.h"
#include "net/internal/request.h"
#include "net/internal/session_set.h"
#include "net/internal/tls.h"

namespace gatehouse::net::internal {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr size_t kReadBytes = size_t{16} << 10;  // A TLS record.
// What is read and thrown away so that a client which is still sending gets the
// response, and for how long.
constexpr size_t kMaxLingerBytes = size_t{16} << 20;
constexpr absl::Duration kLingerTime = absl::Seconds(1);
constexpr absl::Duration kMaxTimeout = absl::Hours(24);
constexpr char kContinue[] = "HTTP/1.1 100 Continue\r\n\r\n";

using Stream = asio::ssl::stream<tcp::socket>;

Stream NewStream(tcp::socket socket, SSL_CTX* context) {
  SSL_CTX_up_ref(context);
  asio::ssl::context owner(context);  // Of the reference; not needed later.
  return {std::move(socket), owner};
}

std::string AddressOf(const tcp::endpoint& endpoint) {
  asio::ip::address ip = endpoint.address();
  if (ip.is_v6() && ip.to_v6().is_v4_mapped()) {
    ip = asio::ip::make_address_v4(asio::ip::v4_mapped, ip.to_v6());
  }
  const std::string address = ip.to_string();
  return ip.is_v6() ? absl::StrCat("[", address, "]:", endpoint.port())
                    : absl::StrCat(address, ":", endpoint.port());
}

class SessionImpl final : public Session,
                          public std::enable_shared_from_this<SessionImpl> {
 public:
  SessionImpl(tcp::socket socket, std::shared_ptr<SSL_CTX> context,
              std::string remote_address, SessionHost* host)
      : host_(host),
        remote_address_(std::move(remote_address)),
        context_(std::move(context)),
        stream_(NewStream(std::move(socket), context_.get())),
        timer_(stream_.get_executor()) {}
  ~SessionImpl() override { host_->sessions.Remove(this); }

  void Start() override {
    asio::dispatch(stream_.get_executor(),
                   [self = shared_from_this()] { self->Handshake(); });
  }

  void Drain() override {
    draining_ = true;
    asio::dispatch(stream_.get_executor(), [self = shared_from_this()] {
      if (self->phase_ == Phase::kHandshake) self->Close();
      if (self->phase_ == Phase::kIdle) self->OnDeadline();
    });
  }

  void Abort() override {
    asio::dispatch(stream_.get_executor(),
                   [self = shared_from_this()] { self->Close(); });
  }

 private:
  // What is waited for.
  enum class Phase {
    kHandshake,
    kIdle,     // The first byte of a request.
    kHeader,   // The rest of its headers.
    kBody,     // The rest of its body.
    kHandler,  // The handler.
    kWrite,    // The client to take the response.
    kLinger,   // The client to end the connection.
  };

  // Gives what is waited for from now on a deadline.
  void Enter(Phase phase, absl::Duration timeout) {
    phase_ = phase;
    timed_out_ = false;
    Arm(timeout);
  }

  void Arm(absl::Duration timeout) {
    timer_.expires_after(
        absl::ToChronoNanoseconds(std::min(timeout, kMaxTimeout)));
    timer_.async_wait(
        [self = shared_from_this(), id = ++deadline_](error_code error) {
          // One that had expired when it was cancelled is of another phase.
          if (!error && id == self->deadline_) self->OnDeadline();
        });
  }

  void Disarm() {
    ++deadline_;
    timer_.cancel();
  }

  // A read is cancelled once, so that its end can be answered, and cut off when
  // it does not end; everything else is cut off.
  void OnDeadline() {
    const bool reading = phase_ == Phase::kIdle || phase_ == Phase::kHeader ||
                         phase_ == Phase::kBody;
    if (!reading || timed_out_) return Close();
    timed_out_ = true;
    Arm(kLingerTime);
    error_code ignored;
    stream_.next_layer().cancel(ignored);
  }

  void Close() {
    Disarm();
    error_code ignored;
    stream_.next_layer().close(ignored);
  }

  void Handshake() {
    if (draining_) return Close();
    Enter(Phase::kHandshake, host_->limits.handshake_timeout);
    stream_.async_handshake(
        asio::ssl::stream_base::server,
        [self = shared_from_this()](error_code error) {
          if (error) return self->Close();
          self->certificates_ = PeerCertificates(self->stream_.native_handle());
          self->certificate_views_.assign(self->certificates_.begin(),
                                          self->certificates_.end());
          // A client that has come for nothing has no time to lose.
          self->NextRequest(self->host_->limits.header_timeout);
        });
  }

  void NextRequest(absl::Duration idle_timeout) {
    request_ = ServerRequest();
    scanner_ = HeaderScanner();
    parser_.reset();
    Enter(Phase::kIdle, idle_timeout);
    host_->sessions.Await(this);
    if (draining_) return Finish();
    if (buffer_.size() > 0) {
      Enter(Phase::kHeader, host_->limits.header_timeout);
    }
    ScanHeader();
  }

  absl::string_view Received() const {
    return {static_cast<const char*>(buffer_.data().data()), buffer_.size()};
  }

  void ScanHeader() {
    const size_t max_bytes = host_->limits.max_header_bytes;
    const HeaderScanner::Result result = scanner_.Scan(Received());
    if (result == HeaderScanner::Result::kMalformed) return Refuse(400);
    if (result == HeaderScanner::Result::kComplete) {
      return scanner_.length() > max_bytes ? Refuse(431) : ParseHeader();
    }
    if (buffer_.size() >= max_bytes) return Refuse(431);
    if (timed_out_) return Refuse(408);
    Read(&SessionImpl::OnHeaderBytes);
  }

  // Reads what comes and calls `then`.
  void Read(void (SessionImpl::*then)(error_code)) {
    stream_.async_read_some(
        buffer_.prepare(kReadBytes),
        [self = shared_from_this(), then](error_code error, size_t size) {
          self->buffer_.commit(size);
          (self.get()->*then)(error);
        });
  }

  void OnHeaderBytes(error_code error) {
    if (phase_ == Phase::kIdle && buffer_.size() == 0) {
      if (error && timed_out_) return Finish();
      if (error) return Close();
    } else if (phase_ == Phase::kIdle) {
      Enter(Phase::kHeader, host_->limits.header_timeout);
    }
    if (error && timed_out_) return Refuse(408);
    if (error) return Close();
    ScanHeader();
  }

  void ParseHeader() {
    if (!host_->sessions.Begin(this)) return Close();
    const HttpsServerLimits& limits = host_->limits;
    parser_.emplace(MessageLimits{limits.max_header_bytes,
                                  limits.max_header_count,
                                  limits.max_body_bytes});
    error_code error;
    parser_->put(asio::buffer(buffer_.data(), scanner_.length()), error);
    buffer_.consume(scanner_.length());
    request_.method = std::move(parser_->method);
    if (error) return Refuse(StatusOf(error));
    if (parser_->version != 11) return Refuse(505);
    request_.target = std::move(parser_->target);
    request_.headers = std::move(parser_->headers);
    const int refused = CompleteRequest(&request_);
    if (refused != 0) return Refuse(refused);
    if (parser_->is_done()) return Dispatch();
    parser_->eager(true);
    Enter(Phase::kBody, limits.body_timeout);
    Expect();
  }

  int StatusOf(error_code error) const {
    if (parser_->too_many_fields() || error == http::error::header_limit) {
      return 431;
    }
    if (error == http::error::body_limit) return 413;
    return error == http::error::bad_version ? 505 : 400;
  }

  // RFC 9110 section 10.1.1.
  void Expect() {
    const auto expect = request_.headers.First("Expect");
    if (!expect.has_value()) return ReadBody();
    if (!absl::EqualsIgnoreCase(*expect, "100-continue")) return Refuse(417);
    if (buffer_.size() > 0) return ReadBody();
    asio::async_write(stream_, asio::buffer(kContinue, sizeof(kContinue) - 1),
                      [self = shared_from_this()](error_code error, size_t) {
                        error ? self->Close() : self->ReadBody();
                      });
  }

  void ReadBody() {
    error_code error;
    while (parser_->Takes(buffer_.size()) && !error) {
      buffer_.consume(parser_->put(buffer_.data(), error));
    }
    if (parser_->is_done()) return Dispatch();
    if (error && error != http::error::need_more) {
      return Refuse(StatusOf(error));
    }
    // A chunk's size or the trailers, without end.
    if (buffer_.size() >= host_->limits.max_header_bytes) return Refuse(431);
    if (timed_out_) return Refuse(408);
    Read(&SessionImpl::OnBodyBytes);
  }

  void OnBodyBytes(error_code error) {
    if (error && timed_out_) return Refuse(408);
    if (error) return Close();
    ReadBody();
  }

  void Dispatch() {
    phase_ = Phase::kHandler;
    Disarm();
    request_.body = std::move(parser_->body);
    request_.peer_certificates = certificate_views_;
    request_.remote_address = remote_address_;
    request_.connection_state = &connection_state_;
    close_ = !parser_->keep_alive();
    asio::post(*host_->workers,
               [self = shared_from_this()] { self->RunHandler(); });
  }

  // On a worker; nothing else touches the session meanwhile but Drain and
  // Abort.
  void RunHandler() {
    try {
      Respond();
      asio::post(stream_.get_executor(),
                 [self = shared_from_this()] { self->Write(); });
    } catch (...) {
      Abort();  // No memory for the response. If this throws, too, it ends.
    }
  }

  void Respond() {
    // The request may be moved from, but not this.
    const bool head = request_.method == "HEAD";
    HttpResponse response;
    try {
      response = host_->handler(request_);
    } catch (...) {
      response = PlainResponse(500);
    }
    close_ = close_ || draining_;
    response_ =
        SerializeResponse(response, {head, close_, host_->clock->Now()});
  }

  void Refuse(int status) {
    if (!host_->sessions.Begin(this)) return Close();
    close_ = true;
    response_ = SerializeResponse(
        PlainResponse(status),
        {request_.method == "HEAD", close_, host_->clock->Now()});
    Write();
  }

  void Write() {
    Enter(Phase::kWrite, host_->limits.write_timeout);
    asio::async_write(stream_, asio::buffer(response_),
                      [self = shared_from_this()](error_code error, size_t) {
                        if (error) return self->Close();
                        if (self->close_) return self->Finish();
                        self->NextRequest(self->host_->limits.idle_timeout);
                      });
  }

  // Ends TLS, then TCP. A socket that is closed while the client is sending
  // resets the connection, and the client loses the response that it has not
  // read; so what it sends is taken and thrown away for a moment.
  void Finish() {
    Enter(Phase::kLinger, kLingerTime);
    stream_.async_shutdown([self = shared_from_this()](error_code) {
      error_code ignored;
      self->stream_.next_layer().shutdown(tcp::socket::shutdown_send, ignored);
      self->buffer_.clear();
      self->Linger();
    });
  }

  void Linger() {
    stream_.next_layer().async_read_some(
        buffer_.prepare(kReadBytes),
        [self = shared_from_this()](error_code error, size_t size) {
          self->lingered_ += size;
          if (error || self->lingered_ > kMaxLingerBytes) return self->Close();
          self->Linger();
        });
  }

  SessionHost* const host_;
  const std::string remote_address_;
  // BoringSSL counts references as well, but in a way that ThreadSanitizer does
  // not see.
  const std::shared_ptr<SSL_CTX> context_;
  std::atomic<bool> draining_{false};

  // Everything below belongs to the strand, and to the worker in kHandler.
  Stream stream_;
  asio::steady_timer timer_;
  uint64_t deadline_ = 0;  // Which one the timer is set for.
  Phase phase_ = Phase::kHandshake;
  bool timed_out_ = false;
  size_t lingered_ = 0;
  std::vector<std::string> certificates_;
  std::vector<absl::string_view> certificate_views_;
  std::shared_ptr<void> connection_state_;

  boost::beast::flat_buffer buffer_;  // Received and not yet parsed.
  HeaderScanner scanner_;
  absl::optional<MessageParser<true>> parser_;
  ServerRequest request_;
  std::string response_;
  bool close_ = false;  // The connection ends with the response.
};

}  // namespace

std::shared_ptr<Session> NewSession(tcp::socket socket,
                                    std::shared_ptr<SSL_CTX> context,
                                    SessionHost* host) {
  error_code error;
  const tcp::endpoint remote = socket.remote_endpoint(error);
  if (error) return nullptr;
  socket.set_option(tcp::no_delay(true), error);
  auto session = std::make_shared<SessionImpl>(
      std::move(socket), std::move(context), AddressOf(remote), host);
  host->sessions.Add(session);
  return session;
}

}  // namespace gatehouse::net::internal
