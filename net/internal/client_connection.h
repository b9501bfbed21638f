// One connection of a client.
#ifndef GATEHOUSE_NET_INTERNAL_CLIENT_CONNECTION_H_
#define GATEHOUSE_NET_INTERNAL_CLIENT_CONNECTION_H_

#include <openssl/base.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/http_client.h"

namespace gatehouse::net::internal {

using SteadyTime = std::chrono::steady_clock::time_point;

// Peer is whom to connect to.
struct Peer {
  std::vector<std::string> addresses;  // IP, as text; tried in this order.
  uint16_t port = 0;
  std::string name;  // Whom the certificate must be for.
};

// ExchangeOptions is what is to be known of a request beside its bytes.
struct ExchangeOptions {
  bool head = false;  // The response has no body, whatever it says.
  size_t max_body_bytes = 0;
  SteadyTime deadline;
};

// ClientConnection is a TLS connection on which requests are made, one after
// the other. It has no thread: what it does it does in the caller's, until the
// caller's deadline. For one thread at a time. After an error it is good for
// nothing.
class ClientConnection {
 public:
  // Connects and shakes hands. Errors as HttpClient::Do's.
  static absl::StatusOr<std::unique_ptr<ClientConnection>> Open(
      const Peer& peer, SSL_CTX* context, SteadyTime deadline);

  virtual ~ClientConnection() = default;

  // Sends a request and returns the response. Errors as HttpClient::Do's.
  virtual absl::StatusOr<HttpResponse> Exchange(
      absl::string_view request, const ExchangeOptions& options) = 0;

  // Returns true if nothing has come since the last exchange, not even the end.
  virtual bool quiet() = 0;

  // Returns true if the last exchange ended, in an error, before a byte of the
  // response had come.
  virtual bool unanswered() const = 0;

  // Returns true if another request can be made.
  virtual bool reusable() const = 0;
};

}  // namespace gatehouse::net::internal

#endif  // GATEHOUSE_NET_INTERNAL_CLIENT_CONNECTION_H_
