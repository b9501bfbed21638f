#include "pki/revocation/internal/ocsp_hash.h"

#include <openssl/bytestring.h>
#include <openssl/sha.h>

#include "pki/internal/der.h"

namespace gatehouse::pki::internal {

absl::optional<std::string> OcspHash(absl::string_view oid,
                                     absl::string_view bytes) {
  const auto* data = reinterpret_cast<const uint8_t*>(bytes.data());
  uint8_t digest[SHA256_DIGEST_LENGTH];
  if (oid == kSha1Oid) {
    SHA1(data, bytes.size(), digest);
    return std::string(reinterpret_cast<char*>(digest), SHA_DIGEST_LENGTH);
  }
  if (oid != kSha256Oid) return absl::nullopt;
  SHA256(data, bytes.size(), digest);
  return std::string(reinterpret_cast<char*>(digest), SHA256_DIGEST_LENGTH);
}

absl::optional<std::string> OcspKeyHash(absl::string_view oid,
                                        const PublicKey& key) {
  CBS spki = CbsOf(key.der()), body, algorithm, bits;
  if (!CBS_get_asn1(&spki, &body, CBS_ASN1_SEQUENCE) ||
      !CBS_get_asn1(&body, &algorithm, CBS_ASN1_SEQUENCE) ||
      !ReadBitString(&body, &bits)) {
    return absl::nullopt;
  }
  return OcspHash(oid, ViewOf(bits));
}

}  // namespace gatehouse::pki::internal
