// Whose a token says it is, before anything of it is verified.
#ifndef GATEHOUSE_AUTHN_TOKEN_UNVERIFIED_ISSUER_H_
#define GATEHOUSE_AUTHN_TOKEN_UNVERIFIED_ISSUER_H_

#include <array>
#include <cstddef>
#include <memory>

#include "absl/strings/string_view.h"

namespace gatehouse::authn {

// UnverifiedIssuer is the "iss" in the payload of a compact JWS, which anybody
// may have written: it says which authenticator should look at the token and
// nothing more (Kubernetes behaviour: JWTs of others are no credential here and
// must not cost a signature check or a fetch of keys).
//
// Strict: exactly three parts, a payload of base64url without padding
// (base64url.h), one JSON object, "iss" a string, names compared byte by byte
// (Kubernetes' own pre-check does not look at the case of letters). What stands
// behind "iss" is not looked at: that is for Jws::Parse and the claims.
//
// Nothing is allocated for a token whose first 384 bytes of payload hold "iss"
// and no escape. Make it on the stack and ask it for each issuer; for one
// thread. It keeps no reference to the token.
class UnverifiedIssuer {
 public:
  explicit UnverifiedIssuer(absl::string_view token);

  UnverifiedIssuer(const UnverifiedIssuer&) = delete;
  UnverifiedIssuer& operator=(const UnverifiedIssuer&) = delete;

  // Returns whether `token` has the form of a JWT with an issuer.
  bool found() const { return found_; }

  // Returns the issuer, "" if there is none; valid as long as this object.
  absl::string_view value() const { return value_; }

  // Returns whether that is the issuer, byte for byte; never for a token
  // without one.
  bool Is(absl::string_view issuer) const { return found_ && value_ == issuer; }

 private:
  bool ReadStart(absl::string_view payload, size_t bytes);
  void ReadAll(absl::string_view payload);

  std::array<char, 384> start_;
  std::unique_ptr<char[]> all_;
  absl::string_view value_;
  bool found_ = false;
};

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_TOKEN_UNVERIFIED_ISSUER_H_
