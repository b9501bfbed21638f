// Whether two sets of keys are the same.
#ifndef GATEHOUSE_AUTHN_OIDC_INTERNAL_KEYS_DIGEST_H_
#define GATEHOUSE_AUTHN_OIDC_INTERNAL_KEYS_DIGEST_H_

#include "authn/jose/key_set.h"
#include "pki/certificate.h"

namespace gatehouse::authn::internal {

// Returns a digest of the public keys that `keys` verifies with: of each its
// "kid", or that it has none, what algorithms it is for, and the key itself.
// Their order counts for nothing, nor does what else the set's text held. Sets
// with another digest verify other signatures.
pki::Sha256Digest KeysDigest(const KeySet& keys);

}  // namespace gatehouse::authn::internal

#endif  // GATEHOUSE_AUTHN_OIDC_INTERNAL_KEYS_DIGEST_H_
