#include "authz/impersonation/constrained.h"

#include <array>
#include <cstddef>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "authz/impersonation/internal/cache_key.h"
#include "authz/impersonation/internal/lru_cache.h"
#include "authz/impersonation/internal/target.h"
#include "authz/impersonation/internal/target_questions.h"
#include "base/service_account_name.h"

namespace gatehouse::authz {

namespace internal {

// ModeAttempt is one request, looked at once for all modes.
struct ModeAttempt {
  const UserInfo& wanted;
  const UserInfo& requestor;
  const Attributes& request;
  const Target target;
  const absl::Time now;
};

// ModeCaches is what was found out before. Of allows only: the groups of the
// user that were filled in follow from the user, so nothing else is kept.
class ModeCaches {
 public:
  explicit ModeCaches(const ConstrainedImpersonator::Options& options)
      : clock(*options.clock),
        ttl(options.ttl),
        requests(options.max_entries),
        users(options.max_entries),
        last_modes(options.max_requestors) {}

  const Clock& clock;
  const absl::Duration ttl;
  // Until when an allow is good, by RequestKey and by UserKey.
  LruCache<absl::Time> requests;
  LruCache<absl::Time> users;
  // By the requestor's name.
  LruCache<size_t> last_modes;
};

}  // namespace internal

namespace {

using internal::ModeAttempt;
using internal::OnlyNamed;
using internal::RunsOn;

// A mode: its name, and whether it is for this wanted user and requestor.
struct Mode {
  absl::string_view name;
  bool (*applies)(const ModeAttempt& attempt);
};

bool IsAssociatedNode(const ModeAttempt& a) {
  return OnlyNamed(a.wanted) && a.target.node.has_value() &&
         RunsOn(a.requestor, *a.target.node);
}
bool IsArbitraryNode(const ModeAttempt& a) {
  return OnlyNamed(a.wanted) && a.target.node.has_value();
}
bool IsServiceAccount(const ModeAttempt& a) {
  return OnlyNamed(a.wanted) && a.target.account.has_value();
}
bool IsUserInfo(const ModeAttempt& a) {
  return !a.target.node.has_value() && !a.target.account.has_value();
}
bool IsAnybody(const ModeAttempt& /*attempt*/) { return true; }

// In the order of trial.
constexpr size_t kAssociatedNode = 0;
constexpr size_t kLegacy = 4;
constexpr std::array<Mode, kLegacy + 1> kModes = {{
    {"associated-node", IsAssociatedNode},
    {"arbitrary-node", IsArbitraryNode},
    {"serviceaccount", IsServiceAccount},
    {"user-info", IsUserInfo},
    {"legacy", IsAnybody},
}};

std::string ConstraintOf(size_t mode) {
  return mode == kLegacy ? "" : absl::StrCat("impersonate:", kModes[mode].name);
}

// The user that a mode makes of the wanted one.
UserInfo Resulting(size_t mode, const ModeAttempt& attempt) {
  std::vector<std::string> groups;
  if (attempt.target.account.has_value()) {
    groups = ServiceAccountGroups(attempt.target.account->namespace_);
  } else if (mode != kLegacy && attempt.target.node.has_value()) {
    groups = {"system:nodes"};
  }
  return internal::Completed(attempt.wanted, std::move(groups));
}

// The requestor of associated-node as authorizers see it: the same on every
// node, so that an allow may be remembered for all of them.
UserInfo WithoutNode(const UserInfo& requestor) {
  UserInfo user = requestor;
  std::vector<std::string> keys;
  keys.reserve(user.extra.size());
  for (const auto& entry : user.extra) keys.push_back(entry.first);
  user.extra = {
      {"authentication.kubernetes.io/associated-node-keys", std::move(keys)}};
  return user;
}

ImpersonationResult NotApplicable() {
  ImpersonationResult result;
  result.outcome = ImpersonationOutcome::kNotRequested;
  return result;
}

ImpersonationResult Allowed(size_t mode, const ModeAttempt& attempt) {
  return ImpersonationResult::Impersonated(Resulting(mode, attempt),
                                           ConstraintOf(mode));
}

}  // namespace

ConstrainedImpersonator::ConstrainedImpersonator(
    std::shared_ptr<const Authorizer> authorizer)
    : ConstrainedImpersonator(std::move(authorizer), Options()) {}

ConstrainedImpersonator::ConstrainedImpersonator(
    std::shared_ptr<const Authorizer> authorizer, const Options& options)
    : authorizer_(std::move(authorizer)),
      caches_(std::make_unique<internal::ModeCaches>(options)) {}

ConstrainedImpersonator::~ConstrainedImpersonator() = default;

ImpersonationResult ConstrainedImpersonator::Decide(
    const UserInfo& wanted, const Attributes& request) const {
  if (request.user == nullptr) {
    return ImpersonationResult::Refused(500, "no user found for the request");
  }
  const ModeAttempt attempt{wanted, *request.user, request,
                            internal::TargetOf(wanted.name),
                            caches_->clock.Now()};
  const std::string& requestor = attempt.requestor.name;
  const absl::optional<size_t> last =
      caches_->last_modes.Get(requestor, attempt.now);
  ImpersonationResult refused = NotApplicable();
  // The last mode, and then all others in their order.
  for (size_t i = 0; i <= kModes.size(); ++i) {
    if (i == 0 && !last.has_value()) continue;
    const size_t mode = i == 0 ? *last : i - 1;
    if (i != 0 && mode == last) continue;
    ImpersonationResult result = TryMode(mode, attempt);
    if (result.outcome == ImpersonationOutcome::kImpersonated) {
      if (mode != last) {
        caches_->last_modes.Put(requestor, mode, absl::InfiniteFuture());
      }
      return result;
    }
    if (refused.outcome != ImpersonationOutcome::kRefused) {
      refused = std::move(result);
    }
  }
  return refused;
}

ImpersonationResult ConstrainedImpersonator::TryMode(
    size_t mode, const ModeAttempt& attempt) const {
  if (!kModes[mode].applies(attempt)) return NotApplicable();
  if (mode == kLegacy) return CheckTarget(mode, attempt);
  if (mode != kAssociatedNode) return TryConstrained(mode, attempt);
  const UserInfo requestor = WithoutNode(attempt.requestor);
  return TryConstrained(mode, {attempt.wanted, requestor, attempt.request,
                               attempt.target, attempt.now});
}

ImpersonationResult ConstrainedImpersonator::TryConstrained(
    size_t mode, const ModeAttempt& attempt) const {
  // Which node it is does not matter: it is the requestor's own.
  UserInfo any_node;
  any_node.name = "system:node:*";
  const UserInfo& wanted = mode == kAssociatedNode ? any_node : attempt.wanted;

  const std::string request_key =
      internal::RequestKey(mode, attempt.requestor, wanted, attempt.request);
  if (caches_->requests.Get(request_key, attempt.now, caches_->ttl)
          .has_value()) {
    return Allowed(mode, attempt);
  }
  Attributes on = attempt.request;
  on.user = &attempt.requestor;
  const std::string verb = absl::StrCat("impersonate-on:", kModes[mode].name,
                                        ":", attempt.request.verb);
  on.verb = verb;
  internal::Refusal refusal = internal::Ask(*authorizer_, on);
  if (refusal.has_value()) return *std::move(refusal);

  const std::string user_key =
      internal::UserKey(mode, attempt.requestor, wanted);
  absl::optional<absl::Time> expires =
      caches_->users.Get(user_key, attempt.now, caches_->ttl);
  if (!expires.has_value()) {
    ImpersonationResult result = CheckTarget(mode, attempt);
    if (result.outcome != ImpersonationOutcome::kImpersonated) return result;
    expires = attempt.now + caches_->ttl;
    caches_->users.Put(user_key, *expires, *expires);
  }
  // No longer than what it rests on.
  caches_->requests.Put(request_key, *expires, *expires);
  return Allowed(mode, attempt);
}

ImpersonationResult ConstrainedImpersonator::CheckTarget(
    size_t mode, const ModeAttempt& attempt) const {
  const std::string verb = mode == kLegacy ? "impersonate" : ConstraintOf(mode);
  internal::TargetRules rules;
  rules.verb = verb;
  rules.constrained = mode != kLegacy;
  if (mode == kAssociatedNode) rules.node_name = "*";
  internal::Refusal refusal = internal::AskForTarget(
      *authorizer_, attempt.requestor, attempt.wanted, attempt.target, rules);
  return refusal.has_value() ? *std::move(refusal) : Allowed(mode, attempt);
}

}  // namespace gatehouse::authz
