#include "net/testing/test_server.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"

namespace gatehouse::net::testing {

const gatehouse::testing::TestCa& ServerCa() {
  static const auto* const ca =
      new gatehouse::testing::TestCa("servers", absl::Now());
  return *ca;
}

const Identity& ServerIdentity() {
  static const auto* const identity =
      new Identity(IdentityOf(LocalServer(ServerCa())));
  return *identity;
}

HttpsServerOptions TestOptions(HttpHandler handler) {
  HttpsServerOptions options;
  options.certificate_pem = ServerIdentity().certificate_pem;
  options.key_pem = ServerIdentity().key_pem;
  options.handler = std::move(handler);
  return options;
}

std::unique_ptr<HttpsServer> StartServer(HttpsServerOptions options) {
  auto server = HttpsServer::Start(std::move(options));
  if (server.ok()) return *std::move(server);
  std::fprintf(stderr, "%s\n", server.status().ToString().c_str());
  std::abort();
}

std::unique_ptr<HttpsServer> StartServer(HttpHandler handler) {
  return StartServer(TestOptions(std::move(handler)));
}

HttpResponse Echo(const ServerRequest& request) {
  std::string text = absl::StrCat(request.method, " ", request.path, " ?",
                                  request.query, "\n");
  for (const auto& [name, value] : request.headers.fields()) {
    if (name == "Host" || name == "User-Agent") continue;
    absl::StrAppend(&text, name, ": ", value, "\n");
  }
  absl::StrAppend(&text, "client: ", request.peer_certificates.size(),
                  " certificates\n[", request.body, "]\n");
  return Ok(text);
}

HttpResponse Ok(absl::string_view body) {
  HttpResponse response;
  response.status = 200;
  response.body = std::string(body);
  return response;
}

std::string Get(absl::string_view target, absl::string_view more) {
  return absl::StrCat("GET ", target, " HTTP/1.1\r\nHost: localhost\r\n", more,
                      "\r\n");
}

std::string StatusOf(absl::string_view response) {
  if (response.empty()) return "closed";
  if (!absl::ConsumePrefix(&response, "HTTP/1.1 ")) return "no HTTP";
  return std::string(response.substr(0, 3));
}

std::string BodyOf(absl::string_view response) {
  const size_t end = response.find("\r\n\r\n");
  return end == absl::string_view::npos ? ""
                                        : std::string(response.substr(end + 4));
}

}  // namespace gatehouse::net::testing
