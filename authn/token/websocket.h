// Tokens among the protocols of a websocket request, for browsers, which cannot
// set its headers.
#ifndef GATEHOUSE_AUTHN_TOKEN_WEBSOCKET_H_
#define GATEHOUSE_AUTHN_TOKEN_WEBSOCKET_H_

#include <memory>

#include "authn/authenticator.h"
#include "authn/token/token_authenticator.h"
#include "base/headers.h"

namespace gatehouse::authn {

// What stands before the token: an element of Sec-WebSocket-Protocol that
// begins with it, case included, is a token in base64url.
inline constexpr char kWebSocketTokenPrefix[] =
    "base64url.bearer.authorization.k8s.io.";

// WebSocketAuthenticator asks `tokens` about the token among the protocols of a
// websocket request: Upgrade is "websocket", and a Connection header contains
// "upgrade", in whatever case. In all other requests, and where no element is a
// token or the token is empty, there is no credential (Kubernetes behaviour).
//
// Rejected: two tokens (Reason::kDuplicate), one that is no base64url without
// padding or no UTF-8 (kMalformed), a token and no other protocol (kInvalid),
// one over kMaxTokenBytes (kTooLarge); then as BearerAuthenticator. After
// success the header is replaced by one with the other protocols joined by
// commas, in their order. After a rejection it stays.
//
// `tokens` must not be null. Any thread may call anything.
class WebSocketAuthenticator : public Authenticator {
 public:
  explicit WebSocketAuthenticator(
      std::shared_ptr<const TokenAuthenticator> tokens);

  Result Authenticate(const Request& request) const override;

 private:
  const std::shared_ptr<const TokenAuthenticator> tokens_;
};

// Takes the elements that are tokens out of the protocols, whatever is in them.
// Headers without one stay as they are; one of which nothing is left goes.
void RemoveWebSocketTokens(Headers* headers);

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_TOKEN_WEBSOCKET_H_
