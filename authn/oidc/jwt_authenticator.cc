#include "authn/oidc/jwt_authenticator.h"

#include <algorithm>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "authn/config/authentication_configuration.h"
#include "authn/jose/claims.h"
#include "authn/jose/confirmation.h"
#include "authn/jose/jose_error.h"
#include "authn/jose/jws.h"
#include "authn/jose/verify.h"
#include "authn/oidc/claim_checks.h"
#include "authn/oidc/internal/claim_errors.h"
#include "authn/token/unverified_issuer.h"
#include "base/errors.h"
#include "base/go_quote.h"
#include "objects/field_error.h"

namespace gatehouse::authn {
namespace {

using internal::Rejected;

constexpr char kName[] = "oidc";
constexpr absl::string_view kVerifyToken = "oidc: verify token";

absl::Status Invalid(absl::string_view message) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                   message);
}

// kube-apiserver's validation of one entry, and no CEL in it.
absl::Status CheckConfig(const k8s::JWTAuthenticator& config,
                         const JwtAuthenticatorOptions& options) {
  AuthenticationConfigurationOptions validation;
  validation.disallowed_issuers = options.disallowed_issuers;
  std::vector<std::string> texts;
  const auto add = [&](const std::vector<objects::FieldError>& errors) {
    for (const auto& error : errors) texts.push_back(objects::ToString(error));
  };
  add(ValidateIssuer(config.issuer(), "issuer", validation));
  add(ValidateClaimValidationRules(config, "claimValidationRules"));
  add(ValidateClaimMappings(config.claimmappings(), "claimMappings"));
  add(ValidateUserValidationRules(config, "userValidationRules"));
  if (!texts.empty()) return Invalid(AggregateMessages(texts));
  k8s::AuthenticationConfiguration all;
  *all.add_jwt() = config;
  std::vector<std::string> cel = FindCel(all);
  if (cel.empty()) return absl::OkStatus();
  for (std::string& path : cel) {
    path = std::string(absl::StripPrefix(path, "jwt[0]."));
  }
  return MakeError(absl::StatusCode::kUnimplemented, Reason::kUnsupported,
                   absl::StrCat("oidc: ", absl::StrJoin(cel, ", "),
                                ": CEL expressions are not supported"));
}

absl::Status CheckOptions(const k8s::Issuer& issuer,
                          const JwtAuthenticatorOptions& options) {
  for (int i = 0; i < kJwsAlgorithmCount; ++i) {
    const auto algorithm = static_cast<JwsAlgorithm>(i);
    if (options.algorithms.Contains(algorithm) &&
        !kJwtAlgorithms.Contains(algorithm)) {
      return Invalid(absl::StrCat("oidc: unsupported signing alg: ",
                                  GoQuote(JwsAlgorithmName(algorithm))));
    }
  }
  if (options.algorithms.empty()) {
    return Invalid("oidc: no signing alg is allowed");
  }
  if (options.static_keys != nullptr && !issuer.discoveryurl().empty()) {
    return Invalid("oidc: KeySet and DiscoveryURL are mutually exclusive");
  }
  if (options.http_client == nullptr) return absl::OkStatus();
  // What the client trusts is decided: CAs of the configuration would be passed
  // over.
  if (options.http_client_factory != nullptr ||
      !issuer.certificateauthority().empty()) {
    return Invalid("oidc: Client and CAContentProvider are mutually exclusive");
  }
  if (!issuer.egressselectortype().empty()) {
    return Invalid("oidc: Client and EgressLookup are mutually exclusive");
  }
  return absl::OkStatus();
}

absl::StatusOr<HttpClientFactory> FindFactory(
    const k8s::Issuer& issuer, const JwtAuthenticatorOptions& options) {
  const std::string& type = issuer.egressselectortype();
  if (type.empty()) return options.http_client_factory;
  const std::string lookup =
      absl::StrCat("oidc: egress lookup for ", GoQuote(type));
  if (options.egress_lookup == nullptr) {
    return Invalid(absl::StrCat(lookup, " is not configured"));
  }
  auto factory = options.egress_lookup(type);
  if (!factory.ok()) {
    return InContext(absl::StrCat(lookup, " failed"), factory.status());
  }
  if (*factory == nullptr) {
    return Invalid(absl::StrCat(lookup, " is not configured"));
  }
  return factory;
}

