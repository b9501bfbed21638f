// Tokens as credentials: what all their authenticators have in common.
#ifndef GATEHOUSE_AUTHN_TOKEN_TOKEN_AUTHENTICATOR_H_
#define GATEHOUSE_AUTHN_TOKEN_TOKEN_AUTHENTICATOR_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "authn/authenticator.h"

namespace gatehouse::authn {

// The longest token that is looked at. Longer ones are rejected before any
// work is done on them.
inline constexpr size_t kMaxTokenBytes = size_t{64} << 10;

// TokenContext is what a token authenticator knows besides the token. It owns
// nothing; what it points to must outlive the call. A value.
struct TokenContext {
  // The moment of the request.
  absl::Time now;
  // Whom the token must be good for; null: not limited. Null and empty differ
  // (Kubernetes behaviour).
  const std::vector<std::string>* audiences = nullptr;
  // Where to leave notes; null: nobody reads them.
  Notes* notes = nullptr;
};

// TokenAuthenticator says whose a token is. It has seen the token alone: that
// its holder may use it on this connection
// (Authentication::certificate_thumbprint) is for who took it from the request
// to check. Implementations may be called from any thread, keep no part of the
// token in the clear, and never put it into an error or a note.
class TokenAuthenticator {
 public:
  virtual ~TokenAuthenticator() = default;

  // Says whose `token` is: authenticated, none of mine, or rejected.
  virtual Result AuthenticateToken(absl::string_view token,
                                   const TokenContext& context) const = 0;
};

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_TOKEN_TOKEN_AUTHENTICATOR_H_
