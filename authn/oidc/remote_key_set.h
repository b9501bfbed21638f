// The keys of an issuer, fetched over HTTPS and kept up to date.
#ifndef GATEHOUSE_AUTHN_OIDC_REMOTE_KEY_SET_H_
#define GATEHOUSE_AUTHN_OIDC_REMOTE_KEY_SET_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "authn/jose/algorithm.h"
#include "authn/jose/jws.h"
#include "authn/jose/key_set.h"
#include "authn/jose/verify.h"
#include "authn/token/rate_limit.h"
#include "base/clock.h"
#include "base/http_client.h"
#include "base/mutex.h"
#include "base/snapshot.h"
#include "pki/certificate.h"

namespace gatehouse::authn {

// KeyRefreshOptions say when keys are fetched. Durations are by the clock but
// for those of one request, which are real.
struct KeyRefreshOptions {
  // After a good fetch the next comes when the response's Cache-Control says
  // that it is stale, within [min, max]; `unsaid` if it says nothing. Up to a
  // part of `jitter` earlier, at random, so that many servers do not come at
  // once.
  absl::Duration min_interval = absl::Minutes(1);
  absl::Duration max_interval = absl::Hours(1);
  absl::Duration unsaid_interval = absl::Minutes(10);
  double jitter = 0.2;
  // After a bad one, twice as long each time up to `max_retry`.
  absl::Duration retry = absl::Seconds(10);  // As Kubernetes'.
  absl::Duration max_retry = absl::Minutes(1);
  // A token that names an unknown key has the keys fetched at once, `burst`
  // times, then once in each `unknown_key_interval`: that is all that a flood
  // of forged tokens gets.
  absl::Duration unknown_key_interval = absl::Seconds(10);
  int unknown_key_burst = 2;
  // Such tokens wait for a fetch that is under way, so long and so many at
  // most; others are refused at once. These are threads of the server's that
  // forged tokens hold while an issuer does not answer.
  absl::Duration max_wait = absl::Seconds(10);
  int max_waiters = 8;
  // How long keys are good for without a fetch that went well. For ever by
  // default, as in Kubernetes: an issuer that is down stops nobody.
  absl::Duration max_stale = absl::InfiniteDuration();
  // Of one request; a fetch has one, or two with discovery.
  absl::Duration request_timeout = absl::Seconds(10);
  size_t max_response_bytes = size_t{1} << 20;
  // The discovery document is read again with the first fetch after so long,
  // and after a fetch that failed.
  absl::Duration discovery_interval = absl::Hours(1);
  // Whether a "jwks_uri" whose host is written as a private address is refused,
  // as DistributedClaimsOptions has it.
  bool refuse_private_addresses = false;
  // Told whenever other keys are in effect, so that nobody goes on by answers
  // that withdrawn ones gave; the same keys in another order, or written
  // otherwise, are no others. May be null. Under a lock, in whatever thread:
  // must neither wait nor call back.
  std::function<void()> changed;
};

// KeySetHealth is how it stands with one issuer's keys. A plain value.
struct KeySetHealth {
  // How many different sets there were; 0: none yet, nobody gets in.
  uint64_t generation = 0;
  size_t keys = 0;
  size_t problems = 0;         // Keys of the set that were left out.
  absl::Status first_problem;  // Why the first of them was.
  uint64_t fetches = 0;        // Begun, good and bad.
  uint64_t refused = 0;        // Fetches that the rate limit prevented.
  int waiters = 0;             // Tokens that wait for a fetch.
  absl::Time last_success = absl::InfinitePast();
  absl::Time next_attempt = absl::InfinitePast();
  // Of the last fetch; OK if it went well, and before the first.
  absl::Status last_error;
};

// RemoteKeySet has the keys of one issuer, by discovery, and verifies with
// them. It has no thread: RefreshIfDue is called by who has one, and a token
// whose key is unknown fetches in its own.
//
// What it promises: at most one fetch is under way. A set that does not parse
// or whose keys are all unusable, and every other failure, leaves the last good
// one in effect. A set that is empty takes effect if there was one before: the
// issuer has withdrawn its last key, and nobody gets in. One bad key does not
// spoil a set. Verification takes no lock, and waits only for a key that is not
// known.
//
// Unlike Kubernetes', which fetches for an unknown key only once what it has is
// stale by its HTTP headers, so that a key that was rotated in fails until
// then: here the first token of a new key has it fetched, and is accepted.
//
// Any thread may call anything.
class RemoteKeySet {
 public:
  // Of `issuer`, by DiscoveryUrl(issuer, discovery_url). Fetches nothing yet.
  // `http` must not be null; `clock` must outlive this.
  RemoteKeySet(std::string issuer, absl::string_view discovery_url,
               JwsAlgorithmSet algorithms, std::shared_ptr<HttpClient> http,
               const Clock* clock, const KeyRefreshOptions& options);

