#include "net/internal/client_connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "base/errors.h"
#include "net/internal/message_parser.h"
#include "net/internal/tls.h"

namespace gatehouse::net::internal {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using Stream = asio::ssl::stream<tcp::socket>;

constexpr size_t kReadBytes = size_t{16} << 10;       // A TLS record.
constexpr size_t kMaxHeaderBytes = size_t{64} << 10;  // HttpRequest says so.
constexpr size_t kMaxHeaderCount = 1024;
constexpr int kMaxInterimResponses = 8;

absl::Status Unavailable(absl::string_view doing, error_code error) {
  const Reason reason = error == asio::error::connection_reset
                            ? Reason::kConnectionReset
                            : Reason::kNone;
  return MakeError(absl::StatusCode::kUnavailable, reason,
                   absl::StrCat(doing, ": ", error.message()));
}

absl::Status ParseError(error_code error) {
  if (error == http::error::body_limit || error == http::error::header_limit) {
    return MakeError(absl::StatusCode::kResourceExhausted, Reason::kTooLarge,
                     error == http::error::body_limit
                         ? "the response's body is too long"
                         : "the response's headers are too long");
  }
  if (error == http::error::partial_message) {
    return absl::UnavailableError("the response was cut off");
  }
  return MakeError(
      absl::StatusCode::kUnavailable, Reason::kMalformed,
      absl::StrCat("the response is no HTTP/1.1: ", error.message()));
}

class ConnectionImpl final : public ClientConnection {
 public:
  // `context` need not outlive this call.
  explicit ConnectionImpl(asio::ssl::context* context)
      : stream_(io_, *context) {}

  absl::Status Connect(const Peer& peer, SteadyTime deadline) {
    absl::Status status = absl::UnavailableError("there is no address");
    size_t left = peer.addresses.size();
    for (const std::string& address : peer.addresses) {
      // One that does not answer leaves the others their share of the time.
      const auto now = std::chrono::steady_clock::now();
      const SteadyTime share =
          now + (deadline - now) / static_cast<int>(left--);
      status = ConnectTo(address, peer.port, share);
      if (status.ok()) return status;
    }
    return status;
  }

  absl::Status Handshake(const std::string& name, SteadyTime deadline) {
    if (!ExpectServer(stream_.native_handle(), name)) {
      return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                       absl::StrCat("\"", name, "\" is no server's name"));
    }
    const absl::optional<error_code> error = Await(deadline, [this](auto done) {
      stream_.async_handshake(asio::ssl::stream_base::client, done);
    });
    if (!error.has_value()) return TooLate("shaking hands");
    if (!*error) return absl::OkStatus();
    const absl::Status refused = CertificateError(stream_.native_handle());
    return refused.ok() ? Unavailable("TLS handshake", *error) : refused;
  }

  absl::StatusOr<HttpResponse> Exchange(
      absl::string_view request, const ExchangeOptions& options) override {
    reusable_ = false;
    unanswered_ = true;
    const absl::optional<error_code> error =
        Await(options.deadline, [this, request](auto done) {
          asio::async_write(stream_,
                            asio::buffer(request.data(), request.size()),
                            [done](error_code e, size_t) mutable { done(e); });
        });
    if (!error.has_value()) return TooLate("sending the request");
    if (*error) return Unavailable("sending the request", *error);
    for (int i = 0; i < kMaxInterimResponses; ++i) {
      auto response = ReadResponse(options);
      if (!response.ok() || response->status >= 200) return response;
      // RFC 9110 section 15.2: the final one follows.
      if (response->status == 101) break;
    }
    return MakeError(absl::StatusCode::kUnavailable, Reason::kMalformed,
                     "the response never came to its point");
  }

  bool quiet() override {
    char byte = 0;
    const ssize_t size = recv(stream_.next_layer().native_handle(), &byte, 1,
                              MSG_PEEK | MSG_DONTWAIT);
    return size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
  }
  bool unanswered() const override { return unanswered_; }
  bool reusable() const override { return reusable_; }

