// Start here: who sent a request, and may they?
//
//   const Access access = guard->Check(request);
//   if (!access.admitted) return access.response;
//   HttpResponse response = Handle(request, access.user);
//   access.Finish(&response);
#ifndef GATEHOUSE_SERVER_GUARD_H_
#define GATEHOUSE_SERVER_GUARD_H_

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "authn/authenticator.h"
#include "authn/filter.h"
#include "authz/authorizer.h"
#include "authz/impersonation/impersonation.h"
#include "base/headers.h"
#include "base/http_client.h"
#include "base/user_info.h"
#include "server/request.h"
#include "server/request_info.h"

namespace gatehouse::server {

// Access is what became of a request. The default is a refusal. A value.
struct Access {
  bool admitted = false;

  // The answer, if it was not admitted: 400, 401, 403 or 500 with a Status.
  HttpResponse response;

  // As whom the request goes on: the requestor, or whom it impersonates.
  UserInfo user;
  // Who sent it, and by which credential; null before that was known.
  std::shared_ptr<const authn::Authentication> requestor;
  RequestInfo info;
  // For the response, whoever makes it: warnings, "Connection: close".
  Headers response_headers;

  // Appends response_headers. Not for `response`, which has them.
  void Finish(HttpResponse* handled) const;
};

// AuditRecord is one line for the audit log: everything that an audit event of
// Kubernetes says about who and whether, and never a credential. It borrows,
// and is good during the call only.
struct AuditRecord {
  AuditRecord(const Request& request, const RequestInfo& info)
      : request(request), info(info) {}

  const Request& request;
  const RequestInfo& info;
  // 0 if the request was admitted, else the status of the answer.
  int code = 0;

  // Who sent it; null for a 401.
  const UserInfo* user = nullptr;
  absl::string_view authenticator;
  absl::string_view credential_id;
  // Why authentication failed. For logs, never for clients.
  absl::Status authentication_error;

  // As whom; null without impersonation.
  const UserInfo* impersonated_user = nullptr;
  absl::string_view impersonation_constraint;

  // What authenticators noted, and the decision: authorization.k8s.io/decision
  // and /reason.
  std::map<std::string, std::string> annotations;
};

// GuardOptions are the parts of the pipeline, as a kube-apiserver has them.
struct GuardOptions {
  std::shared_ptr<const authn::Authenticator> authenticator;
  authn::FilterOptions filter;
  // Null: nobody may impersonate, and who asks for it is refused with 403.
  std::shared_ptr<const authz::Impersonator> impersonator;
  std::shared_ptr<const authz::Authorizer> authorizer;
  // Called once for each request that is checked, by the thread that checks;
  // may be null.
  std::function<void(const AuditRecord&)> audit;
};

// Guard takes a request through authentication, impersonation and
// authorization, in this order (Kubernetes behaviour). It fails closed: no
// authenticator or authorizer is an error and not a pass.
//
// Whatever the outcome, the credentials and the impersonation headers are taken
// out of the request. Any thread may call anything; owns what it was given.
class Guard {
 public:
  // kInvalidArgument (kInvalid) without an authenticator or an authorizer.
  static absl::StatusOr<std::unique_ptr<Guard>> Create(GuardOptions options);

  // Checks a request. Who is unknown gets 401, whatever the reason; who may not
  // gets 403 in Kubernetes' words; an authorizer that could not say, 500.
  Access Check(const Request& request) const;

 private:
  struct Trail;

  explicit Guard(GuardOptions options);
  // Each returns false with the answer in the trail.
  bool Authenticate(const Request& request, Trail* trail) const;
  bool Impersonate(const Request& request, Trail* trail) const;
  bool Authorize(const Request& request, Trail* trail) const;
  void Audit(const Request& request, const Trail& trail) const;

  const GuardOptions options_;
};

}  // namespace gatehouse::server

#endif  // GATEHOUSE_SERVER_GUARD_H_
