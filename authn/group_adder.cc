#include "authn/group_adder.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "base/user_info.h"

namespace gatehouse::authn {

Result WithAuthenticatedGroup(Result result) {
  if (!result.authenticated()) return result;
  const UserInfo& user = result.authentication().user;
  if (user.name == kAnonymousUser ||
      absl::c_linear_search(user.groups, kAuthenticatedGroup) ||
      absl::c_linear_search(user.groups, kUnauthenticatedGroup)) {
    return result;
  }
  Authentication changed = result.authentication();
  changed.user.groups.emplace_back(kAuthenticatedGroup);
  return changed;
}

Result WithGroups(Result result, const std::vector<std::string>& groups) {
  if (!result.authenticated() || groups.empty()) return result;
  Authentication changed = result.authentication();
  changed.user.groups.insert(changed.user.groups.end(), groups.begin(),
                             groups.end());
  return changed;
}

AuthenticatedGroupAdder::AuthenticatedGroupAdder(
    std::shared_ptr<const Authenticator> inner)
    : inner_(std::move(inner)) {}

Result AuthenticatedGroupAdder::Authenticate(const Request& request) const {
  return WithAuthenticatedGroup(inner_->Authenticate(request));
}

TokenAuthenticatedGroupAdder::TokenAuthenticatedGroupAdder(
    std::shared_ptr<const TokenAuthenticator> inner)
    : inner_(std::move(inner)) {}

Result TokenAuthenticatedGroupAdder::AuthenticateToken(
    absl::string_view token, const TokenContext& context) const {
  return WithAuthenticatedGroup(inner_->AuthenticateToken(token, context));
}

GroupAdder::GroupAdder(std::shared_ptr<const Authenticator> inner,
                       std::vector<std::string> groups)
    : inner_(std::move(inner)), groups_(std::move(groups)) {}

Result GroupAdder::Authenticate(const Request& request) const {
  return WithGroups(inner_->Authenticate(request), groups_);
}

TokenGroupAdder::TokenGroupAdder(
    std::shared_ptr<const TokenAuthenticator> inner,
    std::vector<std::string> groups)
    : inner_(std::move(inner)), groups_(std::move(groups)) {}

Result TokenGroupAdder::AuthenticateToken(absl::string_view token,
                                          const TokenContext& context) const {
  return WithGroups(inner_->AuthenticateToken(token, context), groups_);
}

}  // namespace gatehouse::authn
