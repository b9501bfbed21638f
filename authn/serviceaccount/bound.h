// Service account tokens of the TokenRequest API: bound to objects and times.
#ifndef GATEHOUSE_AUTHN_SERVICEACCOUNT_BOUND_H_
#define GATEHOUSE_AUTHN_SERVICEACCOUNT_BOUND_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "authn/authenticator.h"
#include "authn/serviceaccount/claims.h"
#include "authn/serviceaccount/keys.h"
#include "authn/token/token_authenticator.h"
#include "objects/object_store.h"

namespace gatehouse::authn {

// What clocks may differ by, for claims of time and for deletionTimestamp.
inline constexpr absl::Duration kServiceAccountLeeway = absl::Minutes(1);

struct BoundServiceAccountOptions {
  // --service-account-issuer; see ValidateIssuers.
  std::vector<std::string> issuers;
  // What verifies the signatures. Not null.
  std::shared_ptr<const ServiceAccountKeyRing> keys;
  // The audiences of the server. Empty: the issuers (kube-apiserver's default
  // of --api-audiences); never "not checked".
  std::vector<std::string> api_audiences;
  // Where objects are looked up, at each request. Not null.
  std::shared_ptr<const objects::ObjectStore> objects;
  // Whether a token without "exp" is refused. Kubernetes lets it be good for
  // ever, though it issues none.
  bool require_expiry = false;
  // How many verified tokens are remembered, by a keyed digest; 0: none.
  size_t cache_entries = 16384;
};

// BoundServiceAccountAuthenticator knows the tokens of its issuers. Any thread
// may call it.
//
// Another issuer, and what is no compact JWS: no credential of mine. Then: the
// signature (kUnknownAuthority, kBadSignature), audiences (kNotAllowed), and
// CheckBoundClaims. Only what cannot change is remembered, which is that a
// token was signed by a key of this generation of keys: times and objects are
// looked at each time, so that a token dies with what it is bound to.
//
// Authentication: "service-account", credential id "JTI=<jti>", good until exp
// and the leeway, certificate_thumbprint if the token has "cnf".
class BoundServiceAccountAuthenticator : public TokenAuthenticator {
 public:
  // kInvalid and kDuplicate: see ValidateIssuers; no keys; no objects.
  static absl::StatusOr<std::unique_ptr<BoundServiceAccountAuthenticator>>
  Create(const BoundServiceAccountOptions& options);

  ~BoundServiceAccountAuthenticator() override;

  Result AuthenticateToken(absl::string_view token,
                           const TokenContext& context) const override;

 private:
  class Impl;
  explicit BoundServiceAccountAuthenticator(
      const BoundServiceAccountOptions& options);

  const std::unique_ptr<Impl> impl_;
};

// Returns whether a token with these claims, verified, is good at `now`. In
// Kubernetes' order and words:
//  1. nbf, exp, iat, each with kServiceAccountLeeway (kNotYetValid, kExpired,
//     kNotYetValid). What is absent is not looked at.
//  2. The account exists, has the uid, and is not deleted; then likewise
//     secret, pod, node (only without pod: of a pod's token it is a remark),
//     and webhook configurations (all kRevoked). Deleted is what is gone, or
//     has a deletionTimestamp longer ago than the leeway.
//  3. After "warnafter": a note to the audit event, nothing else.
// `notes` may be null.
absl::Status CheckBoundClaims(const BoundClaims& claims,
                              const objects::ObjectStore& objects,
                              absl::Time now, Notes* notes);
absl::Status CheckBoundClaims(const BoundClaimsView& claims,
                              const objects::ObjectStore& objects,
                              absl::Time now, Notes* notes);

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_SERVICEACCOUNT_BOUND_H_
