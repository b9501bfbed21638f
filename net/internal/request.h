// What a server makes of a parsed request, and of what its handler answers.
#ifndef GATEHOUSE_NET_INTERNAL_REQUEST_H_
#define GATEHOUSE_NET_INTERNAL_REQUEST_H_

#include <string>

#include "absl/time/time.h"
#include "base/http_client.h"
#include "net/server_request.h"

namespace gatehouse::net::internal {

// Fills path and query from the target, and checks what HttpsServer promises
// about targets and Host. Returns 0, or the status that refuses the request.
int CompleteRequest(ServerRequest* request);

// Returns the response that the server itself gives: a line of text.
HttpResponse PlainResponse(int status);

// ResponseFrame is what a response depends on beside itself.
struct ResponseFrame {
  bool head = false;   // The request's method was HEAD.
  bool close = false;  // The connection ends with it.
  absl::Time now;      // For Date.
};

// Returns the bytes to send. A response that cannot be sent becomes 500.
std::string SerializeResponse(const HttpResponse& response,
                              const ResponseFrame& frame);

}  // namespace gatehouse::net::internal

#endif  // GATEHOUSE_NET_INTERNAL_REQUEST_H_
