// Claims that are not in the token but somewhere else.
#ifndef GATEHOUSE_AUTHN_OIDC_DISTRIBUTED_CLAIMS_H_
#define GATEHOUSE_AUTHN_OIDC_DISTRIBUTED_CLAIMS_H_

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "authn/jose/algorithm.h"
#include "authn/jose/claims.h"
#include "authn/oidc/remote_key_set.h"
#include "base/clock.h"
#include "base/http_client.h"
#include "base/mutex.h"
#include "base/secret.h"

namespace gatehouse::authn {

// ClaimSource is where a distributed claim is. A plain value.
struct ClaimSource {
  std::string endpoint;
  Secret access_token;  // Empty: none.
};

// Reads where `claims` say that `claim` is (OpenID Connect Core 1.0 section
// 5.6.2). None if it is nowhere else: it is in `claims` itself, no
// "_claim_names" has it, or its source has no endpoint (an aggregated claim,
// which Kubernetes does not know either). An error if a part is of another type
// than the specification says, or the source does not exist.
absl::StatusOr<absl::optional<ClaimSource>> FindClaimSource(
    const Claims& claims, absl::string_view claim);

// DistributedClaimsOptions bound what a token can make us fetch.
struct DistributedClaimsOptions {
  // For all that one token needs: the endpoint, which has half of it at most,
  // and discovery and keys of its answer's issuer. By the clock.
  absl::Duration timeout = absl::Seconds(20);
  // Of other issuers that endpoints' tokens were of. Those that have never
  // shown a key, or that nobody's token was of for `issuer_idle`, make room for
  // further ones. Others do not: then the further ones are refused.
  size_t max_issuers = 64;
  absl::Duration issuer_idle = absl::Hours(1);
  // Requests to endpoints under way at once; further tokens are refused.
  int max_in_flight = 16;
  // Whether endpoints, issuers and their "jwks_uri" whose host is written as a
  // private, loopback or link-local address are refused. Kubernetes has no such
  // rule. Names that lead there are not seen: keep the server from reaching
  // what it must not.
  bool refuse_private_addresses = false;
};

// DistributedClaims fetches one claim, as Kubernetes does for the one of the
// groups: GET of the source's endpoint, whose body is a JWT of whatever issuer.
// It is verified as any other: with the keys of its own issuer (discovered when
// first seen, remembered), the same audiences and algorithms, and its times.
// One level only: that it names further sources is of no interest.
//
// This is a fetch whose goal a signed token names: who can have the issuer sign
// "_claim_sources" chooses it. Only https is asked, with the CAs of the
// issuer's configuration, and the answer is shown to nobody; sizes, times and
// numbers are bounded.
//
// Any thread may call it.
class DistributedClaims {
 public:
  // What is the same for every token of an authenticator.
  struct Verification {
    std::vector<std::string> audiences;
    JwsAlgorithmSet algorithms;
    std::shared_ptr<HttpClient> http;
    const Clock* clock = nullptr;
    KeyRefreshOptions refresh;
  };

  DistributedClaims(std::string claim, Verification verification,
                    const DistributedClaimsOptions& options);

  // Fetched is what an endpoint answered. The claim is in `claims`.
  struct Fetched {
    Claims claims;
    absl::Time not_after;
  };

  // Fetches the claim of `claims`, which are verified, if it is distributed;
  // none if it is not. kUnauthenticated for what is wrong with the claims or
  // the answer; kUnavailable, kDeadlineExceeded, kInternal and
  // kResourceExhausted for what may be well soon. With the cause's Reason.
  // However many servers it takes, it is over after `timeout`.
  absl::StatusOr<absl::optional<Fetched>> Expand(const Claims& claims,
                                                 absl::Time now);

 private:
  struct Issuer {
    std::shared_ptr<RemoteKeySet> keys;
    absl::Time last_use;
  };

  absl::StatusOr<std::string> FetchToken(const ClaimSource& source);
  absl::StatusOr<Fetched> VerifyToken(absl::string_view token, absl::Time now,
                                      absl::Time deadline);
  absl::StatusOr<std::shared_ptr<RemoteKeySet>> KeysOf(
      absl::string_view issuer);
  bool MakeRoom(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status CheckUrl(absl::string_view url) const;

  // Constant after construction.
  const std::string claim_;
  const Verification verification_;
  const DistributedClaimsOptions options_;

  std::atomic<int> in_flight_{0};
  Mutex mutex_;
  absl::flat_hash_map<std::string, Issuer> issuers_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_OIDC_DISTRIBUTED_CLAIMS_H_