  // Returns whether there are keys.
  bool initialized() const {
    return generation_.load(std::memory_order_acquire) > 0;
  }

  // Verifies `jws`, which was parsed from `token`. If no key is known for it,
  // or, where it names none, no key is right, the keys are fetched first,
  // within the limits. Errors are those of authn::Verify; kUnavailable,
  // Reason::kStale, where the keys are older than max_stale or there are none.
  // Nothing that fetches goes on after `deadline`, by the clock.
  absl::StatusOr<VerifiedJws> Verify(
      absl::string_view token, Jws jws,
      absl::Time deadline = absl::InfiniteFuture());

  // Fetches if it is time, and nobody else does. Returns when that is done, or
  // at `deadline`.
  void RefreshIfDue(absl::Time deadline = absl::InfiniteFuture());

  KeySetHealth health() const;

 private:
  struct Fetched;

  absl::StatusOr<VerifiedJws> VerifyWithKnown(Jws jws,
                                              uint64_t* generation) const;
  bool FetchForToken(uint64_t generation, absl::Time deadline);
  void AwaitFetch(absl::Time deadline) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool IsDue(absl::Time now, absl::Time next) const;
  void BeginFetch() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Fetch(absl::Time deadline);
  absl::StatusOr<Fetched> FetchKeys(absl::Time deadline);
  absl::StatusOr<std::string> FindKeysUrl(absl::Time deadline);
  absl::StatusOr<std::string> DiscoverKeysUrl(absl::Time deadline);
  void Accept(Fetched fetched, absl::Time now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Duration Jittered(absl::Duration interval) const;

  // Constant after construction.
  const std::string issuer_;
  const std::string discovery_url_;
  const KeySetOptions key_set_options_;
  const std::shared_ptr<HttpClient> http_;
  const Clock* const clock_;
  const KeyRefreshOptions options_;

  // Own synchronization. Published by whoever fetches, under mutex_.
  SnapshotCell<KeySet> keys_;
  std::atomic<uint64_t> generation_{0};  // Stored after keys_.
  // Copies of what health_ has, for readers without the lock.
  std::atomic<int64_t> next_attempt_ns_;
  std::atomic<int64_t> last_success_ns_;

  // Whoever fetches has these to himself.
  std::string keys_url_;
  absl::Time discovered_ = absl::InfinitePast();
  pki::Sha256Digest digest_ = {};  // Of the last good set.

  mutable Mutex mutex_;
  CondVar fetched_;
  bool fetching_ ABSL_GUARDED_BY(mutex_) = false;
  uint64_t ended_fetches_ ABSL_GUARDED_BY(mutex_) = 0;
  int failures_ ABSL_GUARDED_BY(mutex_) = 0;  // Without a success since.
  RateLimit unknown_keys_;                    // Own synchronization.
  KeySetHealth health_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_OIDC_REMOTE_KEY_SET_H_
