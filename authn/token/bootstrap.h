// Bootstrap tokens: what a machine joins a cluster with.
#ifndef GATEHOUSE_AUTHN_TOKEN_BOOTSTRAP_H_
#define GATEHOUSE_AUTHN_TOKEN_BOOTSTRAP_H_

#include <memory>

#include "absl/strings/string_view.h"
#include "authn/token/token_authenticator.h"
#include "objects/object_store.h"

namespace gatehouse::authn {

// BootstrapAuthenticator knows the bootstrap tokens among the Secrets of a
// store: kube-apiserver's --enable-bootstrap-token-auth. It reads the Secret
// for every token of the right form, so what is changed or deleted counts from
// the next request on.
//
// A token of another form is no credential of this one. Nor is one whose Secret
// (see bootstrap_token.h) does not exist, is being deleted, is of another type,
// holds another secret or id, has expired at the moment of the request, is not
// for authentication, or names a group that it may not; there is no telling
// them apart from without (Kubernetes behaviour). Rejected with the store's
// error if the store could not say.
//
// The user is "system:bootstrap:ID", the credential id "BOOTSTRAP=ID". There
// are no audiences: see audience_agnostic.h. Secrets are compared in constant
// time. Any thread may call anything.
class BootstrapAuthenticator : public TokenAuthenticator {
 public:
  // `secrets` must not be null.
  explicit BootstrapAuthenticator(
      std::shared_ptr<const objects::ObjectStore> secrets);

  Result AuthenticateToken(absl::string_view token,
                           const TokenContext& context) const override;

 private:
  const std::shared_ptr<const objects::ObjectStore> secrets_;
};

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_TOKEN_BOOTSTRAP_H_
