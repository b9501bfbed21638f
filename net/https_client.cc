#include "net/https_client.h"

#include <openssl/ssl.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/headers.h"
#include "base/mutex.h"
#include "net/internal/client_connection.h"
#include "net/internal/fields.h"
#include "net/internal/resolver.h"
#include "net/internal/tls.h"
#include "net/url.h"

namespace gatehouse::net {
namespace {

using internal::ClientConnection;
using internal::SteadyTime;

constexpr char kSystemCas[] = "/etc/ssl/certs/ca-certificates.crt";
constexpr absl::Duration kMaxTimeout = absl::Hours(24);
// Less than servers commonly keep a connection for.
constexpr std::chrono::seconds kMaxIdle(30);
constexpr size_t kMaxIdlePerServer = 4;
constexpr size_t kMaxIdleInAll = 16;

absl::Status Invalid(absl::string_view text) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                   absl::StrCat("HTTP request: ", text));
}

absl::Status Validate(const HttpRequest& request) {
  if (!internal::IsToken(request.method) || request.method == "CONNECT") {
    return Invalid("the method is none");
  }
  for (const Headers::Field& field : request.headers.fields()) {
    if (!internal::IsWritable(field)) {
      return Invalid("a header field has a character that it cannot have");
    }
    if (internal::IsFraming(field.first) ||
        absl::EqualsIgnoreCase(field.first, "Host")) {
      return Invalid(
          absl::StrCat("the header field ", field.first, " is the client's"));
    }
  }
  return absl::OkStatus();
}

std::string Serialize(const HttpRequest& request, const Url& url) {
  std::string out =
      absl::StrCat(request.method, " ", url.target, " HTTP/1.1\r\n");
  internal::AppendField("Host", url.Authority(), &out);
  for (const auto& [name, value] : request.headers.fields()) {
    internal::AppendField(name, value, &out);
  }
  const bool has_body = !request.body.empty() || request.method == "POST" ||
                        request.method == "PUT" || request.method == "PATCH";
  if (has_body) {
    internal::AppendField("Content-Length", absl::StrCat(request.body.size()),
                          &out);
  }
  return absl::StrCat(out, "\r\n", request.body);
}

// IdlePool keeps connections for the next request. Any thread may call it.
class IdlePool {
 public:
  // Returns a connection to `server`, null if there is none.
  std::unique_ptr<ClientConnection> Take(absl::string_view server) {
    std::vector<Entry> old;  // Closed without the lock.
    MutexLock lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    while (!entries_.empty() && now - entries_.front().since > kMaxIdle) {
      old.push_back(std::move(entries_.front()));
      entries_.erase(entries_.begin());
    }
    // The youngest is the likeliest to be alive.
    for (size_t i = entries_.size(); i-- > 0;) {
      if (entries_[i].server != server) continue;
      auto connection = std::move(entries_[i].connection);
      entries_.erase(entries_.begin() + static_cast<ptrdiff_t>(i));
      return connection;
    }
    return nullptr;
  }

  void Put(absl::string_view server,
           std::unique_ptr<ClientConnection> connection) {
    std::vector<Entry> old;
    MutexLock lock(mutex_);
    const auto same = std::count_if(
        entries_.begin(), entries_.end(),
        [server](const Entry& entry) { return entry.server == server; });
    if (static_cast<size_t>(same) >= kMaxIdlePerServer) {
      old.push_back({"", std::move(connection), {}});
      return;
    }
    if (entries_.size() >= kMaxIdleInAll) {
      old.push_back(std::move(entries_.front()));
      entries_.erase(entries_.begin());
    }
    entries_.push_back({std::string(server), std::move(connection),
                        std::chrono::steady_clock::now()});
  }

 private:
  struct Entry {
    std::string server;
    std::unique_ptr<ClientConnection> connection;
    SteadyTime since;
  };

  Mutex mutex_;
  std::vector<Entry> entries_ ABSL_GUARDED_BY(mutex_);  // The oldest first.
};

class HttpsClient final : public HttpClient {
 public:
  HttpsClient(bssl::UniquePtr<SSL_CTX> context, std::string server_name)
      : context_(std::move(context)), server_name_(std::move(server_name)) {}

