// A client without TLS, for tests.
#ifndef GATEHOUSE_NET_TESTING_TCP_PEER_H_
#define GATEHOUSE_NET_TESTING_TCP_PEER_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace gatehouse::net::testing {

// TcpPeer is a connection to 127.0.0.1 with blocking calls. A port where nobody
// listens ends the test program. For one thread at a time.
class TcpPeer {
 public:
  explicit TcpPeer(uint16_t port);
  TcpPeer(const TcpPeer&) = delete;
  TcpPeer& operator=(const TcpPeer&) = delete;
  ~TcpPeer();

  void Write(absl::string_view bytes);
  // Returns what comes until the end of the connection.
  std::string ReadAll();

 private:
  const int fd_;
};

}  // namespace gatehouse::net::testing

#endif  // GATEHOUSE_NET_TESTING_TCP_PEER_H_
