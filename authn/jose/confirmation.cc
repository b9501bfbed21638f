#include "authn/jose/confirmation.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "authn/jose/base64url.h"
#include "authn/jose/jose_error.h"

namespace gatehouse::authn {
namespace {

absl::Status Refused(JoseError error, absl::string_view what) {
  return MakeJoseError(error, absl::StrCat("claims: \"cnf\": ", what));
}

}  // namespace

absl::StatusOr<absl::optional<std::array<uint8_t, 32>>> CertificateThumbprint(
    const Claims& claims) {
  const ClaimValue cnf = claims.Find("cnf");
  if (!cnf.present()) return absl::nullopt;
  if (!cnf.is(ClaimKind::kObject)) {
    return Refused(JoseError::kWrongType, "want an object");
  }
  const ClaimValue encoded = cnf.Find("x5t#S256");
  if (!encoded.present()) {
    return Refused(JoseError::kMissingMember,
                   "a confirmation that is not understood");
  }
  if (!encoded.is(ClaimKind::kString)) {
    return Refused(JoseError::kWrongType, "\"x5t#S256\": want a string");
  }
  std::array<uint8_t, 32> thumbprint;
  const JoseError error =
      Base64UrlDecodedSize(encoded.text().size()) == thumbprint.size()
          ? Base64UrlDecode(encoded.text(),
                            reinterpret_cast<char*>(thumbprint.data()))
          : JoseError::kBase64Malformed;
  if (error != JoseError::kNone) {
    return Refused(error, "\"x5t#S256\": want base64url of 32 bytes");
  }
  return absl::make_optional(thumbprint);
}

}  // namespace gatehouse::authn
