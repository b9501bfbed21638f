// The compact form of a JSON Web Signature, parsed and not yet believed.
#ifndef GATEHOUSE_AUTHN_JOSE_JWS_H_
#define GATEHOUSE_AUTHN_JOSE_JWS_H_

#include <cstddef>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "authn/jose/algorithm.h"
#include "authn/jose/claims.h"

namespace gatehouse::authn {

// JwsLimits are the ceilings on one token.
struct JwsLimits {
  size_t max_token_bytes = size_t{64} << 10;
  // Decoded. Lists and objects inside each other: an object alone has depth 1.
  size_t max_header_bytes = size_t{4} << 10;
  int max_header_depth = 8;
  size_t max_header_members = 64;
  int max_claims_depth = 32;
  size_t max_claims_values = 8192;
};

// The most bytes of a "kid" (Kubernetes' external signers have the same).
inline constexpr size_t kMaxKeyIdBytes = 1024;

// Jws is a token that has the form of RFC 7515 section 7.1: nothing in it has
// been verified, and the names of what a verifier must not use say so. It
// becomes a VerifiedJws by Verify (verify.h). Movable; for one thread.
class Jws {
 public:
  // Parses `token`, of which signing_input() is a part: it must outlive what
  // is returned. Exactly three parts, each strict base64url (base64url.h). The
  // header is one JSON object with nothing after it, valid UTF-8, no U+0000 and
  // no name twice at any depth.
  //
  // Of the header (RFC 7515 section 4.1): "alg" is needed and must be known;
  // "none" is not. "crit" is always refused, as no extension is understood
  // here, and "b64" without it. "jku", "jwk", "x5u", "x5c" are refused: keys
  // come from the verifier's set only. Other names are passed over.
  //
  // Every refusal has its own JoseError; the text shows nothing of the token.
  static absl::StatusOr<Jws> Parse(absl::string_view token,
                                   const JwsLimits& limits = JwsLimits());

  Jws(Jws&&) = default;
  Jws& operator=(Jws&&) = default;

  JwsAlgorithm algorithm() const { return algorithm_; }
  absl::optional<absl::string_view> key_id() const { return key_id_; }
  // Returns "typ" and "cty", "" if absent.
  absl::string_view type() const { return type_; }
  absl::string_view content_type() const { return content_type_; }
  // Returns whether "typ" is `type`: without regard to case and to a prefix
  // "application/" (RFC 7515 section 4.1.9).
  bool IsType(absl::string_view type) const;

  // Returns what is signed: the first two parts and the dot.
  absl::string_view signing_input() const { return signing_input_; }
  absl::string_view signature() const { return signature_; }

  // What anybody may have written. To route a token by its issuer, no more.
  absl::string_view unverified_payload() const { return payload_; }

  // Returns the payload as claims (claims.h), which need this no longer. Parsed
  // with each call. What anybody may have written, too.
  absl::StatusOr<Claims> UnverifiedClaims() const&;
  // The same, of one that is not needed any more: its payload is not copied.
  absl::StatusOr<Claims> UnverifiedClaims() &&;

 private:
  friend class VerifiedJws;

  Jws() = default;
  absl::Status Decode(absl::string_view token, const JwsLimits& limits);
  absl::Status ReadHeader(char* text, size_t size);
  ClaimsLimits LimitsOfClaims() const;

  JwsLimits limits_;
  // The three parts, decoded, one behind the other; the header unescaped. What
  // follows points into it, signing_input_ into the token.
  std::unique_ptr<char[]> parts_;
  absl::string_view payload_;
  absl::string_view signature_;
  absl::string_view signing_input_;
  JwsAlgorithm algorithm_ = JwsAlgorithm::kRs256;
  absl::optional<absl::string_view> key_id_;
  absl::string_view type_;
  absl::string_view content_type_;
};

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_JOSE_JWS_H_
