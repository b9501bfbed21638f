#include "authn/webhook/token_review.h"

#include <utility>

#include "absl/status/status.h"
#include "authn/authenticator.h"
#include "authn/webhook/internal/conversion.h"
#include "base/errors.h"

namespace gatehouse::authn {
namespace {

bool IsBound(const Result& result) {
  return result.authentication().certificate_thumbprint.has_value();
}

// Why a token is not good, in the words that are for the one who asked.
std::string ErrorOf(const Result& result) {
  if (result.rejected()) return std::string(result.error().message());
  return IsBound(result)
             ? "the token is bound to a client certificate and cannot be "
               "reviewed"
             : "invalid bearer token";
}

}  // namespace

absl::StatusOr<k8s::TokenReview> ReviewToken(
    const k8s::TokenReview& request, const TokenAuthenticator& authenticator,
    const std::vector<std::string>& api_audiences, absl::Time now) {
  const std::string& token = request.spec().token();
  if (token.empty()) {
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                     "token is required for TokenReview in authentication");
  }
  std::vector<std::string> audiences(request.spec().audiences().begin(),
                                     request.spec().audiences().end());
  if (audiences.empty()) audiences = api_audiences;
  TokenContext context;
  context.now = now;
  if (!audiences.empty()) context.audiences = &audiences;
  const Result result =
      token.size() > kMaxTokenBytes
          ? Result(absl::UnauthenticatedError("the token is too long"))
          : authenticator.AuthenticateToken(token, context);

  k8s::TokenReview answer = request;
  // Whatever the request says there is not ours.
  answer.clear_status();
  k8s::TokenReviewStatus& status = *answer.mutable_status();
  status.set_authenticated(result.authenticated() && !IsBound(result));
  if (!status.authenticated()) {
    status.set_error(ErrorOf(result));
    return answer;
  }
  const Authentication& who = result.authentication();
  std::vector<std::string> good_for =
      who.audiences.value_or(std::vector<std::string>());
  if (!audiences.empty()) {
    good_for = internal::Intersection(audiences, good_for);
    if (good_for.empty()) {
      return absl::InternalError("error validating audiences");
    }
  }
  *status.mutable_user() = internal::UserToMessage(who.user);
  status.mutable_audiences()->Assign(good_for.begin(), good_for.end());
  return answer;
}

}  // namespace gatehouse::authn
