#include "authn/serviceaccount/bound.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "authn/serviceaccount/internal/verified_tokens.h"
#include "authn/serviceaccount/issuers.h"
#include "authn/serviceaccount/username.h"
#include "authn/token/unverified_issuer.h"
#include "base/errors.h"
#include "base/go_quote.h"

namespace gatehouse::authn {
namespace {

constexpr char kAuthenticator[] = "service-account";
constexpr char kLegacyTokenAnnotation[] = "authentication.k8s.io/legacy-token";

absl::Status Refuse(Reason reason, absl::string_view text) {
  return MakeError(absl::StatusCode::kUnauthenticated, reason, text);
}

absl::Status BadOption(absl::string_view text) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                   absl::StrCat("service account tokens: ", text));
}

// Token is what does not change of a token that was verified.
struct Token {
  // What `claims` points into: most of it is only compared.
  absl::optional<Claims> payload;
  BoundClaimsView claims;
  Authentication authentication;
  absl::Time expires;
};

// Fills `token->authentication` from its claims.
void SayWho(std::vector<std::string> audiences, Token* token) {
  const BoundClaimsView& claims = token->claims;
  Authentication& authentication = token->authentication;
  authentication.user = BoundServiceAccountUser(claims);
  authentication.audiences = std::move(audiences);
  authentication.authenticator = kAuthenticator;
  if (!claims.registered.id.empty()) {
    authentication.credential_id = absl::StrCat("JTI=", claims.registered.id);
  }
  authentication.not_after = token->expires;
  authentication.certificate_thumbprint =
      claims.registered.certificate_thumbprint;
}

BoundServiceAccountOptions WithDefaults(BoundServiceAccountOptions options) {
  if (options.api_audiences.empty()) options.api_audiences = options.issuers;
  return options;
}

}  // namespace

class BoundServiceAccountAuthenticator::Impl {
 public:
  explicit Impl(const BoundServiceAccountOptions& options)
      : options_(WithDefaults(options)),
        tokens_(options_.keys, options_.cache_entries,
                [this](Claims claims, const std::vector<std::string>* audiences,
                       Token* token) {
                  return Read(std::move(claims), audiences, token);
                }) {}

  Result Authenticate(absl::string_view token,
                      const TokenContext& context) const {
    const UnverifiedIssuer issuer(token);
    if (!issuer.found() || !IsOurs(issuer.value())) return Result();
    const auto verified = tokens_.Get(token, context);
    if (!verified.ok()) return verified.status();
    if (*verified == nullptr) return Result();
    const BoundClaimsView& claims = (*verified)->claims;
    if (claims.registered.audiences.empty() && context.notes != nullptr) {
      context.notes->audit_annotations.emplace_back(
          kLegacyTokenAnnotation, std::string(claims.registered.subject));
    }
    const absl::Status status =
        CheckBoundClaims(claims, *options_.objects, context.now, context.notes);
    if (!status.ok()) return status;
    return Result(std::shared_ptr<const Authentication>(
        *verified, &(*verified)->authentication));
  }

 private:
  bool IsOurs(absl::string_view issuer) const {
    return absl::c_linear_search(options_.issuers, issuer);
  }

  // Makes what is remembered of a token; its faults are for ever, save that
  // those of audiences depend on who asks.
  absl::Status Read(Claims verified, const std::vector<std::string>* requested,
                    Token* token) const {
    token->payload = std::move(verified);
    absl::Status status = ReadBoundClaims(*token->payload, &token->claims);
    if (!status.ok()) return status;
    const BoundClaimsView& claims = token->claims;
    const auto& registered = claims.registered;
    // What routed the token here was read by another reader.
    if (!IsOurs(registered.issuer)) {
      return Refuse(Reason::kInvalid,
                    absl::StrCat("token issuer ", GoQuote(registered.issuer),
                                 " is invalid"));
    }
    auto audiences = internal::AcceptAudiences(registered.audiences, requested,
                                               options_.api_audiences);
    if (!audiences.ok()) return audiences.status();
    status = CheckForm(claims);
    if (!status.ok()) return status;
    token->expires = registered.expires.has_value()
                         ? *registered.expires + kServiceAccountLeeway
                         : absl::InfiniteFuture();
    SayWho(*std::move(audiences), token);
    return absl::OkStatus();
  }

  // Stricter than Kubernetes, which does not look at "sub" here, nor wants an
  // end.
  absl::Status CheckForm(const BoundClaimsView& claims) const {
    if (options_.require_expiry && !claims.registered.expires.has_value()) {
      return Refuse(Reason::kInvalid, "exp claim is missing");
    }
    if (!claims.registered.subject.empty() &&
        !MatchesServiceAccountUsername(claims.object_namespace,
                                       claims.service_account.name,
                                       claims.registered.subject)) {
      return Refuse(Reason::kInvalid, "sub claim is invalid");
    }
    return absl::OkStatus();
  }

  const BoundServiceAccountOptions options_;
  const internal::VerifiedTokens<Token> tokens_;
};

absl::StatusOr<std::unique_ptr<BoundServiceAccountAuthenticator>>
BoundServiceAccountAuthenticator::Create(
    const BoundServiceAccountOptions& options) {
  absl::Status status = ValidateIssuers(options.issuers);
  if (!status.ok()) return status;
  if (options.keys == nullptr) return BadOption("there are no keys");
  if (options.objects == nullptr) {
    return BadOption("there is nowhere to look up what they are bound to");
  }
  return std::unique_ptr<BoundServiceAccountAuthenticator>(
      new BoundServiceAccountAuthenticator(options));
}

BoundServiceAccountAuthenticator::BoundServiceAccountAuthenticator(
    const BoundServiceAccountOptions& options)
    : impl_(std::make_unique<Impl>(options)) {}

BoundServiceAccountAuthenticator::~BoundServiceAccountAuthenticator() = default;

Result BoundServiceAccountAuthenticator::AuthenticateToken(
    absl::string_view token, const TokenContext& context) const {
  return impl_->Authenticate(token, context);
}

}  // namespace gatehouse::authn
