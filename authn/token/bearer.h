// Tokens in the Authorization header.
#ifndef GATEHOUSE_AUTHN_TOKEN_BEARER_H_
#define GATEHOUSE_AUTHN_TOKEN_BEARER_H_

#include <memory>

#include "absl/strings/string_view.h"
#include "authn/authenticator.h"
#include "authn/token/token_authenticator.h"

namespace gatehouse::authn {

// BearerAuthenticator asks `tokens` about the token in "Authorization: Bearer
// TOKEN" (RFC 6750 section 2.1). It looks at the first such header only, trims
// it, and divides it at single spaces: the second part is the token, and what
// follows is nothing to it (Kubernetes behaviour). The scheme's case does not
// count. Any other scheme, or no token: no credential; with more than one space
// before the token, a warning for the client besides.
//
// A token that nobody knows is rejected, Reason::kUnknownToken; one over
// kMaxTokenBytes, kTooLarge; one bound to a certificate that the client does
// not hold, kWrongHolder (proof_of_possession.h); the rest is what `tokens`
// says. After success all Authorization headers are taken out, after a
// rejection none.
//
// `tokens` must not be null. Any thread may call anything.
class BearerAuthenticator : public Authenticator {
 public:
  explicit BearerAuthenticator(
      std::shared_ptr<const TokenAuthenticator> tokens);

  Result Authenticate(const Request& request) const override;

 private:
  const std::shared_ptr<const TokenAuthenticator> tokens_;
};

// Returns the token of an Authorization header's value by the rules above; ""
// if there is none. `*extra_space` is set to whether more than one space stands
// before where it should be. The token is part of `value`.
absl::string_view BearerToken(absl::string_view value, bool* extra_space);

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_TOKEN_BEARER_H_
