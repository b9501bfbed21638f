// The hashes that OCSP names issuers by (RFC 6960 section 4.1.1).
#ifndef GATEHOUSE_PKI_REVOCATION_INTERNAL_OCSP_HASH_H_
#define GATEHOUSE_PKI_REVOCATION_INTERNAL_OCSP_HASH_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "pki/public_key.h"

namespace gatehouse::pki::internal {

inline constexpr char kSha1Oid[] = "1.3.14.3.2.26";
inline constexpr char kSha256Oid[] = "2.16.840.1.101.3.4.2.1";

// Returns the hash of `bytes` by the algorithm with this OID; absent if it is
// neither SHA-1 nor SHA-256. SHA-1 names here and proves nothing.
absl::optional<std::string> OcspHash(absl::string_view oid,
                                     absl::string_view bytes);

// Returns that of the key's bit string, without the algorithm around it.
absl::optional<std::string> OcspKeyHash(absl::string_view oid,
                                        const PublicKey& key);

}  // namespace gatehouse::pki::internal

#endif  // GATEHOUSE_PKI_REVOCATION_INTERNAL_OCSP_HASH_H_
