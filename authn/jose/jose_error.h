// Why a token or a key was refused: one stable name for each rule.
#ifndef GATEHOUSE_AUTHN_JOSE_JOSE_ERROR_H_
#define GATEHOUSE_AUTHN_JOSE_JOSE_ERROR_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace gatehouse::authn {

// JoseError is finer than Reason: every rule of this package has its own. The
// names that JoseErrorName returns never change; the text of a Status may.
enum class JoseError : uint8_t {
  kNone,
  // Of the form of a token (RFC 7515 section 7.1).
  kTokenTooLarge,       // Over a ceiling on bytes.
  kNotCompact,          // Not exactly three parts between two dots.
  kBase64Malformed,     // A character that base64url has not, or bad length.
  kBase64Padding,       // "=".
  kBase64NotCanonical,  // Bits behind the last whole byte are not zero.
  // Of a JSON text: the header or the claims.
  kNotJson,
  kNotObject,        // JSON, but no object.
  kTrailingBytes,    // Something behind the JSON.
  kDuplicateMember,  // At any depth, compared after unescaping.
  kNotUtf8,
  kNulCharacter,  // As a byte or as an escape.
  kTooDeep,
  kTooManyMembers,
  kWrongType,  // A member is of another JSON type than its standard says.
  // Of what the header says.
  kMissingAlgorithm,
  kAlgorithmNone,           // "none", in any case of letters.
  kUnsupportedAlgorithm,    // Of a token or a key.
  kUnknownCritical,         // "crit": no extension is understood here.
  kUnencodedPayload,        // "b64" (RFC 7797).
  kKeyUrlInHeader,          // "jku".
  kKeyInHeader,             // "jwk".
  kCertificateUrlInHeader,  // "x5u".
  kCertificateInHeader,     // "x5c".
  kBadKeyId,                // "kid" is empty or too long.
  // Of choosing a key.
  kMissingKeyId,       // The token or the key has none and the set wants one.
  kUnknownKeyId,       // No key of the set: it may be time to fetch it anew.
  kAlgorithmMismatch,  // The key is not for that algorithm.
  kAmbiguousKeyId,     // Different keys say the same kid and algorithm.
  kTooManyKeys,        // Too many to be tried, or in one set.
  // Of signatures.
  kSignatureLength,  // Another length than the key's signatures have.
  kBadSignature,
  // Of keys and sets.
  kKeySetTooLarge,
  kMissingMember,
  kUnsupportedKeyType,
  kUnsupportedCurve,
  kNotForSignatures,  // "use" or "key_ops" say so.
  kSymmetricKey,      // In a set of public keys.
  kPublicKey,         // In a set of symmetric keys.
  kPrivateKey,        // A private key was published.
  kWeakKey,
  kKeyTooLarge,
  kMalformedKey,  // No key of its type: not on the curve, bad length.
  kDuplicateKey,  // Listed before.
};

// Returns the stable name, such as "AlgorithmNone"; "" for kNone.
absl::string_view JoseErrorName(JoseError error);

// Returns a status that carries `error` and the gatehouse::Reason and code
// that go with it. `message` must show nothing of a token but its key id.
absl::Status MakeJoseError(JoseError error, absl::string_view message);

// Returns what `status` carries; kNone where there is none.
JoseError JoseErrorOf(const absl::Status& status);

// Returns `text` of a stranger as messages show it: quoted, escaped, cut off.
std::string ShownKeyId(absl::string_view text);

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_JOSE_JOSE_ERROR_H_
