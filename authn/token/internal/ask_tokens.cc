#include "authn/token/internal/ask_tokens.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "authn/token/proof_of_possession.h"
#include "base/errors.h"

namespace gatehouse::authn::internal {

Result TokenTooLarge() {
  return MakeError(
      absl::StatusCode::kUnauthenticated, Reason::kTooLarge,
      absl::StrCat("the token is longer than ", kMaxTokenBytes, " bytes"));
}

Result AskTokens(const TokenAuthenticator& tokens, absl::string_view token,
                 const Request& request) {
  if (token.size() > kMaxTokenBytes) return TokenTooLarge();
  Result result = tokens.AuthenticateToken(
      token, {request.now, request.audiences, request.notes});
  if (result.rejected()) return result;
  if (!result.authenticated()) {
    return MakeError(absl::StatusCode::kUnauthenticated, Reason::kUnknownToken,
                     "invalid bearer token");
  }
  absl::Status holder =
      CheckProofOfPossession(result.authentication(), request);
  if (!holder.ok()) return holder;
  return result;
}

}  // namespace gatehouse::authn::internal
