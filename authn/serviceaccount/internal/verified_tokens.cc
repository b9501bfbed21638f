#include "authn/serviceaccount/internal/verified_tokens.h"

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "authn/audiences.h"
#include "authn/jose/jose_error.h"
#include "authn/jose/jws.h"
#include "authn/jose/verify.h"
#include "base/errors.h"

namespace gatehouse::authn::internal {

absl::StatusOr<absl::optional<Claims>> VerifySignature(absl::string_view token,
                                                       const KeySet& keys) {
  absl::StatusOr<Jws> jws = Jws::Parse(token);
  if (!jws.ok()) return absl::optional<Claims>();
  absl::StatusOr<VerifiedJws> verified = Verify(*std::move(jws), keys);
  if (!verified.ok()) {
    const JoseError error = JoseErrorOf(verified.status());
    if (error != JoseError::kUnknownKeyId) return verified.status();
    return MakeJoseError(error, "invalid signature, no keys found");
  }
  absl::StatusOr<Claims> claims = (*std::move(verified)).Claims();
  if (!claims.ok()) return claims.status();
  return absl::optional<Claims>(*std::move(claims));
}

absl::StatusOr<std::vector<std::string>> AcceptAudiences(
    absl::Span<const absl::string_view> of_token,
    const std::vector<std::string>* requested,
    const std::vector<std::string>& of_server) {
  const std::vector<std::string>& wanted =
      requested == nullptr ? of_server : *requested;
  std::vector<std::string> accepted;
  for (const std::string& audience : wanted) {
    if (of_token.empty() ? absl::c_linear_search(of_server, audience)
                         : absl::c_linear_search(of_token, audience)) {
      accepted.push_back(audience);
    }
  }
  if (!accepted.empty()) return accepted;
  const std::string had = of_token.empty()
                              ? ShowAudiences(of_server)
                              : ShowAudiences(std::vector<std::string>(
                                    of_token.begin(), of_token.end()));
  return MakeError(absl::StatusCode::kUnauthenticated, Reason::kWrongAudience,
                   absl::StrCat("token audiences ", had,
                                " is invalid for the target audiences ",
                                ShowAudiences(wanted)));
}

}  // namespace gatehouse::authn::internal
