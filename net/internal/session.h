// One connection of a server. Includes Asio: for sources only.
#ifndef GATEHOUSE_NET_INTERNAL_SESSION_H_
#define GATEHOUSE_NET_INTERNAL_SESSION_H_

#include <openssl/base.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <memory>

#include "base/clock.h"
#include "net/https_server.h"
#include "net/internal/session_set.h"
#include "net/server_request.h"

namespace gatehouse::net::internal {

// SessionHost is what the sessions of a server share; it outlives them.
struct SessionHost {
  HttpHandler handler;
  HttpsServerLimits limits;
  const Clock* clock = nullptr;
  boost::asio::io_context* workers = nullptr;  // For handlers.
  SessionSet sessions;
};

// Makes a session and adds it to the host's. `socket` has a strand for its
// executor. Null: the peer has gone already.
std::shared_ptr<Session> NewSession(boost::asio::ip::tcp::socket socket,
                                    std::shared_ptr<SSL_CTX> context,
                                    SessionHost* host);

}  // namespace gatehouse::net::internal

#endif  // GATEHOUSE_NET_INTERNAL_SESSION_H_
