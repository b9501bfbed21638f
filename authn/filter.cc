#include "authn/filter.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "authn/audiences.h"
#include "base/errors.h"
#include "base/user_info.h"

namespace gatehouse::authn {
namespace {

// Returns why `found` is not for this server; OK if it is. Empty is as good as
// absent here (Kubernetes behaviour).
absl::Status CheckAudiences(const std::vector<std::string>& api_audiences,
                            const Authentication& found) {
  if (api_audiences.empty() || !found.audiences.has_value() ||
      found.audiences->empty() ||
      !IntersectAudiences(api_audiences, *found.audiences).empty()) {
    return absl::OkStatus();
  }
  return MakeError(absl::StatusCode::kUnauthenticated, Reason::kWrongAudience,
                   absl::StrCat("unable to match the audience: ",
                                ShowAudiences(*found.audiences),
                                ", accepted: ", ShowAudiences(api_audiences)));
}

bool IsUnknown(const Result& result) {
  if (!result.authenticated()) return true;
  const UserInfo& user = result.authentication().user;
  return user.name == kAnonymousUser ||
         absl::c_linear_search(user.groups, kUnauthenticatedGroup);
}

}  // namespace

Admission AdmitRequest(const Authenticator& authenticator,
                       const FilterOptions& options, Request request,
                       int http_major) {
  request.audiences =
      options.api_audiences.empty() ? nullptr : &options.api_audiences;
  Admission admission;
  admission.result = authenticator.Authenticate(request);
  if (admission.result.authenticated()) {
    absl::Status status = CheckAudiences(options.api_audiences,
                                         admission.result.authentication());
    if (!status.ok()) admission.result = Result(std::move(status));
  }
  if (admission.result.authenticated() && request.headers != nullptr) {
    StripCredentialHeaders(options.request_headers.has_value()
                               ? &*options.request_headers
                               : nullptr,
                           request.headers);
  }
  admission.close_connection = http_major == 2 && IsUnknown(admission.result);
  return admission;
}

}  // namespace gatehouse::authn
