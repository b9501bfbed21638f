// What a server says and writes down about a decision.
#ifndef GATEHOUSE_AUTHZ_FORBIDDEN_H_
#define GATEHOUSE_AUTHZ_FORBIDDEN_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "authz/attributes.h"
#include "authz/authorizer.h"

namespace gatehouse::authz {

// Returns the message of the 403 answer, in Kubernetes' words:
//
//   pods "p" is forbidden: User "jane" cannot get resource "pods/log" in API
//   group "" in the namespace "dev": <reason>
//   forbidden: User "jane" cannot get path "/metrics"
//
// The head names the resource (with ".group" outside the core group) and the
// object if it has a name; at the cluster scope the sentence ends with "at the
// cluster scope". `: <reason>` is there only if `reason` is not empty. Without
// a user the name is "".
//
// `&`, `<` and `>` are written as HTML entities in the sentence, but neither
// in the head nor in the reason (Kubernetes behaviour): the answer must not be
// shown as HTML, and carries `X-Content-Type-Options: nosniff`.
std::string ForbiddenMessage(const Attributes& attributes,
                             absl::string_view reason);

// Returns the message of the 500 answer to a request that nobody allowed and
// that could not be decided in full: `Internal Server Error: "<uri>": <err>`,
// with `&`, `<` and `>` as HTML entities throughout.
std::string InternalErrorMessage(absl::string_view request_uri,
                                 const absl::Status& error);

// Response is what a server does with a decision: an allow passes even with an
// error beside it; otherwise an error is 500, and its absence 403.
enum class Response { kPass, kForbidden, kInternalError };

// Returns the response to `decision`. Kubernetes behaviour.
Response ResponseTo(const Decision& decision);

// The keys of audit annotations about authorization.
inline constexpr char kDecisionAnnotation[] = "authorization.k8s.io/decision";
inline constexpr char kReasonAnnotation[] = "authorization.k8s.io/reason";

// Returns the audit annotations of a decision: the decision, "allow" or
// "forbid", and the reason as it is, empty or not. Where the response is 500:
// the reason "internal error" alone. Kubernetes behaviour.
std::map<std::string, std::string> AuditAnnotations(const Decision& decision);

}  // namespace gatehouse::authz

#endif  // GATEHOUSE_AUTHZ_FORBIDDEN_H_
