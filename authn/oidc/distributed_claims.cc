#include "authn/oidc/distributed_claims.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "authn/jose/jws.h"
#include "authn/jose/verify.h"
#include "authn/oidc/claim_checks.h"
#include "authn/oidc/internal/claim_errors.h"
#include "authn/oidc/internal/http_get.h"
#include "authn/token/token_authenticator.h"
#include "authn/token/unverified_issuer.h"
#include "base/errors.h"
#include "base/go_quote.h"

namespace gatehouse::authn {
namespace {

using internal::ClaimError;
using internal::Rejected;

// The highest status that Kubernetes takes for good here.
constexpr int kMaxGoodStatus = 226;

// Whether a text may stand in a field of HTTP.
bool IsFieldValue(absl::string_view text) {
  for (const char c : text) {
    if (!absl::ascii_isprint(c)) return false;
  }
  return true;
}

// Counts what is under way.
class InFlight {
 public:
  explicit InFlight(std::atomic<int>& count)
      : count_(count), number_(count.fetch_add(1) + 1) {}
  ~InFlight() { count_.fetch_sub(1); }
  InFlight(const InFlight&) = delete;
  InFlight& operator=(const InFlight&) = delete;
  int number() const { return number_; }

 private:
  std::atomic<int>& count_;
  const int number_;
};

// A discovery document must not lead where an endpoint may not.
DistributedClaims::Verification Hardened(
    DistributedClaims::Verification verification,
    const DistributedClaimsOptions& options) {
  verification.refresh.refuse_private_addresses |=
      options.refuse_private_addresses;
  return verification;
}

}  // namespace

absl::StatusOr<absl::optional<ClaimSource>> FindClaimSource(
    const Claims& claims, absl::string_view claim) {
  if (claims.Find(claim).present()) return absl::optional<ClaimSource>();
  const ClaimValue names = claims.Find("_claim_names");
  const ClaimValue sources = claims.Find("_claim_sources");
  if (names.present() && !sources.present()) {
    return ClaimError(Reason::kInvalid, "oidc: no claim sources");
  }
  const ClaimValue name = names.Find(claim);
  if (!name.present()) return absl::optional<ClaimSource>();
  const absl::optional<absl::string_view> source_name = name.AsString();
  const ClaimValue source = sources.Find(source_name.value_or(""));
  if (!source_name.has_value() || !source.is(ClaimKind::kObject)) {
    return ClaimError(Reason::kInvalid,
                      absl::StrCat("the source of claim ", GoQuote(claim),
                                   " does not exist or is no object"));
  }
  for (const absl::string_view member : {"endpoint", "access_token"}) {
    const ClaimValue value = source.Find(member);
    if (!value.present() || value.is(ClaimKind::kString)) continue;
    return ClaimError(Reason::kInvalid,
                      absl::StrCat("\"", member, "\" of the source of claim ",
                                   GoQuote(claim), " is not a string"));
  }
  ClaimSource found;
  found.endpoint = std::string(source.StringOf("endpoint").value_or(""));
  if (found.endpoint.empty()) return absl::optional<ClaimSource>();
  found.access_token = Secret(source.StringOf("access_token").value_or(""));
  return absl::make_optional(std::move(found));
}

DistributedClaims::DistributedClaims(std::string claim,
                                     Verification verification,
                                     const DistributedClaimsOptions& options)
    : claim_(std::move(claim)),
      verification_(Hardened(std::move(verification), options)),
      options_(options) {}

absl::StatusOr<absl::optional<DistributedClaims::Fetched>>
DistributedClaims::Expand(const Claims& claims, absl::Time now) {
  const auto source = FindClaimSource(claims, claim_);
  if (!source.ok()) return source.status();
  if (!source->has_value()) return absl::optional<Fetched>();
  const InFlight in_flight(in_flight_);
  if (in_flight.number() > options_.max_in_flight) {
    return MakeError(absl::StatusCode::kResourceExhausted, Reason::kTooLarge,
                     "too many such claims at once");
  }
  const absl::Time deadline = verification_.clock->Now() + options_.timeout;
  const absl::StatusOr<std::string> token = FetchToken(**source);
  if (!token.ok()) {
    return Rejected(
        absl::StrCat("while getting distributed claim ", GoQuote(claim_)),
        token.status());
  }
  absl::StatusOr<Fetched> fetched = VerifyToken(*token, now, deadline);
  if (!fetched.ok()) {
    return Rejected("verify distributed claim token", fetched.status());
  }
  if (!fetched->claims.Find(claim_).present()) {
    return ClaimError(
        Reason::kInvalid,
        absl::StrCat("jwt returned by distributed claim endpoint ",
                     internal::ShownUrl((*source)->endpoint),
                     " did not contain claim: ", claim_));
  }
  return absl::make_optional(*std::move(fetched));
}

absl::Status DistributedClaims::CheckUrl(absl::string_view url) const {
  const absl::optional<absl::string_view> host = internal::HttpsHost(url);
  if (!host.has_value()) {
    return ClaimError(Reason::kInvalid, absl::StrCat(internal::ShownUrl(url),
                                                     " is not an https URL"));
  }
  if (options_.refuse_private_addresses && internal::IsPrivateAddress(*host)) {
    return ClaimError(
        Reason::kNotAllowed,
        absl::StrCat(internal::ShownUrl(url), " is a private address"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> DistributedClaims::FetchToken(
    const ClaimSource& source) {
  const absl::Status allowed = CheckUrl(source.endpoint);
  if (!allowed.ok()) return allowed;
  if (verification_.http == nullptr) {
    return ClaimError(Reason::kUnsupported, "there is no HTTP client");
  }
  if (!IsFieldValue(source.access_token.Reveal(SecretAccess::Get()))) {
    return ClaimError(Reason::kInvalid,
                      "\"access_token\" has characters that HTTP has not");
  }
  internal::HttpGetOptions options;
  // However slow it is, its issuer's keys have the other half: what is fetched
  // of them in too short a time would be missing for others.
  options.timeout = options_.timeout / 2;
  options.max_bytes = kMaxTokenBytes;
  options.bearer = source.access_token;
  options.max_status = kMaxGoodStatus;
  auto response =
      internal::HttpGet(*verification_.http, source.endpoint, options);
  if (!response.ok()) return response.status();
  return std::move(response->body);
}

absl::StatusOr<DistributedClaims::Fetched> DistributedClaims::VerifyToken(
    absl::string_view token, absl::Time now, absl::Time deadline) {
  // What follows the token in the body would be one more way to write it, but
  // servers end their bodies with a line break.
  token = absl::StripAsciiWhitespace(token);
  const UnverifiedIssuer unverified(token);
  if (!unverified.found()) {
    return ClaimError(Reason::kMalformed, "not a JWT with an issuer");
  }
  const std::string issuer(NormalizedIssuer(unverified.value()));
  absl::StatusOr<Jws> jws = Jws::Parse(token);
  if (!jws.ok()) return jws.status();
  absl::StatusOr<Claims> claims = Claims::Parse(jws->unverified_payload());
  if (!claims.ok()) return claims.status();
  const absl::StatusOr<absl::Time> not_after =
      CheckClaims(*claims, issuer, verification_.audiences, now);
  if (!not_after.ok()) return not_after.status();
  if (!verification_.algorithms.Contains(jws->algorithm())) {
    return ClaimError(Reason::kInvalid,
                      "oidc: id token signed with unsupported algorithm");
  }
  const auto keys = KeysOf(issuer);
  if (!keys.ok()) return keys.status();
  (*keys)->RefreshIfDue(deadline);
  const auto verified = (*keys)->Verify(token, *std::move(jws), deadline);
  if (verified.ok()) return Fetched{*std::move(claims), *not_after};
  if (verification_.clock->Now() >= deadline) {
    // It may be good: who has its key did not answer in time.
    return absl::DeadlineExceededError(
        absl::StrCat("failed to verify signature in ",
                     absl::FormatDuration(options_.timeout)));
  }
  return InContext("failed to verify signature", verified.status());
}

// Returns the keys of an issuer that somebody's token is of; not fetched yet
// if it was not seen before.
absl::StatusOr<std::shared_ptr<RemoteKeySet>> DistributedClaims::KeysOf(
    absl::string_view issuer) {
  const absl::Status allowed = CheckUrl(issuer);
  if (!allowed.ok()) return allowed;
  const absl::Time now = verification_.clock->Now();
  MutexLock lock(mutex_);
  auto known = issuers_.find(issuer);
  if (known == issuers_.end()) {
    if (!MakeRoom(now)) {
      return MakeError(absl::StatusCode::kResourceExhausted, Reason::kTooLarge,
                       "too many issuers of distributed claims");
    }
    known =
        issuers_
            .emplace(issuer,
                     Issuer{std::make_shared<RemoteKeySet>(
                                std::string(issuer), "",
                                verification_.algorithms, verification_.http,
                                verification_.clock, verification_.refresh),
                            now})
            .first;
  }
  known->second.last_use = now;
  return known->second.keys;
}

// Puts out the issuer that was used longest ago, if the table is full, of those
// that have never shown a key, which may be invented and cost nothing, and
// those that are idle. Returns whether there is room.
bool DistributedClaims::MakeRoom(absl::Time now) {
  if (issuers_.size() < options_.max_issuers) return true;
  auto oldest = issuers_.end();
  for (auto it = issuers_.begin(); it != issuers_.end(); ++it) {
    const bool is_idle = now - it->second.last_use >= options_.issuer_idle;
    if (it->second.keys->initialized() && !is_idle) continue;
    if (oldest == issuers_.end() ||
        it->second.last_use < oldest->second.last_use) {
      oldest = it;
    }
  }
  if (oldest == issuers_.end()) return false;
  issuers_.erase(oldest);
  return true;
}

}  // namespace gatehouse::authn
