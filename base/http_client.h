// Asking other servers: how network access is passed in.
#ifndef GATEHOUSE_BASE_HTTP_CLIENT_H_
#define GATEHOUSE_BASE_HTTP_CLIENT_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/headers.h"
#include "base/secret.h"

namespace gatehouse {

// HttpRequest is what is sent. A plain value.
struct HttpRequest {
  std::string method = "GET";
  // Absolute: "https://host[:port]/path?query".
  std::string url;
  // Beside those of the protocol itself (Host, Content-Length).
  Headers headers;
  std::string body;
  // For all of it: name, connection, handshake, request, response. Of real
  // time.
  absl::Duration timeout = absl::Seconds(30);
  // A longer body, or headers longer than 64 KiB, is an error.
  size_t max_response_bytes = size_t{1} << 20;
};

// HttpResponse is what came back, whatever its status. A plain value.
struct HttpResponse {
  int status = 0;
  Headers headers;
  std::string body;
};

// HttpClient makes requests. Redirects are not followed: they are answers like
// others (a redirect is how a server that we trust is made to send us to one
// that we do not). Implementations may be called from any thread.
//
// The one over TLS is //net:https_client; a fake for tests is
// //testing:fake_http_client.
class HttpClient {
 public:
  virtual ~HttpClient() = default;

  // Sends `request` and waits for the whole response. OK whenever there was
  // one, 500 included. Errors name the host, never the headers or bodies:
  // kUnavailable (no connection, cut off: ReasonOf kNone; the server reset the
  // connection, or closed one that it had kept from an earlier request without
  // a byte of an answer: kConnectionReset; an answer that is no HTTP:
  // kMalformed), kDeadlineExceeded,
  // kResourceExhausted with Reason::kTooLarge, kInvalidArgument for the
  // request itself, kUnauthenticated with a Reason of certificates when the
  // server is not who it should be.
  virtual absl::StatusOr<HttpResponse> Do(const HttpRequest& request) = 0;
};

// HttpClientOptions say whom a client trusts and who it is. A plain value.
struct HttpClientOptions {
  // PEM certificates of the CAs whose servers are trusted; "": the system's.
  std::string ca_pem;
  // PEM of a client certificate with its chain, and of its key; "": none.
  std::string certificate_pem;
  Secret key_pem;
  // The name that the server's certificate must have; "": that of the URL.
  std::string server_name;
};

// HttpClientFactory makes a client; kInvalidArgument with Reason::kMalformed
// for PEM that does not parse.
using HttpClientFactory =
    std::function<absl::StatusOr<std::shared_ptr<HttpClient>>(
        const HttpClientOptions& options)>;

}  // namespace gatehouse

#endif  // GATEHOUSE_BASE_HTTP_CLIENT_H_
