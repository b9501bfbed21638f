#include "authn/internal/digest.h"

#include <openssl/sha.h>

namespace gatehouse::authn::internal {

pki::Sha256Digest Sha256(absl::string_view bytes) {
  pki::Sha256Digest digest;
  SHA256(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size(),
         digest.data());
  return digest;
}

}  // namespace gatehouse::authn::internal
