// Public keys, and what may be signed with their private halves.
#ifndef GATEHOUSE_PKI_PUBLIC_KEY_H_
#define GATEHOUSE_PKI_PUBLIC_KEY_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
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
  // The most bytes of SubjectPublicKeyInfo that are parsed.
  static constexpr size_t kMaxBytes = size_t{1} << 14;

  // Parses a SubjectPublicKeyInfo in DER. A key of an algorithm or on a named
  // curve that is not known here is kept as kUnknown, and verifies nothing.
  // kMalformed, also for a curve that is spelt out and for a compressed point
  // (Go's rule); kTooLarge.
  static absl::StatusOr<PublicKey> FromDer(absl::string_view spki);
  // Parses the first "PUBLIC KEY" or "RSA PUBLIC KEY" block, or the key of a
  // "CERTIFICATE", which is not looked at otherwise. `source` names the input
  // in errors. kNotFound if there is no such block.
  static absl::StatusOr<PublicKey> FromPem(absl::string_view pem,
                                           absl::string_view source = "");

  KeyType type() const;
  int bits() const;  // Of the RSA modulus or the curve; 256 for Ed25519.
  std::string curve() const;  // "P-256", "P-384", "P-521"; "" if not ECDSA.
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
  struct Data;
  explicit PublicKey(std::shared_ptr<const Data> data);
  static absl::Status Classify(Data* data);
  std::shared_ptr<const Data> data_;
};

}  // namespace gatehouse::pki

#endif  // GATEHOUSE_PKI_PUBLIC_KEY_H_
