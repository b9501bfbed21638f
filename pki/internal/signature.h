// Signatures over certificates, requests, CRLs and OCSP answers.
#ifndef GATEHOUSE_PKI_INTERNAL_SIGNATURE_H_
#define GATEHOUSE_PKI_INTERNAL_SIGNATURE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "pki/private_key.h"
#include "pki/public_key.h"

namespace gatehouse::pki::internal {

// Checks `signature`, the octets of the BIT STRING, over `message`.
// `algorithm_identifier` is the AlgorithmIdentifier in DER, tag and all: RSA
// PKCS #1 v1.5 and ECDSA with SHA-256, SHA-384 or SHA-512, RSA-PSS whose
// digest, MGF1 digest and salt length agree (RFC 4055, 8017), Ed25519.
// Parameters must be as their RFCs say: NULL or absent for RSA, absent for the
// others.
//
// kWeakCryptography: MD2, MD5 or SHA-1 ("insecure algorithm" in Go).
// kUnsupported: another algorithm, odd parameters, or a key of unknown type.
// kBadSignature: it does not verify, or the key is of another type.
absl::Status VerifySignature(absl::string_view algorithm_identifier,
                             absl::string_view message,
                             absl::string_view signature, const PublicKey& key);

// Returns the algorithm's name as openssl prints it, such as
// "ecdsa-with-SHA256"; its dotted OID if it is not known here.
std::string SignatureAlgorithmName(absl::string_view algorithm_identifier);

// Returns the AlgorithmIdentifier in DER of what PrivateKey::Sign makes with
// the private half of `key`. kUnsupported for a key of unknown type.
absl::StatusOr<std::string> SignatureAlgorithmFor(const PublicKey& key);

// Returns SEQUENCE { tbs, algorithm, signature }, signed by `key`: the outer
// shape of a certificate, request or CRL. `tbs` is DER and names the same
// algorithm within itself where its type has a field for it.
absl::StatusOr<std::string> SignedSequence(absl::string_view tbs,
                                           const PrivateKey& key);

}  // namespace gatehouse::pki::internal

#endif  // GATEHOUSE_PKI_INTERNAL_SIGNATURE_H_
