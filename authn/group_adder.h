// Groups that who was authenticated is in besides.
#ifndef GATEHOUSE_AUTHN_GROUP_ADDER_H_
#define GATEHOUSE_AUTHN_GROUP_ADDER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "authn/authenticator.h"
#include "authn/token/token_authenticator.h"

namespace gatehouse::authn {

// Each of these changes nothing but the groups of an authenticated answer: the
// new ones come last, and name, uid, extra, audiences and credential stay. What
// `inner` answered may be shared with its cache, so it is copied, not changed.
// The variants for tokens can stand below a cache, where that copy is made once
// and not for every request. `inner` must not be null. Any thread may call
// anything.

// Returns `result` with the user in system:authenticated; unchanged if the user
// is system:anonymous, or in that group or system:unauthenticated already, or
// if nobody was authenticated (Kubernetes behaviour).
Result WithAuthenticatedGroup(Result result);

// Returns `result` with the user in `groups`, which are appended whether or not
// the user is in them already (Kubernetes behaviour).
Result WithGroups(Result result, const std::vector<std::string>& groups);

// AuthenticatedGroupAdder answers WithAuthenticatedGroup. kube-apiserver puts
// one on top of all its authenticators but the anonymous one.
class AuthenticatedGroupAdder : public Authenticator {
 public:
  explicit AuthenticatedGroupAdder(std::shared_ptr<const Authenticator> inner);
  Result Authenticate(const Request& request) const override;

 private:
  const std::shared_ptr<const Authenticator> inner_;
};

// The same for tokens. An AuthenticatedGroupAdder above it then finds nothing
// to do.
class TokenAuthenticatedGroupAdder : public TokenAuthenticator {
 public:
  explicit TokenAuthenticatedGroupAdder(
      std::shared_ptr<const TokenAuthenticator> inner);
  Result AuthenticateToken(absl::string_view token,
                           const TokenContext& context) const override;

 private:
  const std::shared_ptr<const TokenAuthenticator> inner_;
};

// GroupAdder answers WithGroups.
class GroupAdder : public Authenticator {
 public:
  GroupAdder(std::shared_ptr<const Authenticator> inner,
             std::vector<std::string> groups);
  Result Authenticate(const Request& request) const override;

 private:
  const std::shared_ptr<const Authenticator> inner_;
  const std::vector<std::string> groups_;
};

// The same for tokens.
class TokenGroupAdder : public TokenAuthenticator {
 public:
  TokenGroupAdder(std::shared_ptr<const TokenAuthenticator> inner,
                  std::vector<std::string> groups);
  Result AuthenticateToken(absl::string_view token,
                           const TokenContext& context) const override;

 private:
  const std::shared_ptr<const TokenAuthenticator> inner_;
  const std::vector<std::string> groups_;
};

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_GROUP_ADDER_H_
