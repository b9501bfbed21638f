#include "authn/oidc/remote_key_set.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "absl/memory/memory.h"
#include "absl/random/random.h"
#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "authn/jose/jose_error.h"
#include "authn/oidc/discovery.h"
#include "authn/oidc/internal/cache_control.h"
#include "authn/oidc/internal/http_get.h"
#include "authn/oidc/internal/keys_digest.h"
#include "base/errors.h"

namespace gatehouse::authn {
namespace {

// Longer waits are as good as endless, and fit into steady_clock's types.
constexpr absl::Duration kLongestWait = absl::Hours(1);

KeySetOptions OptionsOf(JwsAlgorithmSet algorithms, size_t max_bytes) {
  KeySetOptions options;
  options.key_ids = KeyIdRule::kOptional;
  options.algorithms = algorithms;
  options.max_bytes = max_bytes;
  return options;
}

absl::Status Unavailable(absl::string_view message) {
  return MakeError(absl::StatusCode::kUnavailable, Reason::kStale, message);
}

// Returns whether a token that was refused so may be one of a key that was made
// after the keys were fetched.
bool MayBeOfNewKey(const absl::Status& status, bool names_key) {
  switch (JoseErrorOf(status)) {
    case JoseError::kUnknownKeyId:
    case JoseError::kAlgorithmMismatch:
      return true;
    case JoseError::kMissingKeyId:
    case JoseError::kSignatureLength:
    case JoseError::kBadSignature:
      return !names_key;
    default:
      return false;
  }
}

std::chrono::steady_clock::time_point After(absl::Duration wait) {
  return std::chrono::steady_clock::now() +
         absl::ToChronoNanoseconds(std::min(wait, kLongestWait));
}

}  // namespace

// What a fetch that went well brought.
struct RemoteKeySet::Fetched {
  KeySet keys;
  pki::Sha256Digest digest = {};  // Of the keys, however they are written.
  absl::optional<absl::Duration> max_age;
};

RemoteKeySet::RemoteKeySet(std::string issuer, absl::string_view discovery_url,
                           JwsAlgorithmSet algorithms,
                           std::shared_ptr<HttpClient> http, const Clock* clock,
                           const KeyRefreshOptions& options)
    : issuer_(std::move(issuer)),
      discovery_url_(DiscoveryUrl(issuer_, discovery_url)),
      key_set_options_(OptionsOf(algorithms, options.max_response_bytes)),
      http_(std::move(http)),
      clock_(clock),
      options_(options),
      keys_(absl::make_unique<const KeySet>()),
      next_attempt_ns_(absl::ToUnixNanos(absl::InfinitePast())),
      last_success_ns_(absl::ToUnixNanos(absl::InfinitePast())),
      unknown_keys_(1 / absl::ToDoubleSeconds(options.unknown_key_interval),
                    options.unknown_key_burst) {}

absl::StatusOr<VerifiedJws> RemoteKeySet::Verify(absl::string_view token,
                                                 Jws jws, absl::Time deadline) {
  const bool names_key = jws.key_id().has_value();
  uint64_t generation = 0;
  absl::StatusOr<VerifiedJws> verified =
      VerifyWithKnown(std::move(jws), &generation);
  // Twice, because a fetch that was under way may have been answered before the
  // key was made.
  for (int i = 0; i < 2 && !verified.ok(); ++i) {
    const bool known =
        generation > 0 && !MayBeOfNewKey(verified.status(), names_key);
    if (known || !FetchForToken(generation, deadline)) return verified;
    absl::StatusOr<Jws> again = Jws::Parse(token);
    if (!again.ok()) return again.status();
    verified = VerifyWithKnown(*std::move(again), &generation);
  }
  return verified;
}

absl::StatusOr<VerifiedJws> RemoteKeySet::VerifyWithKnown(
    Jws jws, uint64_t* generation) const {
  const EpochGuard guard;
  // First: the keys that are loaded are of this generation or a later one.
  *generation = generation_.load(std::memory_order_acquire);
  if (*generation == 0) return Unavailable("oidc: keys were never fetched");
  if (options_.max_stale < absl::InfiniteDuration()) {
    const absl::Time fetched =
        absl::FromUnixNanos(last_success_ns_.load(std::memory_order_relaxed));
    if (clock_->Now() - fetched > options_.max_stale) {
      return Unavailable(
          "oidc: keys are too old, and no new ones are to be had");
    }
  }
  return authn::Verify(std::move(jws), *keys_.Load());
}

// Fetches, or waits for who does, if the limits allow it. Returns whether there
// are other keys than those of `generation`.
bool RemoteKeySet::FetchForToken(uint64_t generation, absl::Time deadline) {
  if (clock_->Now() >= deadline) return false;
  {
    MutexLock lock(mutex_);
    const bool waits = fetching_;
    if (waits) AwaitFetch(deadline);
    if (health_.generation != generation) return true;
    // An issuer that is down holds each token for one fetch, not for two.
    if (fetching_ || (waits && !health_.last_error.ok())) return false;
    if (!unknown_keys_.Take(clock_->Now())) {
      ++health_.refused;
      return false;
    }
    BeginFetch();
  }
  Fetch(deadline);
  return generation_.load(std::memory_order_acquire) != generation;
}

// Waits for the end of the fetch that is under way, within the limits.
void RemoteKeySet::AwaitFetch(absl::Time deadline) {
  if (health_.waiters >= options_.max_waiters) return;
  ++health_.waiters;
  const uint64_t ended = ended_fetches_;
  const auto end = After(std::min(options_.max_wait, deadline - clock_->Now()));
  while (ended_fetches_ == ended && fetched_.WaitUntil(mutex_, end)) {
  }
  --health_.waiters;
}

// A clock that was set back far must not put off a refresh until it has caught
// up.
bool RemoteKeySet::IsDue(absl::Time now, absl::Time next) const {
  return now >= next ||
         next - now > std::max(options_.max_interval, options_.max_retry);
}

void RemoteKeySet::RefreshIfDue(absl::Time deadline) {
  const absl::Time now = clock_->Now();
  if (!IsDue(now, absl::FromUnixNanos(
                      next_attempt_ns_.load(std::memory_order_relaxed)))) {
    return;
  }
  {
    MutexLock lock(mutex_);
    if (fetching_ || !IsDue(now, health_.next_attempt)) return;
    BeginFetch();
  }
  Fetch(deadline);
}

void RemoteKeySet::BeginFetch() {
  fetching_ = true;
  ++health_.fetches;
}

// By who has called BeginFetch.
void RemoteKeySet::Fetch(absl::Time deadline) {
  absl::StatusOr<Fetched> fetched = FetchKeys(deadline);
  const absl::Time now = clock_->Now();
  MutexLock lock(mutex_);
  absl::Duration next;
  health_.last_error = fetched.status();
  if (fetched.ok()) {
    failures_ = 0;
    next = std::clamp(fetched->max_age.value_or(options_.unsaid_interval),
                      options_.min_interval, options_.max_interval);
    Accept(*std::move(fetched), now);
  } else {
    next = options_.retry;
    for (int i = 0; i < failures_ && next < options_.max_retry; ++i) next *= 2;
    next = std::min(next, options_.max_retry);
    ++failures_;
  }
  health_.next_attempt = now + Jittered(next);
  next_attempt_ns_.store(absl::ToUnixNanos(health_.next_attempt),
                         std::memory_order_relaxed);
  fetching_ = false;
  ++ended_fetches_;
  fetched_.NotifyAll();
}

void RemoteKeySet::Accept(Fetched fetched, absl::Time now) {
  health_.last_success = now;
  last_success_ns_.store(absl::ToUnixNanos(now), std::memory_order_relaxed);
  health_.keys = fetched.keys.keys().size();
  const std::vector<KeyProblem>& problems = fetched.keys.problems();
  health_.problems = problems.size();
  health_.first_problem =
      problems.empty() ? absl::OkStatus() : problems.front().status;
  // Servers write the same keys in another order, or with other fields.
  keys_.Publish(absl::make_unique<const KeySet>(std::move(fetched.keys)));
  if (initialized() && fetched.digest == digest_) return;
  digest_ = fetched.digest;
  ++health_.generation;
  generation_.store(health_.generation, std::memory_order_release);
  if (options_.changed != nullptr) options_.changed();
}

absl::StatusOr<RemoteKeySet::Fetched> RemoteKeySet::FetchKeys(
    absl::Time deadline) {
  const absl::StatusOr<std::string> url = FindKeysUrl(deadline);
  if (!url.ok()) return url.status();
  internal::HttpGetOptions options;
  options.timeout =
      internal::TimeLeft(options_.request_timeout, deadline, clock_->Now());
  options.max_bytes = options_.max_response_bytes;
  const auto response = internal::HttpGet(*http_, *url, options);
  // The keys may be elsewhere by now.
  discovered_ = response.ok() ? discovered_ : absl::InfinitePast();
  if (!response.ok()) return response.status();
  absl::StatusOr<KeySet> keys = KeySet::FromJwks(
      response->body, internal::ShownUrl(*url), key_set_options_);
  if (!keys.ok()) return keys.status();
  // Who withdraws his last key shows an empty set. Who has never shown a key,
  // or none that is of use here, has more likely made a mistake.
  const bool withdrawn = initialized() && keys->problems().empty();
  if (keys->keys().empty() && !withdrawn) {
    return MakeError(
        absl::StatusCode::kInvalidArgument, Reason::kInvalid,
        absl::StrCat(internal::ShownUrl(*url), ": no usable key in the set",
                     keys->problems().empty() ? "" : ": ",
                     keys->problems().empty()
                         ? ""
                         : keys->problems().front().status.message()));
  }
  const pki::Sha256Digest digest = internal::KeysDigest(*keys);
  return Fetched{*std::move(keys), digest, internal::MaxAge(response->headers)};
}

// Where the keys are: by discovery, or where they were if that fails.
absl::StatusOr<std::string> RemoteKeySet::FindKeysUrl(absl::Time deadline) {
  const absl::Time now = clock_->Now();
  if (!keys_url_.empty() && now < discovered_ + options_.discovery_interval) {
    return keys_url_;
  }
  absl::StatusOr<std::string> url = DiscoverKeysUrl(deadline);
  if (url.ok()) {
    keys_url_ = *std::move(url);
    discovered_ = now;
  } else if (keys_url_.empty()) {
    return url.status();
  }
  return keys_url_;
}

absl::StatusOr<std::string> RemoteKeySet::DiscoverKeysUrl(absl::Time deadline) {
  const absl::Duration timeout =
      internal::TimeLeft(options_.request_timeout, deadline, clock_->Now());
  absl::StatusOr<ProviderMetadata> metadata =
      Discover(*http_, discovery_url_, issuer_, timeout);
  if (!metadata.ok()) return metadata.status();
  const auto host = internal::HttpsHost(metadata->jwks_uri);
  if (options_.refuse_private_addresses &&
      (!host.has_value() || internal::IsPrivateAddress(*host))) {
    return MakeError(
        absl::StatusCode::kPermissionDenied, Reason::kNotAllowed,
        absl::StrCat("jwks_uri ", internal::ShownUrl(metadata->jwks_uri),
                     " is a private address"));
  }
  return std::move(metadata->jwks_uri);
}

absl::Duration RemoteKeySet::Jittered(absl::Duration interval) const {
  absl::InsecureBitGen random;
  return interval * (1 - absl::Uniform(random, 0.0, options_.jitter));
}

KeySetHealth RemoteKeySet::health() const {
  MutexLock lock(mutex_);
  return health_;
}

}  // namespace gatehouse::authn
