#include "server/guard.h"

#include <utility>

#include "absl/memory/memory.h"
#include "authn/request_header.h"
#include "authz/forbidden.h"
#include "authz/impersonation/headers.h"
#include "base/errors.h"
#include "server/status.h"

namespace gatehouse::server {

// What was found out on the way, for the answer and for the audit record.
struct Guard::Trail {
  Access access;
  authn::Notes notes;
  absl::Status authentication_error;
  bool impersonated = false;
  std::string constraint;
  std::map<std::string, std::string> annotations;
};

void Access::Finish(HttpResponse* handled) const {
  for (const Headers::Field& field : response_headers.fields()) {
    handled->headers.Add(field.first, field.second);
  }
}

Guard::Guard(GuardOptions options) : options_(std::move(options)) {}

absl::StatusOr<std::unique_ptr<Guard>> Guard::Create(GuardOptions options) {
  if (options.authenticator == nullptr || options.authorizer == nullptr) {
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                     "a guard needs an authenticator and an authorizer");
  }
  return absl::WrapUnique(new Guard(std::move(options)));
}

Access Guard::Check(const Request& request) const {
  Trail trail;
  const absl::Status parsed = ParseRequestInfo(
      request.method, request.path, request.query, &trail.access.info);
  if (!parsed.ok()) {
    trail.access.response = FailureResponse(500, parsed.message());
  } else {
    trail.access.admitted = Authenticate(request, &trail) &&
                            Impersonate(request, &trail) &&
                            Authorize(request, &trail);
  }
  // Also of what is refused: nobody shall forward it by mistake.
  authn::StripCredentialHeaders(options_.filter.request_headers.has_value()
                                    ? &*options_.filter.request_headers
                                    : nullptr,
                                request.headers);
  authz::StripImpersonation(request.headers);
  for (const std::string& warning : trail.notes.warnings) {
    trail.access.response_headers.Add("Warning", WarningHeader(warning));
  }
  if (!trail.access.admitted) trail.access.Finish(&trail.access.response);
  if (options_.audit) Audit(request, trail);
  return std::move(trail.access);
}

bool Guard::Authenticate(const Request& request, Trail* trail) const {
  authn::Request asked;
  asked.tls = request.tls;
  asked.peer_certificates = request.peer_certificates;
  asked.stapled_ocsp = request.stapled_ocsp;
  asked.now = request.now;
  asked.headers = request.headers;
  asked.path = request.path;
  asked.notes = &trail->notes;
  const authn::Admission admission = authn::AdmitRequest(
      *options_.authenticator, options_.filter, asked, request.http_major);
  Access& access = trail->access;
  if (admission.close_connection) {
    access.response_headers.Add("Connection", "close");
  }
  if (!admission.result.authenticated()) {
    trail->authentication_error = admission.result.error();
    access.response = FailureResponse(401);
    return false;
  }
  access.requestor = admission.result.shared_authentication();
  access.user = access.requestor->user;
  return true;
}

bool Guard::Impersonate(const Request& request, Trail* trail) const {
  Access& access = trail->access;
  if (options_.impersonator == nullptr) {
    const auto asked = authz::ParseImpersonation(*request.headers);
    if (asked.ok() && !asked->has_value()) return true;
    access.response = FailureResponse(403, "impersonation is not enabled");
    return false;
  }
  authz::ImpersonationResult result = authz::Impersonate(
      *options_.impersonator, access.info.attributes(&access.requestor->user),
      request.headers);
  switch (result.outcome) {
    case authz::ImpersonationOutcome::kNotRequested:
      return true;
    case authz::ImpersonationOutcome::kImpersonated:
      trail->impersonated = true;
      trail->constraint = std::move(result.constraint);
      access.user = std::move(result.user);
      return true;
    case authz::ImpersonationOutcome::kRefused:
      break;
  }
  access.response = result.code == 403
                        ? ForbiddenResponse(result.message, result.api_group,
                                            result.resource, result.name)
                        : FailureResponse(result.code, result.message);
  return false;
}

bool Guard::Authorize(const Request& request, Trail* trail) const {
  Access& access = trail->access;
  const authz::Attributes attributes = access.info.attributes(&access.user);
  const authz::Decision decision = options_.authorizer->Authorize(attributes);
  trail->annotations = authz::AuditAnnotations(decision);
  switch (authz::ResponseTo(decision)) {
    case authz::Response::kPass:
      return true;
    case authz::Response::kInternalError:
      access.response = FailureResponse(
          500, authz::InternalErrorMessage(request.target, decision.error));
      return false;
    case authz::Response::kForbidden:
      break;
  }
  access.response = ForbiddenResponse(
      authz::ForbiddenMessage(attributes, decision.reason),
      attributes.api_group, attributes.resource, attributes.name);
  return false;
}

void Guard::Audit(const Request& request, const Trail& trail) const {
  const Access& access = trail.access;
  AuditRecord record(request, access.info);
  record.code = access.admitted ? 0 : access.response.status;
  if (access.requestor != nullptr) {
    record.user = &access.requestor->user;
    record.authenticator = access.requestor->authenticator;
    record.credential_id = access.requestor->credential_id;
  }
  record.authentication_error = trail.authentication_error;
  if (trail.impersonated) record.impersonated_user = &access.user;
  record.impersonation_constraint = trail.constraint;
  record.annotations = trail.annotations;
  for (const auto& [key, value] : trail.notes.audit_annotations) {
    record.annotations.emplace(key, value);
  }
  options_.audit(record);
}

}  // namespace gatehouse::server
