// Client certificates as credentials.
#ifndef GATEHOUSE_AUTHN_X509_H_
#define GATEHOUSE_AUTHN_X509_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "authn/authenticator.h"
#include "authn/client_ca.h"
#include "base/mutex.h"
#include "base/snapshot.h"

namespace gatehouse::authn {

// X509Options are constant for the life of an authenticator.
struct X509Options {
  // How many verified identities are remembered, rounded up to a multiple of
  // four, at most 2^26; 0 for none. One takes about 2 KiB.
  size_t cache_entries = 4096;
  // Called with the time that the leaf has left, before it is verified and so
  // for bad certificates too (Kubernetes' metric of the remaining lifetime).
  // From any thread; may be null.
  std::function<void(absl::Duration)> observe_remaining_lifetime;
  // Whether errors are the bare cause, as in Kubernetes' front-proxy verifier,
  // without "verifying certificate SN=..., failed: ".
  bool bare_errors = false;
};

// Validity is how long an answer holds: as long as the authenticator's
// generation is this, and the time within [from, until].
struct Validity {
  uint64_t generation = 0;
  absl::Time from = absl::InfiniteFuture();
  absl::Time until = absl::InfinitePast();
};

// X509Authenticator authenticates by the client certificate of a TLS
// connection, as kube-apiserver does with --client-ca-file. For each CA in turn
// and for each valid chain: allow-list, revocation, conversion, refused groups,
// deny list by user. The first chain that passes is the answer.
//
// No TLS or no certificate, no configuration yet, or a conversion without an
// opinion: no credential. Anything else is refused, with a Reason that is
// stable: kExpired, kNotYetValid, kUnknownAuthority, kIncompatibleUsage,
// kRevoked, kStale, kNotAllowed, kInvalid, kMalformed, kTooLarge ... Where CAs
// disagree about why, that of the CA which came furthest.
//
// An identity that was verified is remembered by the SHA-256 of the leaf, for
// the generation of the configuration and until the chain or the revocation
// lists expire, to the second. It holds for the leaf whatever intermediates
// come along. Refusals are not remembered: they would be for whoever sends
// rubbish to fill the memory with, and a missing intermediate may come with the
// next connection. Requests with a stapled OCSP response are neither answered
// from there nor remembered where revocation is configured.
//
// Any thread may call anything. Readers take no lock.
class X509Authenticator : public Authenticator {
 public:
  // Without a configuration: until the first Update every request has no
  // credential.
  explicit X509Authenticator(const X509Options& options = X509Options());
  ~X509Authenticator() override;

  // With a configuration; the errors are those of ValidateX509Config.
  static absl::StatusOr<std::unique_ptr<X509Authenticator>> Create(
      X509Config config, const X509Options& options = X509Options());

  // Replaces the configuration, in effect for every Authenticate that begins
  // after this returns, remembered identities and open connections included.
  // An error of ValidateX509Config leaves the old one in effect.
  absl::Status Update(X509Config config);

  // Returns how many configurations there have been; 0 before the first.
  uint64_t generation() const {
    return generation_.load(std::memory_order_acquire);
  }

  Result Authenticate(const Request& request) const override;

  // The same, and says how long an answer that is "authenticated" holds.
  // Others hold for the moment only: `*validity` is an empty interval.
  Result Authenticate(const Request& request, Validity* validity) const;

 private:
  struct State;

  Result Verify(const State& state, const Request& request, bool remember,
                Validity* validity) const;

  const X509Options options_;
  Mutex mutex_;  // Of Update.
  SnapshotCell<std::shared_ptr<const State>> state_;
  std::atomic<uint64_t> generation_{0};
};

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_X509_H_
