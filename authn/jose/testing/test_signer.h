// Keys and signatures for tests, by any algorithm and of any shape.
#ifndef GATEHOUSE_AUTHN_JOSE_TESTING_TEST_SIGNER_H_
#define GATEHOUSE_AUTHN_JOSE_TESTING_TEST_SIGNER_H_

#include <string>

#include "absl/strings/string_view.h"
#include "authn/jose/algorithm.h"
#include "authn/jose/verification_key.h"
#include "pki/private_key.h"

namespace gatehouse::authn {

// Returns the key that tests sign with by `algorithm`, always the same in one
// process: RSA-2048, a curve's, Ed25519. Not for HMAC.
const pki::PrivateKey& TestPrivateKey(JwsAlgorithm algorithm);

// Returns the 128 bytes that tests use as the secret of HMACs. Of a shorter one
// HMAC itself cannot tell whether zero octets follow it (RFC 2104).
std::string TestSecret();

// Returns what verifies by `algorithm` under `key_id`, for that one only.
VerificationKey TestKey(JwsAlgorithm algorithm, absl::string_view key_id);

// Returns the signature over `message`, as a JWS carries it.
std::string TestSignature(JwsAlgorithm algorithm, absl::string_view message);

// Returns the compact JWS of any header and payload, signed by `algorithm`.
std::string TestToken(JwsAlgorithm algorithm, absl::string_view header,
                      absl::string_view payload);

// The same with the usual header {"alg":...,"kid":"k"}.
std::string TestToken(JwsAlgorithm algorithm, absl::string_view payload);

// All thirteen.
inline constexpr JwsAlgorithm kAllAlgorithms[] = {
    JwsAlgorithm::kRs256, JwsAlgorithm::kRs384, JwsAlgorithm::kRs512,
    JwsAlgorithm::kPs256, JwsAlgorithm::kPs384, JwsAlgorithm::kPs512,
    JwsAlgorithm::kEs256, JwsAlgorithm::kEs384, JwsAlgorithm::kEs512,
    JwsAlgorithm::kEdDsa, JwsAlgorithm::kHs256, JwsAlgorithm::kHs384,
    JwsAlgorithm::kHs512};

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_JOSE_TESTING_TEST_SIGNER_H_
