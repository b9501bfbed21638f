#include "testing/faulty_server.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "net/https_client.h"
#include "net/testing/test_server.h"
#include "net/testing/tls_peer.h"

namespace gatehouse::testing {

struct FaultyServer::Parts {
  explicit Parts(Answer a)
      : answer(std::move(a)),
        server(
            net::testing::ServerIdentity(),
            [this](net::testing::TlsPeer& peer, int) {
              const std::string text = peer.ReadRequest();
              if (text.empty()) return;
              peer.Write(answer({text, ++requests, peer.peer_certificate()}));
              peer.EndTls();
            }) {}

  const Answer answer;
  int requests = 0;  // The server's thread's alone.
  net::testing::ScriptedServer server;
};

absl::string_view FaultyServer::Request::body() const {
  const absl::string_view view = text;
  const size_t end = view.find("\r\n\r\n");
  return end == absl::string_view::npos ? "" : view.substr(end + 4);
}

FaultyServer::FaultyServer(Answer answer)
    : parts_(std::make_unique<Parts>(std::move(answer))) {}

FaultyServer::~FaultyServer() = default;

std::string FaultyServer::Url(absl::string_view path) const {
  return parts_->server.Url(path);
}

int FaultyServer::connections() const { return parts_->server.connections(); }

std::string FaultyServer::ca_pem() {
  return net::testing::ServerCa().certificate().ToPem();
}

HttpClientOptions FaultyServer::client_options() {
  HttpClientOptions options;
  options.ca_pem = ca_pem();
  return options;
}

HttpClientFactory FaultyServer::ClientFactory() { return net::MakeHttpsClient; }

std::string FaultyServer::Response(int status, absl::string_view body,
                                   absl::string_view fields) {
  // It closes after each response, so it says so: a client that took the
  // connection for reusable would sometimes be too late to notice.
  return absl::StrCat("HTTP/1.1 ", status, " Some Reason\r\n", fields,
                      "Connection: close\r\nContent-Length: ", body.size(),
                      "\r\n\r\n", body);
}

std::string FaultyServer::CertificatePem(const TestCertificate& certificate) {
  return net::testing::IdentityOf(certificate).certificate_pem;
}

Secret FaultyServer::KeyPem(const TestCertificate& certificate) {
  return net::testing::IdentityOf(certificate).key_pem;
}

}  // namespace gatehouse::testing
