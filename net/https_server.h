// An HTTPS server that hands each request, and who sent it, to a function.
#ifndef GATEHOUSE_NET_HTTPS_SERVER_H_
#define GATEHOUSE_NET_HTTPS_SERVER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/secret.h"
#include "net/server_request.h"

namespace gatehouse::net {

// HttpsServerLimits say how much of what a client may use. What is over a limit
// gets the status named and the connection closed. The time that a handler
// takes is its own affair.
struct HttpsServerLimits {
  size_t max_header_bytes = 64 << 10;  // With the request line: 431.
  size_t max_header_count = 256;       // Fields: 431.
  // 413. A body is in memory before the handler is called, so that
  // max_connections times this is what strangers can fill.
  size_t max_body_bytes = 3 << 20;
  absl::Duration handshake_timeout = absl::Seconds(10);  // Closed.
  // From the handshake, or the first byte of a later request, to the end of the
  // headers: 408, or closed if no byte came.
  absl::Duration header_timeout = absl::Seconds(10);
  absl::Duration body_timeout = absl::Seconds(30);   // All of the body: 408.
  absl::Duration write_timeout = absl::Seconds(30);  // A response: closed.
  absl::Duration idle_timeout = absl::Seconds(90);  // Between requests: closed.
  // At the limit a new connection takes the place of the one that has waited
  // longest for the handshake, for a request, or for the rest of its headers;
  // if all are past that, the new one is closed.
  size_t max_connections = 1024;
};

// HttpsServerOptions say where to listen and with what.
struct HttpsServerOptions {
  std::string address = "127.0.0.1";  // An IP address; "::" is all, IPv4 too.
  uint16_t port = 0;                  // 0: any that is free.
  int io_threads = 2;                 // For TLS and parsing.
  // For handlers. One that waits for somebody else, as authenticators and
  // authorizers over webhooks and issuers' keys do, holds its thread meanwhile:
  // as many such requests as threads hold up everybody. 0: 4 for each
  // processor, at least 16.
  int worker_threads = 0;
  std::string certificate_pem;  // The leaf first, then its chain.
  Secret key_pem;               // Not encrypted.
  HttpHandler handler;
  HttpsServerLimits limits;
  const Clock* clock = &Clock::System();  // For Date; outlives the server.
};

// HttpsServer listens and serves until it is shut down.
//
// TLS 1.2 (ECDHE with AEAD only) and 1.3. Every client is asked for a
// certificate and need not have one; whatever it presents is let in, as by
// kube-apiserver, so that a bad certificate is an answer of 401 and not a
// connection that breaks: judging it is the authenticator's. Sessions are never
// resumed, so that the peer's certificates are always those of a handshake in
// which the key was proved. There is no plain HTTP.
//
// HTTP/1.1 only, requests of a connection one after the other. What could be
// read in two ways is refused with 400 (RFC 9112, sections 2.2, 3.2, 5, 6, 11):
// a line that ends in LF alone, NUL and control characters, folded lines, space
// before a colon, more than one or a malformed Content-Length,
// Content-Length beside Transfer-Encoding, a coding other than "chunked", not
// exactly one Host, a target that does not begin with "/", a "%" without two
// hexadecimal digits in the path. Another version is 505.
//
// Owns its threads. Any thread may call anything, but Shutdown and destruction
// not from within a handler.
class HttpsServer {
 public:
  // Listens and starts to serve. Errors: kInvalidArgument, with kMalformed for
  // an address or PEM that does not parse, kInvalid for a key that is not the
  // certificate's, for no handler, for limits and io_threads that are not
  // positive, and for a negative worker_threads; kUnavailable when the address
  // is taken or not ours; kResourceExhausted when there are no threads or file
  // descriptors to be had.
  static absl::StatusOr<std::unique_ptr<HttpsServer>> Start(
      HttpsServerOptions options);

  // Shuts down with no grace.
  virtual ~HttpsServer() = default;

  // Returns the port that it listens on.
  virtual uint16_t port() const = 0;

  // Presents another certificate from the next handshake on; connections that
  // are open stay. Errors as Start's; the former stays in effect then.
  virtual absl::Status ReplaceCertificate(absl::string_view certificate_pem,
                                          const Secret& key_pem) = 0;

  // Stops listening, closes idle connections, lets requests that have begun
  // end for up to `grace`, then closes what is left. Returns when nothing runs
  // any more; a handler cannot be interrupted and is waited for. Later calls
  // wait for the first.
  virtual void Shutdown(absl::Duration grace) = 0;
};

}  // namespace gatehouse::net

#endif  // GATEHOUSE_NET_HTTPS_SERVER_H_
