// Issuing service account tokens: the TokenRequest API.
#ifndef GATEHOUSE_AUTHN_SERVICEACCOUNT_TOKEN_REQUEST_H_
#define GATEHOUSE_AUTHN_SERVICEACCOUNT_TOKEN_REQUEST_H_

#include <cstdint>
#include <functional>
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
#include "objects/field_error.h"
#include "objects/object_store.h"
#include "proto/authentication.pb.h"

namespace gatehouse::authn {

// The default of spec.expirationSeconds, and the shortest.
inline constexpr int64_t kDefaultTokenSeconds = 3600;
inline constexpr int64_t kMinTokenSeconds = 600;
// The life that kubelets ask for, so exactly that servers know them by it, and
// what it is extended to for clients that do not read their token anew.
inline constexpr int64_t kExtendedTokenSeconds = 3607;
inline constexpr int64_t kMaxExtendedTokenSeconds = 365 * 24 * 3600;

// Returns what is wrong with a request whose defaults are filled in, as the API
// server finds it.
std::vector<objects::FieldError> ValidateTokenRequest(
    const k8s::TokenRequest& request);

// TokenLifetime is how long a token lives, and what its client is told.
struct TokenLifetime {
  int64_t seconds = 0;             // iat to exp.
  int64_t warn_after_seconds = 0;  // iat to warnafter; 0: none.
  int64_t reported_seconds = 0;    // To status.expirationTimestamp.
  std::string warning;             // For the client; "" if there is none.
};

// LifetimeRules are a server's options.
struct LifetimeRules {
  // --service-account-max-token-expiration; 0: no limit. Longer requests are
  // shortened, with a warning.
  int64_t max_seconds = 0;
  // --service-account-extend-token-expiration: tokens of pods, for the server
  // alone, for which exactly kExtendedTokenSeconds are asked, live for
  // `extended_seconds` and are warned of after what was asked. The client is
  // told what it asked for; `max_seconds` does not limit it (Kubernetes
  // behaviour).
  bool extend = true;
  int64_t extended_seconds = kMaxExtendedTokenSeconds;
};

// Returns the lifetime of a token for which `requested_seconds` are asked.
// `for_server_alone`: each of its audiences is one of the server's.
TokenLifetime ComputeTokenLifetime(int64_t requested_seconds, bool pod_bound,
                                   bool for_server_alone,
                                   const LifetimeRules& rules);

struct TokenIssuerOptions {
  // "iss": the first --service-account-issuer. Not empty.
  std::string issuer;
  // Of which `signing` signs, at each request. Not null.
  std::shared_ptr<const ServiceAccountKeyRing> keys;
  // What an empty list of audiences means. Not empty.
  std::vector<std::string> api_audiences;
  LifetimeRules lifetime;
  // Where accounts, pods, nodes and Secrets are. Not null.
  std::shared_ptr<const objects::ObjectStore> objects;
  // Makes the "jti"; null: random UUIDs of the system's randomness.
  std::function<std::string()> make_id;
};

// TokenIssuer answers `create` on serviceaccounts/token. That the client may do
// so is for an authorizer to say first. Any thread may call it.
//
// Tokens are RS256, ES256, ES384 or ES512 by the key. Beyond Kubernetes: EdDSA
// with an Ed25519 key, which a kube-apiserver would not verify.
class TokenIssuer {
 public:
  // kInvalid: an option that must not be empty is.
  static absl::StatusOr<std::unique_ptr<TokenIssuer>> Create(
      TokenIssuerOptions options);

  // Returns `request` with its defaults and its status: a new token of the
  // account. `notes`, which may be null, get warnings and the annotation
  // authentication.kubernetes.io/issued-credential-id.
  //
  // Errors, in Kubernetes' order and words:
  // - kInvalid (kInvalidArgument), 422: metadata that names another account;
  //   what ValidateTokenRequest finds.
  // - kNotFound: the account or what is to be bound does not exist.
  // - kConflict (kAborted), 409: another uid than the account's or the
  // object's.
  // - kUnsupported (kInvalidArgument), 400: "cannot bind token to object of
  //   type ...": not Pod, Node or Secret. Webhook configurations, alpha in
  //   1.37, are refused so too: they are no objects here.
  // - kInvalid (kFailedPrecondition), 400: a pod of another account.
  // - kUnsupported (kFailedPrecondition): the ring has no signing key.
  absl::StatusOr<k8s::TokenRequest> Issue(absl::string_view object_namespace,
                                          absl::string_view name,
                                          const k8s::TokenRequest& request,
                                          absl::Time now, Notes* notes) const;

 private:
  explicit TokenIssuer(TokenIssuerOptions options);

  bool ForServerAlone(const k8s::TokenRequest& request) const;
  absl::StatusOr<std::string> Sign(const BoundClaims& claims) const;

  const TokenIssuerOptions options_;
};

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_SERVICEACCOUNT_TOKEN_REQUEST_H_
