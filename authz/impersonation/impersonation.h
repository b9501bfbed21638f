// Start here: one user acting as another.
//
//   auto impersonator = gatehouse::authz::ConstrainedImpersonator(authorizer);
//   auto result = gatehouse::authz::Impersonate(impersonator, request,
//   headers); if (result.outcome == ImpersonationOutcome::kRefused)
//   respond(result.code); if (result.outcome ==
//   ImpersonationOutcome::kImpersonated) user = result.user;
#ifndef GATEHOUSE_AUTHZ_IMPERSONATION_IMPERSONATION_H_
#define GATEHOUSE_AUTHZ_IMPERSONATION_IMPERSONATION_H_

#include <string>

#include "absl/strings/string_view.h"
#include "authz/attributes.h"
#include "base/headers.h"
#include "base/user_info.h"

namespace gatehouse::authz {

// ImpersonationOutcome: the zero value refuses.
enum class ImpersonationOutcome { kRefused = 0, kImpersonated, kNotRequested };

// ImpersonationResult is what becomes of a request that may ask to impersonate.
// A plain value.
struct ImpersonationResult {
  ImpersonationOutcome outcome = ImpersonationOutcome::kRefused;

  // kImpersonated: as whom the request goes on. Nothing of the requestor's own
  // groups and extra is in it.
  UserInfo user;
  // The verb that allowed it, for `authenticationMetadata.
  // impersonationConstraint` of the audit event: "impersonate:user-info" and
  // so on; "" for the legacy form.
  std::string constraint;

  // kRefused: the HTTP status (400, 403, 500) and the message of the answer.
  int code = 500;
  std::string message;
  // Of a 403: what the requestor may not do, for the answer's details.
  std::string api_group, resource, name;

  // Makes a refusal.
  static ImpersonationResult Refused(int code, std::string message);
  // Makes the 403 for `attributes`; `reason` as in ForbiddenMessage.
  static ImpersonationResult Forbidden(const Attributes& attributes,
                                       absl::string_view reason);
  static ImpersonationResult Impersonated(UserInfo user,
                                          std::string constraint);
};

// Impersonator decides who may act as whom. Implementations may be called from
// any thread.
class Impersonator {
 public:
  virtual ~Impersonator() = default;

  // Decides whether `request.user`, the requestor, may make `request` as
  // `wanted`, which has a name. Never kNotRequested; 500 without a requestor.
  virtual ImpersonationResult Decide(const UserInfo& wanted,
                                     const Attributes& request) const = 0;
};

// Impersonate reads the Impersonate-* headers of a request (headers.h) and has
// `impersonator` decide. kNotRequested if there are none or only an empty user;
// 400 if they ask for something without a user. Unless it refuses, no
// Impersonate-* header is left in `*headers` (Kubernetes behaviour); a refused
// request keeps them, and must go nowhere.
//
// Authorization of the request itself comes after this, as the new user.
ImpersonationResult Impersonate(const Impersonator& impersonator,
                                const Attributes& request, Headers* headers);

}  // namespace gatehouse::authz

#endif  // GATEHOUSE_AUTHZ_IMPERSONATION_IMPERSONATION_H_
