#include "authz/builtin.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "base/errors.h"

namespace gatehouse::authz {

Decision AlwaysAllow::Authorize(const Attributes& attributes) const {
  return {Outcome::kAllow, "", absl::OkStatus()};
}

Outcome AlwaysAllow::Decide(const Attributes& attributes) const {
  return Outcome::kAllow;
}

Rules AlwaysAllow::RulesFor(const UserInfo& user,
                            absl::string_view namespace_) const {
  Rules rules;
  k8s::ResourceRule& resources = rules.resource_rules.emplace_back();
  resources.add_verbs("*");
  resources.add_apigroups("*");
  resources.add_resources("*");
  k8s::NonResourceRule& urls = rules.non_resource_rules.emplace_back();
  urls.add_verbs("*");
  urls.add_nonresourceurls("*");
  return rules;
}

Decision AlwaysDeny::Authorize(const Attributes& attributes) const {
  return {Outcome::kNoOpinion, "Everything is forbidden.", absl::OkStatus()};
}

Outcome AlwaysDeny::Decide(const Attributes& attributes) const {
  return Outcome::kNoOpinion;
}

Rules AlwaysDeny::RulesFor(const UserInfo& user,
                           absl::string_view namespace_) const {
  return {};
}

PrivilegedGroups::PrivilegedGroups(std::vector<std::string> groups)
    : groups_(std::move(groups)) {}

Decision PrivilegedGroups::Authorize(const Attributes& attributes) const {
  if (attributes.user == nullptr) {
    return {Outcome::kNoOpinion, "Error",
            MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                      "no user on request.")};
  }
  return {Decide(attributes), "", absl::OkStatus()};
}

Outcome PrivilegedGroups::Decide(const Attributes& attributes) const {
  return attributes.user != nullptr && IsPrivileged(*attributes.user)
             ? Outcome::kAllow
             : Outcome::kNoOpinion;
}

bool PrivilegedGroups::IsPrivileged(const UserInfo& user) const {
  return absl::c_any_of(user.groups, [this](const std::string& group) {
    return absl::c_linear_search(groups_, group);
  });
}

}  // namespace gatehouse::authz