 private:
  // Starts an operation with start(done) and lets it run until it calls
  // done(error). Nothing: the deadline came first.
  template <typename Start>
  absl::optional<error_code> Await(SteadyTime deadline, const Start& start) {
    absl::optional<error_code> result;
    start([&result](error_code error) { result = error; });
    io_.restart();
    while (!result.has_value() && io_.run_one_until(deadline) > 0) {
    }
    if (result.has_value()) return result;
    // Ends it before `result` goes.
    error_code ignored;
    stream_.next_layer().close(ignored);
    io_.restart();
    io_.run();
    return absl::nullopt;
  }

  static absl::Status TooLate(absl::string_view doing) {
    return absl::DeadlineExceededError(
        absl::StrCat("the time was over while ", doing));
  }

  absl::Status ConnectTo(const std::string& address, uint16_t port,
                         SteadyTime deadline) {
    error_code ignored;
    stream_.next_layer().close(ignored);
    error_code error;
    const auto ip = asio::ip::make_address(address, error);
    if (error) return Unavailable(address, error);
    const absl::optional<error_code> connected =
        Await(deadline, [this, ip, port](auto done) {
          stream_.next_layer().async_connect(tcp::endpoint(ip, port), done);
        });
    if (!connected.has_value()) return TooLate("connecting");
    if (*connected) return Unavailable("connecting", *connected);
    stream_.next_layer().set_option(tcp::no_delay(true), ignored);
    return absl::OkStatus();
  }

  absl::StatusOr<HttpResponse> ReadResponse(const ExchangeOptions& options) {
    // An interim response says nothing of how the final one ends.
    reusable_ = false;
    MessageParser<false> parser(
        {kMaxHeaderBytes, kMaxHeaderCount, options.max_body_bytes});
    parser.skip(options.head);
    parser.eager(true);
    const absl::Status status = Fill(&parser, options.deadline);
    if (!status.ok()) return status;
    // What comes unasked for would be the next request's response.
    reusable_ =
        parser.status >= 200 && parser.keep_alive() && buffer_.size() == 0;
    HttpResponse response;
    response.status = parser.status;
    response.headers = std::move(parser.headers);
    response.body = std::move(parser.body);
    return response;
  }

  absl::Status Fill(MessageParser<false>* parser, SteadyTime deadline) {
    for (;;) {
      error_code error;
      while (parser->Takes(buffer_.size()) && !error) {
        buffer_.consume(parser->put(buffer_.data(), error));
      }
      if (parser->is_done()) return absl::OkStatus();
      if (error && error != http::error::need_more) return ParseError(error);
      // A chunk's size or the trailers, without end.
      if (buffer_.size() > kMaxHeaderBytes) {
        return ParseError(http::error::header_limit);
      }
      const absl::optional<error_code> read = ReadSome(deadline);
      if (!read.has_value()) return TooLate("waiting for the response");
      if (*read == asio::error::eof && parser->got_some()) {
        // TLS said that this is the end, which a body may take for its own.
        parser->put_eof(error);
        return error ? ParseError(error) : absl::OkStatus();
      }
      if (*read) return Unavailable("reading the response", *read);
    }
  }

  absl::optional<error_code> ReadSome(SteadyTime deadline) {
    return Await(deadline, [this](auto done) {
      stream_.async_read_some(buffer_.prepare(kReadBytes),
                              [this, done](error_code e, size_t size) mutable {
                                buffer_.commit(size);
                                if (size > 0) unanswered_ = false;
                                done(e);
                              });
    });
  }

  asio::io_context io_{1};
  Stream stream_;
  boost::beast::flat_buffer buffer_;
  bool unanswered_ = false;
  bool reusable_ = true;
};

}  // namespace

absl::StatusOr<std::unique_ptr<ClientConnection>> ClientConnection::Open(
    const Peer& peer, SSL_CTX* context, SteadyTime deadline) {
  SSL_CTX_up_ref(context);
  asio::ssl::context owner(context);
  auto connection = std::make_unique<ConnectionImpl>(&owner);
  absl::Status status = connection->Connect(peer, deadline);
  if (status.ok()) status = connection->Handshake(peer.name, deadline);
  if (!status.ok()) return status;
  return std::unique_ptr<ClientConnection>(std::move(connection));
}

}  // namespace gatehouse::net::internal
