// Audiences for credentials that name none.
#ifndef GATEHOUSE_AUTHN_AUDIENCE_AGNOSTIC_H_
#define GATEHOUSE_AUTHN_AUDIENCE_AGNOSTIC_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "authn/authenticator.h"
#include "authn/token/token_authenticator.h"

namespace gatehouse::authn {

// AudienceAgnostic makes the credentials of `inner`, which say nothing of
// audiences, good for the implicit ones alone: static tokens, bootstrap tokens
// and users of a front proxy are good for the API server and for nobody else
// (Kubernetes behaviour).
//
// If no audiences are asked for, `inner` answers, and its answer stays without
// audiences. If some are: none of them implicit, and `inner` is not even asked
// (no credential); else the answer's audiences are those that are both, in the
// order in which they were asked for. An `inner` that names audiences itself
// does not belong in here: rejected, Reason::kInvalid (kInternal).
//
// `inner` must not be null. Any thread may call anything.
class AudienceAgnostic : public Authenticator {
 public:
  AudienceAgnostic(std::vector<std::string> implicit,
                   std::shared_ptr<const Authenticator> inner);

  Result Authenticate(const Request& request) const override;

 private:
  const std::vector<std::string> implicit_;
  const std::shared_ptr<const Authenticator> inner_;
};

// TokenAudienceAgnostic is the same for those who know tokens.
class TokenAudienceAgnostic : public TokenAuthenticator {
 public:
  TokenAudienceAgnostic(std::vector<std::string> implicit,
                        std::shared_ptr<const TokenAuthenticator> inner);

  Result AuthenticateToken(absl::string_view token,
                           const TokenContext& context) const override;

 private:
  const std::vector<std::string> implicit_;
  const std::shared_ptr<const TokenAuthenticator> inner_;
};

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_AUDIENCE_AGNOSTIC_H_
