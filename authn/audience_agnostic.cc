#include "authn/audience_agnostic.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "authn/audiences.h"
#include "base/errors.h"

namespace gatehouse::authn {
namespace {

// Calls `ask` and limits its answer, as AudienceAgnostic says.
template <typename Ask>
Result AskWithin(const std::vector<std::string>& implicit,
                 const std::vector<std::string>* requested, const Ask& ask) {
  if (requested == nullptr) return ask();
  std::vector<std::string> both = IntersectAudiences(implicit, *requested);
  if (both.empty()) return Result();
  Result result = ask();
  if (!result.authenticated()) return result;
  const Authentication& found = result.authentication();
  if (found.audiences.has_value() && !found.audiences->empty()) {
    return MakeError(absl::StatusCode::kInternal, Reason::kInvalid,
                     absl::StrCat("audience agnostic authenticator wrapped an "
                                  "authenticator that returned audiences: ",
                                  ShowAudiences(*found.audiences)));
  }
  Authentication limited = found;
  limited.audiences = std::move(both);
  return limited;
}

}  // namespace

AudienceAgnostic::AudienceAgnostic(std::vector<std::string> implicit,
                                   std::shared_ptr<const Authenticator> inner)
    : implicit_(std::move(implicit)), inner_(std::move(inner)) {}

Result AudienceAgnostic::Authenticate(const Request& request) const {
  return AskWithin(implicit_, request.audiences,
                   [&] { return inner_->Authenticate(request); });
}

TokenAudienceAgnostic::TokenAudienceAgnostic(
    std::vector<std::string> implicit,
    std::shared_ptr<const TokenAuthenticator> inner)
    : implicit_(std::move(implicit)), inner_(std::move(inner)) {}

Result TokenAudienceAgnostic::AuthenticateToken(
    absl::string_view token, const TokenContext& context) const {
  return AskWithin(implicit_, context.audiences,
                   [&] { return inner_->AuthenticateToken(token, context); });
}

}  // namespace gatehouse::authn
