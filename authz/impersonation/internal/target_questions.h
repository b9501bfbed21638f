// May this requestor act as that user? Asked item by item.
#ifndef GATEHOUSE_AUTHZ_IMPERSONATION_INTERNAL_TARGET_QUESTIONS_H_
#define GATEHOUSE_AUTHZ_IMPERSONATION_INTERNAL_TARGET_QUESTIONS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "authz/attributes.h"
#include "authz/authorizer.h"
#include "authz/impersonation/impersonation.h"
#include "authz/impersonation/internal/target.h"
#include "base/user_info.h"

namespace gatehouse::authz::internal {

// A refusal; nothing is an allow.
using Refusal = absl::optional<ImpersonationResult>;

// Returns the 403 if `authorizer` does not allow `attributes`. The outcome
// decides, an error beside an allow does not; the message has both the error
// and the reason (Kubernetes behaviour).
Refusal Ask(const Authorizer& authorizer, const Attributes& attributes);

// TargetRules is how one mode asks about a user.
struct TargetRules {
  absl::string_view verb;  // "impersonate" or "impersonate:<mode>".
  // False in the legacy mode, whose users and groups are of the core group,
  // for which nodes are nothing special and which forbids nothing by itself.
  bool constrained = true;
  // What stands in place of the name of a node: "*" in associated-node.
  absl::string_view node_name;
};

// Asks for the name, the uid, the groups and the extra values of `wanted`, in
// this order, until one is refused.
Refusal AskForTarget(const Authorizer& authorizer, const UserInfo& requestor,
                     const UserInfo& wanted, const Target& target,
                     const TargetRules& rules);

}  // namespace gatehouse::authz::internal

#endif  // GATEHOUSE_AUTHZ_IMPERSONATION_INTERNAL_TARGET_QUESTIONS_H_
