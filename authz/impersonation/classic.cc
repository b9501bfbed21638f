#include "authz/impersonation/classic.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/types/optional.h"
#include "authz/impersonation/internal/target.h"
#include "base/service_account_name.h"

namespace gatehouse::authz {
namespace {

using internal::kAuthenticationGroup;

constexpr char kVerb[] = "impersonate";

// Asks, item by item, until one is refused.
class Questions {
 public:
  Questions(const Authorizer& authorizer, const UserInfo& requestor)
      : authorizer_(authorizer) {
    attributes_.user = &requestor;
    attributes_.verb = kVerb;
  }

  // Returns whether the user may be impersonated, whoever it is.
  bool AllowName(const UserInfo& wanted, const internal::Target& target) {
    if (!target.account.has_value()) return Allow("users", wanted.name);
    attributes_.namespace_ = target.account->namespace_;
    const bool allowed = Allow("serviceaccounts", target.account->name);
    attributes_.namespace_ = "";
    return allowed;
  }
  bool AllowGroups(const UserInfo& wanted) {
    for (const std::string& group : wanted.groups) {
      if (!Allow("groups", group)) return false;
    }
    return true;
  }
  bool AllowExtra(const UserInfo& wanted) {
    EnterAuthenticationGroup();
    for (const auto& [key, values] : wanted.extra) {
      attributes_.subresource = key;
      for (const std::string& value : values) {
        if (!Allow("userextras", value)) return false;
      }
    }
    attributes_.subresource = "";
    return true;
  }
  bool AllowUid(const UserInfo& wanted) {
    EnterAuthenticationGroup();
    return wanted.uid.empty() || Allow("uids", wanted.uid);
  }

  // Returns the 403 of what was refused.
  ImpersonationResult Refusal() const {
    return ImpersonationResult::Forbidden(attributes_, reason_);
  }

 private:
  bool Allow(absl::string_view resource, absl::string_view name) {
    attributes_.resource = resource;
    attributes_.name = name;
    Decision decision = authorizer_.Authorize(attributes_);
    if (decision.outcome == Outcome::kAllow && decision.error.ok()) return true;
    reason_ = std::move(decision.reason);
    return false;
  }
  void EnterAuthenticationGroup() {
    attributes_.api_group = kAuthenticationGroup;
    attributes_.api_version = "v1";
  }

  const Authorizer& authorizer_;
  Attributes attributes_;
  std::string reason_;
};

}  // namespace

ClassicImpersonator::ClassicImpersonator(
    std::shared_ptr<const Authorizer> authorizer)
    : authorizer_(std::move(authorizer)) {}

ImpersonationResult ClassicImpersonator::Decide(
    const UserInfo& wanted, const Attributes& request) const {
  if (request.user == nullptr) {
    return ImpersonationResult::Refused(500, "no user found for the request");
  }
  const internal::Target target = internal::TargetOf(wanted.name);
  Questions questions(*authorizer_, *request.user);
  if (!questions.AllowName(wanted, target) || !questions.AllowGroups(wanted) ||
      !questions.AllowExtra(wanted) || !questions.AllowUid(wanted)) {
    return questions.Refusal();
  }
  std::vector<std::string> groups;
  if (target.account.has_value()) {
    groups = ServiceAccountGroups(target.account->namespace_);
  }
  return ImpersonationResult::Impersonated(
      internal::Completed(wanted, std::move(groups)), "");
}

}  // namespace gatehouse::authz
