// Keys that check signatures, each for the algorithms that it is for.
#ifndef GATEHOUSE_AUTHN_JOSE_VERIFICATION_KEY_H_
#define GATEHOUSE_AUTHN_JOSE_VERIFICATION_KEY_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "authn/jose/algorithm.h"
#include "base/secret.h"
#include "pki/public_key.h"

namespace gatehouse::authn {

// Returns the "kid" that Kubernetes gives to a key: base64url of the SHA-256
// of its SubjectPublicKeyInfo.
std::string KubernetesKeyId(const pki::PublicKey& key);

// Returns the algorithm of what pki::PrivateKey::Sign makes with the private
// half of `key`: RS256, ES256, ES384, ES512 or EdDSA, as kube-apiserver signs.
absl::optional<JwsAlgorithm> SigningAlgorithm(const pki::PublicKey& key);

// VerificationKey is a public key, or a secret for HMAC, prepared for use. What
// it may be used with is its own property and no token's: RSA with RS and PS,
// P-256 with ES256 and so on, Ed25519 with EdDSA, a secret with HS of a digest
// that is no longer than it. A handle to immutable shared data; any thread may
// use it. It never prints a secret.
class VerificationKey {
 public:
  // RSA keys of other sizes are refused (RFC 7518 section 3.3 wants 2048).
  static constexpr int kMinRsaBits = 2048;
  static constexpr int kMaxRsaBits = 8192;
  static constexpr size_t kMaxSecretBytes = 4096;

  // Returns `key` under `key_id`, absent if it has none. If `algorithm` is
  // given it is for that one only.
  //
  // kUnsupportedKeyType; kWeakKey: a short RSA key, an Ed25519 point of small
  // order; kKeyTooLarge; kBadKeyId: empty, too long, with U+0000;
  // kAlgorithmMismatch: `algorithm` is not one of the key's type.
  static absl::StatusOr<VerificationKey> FromPublicKey(
      const pki::PublicKey& key, absl::optional<std::string> key_id,
      absl::optional<JwsAlgorithm> algorithm = absl::nullopt);

  // Returns a secret for HMAC. kWeakKey: shorter than the digest (RFC 7518
  // section 3.2).
  static absl::StatusOr<VerificationKey> FromSecret(
      Secret secret, absl::optional<std::string> key_id,
      absl::optional<JwsAlgorithm> algorithm = absl::nullopt);

  const absl::optional<std::string>& key_id() const;
  JwsAlgorithmSet algorithms() const;
  // Returns the key; null if it is a secret.
  const pki::PublicKey* public_key() const;
  // Returns whether both are the same key, under whatever name.
  bool SameKey(const VerificationKey& other) const;

  // Checks `signature` over `signing_input`; ECDSA signatures are two numbers
  // of fixed size (RFC 7518 section 3.4). Nothing is allocated save inside of
  // BoringSSL. HMACs are compared in constant time.
  //
  // kAlgorithmMismatch: the key is not for `algorithm`; kSignatureLength;
  // kBadSignature.
  absl::Status Verify(JwsAlgorithm algorithm, absl::string_view signing_input,
                      absl::string_view signature) const;

 private:
  struct Data;
  explicit VerificationKey(std::shared_ptr<const Data> data);
  static absl::Status Prepare(Data* data);

  std::shared_ptr<const Data> data_;
};

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_JOSE_VERIFICATION_KEY_H_
