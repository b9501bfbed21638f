#include "authz/impersonation/internal/target.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/strip.h"
#include "base/dns_name.h"

namespace gatehouse::authz::internal {
namespace {

constexpr absl::string_view kNodePrefix = "system:node:";

void AddGroup(absl::string_view group, std::vector<std::string>& groups) {
  if (absl::c_linear_search(groups, group)) return;
  groups.emplace_back(group);
}

}  // namespace

Target TargetOf(absl::string_view username) {
  Target target;
  target.account = ParseServiceAccountUsername(username);
  absl::string_view node = username;
  if (absl::ConsumePrefix(&node, kNodePrefix) && IsDnsSubdomain(node)) {
    target.node = std::string(node);
  }
  return target;
}

bool OnlyNamed(const UserInfo& wanted) {
  return wanted.uid.empty() && wanted.groups.empty() && wanted.extra.empty();
}

bool RunsOn(const UserInfo& requestor, absl::string_view node) {
  if (!ParseServiceAccountUsername(requestor.name).has_value()) return false;
  const auto bound = requestor.extra.find(kNodeNameKey);
  return bound != requestor.extra.end() && bound->second.size() == 1 &&
         bound->second.front() == node;
}

UserInfo Completed(const UserInfo& wanted, std::vector<std::string> groups) {
  UserInfo user = wanted;
  if (user.groups.empty()) user.groups = std::move(groups);
  if (user.name == kAnonymousUser) {
    AddGroup(kUnauthenticatedGroup, user.groups);
  } else if (!absl::c_linear_search(user.groups, kUnauthenticatedGroup)) {
    AddGroup(kAuthenticatedGroup, user.groups);
  }
  return user;
}

}  // namespace gatehouse::authz::internal
