// A server over real TLS that misbehaves as a test says, and a client for it.
#ifndef GATEHOUSE_TESTING_FAULTY_SERVER_H_
#define GATEHOUSE_TESTING_FAULTY_SERVER_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "base/http_client.h"
#include "base/secret.h"
#include "testing/test_ca.h"

namespace gatehouse::testing {

// FaultyServer answers each request, on a connection of its own, with whatever
// bytes a function says: cut off, too many, not HTTP, late. For what parses
// answers of other servers; what does not need the bytes is simpler with
// fake_http_client.h. Destruction waits for the function.
//
//   FaultyServer server([](const FaultyServer::Request& request) {
//     return FaultyServer::Response(200, "{}").substr(0, 30);  // Cut off.
//   });
//   auto client = FaultyServer::ClientFactory()(server.client_options());
class FaultyServer {
 public:
  // Request is one that came in.
  struct Request {
    std::string text;  // All of it, line, header and body.
    int number;        // Of the requests, from 1.
    // DER of the client's leaf; "": it has shown none.
    std::string client_certificate;

    absl::string_view body() const;
  };
  // Called in the server's own thread, one request after the other. What it
  // returns is sent, and the connection closed.
  using Answer = std::function<std::string(const Request& request)>;

  explicit FaultyServer(Answer answer);
  ~FaultyServer();

  // "https://127.0.0.1:port" and the path.
  std::string Url(absl::string_view path = "/") const;
  // How many connections were made.
  int connections() const;
  // The PEM of the CA whose certificate it shows, and options that trust it.
  static std::string ca_pem();
  static HttpClientOptions client_options();
  // Makes real clients.
  static HttpClientFactory ClientFactory();

  // Returns a whole response; `fields` are whole lines.
  static std::string Response(int status, absl::string_view body,
                              absl::string_view fields = "");
  // PEM of a certificate, and of its key.
  static std::string CertificatePem(const TestCertificate& certificate);
  static Secret KeyPem(const TestCertificate& certificate);

 private:
  struct Parts;

  const std::unique_ptr<Parts> parts_;
};

}  // namespace gatehouse::testing

#endif  // GATEHOUSE_TESTING_FAULTY_SERVER_H_
