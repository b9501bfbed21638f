// The other end of a connection, for tests: it sends whatever bytes it is told
// to, when it is told to.
#ifndef GATEHOUSE_NET_TESTING_TLS_PEER_H_
#define GATEHOUSE_NET_TESTING_TLS_PEER_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/secret.h"
#include "testing/test_ca.h"

namespace gatehouse::net::testing {

// Identity is a certificate, with its chain if it has one, and its key; PEM.
struct Identity {
  std::string certificate_pem;
  Secret key_pem;
};

Identity IdentityOf(const gatehouse::testing::TestCertificate& certificate);

// Signs a server certificate for 127.0.0.1, ::1 and localhost.
gatehouse::testing::TestCertificate LocalServer(
    const gatehouse::testing::TestCa& ca,
    absl::Duration lifetime = absl::Hours(24));

// TlsPeer is a connection with blocking calls. For one thread at a time.
class TlsPeer {
 public:
  // Connects to a server on 127.0.0.1 whose certificate it does not look at.
  // Null: the handshake failed.
  static std::unique_ptr<TlsPeer> Connect(uint16_t port,
                                          const Identity* identity = nullptr);
  virtual ~TlsPeer() = default;  // Closes without TLS's own end.

  // False: the other end has gone.
  virtual bool Write(absl::string_view bytes) = 0;  // "" is nothing.
  // Returns what comes next, at least one byte; "" at the end.
  virtual std::string Read() = 0;
  // Returns what comes until the end of the connection.
  virtual std::string ReadAll() = 0;
  // Waits until the other end has sent something or has gone, for at most
  // `most`. False: it has not.
  virtual bool AwaitInput(absl::Duration most) = 0;
  // Returns a whole response, or what comes before the end: header, and a body
  // by Content-Length unless `head`. What comes after it stays.
  std::string ReadResponse(bool head = false) { return ReadMessage(head); }
  // Returns a whole request, the same way.
  std::string ReadRequest() { return ReadMessage(false); }

  // Ends TLS properly (close_notify), not the connection.
  virtual void EndTls() = 0;
  // Returns true if the other end ended TLS properly; after ReadAll.
  virtual bool ended_properly() const = 0;
  // The leaf that the other end presented, DER.
  virtual std::string peer_certificate() const = 0;

 protected:
  virtual std::string ReadMessage(bool head) = 0;
};

// ScriptedServer answers each connection by a function, in one thread, one
// connection after the other. Its destruction waits for the function.
class ScriptedServer {
 public:
  // `number` is that of the connection, from 1. The connection ends when the
  // function returns.
  using Script = std::function<void(TlsPeer& peer, int number)>;

  ScriptedServer(const Identity& identity, Script script);
  ~ScriptedServer();

  uint16_t port() const { return port_; }
  // "https://127.0.0.1:port" and the path.
  std::string Url(absl::string_view path = "/") const;
  // How many connections were made, handshakes that failed included.
  int connections() const { return connections_; }

 private:
  void Run(const Identity& identity);

  const Script script_;
  int listener_ = -1;
  uint16_t port_ = 0;
  std::atomic<int> connections_{0};
  std::atomic<bool> ending_{false};
  std::thread thread_;
};

}  // namespace gatehouse::net::testing

#endif  // GATEHOUSE_NET_TESTING_TLS_PEER_H_
