#include "authz/impersonation/impersonation.h"

#include <utility>

#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "authz/forbidden.h"
#include "authz/impersonation/headers.h"

namespace gatehouse::authz {

ImpersonationResult ImpersonationResult::Refused(int code,
                                                 std::string message) {
  ImpersonationResult result;
  result.code = code;
  result.message = std::move(message);
  return result;
}

ImpersonationResult ImpersonationResult::Forbidden(const Attributes& attributes,
                                                   absl::string_view reason) {
  ImpersonationResult result =
      Refused(403, ForbiddenMessage(attributes, reason));
  result.api_group = std::string(attributes.api_group);
  result.resource = std::string(attributes.resource);
  result.name = std::string(attributes.name);
  return result;
}

ImpersonationResult ImpersonationResult::Impersonated(UserInfo user,
                                                      std::string constraint) {
  ImpersonationResult result;
  result.outcome = ImpersonationOutcome::kImpersonated;
  result.user = std::move(user);
  result.constraint = std::move(constraint);
  result.code = 200;
  return result;
}

ImpersonationResult Impersonate(const Impersonator& impersonator,
                                const Attributes& request, Headers* headers) {
  const absl::StatusOr<absl::optional<UserInfo>> wanted =
      ParseImpersonation(*headers);
  if (!wanted.ok()) {
    return ImpersonationResult::Refused(400,
                                        std::string(wanted.status().message()));
  }
  ImpersonationResult result;
  if (wanted->has_value()) {
    result = impersonator.Decide(**wanted, request);
  } else {
    result.outcome = ImpersonationOutcome::kNotRequested;
    result.code = 200;
  }
  if (result.outcome != ImpersonationOutcome::kRefused) {
    StripImpersonation(headers);
  }
  return result;
}

}  // namespace gatehouse::authz
