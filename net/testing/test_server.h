// An HttpsServer for tests.
#ifndef GATEHOUSE_NET_TESTING_TEST_SERVER_H_
#define GATEHOUSE_NET_TESTING_TEST_SERVER_H_

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "net/https_server.h"
#include "net/server_request.h"
#include "net/testing/tls_peer.h"

namespace gatehouse::net::testing {

// The CA of the tests' servers, and the identity of one at 127.0.0.1.
const gatehouse::testing::TestCa& ServerCa();
const Identity& ServerIdentity();

// Returns options for a server at 127.0.0.1 with ServerIdentity.
HttpsServerOptions TestOptions(HttpHandler handler);

// Starts one. A failure ends the test program.
std::unique_ptr<HttpsServer> StartServer(HttpsServerOptions options);
std::unique_ptr<HttpsServer> StartServer(HttpHandler handler);

// Answers 200 with what the request was: a line "METHOD path ?query", a line
// for each field but Host and User-Agent, "client: N certificates", and the
// body in brackets.
HttpResponse Echo(const ServerRequest& request);

// Returns 200 with that body.
HttpResponse Ok(absl::string_view body);

// Returns "GET `target` HTTP/1.1", Host, `more` (whole lines), and the end.
std::string Get(absl::string_view target = "/", absl::string_view more = "");

// Returns the status of a raw response, such as "200"; "closed" for "".
std::string StatusOf(absl::string_view response);
// Returns the body of a raw response.
std::string BodyOf(absl::string_view response);

}  // namespace gatehouse::net::testing

#endif  // GATEHOUSE_NET_TESTING_TEST_SERVER_H_