  absl::StatusOr<HttpResponse> Do(const HttpRequest& request) override {
    const SteadyTime deadline =
        std::chrono::steady_clock::now() +
        absl::ToChronoNanoseconds(std::max(
            absl::ZeroDuration(), std::min(request.timeout, kMaxTimeout)));
    const absl::Status valid = Validate(request);
    if (!valid.ok()) return valid;
    const absl::StatusOr<Url> url = ParseHttpsUrl(request.url);
    if (!url.ok()) return url.status();
    const internal::ExchangeOptions options{
        request.method == "HEAD", request.max_response_bytes, deadline};
    // RFC 9110 section 9.2.2: what has an effect is not made twice by guess.
    const bool repeatable = request.method == "GET" || request.method == "HEAD";
    auto response =
        SendOrFail(Serialize(request, *url), *url, repeatable, options);
    if (response.ok()) return response;
    return InContext(absl::StrCat("https://", url->Authority()),
                     response.status());
  }

 private:
  // Asio throws when there is no descriptor, thread or memory left.
  absl::StatusOr<HttpResponse> SendOrFail(
      const std::string& bytes, const Url& url, bool repeatable,
      const internal::ExchangeOptions& options) {
    try {
      return Send(bytes, url, repeatable, options);
    } catch (const std::exception& error) {
      return absl::ResourceExhaustedError(error.what());
    }
  }

  absl::StatusOr<HttpResponse> Send(const std::string& bytes, const Url& url,
                                    bool repeatable,
                                    const internal::ExchangeOptions& options) {
    const std::string server = url.Authority();
    std::unique_ptr<ClientConnection> connection = idle_.Take(server);
    // Where there is no second try, one that has been closed is left alone.
    while (connection != nullptr && !repeatable && !connection->quiet()) {
      connection = idle_.Take(server);
    }
    if (connection != nullptr) {
      auto response =
          Exchange(std::move(connection), bytes, server, repeatable, options);
      if (response.has_value()) return *std::move(response);
    }
    auto opened = Open(url, options.deadline);
    if (!opened.ok()) return opened.status();
    connection = *std::move(opened);
    auto response = connection->Exchange(bytes, options);
    if (connection->reusable()) idle_.Put(server, std::move(connection));
    return response;
  }

  // Makes a request on a connection that was idle. Nothing: it had been closed
  // meanwhile, and the request may be made again.
  absl::optional<absl::StatusOr<HttpResponse>> Exchange(
      std::unique_ptr<ClientConnection> connection, const std::string& bytes,
      const std::string& server, bool repeatable,
      const internal::ExchangeOptions& options) {
    auto response = connection->Exchange(bytes, options);
    if (!response.ok() && connection->unanswered() &&
        absl::IsUnavailable(response.status())) {
      if (repeatable) return absl::nullopt;
      return absl::StatusOr<HttpResponse>(
          MakeError(absl::StatusCode::kUnavailable, Reason::kConnectionReset,
                    response.status().message()));
    }
    if (connection->reusable()) idle_.Put(server, std::move(connection));
    return response;
  }

  absl::StatusOr<std::unique_ptr<ClientConnection>> Open(const Url& url,
                                                         SteadyTime deadline) {
    internal::Peer peer;
    peer.port = url.port;
    peer.name = server_name_.empty() ? url.host : server_name_;
    if (url.is_ip) {
      peer.addresses = {url.host};
    } else {
      auto addresses = resolver_.Resolve(url.host, deadline);
      if (!addresses.ok()) return addresses.status();
      peer.addresses = *std::move(addresses);
    }
    return ClientConnection::Open(peer, context_.get(), deadline);
  }

  const bssl::UniquePtr<SSL_CTX> context_;
  const std::string server_name_;
  internal::Resolver resolver_;
  IdlePool idle_;
};

}  // namespace

absl::StatusOr<std::shared_ptr<HttpClient>> MakeHttpsClient(
    const HttpClientOptions& options) {
  std::string system_cas;
  if (options.ca_pem.empty()) {
    auto read = ReadFile(kSystemCas);
    if (!read.ok()) {
      return InContext("the system's CAs (package ca-certificates)",
                       read.status());
    }
    system_cas = *std::move(read);
  }
  auto context =
      options.ca_pem.empty()
          ? internal::NewClientContext(options, system_cas, kSystemCas)
          : internal::NewClientContext(options, options.ca_pem, "CA");
  if (!context.ok()) return context.status();
  return std::make_shared<HttpsClient>(*std::move(context),
                                       options.server_name);
}

}  // namespace gatehouse::net
