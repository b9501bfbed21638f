// Private keys: RSA, ECDSA, Ed25519.
#ifndef GATEHOUSE_PKI_PRIVATE_KEY_H_
#define GATEHOUSE_PKI_PRIVATE_KEY_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/secret.h"
#include "pki/public_key.h"

namespace gatehouse::pki {

// KeyAlgorithm is what kind of key to make. The names are kubeadm's
// encryptionAlgorithm where it has one.
enum class KeyAlgorithm : uint8_t {
  kRsa2048,
  kRsa3072,
  kRsa4096,
  kEcdsaP256,
  kEcdsaP384,
  kEd25519,
};

// Returns "RSA-2048", "ECDSA-P256", "Ed25519" ...
absl::string_view KeyAlgorithmName(KeyAlgorithm algorithm);
// Parses such a name, case-insensitively. kInvalid, with the names known.
absl::StatusOr<KeyAlgorithm> ParseKeyAlgorithm(absl::string_view name);

// PrivateKey holds a private key. A handle to immutable shared data, wiped
// with the last copy; any thread may use it. It never prints.
class PrivateKey {
 public:
  // Makes a new key from the system's randomness.
  static absl::StatusOr<PrivateKey> Generate(KeyAlgorithm algorithm);
  // Parses the first "PRIVATE KEY" (PKCS#8), "RSA PRIVATE KEY" or "EC PRIVATE
  // KEY" block; others are passed over. An encrypted key is kUnsupported, as is
  // one of an algorithm that PublicKey does not know. A curve that is spelt out
  // counts as the named one that it is. kMalformed; kNotFound.
  // Errors name `source` and the line and never show the key.
  static absl::StatusOr<PrivateKey> FromPem(absl::string_view pem,
                                            absl::string_view source = "");

  const PublicKey& public_key() const;

  // Returns the key as PEM, "PRIVATE KEY" (PKCS#8). Empty only if memory ran
  // out.
  Secret ToPem() const;

  // Signs `message` with the digest that fits the key: SHA-256 for RSA
  // (PKCS #1 v1.5) and P-256, SHA-384 for P-384, SHA-512 for P-521, none for
  // Ed25519. ECDSA signatures are DER.
  absl::StatusOr<std::string> Sign(absl::string_view message) const;

  // For pki/ and the signature code of authn/ only.
  EVP_PKEY* handle() const;

 private:
  struct Data;
  explicit PrivateKey(std::shared_ptr<const Data> data);
  // Takes the reference.
  static absl::StatusOr<PrivateKey> FromHandle(EVP_PKEY* handle);

  std::shared_ptr<const Data> data_;
};

}  // namespace gatehouse::pki

#endif  // GATEHOUSE_PKI_PRIVATE_KEY_H_
