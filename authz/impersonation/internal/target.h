// Whom somebody wants to impersonate: a node, a service account, or a user.
#ifndef GATEHOUSE_AUTHZ_IMPERSONATION_INTERNAL_TARGET_H_
#define GATEHOUSE_AUTHZ_IMPERSONATION_INTERNAL_TARGET_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "base/service_account_name.h"
#include "base/user_info.h"

namespace gatehouse::authz::internal {

inline constexpr char kAuthenticationGroup[] = "authentication.k8s.io";
// Where Kubernetes puts the node of a service account's token.
inline constexpr char kNodeNameKey[] = "authentication.kubernetes.io/node-name";

// Target is what a wanted user's name says.
struct Target {
  // Of "system:node:<name>" with a valid node name.
  absl::optional<std::string> node;
  // Of "system:serviceaccount:<namespace>:<name>", both valid.
  absl::optional<ServiceAccountName> account;
};
Target TargetOf(absl::string_view username);

// Returns true if nothing but the name is asked for.
bool OnlyNamed(const UserInfo& wanted);

// Returns true if `requestor` is a service account whose token is bound to the
// node, and to no other.
bool RunsOn(const UserInfo& requestor, absl::string_view node);

// Returns `wanted` as the user that requests go on as: `groups` in place of
// none, and system:authenticated or system:unauthenticated added where it is
// missing (Kubernetes behaviour).
UserInfo Completed(const UserInfo& wanted, std::vector<std::string> groups);

}  // namespace gatehouse::authz::internal

#endif  // GATEHOUSE_AUTHZ_IMPERSONATION_INTERNAL_TARGET_H_
