// The keys that sign service account tokens, and those that verify them.
#ifndef GATEHOUSE_PKI_ROTATION_SIGNING_KEYS_H_
#define GATEHOUSE_PKI_ROTATION_SIGNING_KEYS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "pki/private_key.h"
#include "pki/public_key.h"

namespace gatehouse::pki {

// Returns the `kid` of a key as Kubernetes makes it: the SHA-256 of its
// SubjectPublicKeyInfo, in base64url without padding.
std::string ServiceAccountKeyId(const PublicKey& key);

// VerifyingKey is a key whose tokens are good.
struct VerifyingKey {
  std::string id;  // As ServiceAccountKeyId.
  PublicKey key;
  // From when on none of its tokens can be good, and nothing is to be verified
  // with it. InfiniteFuture: no such time is known.
  absl::Time retire_at = absl::InfiniteFuture();
};

// Reads the files of kube-apiserver's --service-account-key-file: see
// SigningKeys::Load. Retired keys are returned too.
absl::StatusOr<std::vector<VerifyingKey>> LoadVerifyingKeys(
    const std::vector<std::string>& key_files);

// SigningKeys is one key that signs and all that verify, the signing one first
// among them. RSA of 2048 bits and more, and ECDSA P-256, P-384, P-521, which
// are the keys that Kubernetes signs tokens with; and Ed25519, which it does
// not. An immutable value; any thread may read it.
//
// A rotation: Rotate, Save, and hand the value out; the old key verifies for
// as long as a token that it signed may live, then Prune drops it. Where
// several servers share the keys, let all of them verify with the new key
// before one signs with it: Announce and Save, reload everywhere, Rotate.
class SigningKeys {
 public:
  // More keys than this are kTooLarge: a token without a kid tries each.
  static constexpr int kMaxKeys = 64;

  // What Kubernetes' clocks may differ by: a token is accepted for so long
  // after its end.
  static constexpr absl::Duration kLeeway = absl::Minutes(1);

  // Starts with one key. kUnsupported for an algorithm that signs no tokens,
  // kWeakCryptography for a short RSA key.
  static absl::StatusOr<SigningKeys> Create(PrivateKey signing_key);

  // Reads the files of kube-apiserver's --service-account-signing-key-file
  // and --service-account-key-file, of which there may be several, with
  // several PEM blocks each: public keys, private keys or certificates. Other
  // blocks are passed over; a file without any key is kNotFound. A key that
  // comes twice counts once. Beyond Kubernetes: the signing key verifies even
  // if no file says so, and retirement times are read as Save writes them.
  // Errors name the file and line and never show a key.
  static absl::StatusOr<SigningKeys> Load(
      const std::string& signing_key_file,
      const std::vector<std::string>& key_files);

  const PrivateKey& signing_key() const { return signing_key_; }
  const std::string& signing_key_id() const { return keys_.front().id; }

  // Returns all keys, the signing key first, the others as they came; retired
  // ones too, until they are pruned.
  const std::vector<VerifyingKey>& keys() const { return keys_; }

  // Returns the key of a token's kid; null if there is none or it has retired.
  // Valid as long as this object.
  const VerifyingKey* Find(absl::string_view id, absl::Time now) const;

  // Returns the keys with `next` among those that verify. Errors as Create;
  // kTooLarge.
  absl::StatusOr<SigningKeys> Announce(const PublicKey& next) const;

  // Returns the keys with `next` signing. The one that signed until now retires
  // when its last token is gone: after `max_token_lifetime`, counted from
  // `now`, and kLeeway. InfiniteDuration, as the tokens of legacy Secrets want
  // it: never. Errors as Create; kConflict if `next` signs already; kTooLarge.
  absl::StatusOr<SigningKeys> Rotate(PrivateKey next, absl::Time now,
                                     absl::Duration max_token_lifetime) const;

  // Returns the keys without those that have retired.
  SigningKeys Prune(absl::Time now) const;

  // Writes the signing key (0600) and the public halves of all (0644), each
  // file atomically, the public ones first: a crash in between leaves the old
  // key signing and nothing that it cannot verify. A key that retires has a
  // line before its block that says when; other programs pass over it.
  absl::Status Save(const std::string& signing_key_file,
                    const std::string& key_file) const;

 private:
  SigningKeys(PrivateKey signing_key, std::vector<VerifyingKey> keys);

  PrivateKey signing_key_;
  std::vector<VerifyingKey> keys_;
};

}  // namespace gatehouse::pki

#endif  // GATEHOUSE_PKI_ROTATION_SIGNING_KEYS_H_
