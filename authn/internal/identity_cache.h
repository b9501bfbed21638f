// Identities that were verified, by the SHA-256 of the certificate.
#ifndef GATEHOUSE_AUTHN_INTERNAL_IDENTITY_CACHE_H_
#define GATEHOUSE_AUTHN_INTERNAL_IDENTITY_CACHE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/time/time.h"
#include "authn/internal/spread_result.h"
#include "base/mutex.h"
#include "base/snapshot.h"
#include "pki/certificate.h"

namespace gatehouse::authn::internal {

// Identity is one that was verified, good within [from, until].
struct Identity {
  pki::Sha256Digest leaf;
  SpreadResult result;  // Authenticated.
  absl::Time from;
  absl::Time until;
  absl::Time leaf_not_after;
};

// IdentityCache holds a bounded number of identities in sets of four. It
// belongs to one configuration and goes with it, so that nothing in it can
// outlive a change. Any thread may call anything; Find takes no lock and writes
// nothing that is shared.
class IdentityCache {
 public:
  explicit IdentityCache(size_t entries);

  // Returns whether there is room for anything.
  bool enabled() const { return set_count_ > 0; }

  // Returns the identity of `leaf` if it is good at `now`, else null. It is
  // valid as long as an EpochGuard of the calling thread made before.
  const Identity* Find(const pki::Sha256Digest& leaf, absl::Time now) const;

  // Remembers an identity, in the place of the same leaf, of one that is not
  // good at `now`, or of the one that has been in its set longest.
  void Insert(std::shared_ptr<const Identity> identity, absl::Time now);

 private:
  static constexpr size_t kWays = 4;
  static constexpr size_t kMaxSets = size_t{1} << 24;
  using Ways = std::array<std::shared_ptr<const Identity>, kWays>;

  struct Set {
    SnapshotCell<Ways> ways{nullptr};
    Mutex mutex;  // Of Insert.
    size_t oldest ABSL_GUARDED_BY(mutex) = 0;
  };

  size_t SetOf(const pki::Sha256Digest& leaf) const;

  const size_t set_count_;
  const std::unique_ptr<Set[]> sets_;
};

}  // namespace gatehouse::authn::internal

#endif  // GATEHOUSE_AUTHN_INTERNAL_IDENTITY_CACHE_H_
