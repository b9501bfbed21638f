// Public keys, and what may be signed with their private halves.
#ifndef GATEHOUSE_PKI_PUBLIC_KEY_H_
#define GATEHOUSE_PKI_PUBLIC_KEY_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

// BoringSSL's key; no public header includes <openssl/...>.
typedef struct evp_pkey_st EVP_PKEY;

namespace gatehouse::pki {

enum class KeyType : uint8_t { kRsa, kEcdsa, kEd25519, kUnknown };

// PublicKey is a SubjectPublicKeyInfo (RFC 5280 4.1). A handle to immutable
// shared data; any thread may use it.
class PublicKey {
 public:
  // Parses a SubjectPublicKeyInfo in DER. A key of an algorithm that is not
  // known here is kept as kUnknown, and verifies nothing. kMalformed.
  static absl::StatusOr<PublicKey> FromDer(absl::string_view spki);
  // Parses one "PUBLIC KEY" or "RSA PUBLIC KEY" block, or the key of a
  // "CERTIFICATE". `source` names the input in errors.
  static absl::StatusOr<PublicKey> FromPem(absl::string_view pem,
                                           absl::string_view source = "");

  KeyType type() const;
  int bits() const;            // Of the RSA modulus or the curve; 256 for Ed25519.
  std::string curve() const;   // "P-256", "P-384", "P-521"; "" if not ECDSA.
  // Returns "RSA-2048", "ECDSA-P256", "Ed25519"; for people.
  std::string ToString() const;
  absl::string_view der() const;  // SubjectPublicKeyInfo.
  std::string ToPem() const;      // "PUBLIC KEY".
  // Returns the SHA-256 of der(): what a deny list names a key by.
  const std::array<uint8_t, 32>& sha256() const;
  // Returns RFC 5280 4.2.1.2 method 1: the SHA-1 of the key's bit string.
  std::string SubjectKeyId() const;

  // For pki/ and the signature code of authn/ only. Null if kUnknown.
  EVP_PKEY* handle() const;

  friend bool operator==(const PublicKey& a, const PublicKey& b) {
    return a.der() == b.der();
  }

 private:
  friend class PrivateKey;
  struct Data;
  explicit PublicKey(std::shared_ptr<const Data> data);
  std::shared_ptr<const Data> data_;
};

}  // namespace gatehouse::pki

#endif  // GATEHOUSE_PKI_PUBLIC_KEY_H_