// Returns null if there is none, which only given keys can do without.
absl::StatusOr<std::shared_ptr<HttpClient>> MakeClient(
    const k8s::Issuer& issuer, const JwtAuthenticatorOptions& options) {
  if (options.http_client != nullptr) return options.http_client;
  const auto factory = FindFactory(issuer, options);
  if (!factory.ok()) return factory.status();
  if (*factory == nullptr) {
    if (options.static_keys != nullptr) return std::shared_ptr<HttpClient>();
    return Invalid("oidc: there is no HTTP client to fetch keys with");
  }
  HttpClientOptions client;
  client.ca_pem = issuer.certificateauthority();
  auto http = (*factory)(client);
  if (http.ok()) return http;
  return InContext("oidc: issuer.certificateAuthority", http.status());
}

// Go's %q of the names.
std::string QuotedNames(JwsAlgorithmSet algorithms) {
  std::string out = "[";
  for (int i = 0; i < kJwsAlgorithmCount; ++i) {
    const auto algorithm = static_cast<JwsAlgorithm>(i);
    if (!algorithms.Contains(algorithm)) continue;
    absl::StrAppend(&out, out.size() > 1 ? " " : "",
                    GoQuote(JwsAlgorithmName(algorithm)));
  }
  return absl::StrCat(out, "]");
}

absl::Status NotInitialized() {
  return MakeError(absl::StatusCode::kUnavailable, Reason::kStale,
                   "oidc: authenticator not initialized");
}

}  // namespace

absl::StatusOr<JwsAlgorithmSet> ParseJwtAlgorithms(
    const std::vector<std::string>& names) {
  if (names.empty()) return JwsAlgorithmSet({JwsAlgorithm::kRs256});
  JwsAlgorithmSet algorithms;
  for (const std::string& name : names) {
    const absl::optional<JwsAlgorithm> algorithm = ParseJwsAlgorithm(name);
    if (!algorithm.has_value() || !kJwtAlgorithms.Contains(*algorithm)) {
      return Invalid(
          absl::StrCat("oidc: unsupported signing alg: ", GoQuote(name)));
    }
    algorithms.Add(*algorithm);
  }
  return algorithms;
}

absl::StatusOr<std::unique_ptr<JwtAuthenticator>> JwtAuthenticator::Create(
    const k8s::JWTAuthenticator& config,
    const JwtAuthenticatorOptions& options) {
  absl::Status status = CheckConfig(config, options);
  if (!status.ok()) return status;
  status = CheckOptions(config.issuer(), options);
  if (!status.ok()) return status;
  auto http = MakeClient(config.issuer(), options);
  if (!http.ok()) return http.status();
  auto claims_http = config.claimmappings().groups().claim().empty()
                         ? std::shared_ptr<HttpClient>()
                         : MakeClient(config.issuer(), options);
  if (!claims_http.ok()) return claims_http.status();
  return absl::WrapUnique(new JwtAuthenticator(
      config, options, *std::move(http), *std::move(claims_http)));
}

JwtAuthenticator::JwtAuthenticator(const k8s::JWTAuthenticator& config,
                                   const JwtAuthenticatorOptions& options,
                                   std::shared_ptr<HttpClient> http,
                                   std::shared_ptr<HttpClient> claims_http)
    : issuer_(config.issuer().url()),
      audiences_(config.issuer().audiences().begin(),
                 config.issuer().audiences().end()),
      algorithms_(options.algorithms),
      mappings_(config),
      static_keys_(options.static_keys),
      remote_keys_(static_keys_ != nullptr
                       ? nullptr
                       : absl::make_unique<RemoteKeySet>(
                             issuer_, config.issuer().discoveryurl(),
                             algorithms_, std::move(http), options.clock,
                             options.refresh)) {
  if (mappings_.groups_claim().empty()) return;
  // Others choose the issuers of distributed claims, and so when their keys
  // change: that must not make everybody's answers be forgotten.
  KeyRefreshOptions others = options.refresh;
  others.changed = nullptr;
  distributed_ = absl::make_unique<DistributedClaims>(
      mappings_.groups_claim(),
      DistributedClaims::Verification{audiences_, algorithms_,
                                      std::move(claims_http), options.clock,
                                      std::move(others)},
      options.distributed_claims);
}

Result JwtAuthenticator::AuthenticateToken(absl::string_view token,
                                           const TokenContext& context) const {
  const UnverifiedIssuer issuer(token);
  if (!issuer.found() || NormalizedIssuer(issuer.value()) != issuer_) {
    return Result();
  }
  return AuthenticateOwnToken(token, context);
}

