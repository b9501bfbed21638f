// JSON Web Keys (RFC 7517, 7518 section 6, 8037), read and written.
#ifndef GATEHOUSE_AUTHN_JOSE_JWK_H_
#define GATEHOUSE_AUTHN_JOSE_JWK_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "authn/jose/verification_key.h"
#include "objects/node.h"
#include "pki/public_key.h"

namespace gatehouse::authn {

// KeyKind is what a set of keys holds. One set holds one kind, so that a public
// key can never be taken for the secret of an HMAC, nor a secret be published
// with others' public keys.
enum class KeyKind : uint8_t { kPublic, kSymmetric };

// Reads one JWK: an object that objects::ParseJson returned, which has no name
// twice. Types are RSA, EC (P-256, P-384, P-521), OKP (Ed25519) and, for
// kSymmetric, oct. Numbers are strict base64url (base64url.h) of exactly the
// octets that RFC 7518 says: none more for RSA, all of the curve's for EC.
//
// "alg" binds the key to that algorithm, which must be one of its type. "use"
// must be "sig" and "key_ops" name "verify", where they are there at all.
// Private parts of a public key are refused: whoever published them has lost
// the key. Certificates and their URLs ("x5c", "x5u") are passed over.
//
// Errors say which member and never its value, each with its JoseError.
absl::StatusOr<VerificationKey> ParseJwk(const objects::Node& jwk,
                                         KeyKind kind = KeyKind::kPublic);

// Returns `key` as a JWK on one line, with the "kid" given, "use" of "sig" and
// the "alg" that PrivateKey::Sign makes: what kube-apiserver serves of its
// signing keys. "" for a key of a type that is not known here.
std::string PublicJwk(const pki::PublicKey& key, absl::string_view key_id);

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_JOSE_JWK_H_
