// Tokens whose signature was verified.
#ifndef GATEHOUSE_AUTHN_JOSE_VERIFY_H_
#define GATEHOUSE_AUTHN_JOSE_VERIFY_H_

#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "authn/jose/algorithm.h"
#include "authn/jose/claims.h"
#include "authn/jose/jws.h"
#include "authn/jose/key_set.h"

namespace gatehouse::authn {

// VerifiedJws is a token that a key of the verifier's set signed. Only Verify
// makes one. That the signature is good says nothing of issuer, audience or
// time: those are in the claims, for who asks. Movable; for one thread.
class VerifiedJws {
 public:
  VerifiedJws(VerifiedJws&&) = default;
  VerifiedJws& operator=(VerifiedJws&&) = default;

  // Returns the bytes that were signed, after base64url.
  absl::string_view payload() const { return jws_.unverified_payload(); }

  // Returns the payload as claims (claims.h), which need this no longer. Parsed
  // with each call.
  absl::StatusOr<authn::Claims> Claims() const& {
    return jws_.UnverifiedClaims();
  }
  // The same, of one that is not needed any more: its payload is not copied.
  absl::StatusOr<authn::Claims> Claims() && {
    return std::move(jws_).UnverifiedClaims();
  }

  // What the header said, which is signed too.
  JwsAlgorithm algorithm() const { return jws_.algorithm(); }
  absl::optional<absl::string_view> key_id() const { return jws_.key_id(); }
  absl::string_view type() const { return jws_.type(); }
  absl::string_view content_type() const { return jws_.content_type(); }
  bool IsType(absl::string_view type) const { return jws_.IsType(type); }

 private:
  friend absl::StatusOr<VerifiedJws> Verify(Jws jws, const KeySet& keys);
  explicit VerifiedJws(Jws&& jws) : jws_(std::move(jws)) {}

  Jws jws_;
};

// Verifies the signature of `jws` with the key of `keys` that its "kid" and
// "alg" name; no other key is tried. A token without "kid" is tried with each
// key of its algorithm if the set says KeyIdRule::kOptional. What the token was
// parsed from is not needed afterwards.
//
// kMissingKeyId, kUnknownKeyId, kAlgorithmMismatch, kAmbiguousKeyId,
// kTooManyKeys; kSignatureLength, kBadSignature (JoseErrorOf).
absl::StatusOr<VerifiedJws> Verify(Jws jws, const KeySet& keys);

// Parses and verifies `token`.
absl::StatusOr<VerifiedJws> VerifyCompact(
    absl::string_view token, const KeySet& keys,
    const JwsLimits& limits = JwsLimits());

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_JOSE_VERIFY_H_