Result JwtAuthenticator::AuthenticateOwnToken(
    absl::string_view token, const TokenContext& context) const {
  absl::StatusOr<Authentication> authentication = Authenticate(token, context);
  if (!authentication.ok()) return authentication.status();
  return *std::move(authentication);
}

absl::StatusOr<Authentication> JwtAuthenticator::Authenticate(
    absl::string_view token, const TokenContext& context) const {
  if (remote_keys_ != nullptr && !remote_keys_->initialized()) {
    return NotInitialized();
  }
  absl::StatusOr<Jws> jws = Jws::Parse(token);
  if (!jws.ok()) return Rejected(kVerifyToken, jws.status());
  // Not believed yet: nobody gets in by what they say before the signature is
  // found to be good, and most bad tokens are kept out without that cost.
  const auto claims = Claims::Parse(jws->unverified_payload());
  if (!claims.ok()) return Rejected(kVerifyToken, claims.status());
  const auto not_after = CheckClaims(*claims, issuer_, audiences_, context.now);
  if (!not_after.ok()) return Rejected(kVerifyToken, not_after.status());
  const absl::Status verified = VerifySignature(token, *std::move(jws));
  if (!verified.ok()) return Rejected(kVerifyToken, verified);
  return Identify(*claims, *not_after, context.now);
}

absl::Status JwtAuthenticator::VerifySignature(absl::string_view token,
                                               Jws jws) const {
  if (!algorithms_.Contains(jws.algorithm())) {
    return internal::ClaimError(
        Reason::kInvalid,
        absl::StrCat(
            "oidc: id token signed with unsupported algorithm, expected ",
            QuotedNames(algorithms_), " got ",
            GoQuote(JwsAlgorithmName(jws.algorithm()))));
  }
  const auto verified = remote_keys_ != nullptr
                            ? remote_keys_->Verify(token, std::move(jws))
                            : Verify(std::move(jws), *static_keys_);
  if (verified.ok()) return absl::OkStatus();
  if (remote_keys_ == nullptr &&
      JoseErrorOf(verified.status()) == JoseError::kUnknownKeyId) {
    return MakeJoseError(
        JoseError::kUnknownKeyId,
        "failed to verify signature: no keys matches jwk keyid");
  }
  return Rejected("failed to verify signature", verified.status());
}

// Returns who the verified `claims` speak for.
absl::StatusOr<Authentication> JwtAuthenticator::Identify(
    const Claims& claims, absl::Time not_after, absl::Time now) const {
  ClaimValue groups = claims.Find(mappings_.groups_claim());
  absl::optional<DistributedClaims::Fetched> fetched;
  if (distributed_ != nullptr) {
    auto expanded = distributed_->Expand(claims, now);
    if (!expanded.ok()) {
      return Rejected("oidc: could not expand distributed claims",
                      expanded.status());
    }
    fetched = *std::move(expanded);
  }
  if (fetched.has_value()) {
    groups = fetched->claims.Find(mappings_.groups_claim());
    not_after = std::min(not_after, fetched->not_after);
  }
  absl::StatusOr<UserInfo> user = mappings_.ToUser(claims, groups);
  if (!user.ok()) return user.status();
  const auto thumbprint = CertificateThumbprint(claims);
  if (!thumbprint.ok()) return Rejected("oidc", thumbprint.status());
  Authentication authentication;
  authentication.user = *std::move(user);
  authentication.authenticator = kName;
  authentication.credential_id = CredentialId(claims);
  authentication.not_after = not_after;
  authentication.certificate_thumbprint = *thumbprint;
  return authentication;
}

void JwtAuthenticator::RefreshIfDue() const {
  if (remote_keys_ != nullptr) remote_keys_->RefreshIfDue();
}

absl::Status JwtAuthenticator::Health() const {
  if (remote_keys_ == nullptr || remote_keys_->initialized()) {
    return absl::OkStatus();
  }
  const absl::Status cause = remote_keys_->health().last_error;
  return InContext(absl::StrCat("oidc: authenticator for issuer ",
                                GoQuote(issuer_), " is not healthy"),
                   cause.ok() ? NotInitialized() : cause);
}

KeySetHealth JwtAuthenticator::key_set_health() const {
  if (remote_keys_ != nullptr) return remote_keys_->health();
  KeySetHealth health;
  health.generation = 1;
  health.keys = static_keys_->keys().size();
  health.problems = static_keys_->problems().size();
  return health;
}

}  // namespace gatehouse::authn
