// Signing tokens.
#ifndef GATEHOUSE_AUTHN_JOSE_SIGN_H_
#define GATEHOUSE_AUTHN_JOSE_SIGN_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "pki/private_key.h"

namespace gatehouse::authn {

// Returns `payload` as a compact JWS signed by `key`: RS256 for RSA, ES256,
// ES384 or ES512 by the curve, EdDSA for Ed25519, as kube-apiserver chooses.
// The header is {"alg","kid","typ"}; without "kid" or "typ" where they are "".
// Kubernetes' "kid" is KubernetesKeyId(key.public_key()); it sends no "typ".
//
// What this returns, Jws::Parse takes: kTokenTooLarge for what is over
// JwsLimits(), kBadKeyId; kWeakKey and so on for a key that would not verify
// (VerificationKey::FromPublicKey); kUnsupportedKeyType.
absl::StatusOr<std::string> SignCompact(absl::string_view payload,
                                        const pki::PrivateKey& key,
                                        absl::string_view key_id,
                                        absl::string_view type);

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_JOSE_SIGN_H_
