// Several authenticators, asked one after another.
#ifndef GATEHOUSE_AUTHN_UNION_H_
#define GATEHOUSE_AUTHN_UNION_H_

#include <memory>
#include <vector>

#include "absl/strings/string_view.h"
#include "authn/authenticator.h"
#include "authn/token/token_authenticator.h"

namespace gatehouse::authn {

// OnRejection is what a union does when a member rejects.
enum class OnRejection {
  // The next one is asked. If one of them knows the credential, it was good,
  // and nobody hears of the rejection.
  kContinue,
  // That is the answer; no other is asked.
  kStop,
};

// Union asks its members in order; the first that authenticates is the answer.
// If none does, the rejections are, together, and if there were none: no
// credential (Kubernetes behaviour).
//
// One rejection is handed on as it is. Of several, the texts are joined as
// AggregateMessages does it, and code and Reason are those of the first. A
// union without members knows no credential. Members must not be null. Any
// thread may call anything.
class Union : public Authenticator {
 public:
  explicit Union(std::vector<std::shared_ptr<const Authenticator>> members,
                 OnRejection on_rejection = OnRejection::kContinue);

  Result Authenticate(const Request& request) const override;

 private:
  const std::vector<std::shared_ptr<const Authenticator>> members_;
  const OnRejection on_rejection_;
};

// TokenUnion is the same for those who know tokens.
class TokenUnion : public TokenAuthenticator {
 public:
  explicit TokenUnion(
      std::vector<std::shared_ptr<const TokenAuthenticator>> members,
      OnRejection on_rejection = OnRejection::kContinue);

  Result AuthenticateToken(absl::string_view token,
                           const TokenContext& context) const override;

 private:
  const std::vector<std::shared_ptr<const TokenAuthenticator>> members_;
  const OnRejection on_rejection_;
};

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_UNION_H_
