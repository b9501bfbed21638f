// Requests to a server, and the function that answers them.
#ifndef GATEHOUSE_NET_SERVER_REQUEST_H_
#define GATEHOUSE_NET_SERVER_REQUEST_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/headers.h"
#include "base/http_client.h"

namespace gatehouse::net {

// ServerRequest is a request as a handler sees it, valid until that returns.
struct ServerRequest {
  std::string method;  // As it was sent: methods are case-sensitive.
  std::string target;  // As it was sent: "/a%2Fb?c=d". Begins with "/".
  std::string path;    // Percent-decoded, without the query: "/a/b".
  std::string query;   // As it was sent, without "?": "c=d".
  Headers headers;     // In their order; names as they were written.
  std::string body;    // Without the transfer coding; trailers are dropped.
  bool tls = true;
  // What the client presented in the TLS handshake, DER, leaf first; none if it
  // has none. NOT verified: only that the client has the leaf's key is sure.
  absl::Span<const absl::string_view> peer_certificates;
  absl::string_view remote_address;  // "192.0.2.1:4711", "[2001:db8::1]:4711".
  // A place for what belongs to the connection, such as an
  // authn::X509Connection (peer_certificates never change in it). Null at the
  // first request; destroyed with the connection. A connection has one request
  // at a time, on whatever thread.
  std::shared_ptr<void>* connection_state = nullptr;
};

// HttpHandler answers a request, which is its own to change and move from.
// Called on any worker thread, many at a time.
// Content-Length, Date and what is about the connection are the server's;
// fields of those names are left out. An exception, or an answer that cannot
// be sent (status not in 200-599, a field with a line break), becomes 500.
using HttpHandler = std::function<HttpResponse(ServerRequest& request)>;

}  // namespace gatehouse::net

#endif  // GATEHOUSE_NET_SERVER_REQUEST_H_
