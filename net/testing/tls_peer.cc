#include "net/testing/tls_peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/pool.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "net/internal/pem.h"

namespace gatehouse::net::testing {
namespace {

sockaddr_in Loopback(uint16_t port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

bssl::UniquePtr<SSL_CTX> NewContext(const Identity* identity) {
  // A write to somebody who has gone is an error here, not the end.
  static const auto ignored = std::signal(SIGPIPE, SIG_IGN);
  (void)ignored;
  bssl::UniquePtr<SSL_CTX> context(SSL_CTX_new(TLS_with_buffers_method()));
  SSL_CTX_set_custom_verify(context.get(), SSL_VERIFY_PEER,
                            [](SSL*, uint8_t*) { return ssl_verify_ok; });
  if (identity != nullptr &&
      !internal::SetCertificate(identity->certificate_pem, identity->key_pem,
                                context.get())
           .ok()) {
    std::abort();
  }
  return context;
}

// The length of the message at the beginning of `data`; npos: more is to come.
size_t MessageLength(absl::string_view data, bool head) {
  const size_t end = data.find("\r\n\r\n");
  if (end == absl::string_view::npos) return end;
  size_t body = 0;
  const size_t field = data.find("Content-Length: ");
  if (!head && field < end) {
    absl::string_view value = data.substr(field + 16);
    value = value.substr(0, value.find('\r'));
    if (!absl::SimpleAtoi(value, &body)) std::abort();
  }
  return data.size() < end + 4 + body ? absl::string_view::npos
                                      : end + 4 + body;
}

class TlsPeerImpl final : public TlsPeer {
 public:
  TlsPeerImpl(int fd, SSL_CTX* context) : fd_(fd), ssl_(SSL_new(context)) {
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    SSL_set_fd(ssl_.get(), fd);
  }
  ~TlsPeerImpl() override { close(fd_); }

  bool Handshake(bool server) {
    return (server ? SSL_accept(ssl_.get()) : SSL_connect(ssl_.get())) == 1;
  }

  bool Write(absl::string_view bytes) override {
    return bytes.empty() || SSL_write(ssl_.get(), bytes.data(),
                                      static_cast<int>(bytes.size())) ==
                                static_cast<int>(bytes.size());
  }

  std::string Read() override {
    if (!pending_.empty()) return std::exchange(pending_, "");
    char buffer[16384];
    const int size = SSL_read(ssl_.get(), buffer, sizeof(buffer));
    return size > 0 ? std::string(buffer, size) : "";
  }

  std::string ReadAll() override {
    std::string all;
    for (std::string part = Read(); !part.empty(); part = Read()) all += part;
    return all;
  }

  bool AwaitInput(absl::Duration most) override {
    pollfd waiting = {fd_, POLLIN, 0};
    return poll(&waiting, 1,
                static_cast<int>(absl::ToInt64Milliseconds(most))) != 0;
  }

  std::string ReadMessage(bool head) override {
    std::string data;
    for (;;) {
      const size_t length = MessageLength(data, head);
      if (length != std::string::npos) {
        pending_ = data.substr(length);
        return data.substr(0, length);
      }
      const std::string part = Read();
      if (part.empty()) return data;
      data += part;
    }
  }

  void EndTls() override { SSL_shutdown(ssl_.get()); }

  bool ended_properly() const override {
    return (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
  }

  std::string peer_certificate() const override {
    const STACK_OF(CRYPTO_BUFFER)* const chain =
        SSL_get0_peer_certificates(ssl_.get());
    if (chain == nullptr) return "";
    const CRYPTO_BUFFER* const leaf = sk_CRYPTO_BUFFER_value(chain, 0);
    return {reinterpret_cast<const char*>(CRYPTO_BUFFER_data(leaf)),
            CRYPTO_BUFFER_len(leaf)};
  }

 private:
  const int fd_;
  const bssl::UniquePtr<SSL> ssl_;
  std::string pending_;
};

}  // namespace

Identity IdentityOf(const gatehouse::testing::TestCertificate& certificate) {
  return {certificate.certificate.ToPem(), certificate.key.ToPem()};
}

gatehouse::testing::TestCertificate LocalServer(
    const gatehouse::testing::TestCa& ca, absl::Duration lifetime) {
  pki::CertificateTemplate request;
  request.subject_alt_names.dns = {"localhost"};
  request.subject_alt_names.ips = {std::string("\x7f\0\0\1", 4),
                                   std::string(15, '\0') + "\1"};
  request.extended_key_usages = {pki::kServerAuth};
  request.key_usage = pki::kDigitalSignature;
  request.not_before = ca.certificate().not_before();
  request.not_after = request.not_before + absl::Minutes(5) + lifetime;
  auto key = *pki::PrivateKey::Generate(pki::KeyAlgorithm::kEcdsaP256);
  auto certificate = *ca.authority().Issue(key.public_key(), request);
  return {std::move(certificate), std::move(key)};
}

std::unique_ptr<TlsPeer> TlsPeer::Connect(uint16_t port,
                                          const Identity* identity) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = Loopback(port);
  auto peer = std::make_unique<TlsPeerImpl>(fd, NewContext(identity).get());
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address),
              sizeof(address)) != 0 ||
      !peer->Handshake(false)) {
    return nullptr;
  }
  return peer;
}

ScriptedServer::ScriptedServer(const Identity& identity, Script script)
    : script_(std::move(script)),
      listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof(address);
  if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      listen(listener_, 16) != 0 ||
      getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) !=
          0) {
    std::abort();
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this, identity] { Run(identity); });
}

ScriptedServer::~ScriptedServer() {
  ending_ = true;
  shutdown(listener_, SHUT_RDWR);  // Wakes accept.
  thread_.join();
  close(listener_);
}

std::string ScriptedServer::Url(absl::string_view path) const {
  return absl::StrCat("https://127.0.0.1:", port_, path);
}

void ScriptedServer::Run(const Identity& identity) {
  const bssl::UniquePtr<SSL_CTX> context = NewContext(&identity);
  while (!ending_) {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) continue;
    TlsPeerImpl peer(fd, context.get());
    const int number = ++connections_;
    if (peer.Handshake(true)) script_(peer, number);
  }
}

}  // namespace gatehouse::net::testing
