// Tokens of an OpenID Connect issuer as credentials.
#ifndef GATEHOUSE_AUTHN_OIDC_JWT_AUTHENTICATOR_H_
#define GATEHOUSE_AUTHN_OIDC_JWT_AUTHENTICATOR_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "authn/authenticator.h"
#include "authn/jose/algorithm.h"
#include "authn/jose/claims.h"
#include "authn/jose/jws.h"
#include "authn/jose/key_set.h"
#include "authn/oidc/claim_mappings.h"
#include "authn/oidc/distributed_claims.h"
#include "authn/oidc/remote_key_set.h"
#include "authn/token/token_authenticator.h"
#include "base/clock.h"
#include "base/http_client.h"
#include "proto/apiserver_config.pb.h"

namespace gatehouse::authn {

// The algorithms that --authentication-config allows: RS, ES and PS with 256,
// 384 and 512. Flags allow those of --oidc-signing-algs among them.
inline constexpr JwsAlgorithmSet kJwtAlgorithms = {
    JwsAlgorithm::kRs256, JwsAlgorithm::kRs384, JwsAlgorithm::kRs512,
    JwsAlgorithm::kEs256, JwsAlgorithm::kEs384, JwsAlgorithm::kEs512,
    JwsAlgorithm::kPs256, JwsAlgorithm::kPs384, JwsAlgorithm::kPs512};

// Reads names as --oidc-signing-algs has them; none is RS256. kInvalid for one
// that is not in kJwtAlgorithms.
absl::StatusOr<JwsAlgorithmSet> ParseJwtAlgorithms(
    const std::vector<std::string>& names);

// JwtAuthenticatorOptions are what a JWTAuthenticator does not say.
struct JwtAuthenticatorOptions {
  JwsAlgorithmSet algorithms = kJwtAlgorithms;
  // How the issuer is reached. Either a factory, which is given the CAs of the
  // configuration, or a client, which must then have none of its own to heed.
  // A factory makes a second one for distributed claims: what their endpoints
  // do to it does not matter to the issuer's keys.
  HttpClientFactory http_client_factory;
  std::shared_ptr<HttpClient> http_client;
  // Returns the factory for an egressSelectorType, an empty function if there
  // is none. Null: there are none.
  std::function<absl::StatusOr<HttpClientFactory>(absl::string_view type)>
      egress_lookup;
  // Keys that are given and never fetched; null: by discovery.
  std::shared_ptr<const KeySet> static_keys;
  // Issuers that are taken: those of service accounts.
  std::vector<std::string> disallowed_issuers;
  KeyRefreshOptions refresh;
  DistributedClaimsOptions distributed_claims;
  // Of refreshes. Must outlive the authenticator.
  const Clock* clock = &Clock::System();
};

// JwtAuthenticator authenticates by the ID tokens of one issuer, as one entry
// "jwt" of --authentication-config, or --oidc-* flags, say (Kubernetes
// behaviour; OpenID Connect Core 1.0).
//
// A token whose "iss" is another, or that is no compact JWS, is no credential
// of this one. Else, in this order, and the first that fails rejects: there are
// keys ("oidc: authenticator not initialized"); CheckClaims; the algorithm is
// allowed; the signature; distributed claims; ClaimMappings; "cnf", whose
// thumbprint goes into Authentication::certificate_thumbprint.
//
// Rejections have a Reason: kExpired, kNotYetValid, kWrongAudience,
// kBadSignature, kNotFound (the key), kStale, kMalformed, kInvalid ...
//
// Any thread may call anything.
class JwtAuthenticator : public TokenAuthenticator {
 public:
  // Checks the configuration as kube-apiserver does. kInvalid with its texts;
  // kUnsupported, naming the field, where it holds a CEL expression: not
  // evaluated here yet, and never passed over. Fetches nothing.
  static absl::StatusOr<std::unique_ptr<JwtAuthenticator>> Create(
      const k8s::JWTAuthenticator& config,
      const JwtAuthenticatorOptions& options);

  const std::string& issuer() const { return issuer_; }

  Result AuthenticateToken(absl::string_view token,
                           const TokenContext& context) const override;

  // The same for a token that is known to name issuer(). Never "no credential".
  Result AuthenticateOwnToken(absl::string_view token,
                              const TokenContext& context) const;

  // Fetches keys if it is time; see RemoteKeySet. Nothing for static keys.
  void RefreshIfDue() const;

  // Returns OK once there are keys; else kUnavailable,
  // `oidc: authenticator for issuer "..." is not healthy: ...`. An issuer that
  // goes down later does not change that: see key_set_health().
  absl::Status Health() const;

  // Returns how it stands with the keys; generation 1 for static ones.
  KeySetHealth key_set_health() const;

 private:
  JwtAuthenticator(const k8s::JWTAuthenticator& config,
                   const JwtAuthenticatorOptions& options,
                   std::shared_ptr<HttpClient> http,
                   std::shared_ptr<HttpClient> claims_http);

  absl::StatusOr<Authentication> Authenticate(
      absl::string_view token, const TokenContext& context) const;
  absl::Status VerifySignature(absl::string_view token, Jws jws) const;
  absl::StatusOr<Authentication> Identify(const Claims& claims,
                                          absl::Time not_after,
                                          absl::Time now) const;

  const std::string issuer_;
  const std::vector<std::string> audiences_;
  const JwsAlgorithmSet algorithms_;
  const ClaimMappings mappings_;
  const std::shared_ptr<const KeySet> static_keys_;
  // Null with static keys. What it remembers is no part of what this is.
  const std::unique_ptr<RemoteKeySet> remote_keys_;
  // Null if groups are in no claim.
  std::unique_ptr<DistributedClaims> distributed_;
};

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_OIDC_JWT_AUTHENTICATOR_H_
