// The keys of service account tokens.
#ifndef GATEHOUSE_AUTHN_SERVICEACCOUNT_KEYS_H_
#define GATEHOUSE_AUTHN_SERVICEACCOUNT_KEYS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "authn/jose/key_set.h"
#include "authn/jose/verification_key.h"
#include "base/mutex.h"
#include "base/snapshot.h"
#include "pki/private_key.h"
#include "pki/public_key.h"

namespace gatehouse::authn {

// ServiceAccountKeys is what verifies tokens, what signs them, and what others
// are shown of it. Immutable once it is in a key ring.
struct ServiceAccountKeys {
  // Under the "kid" of Kubernetes (KubernetesKeyId), or under their own for
  // external keys. A token without "kid" is tried with each of its algorithm.
  KeySet verifying;
  // Absent where nothing is issued.
  absl::optional<pki::PrivateKey> signing;
  std::string signing_key_id;
  // What the JWKS of the discovery shows, the signing key first; keys of
  // `verifying` that are excluded from it are not here.
  std::vector<VerificationKey> published;
  // Which keys of a ring these are: 1, 2, ... Set by the ring.
  uint64_t generation = 0;

  // Makes keys of PEM's: all verify and are published, `signing` among them
  // whether it is in `keys` or not. One that comes twice counts once. RSA of
  // 2048 bits and more (VerificationKey; Kubernetes takes shorter ones), ECDSA,
  // Ed25519 (Kubernetes has no Ed25519). Without any key nothing verifies,
  // which is no error. Errors are those of KeySet::FromKeys.
  static absl::StatusOr<ServiceAccountKeys> Create(
      absl::Span<const pki::PublicKey> keys,
      absl::optional<pki::PrivateKey> signing = absl::nullopt);

  // Makes keys that have their own names, such as those of a JWKS. Where
  // `published` is null all are.
  static absl::StatusOr<ServiceAccountKeys> FromVerificationKeys(
      const std::vector<VerificationKey>& keys,
      absl::optional<pki::PrivateKey> signing,
      const std::vector<VerificationKey>* published = nullptr);
};

// ServiceAccountKeyRing holds the keys that are in effect. Any thread may call
// anything; readers take no lock.
//
// Rotation: put the new public key into the ring of every server, then let it
// sign, and take the old one out when its last token has expired
// (pki/rotation/signing_keys.h does so by files).
class ServiceAccountKeyRing {
 public:
  // Makes a ring of generation 1.
  explicit ServiceAccountKeyRing(ServiceAccountKeys keys);

  // Replaces the keys: every verification that begins after this returns is by
  // the new ones, and what was remembered under the old ones is not asked.
  void Update(ServiceAccountKeys keys);

  // Returns the keys in effect; valid as long as an EpochGuard of the calling
  // thread that was made before this call (base/snapshot.h).
  const ServiceAccountKeys* Load() const { return keys_.Load(); }

  // Returns how many keys there have been in effect, these included.
  uint64_t generation() const;

 private:
  mutable Mutex mutex_;  // Of Update.
  uint64_t generation_ ABSL_GUARDED_BY(mutex_) = 1;
  SnapshotCell<ServiceAccountKeys> keys_;
};

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_SERVICEACCOUNT_KEYS_H_
