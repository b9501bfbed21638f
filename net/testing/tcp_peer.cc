#include "net/testing/tcp_peer.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>

namespace gatehouse::net::testing {

TcpPeer::TcpPeer(uint16_t port)
    : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd_, reinterpret_cast<const sockaddr*>(&address),
              sizeof(address)) != 0) {
    std::abort();
  }
}

TcpPeer::~TcpPeer() { close(fd_); }

void TcpPeer::Write(absl::string_view bytes) {
  if (send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0) std::abort();
}

std::string TcpPeer::ReadAll() {
  std::string all;
  char buffer[4096];
  ssize_t size = 0;
  while ((size = recv(fd_, buffer, sizeof(buffer), 0)) > 0) {
    all.append(buffer, static_cast<size_t>(size));
  }
  return all;
}

}  // namespace gatehouse::net::testing
