#include "authz/impersonation/internal/target_questions.h"

#include <cstddef>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/dns_name.h"
#include "base/go_quote.h"

namespace gatehouse::authz::internal {
namespace {

using Extra = ExtraValues;

// From so many groups or extra values on, all of them are asked for at once
// first (Kubernetes behaviour).
constexpr size_t kMany = 4;
constexpr absl::string_view kAll = "*";

// A DNS subdomain, a slash, and characters of a URL's path.
bool IsDomainPrefixedPath(absl::string_view key) {
  const size_t slash = key.find('/');
  if (slash == absl::string_view::npos || slash + 1 == key.size()) return false;
  return IsDnsSubdomain(key.substr(0, slash)) &&
         absl::c_all_of(key.substr(slash + 1), [](char c) {
           return absl::ascii_isalnum(c) ||
                  absl::StrContains("/-._~%!$&'()*+,;=:", c);
         });
}

// Returns what forbids `extra` whatever anybody allows; "" if nothing does.
std::string WrongWith(const Extra& extra) {
  for (const auto& [key, values] : extra) {
    if (key.empty()) {
      return "impersonating the empty string key in extra is not allowed";
    }
    if (!IsDomainPrefixedPath(key)) {
      return absl::StrCat(
          "impersonating an invalid key in extra is not allowed: ",
          GoQuote(key),
          " is no domain-prefixed path (such as example.com/key)");
    }
    if (absl::c_any_of(key, absl::ascii_isupper)) {
      return absl::StrCat(
          "impersonating a non-lowercase key in extra is not allowed: ",
          GoQuote(key));
    }
    if (values.empty()) {
      return "impersonating empty values in extra is not allowed";
    }
    if (absl::c_linear_search(values, "")) {
      return "impersonating the empty string value in extra is not allowed";
    }
  }
  return "";
}

bool IsMany(const Extra& extra) {
  size_t values = 0;
  for (const auto& entry : extra) values += entry.second.size();
  return extra.size() >= kMany || values >= kMany;
}

class Questions {
 public:
  Questions(const Authorizer& authorizer, const UserInfo& requestor,
            const TargetRules& rules)
      : authorizer_(authorizer), requestor_(requestor), rules_(rules) {}

  Refusal AskForName(const UserInfo& wanted, const Target& target) const {
    Attributes attributes = About("users", UserGroup());
    attributes.name = wanted.name;
    if (rules_.constrained && target.node.has_value()) {
      attributes.resource = "nodes";
      attributes.name = rules_.node_name.empty()
                            ? absl::string_view(*target.node)
                            : rules_.node_name;
    } else if (target.account.has_value()) {
      attributes.resource = "serviceaccounts";
      attributes.namespace_ = target.account->namespace_;
      attributes.name = target.account->name;
    }
    return Ask(authorizer_, attributes);
  }

  Refusal AskForUid(const std::string& uid) const {
    if (uid.empty()) return absl::nullopt;
    Attributes attributes = About("uids", kAuthenticationGroup);
    attributes.name = uid;
    return Ask(authorizer_, attributes);
  }

  Refusal AskForGroups(const std::vector<std::string>& groups) const {
    Attributes attributes = About("groups", UserGroup());
    if (rules_.constrained) {
      if (absl::c_linear_search(groups, "")) {
        return ImpersonationResult::Forbidden(
            attributes, "impersonating the empty string group is not allowed");
      }
      if (absl::c_linear_search(groups, kMastersGroup)) {
        attributes.name = kMastersGroup;
        return ImpersonationResult::Forbidden(
            attributes,
            "impersonating the system:masters group is not allowed");
      }
      if (groups.size() >= kMany) {
        attributes.name = kAll;
        if (!Ask(authorizer_, attributes).has_value()) return absl::nullopt;
      }
    }
    for (const std::string& group : groups) {
      attributes.name = group;
      Refusal refusal = Ask(authorizer_, attributes);
      if (refusal.has_value()) return refusal;
    }
    return absl::nullopt;
  }

  Refusal AskForExtra(const Extra& extra) const {
    Attributes attributes = About("userextras", kAuthenticationGroup);
    if (rules_.constrained) {
      const std::string wrong = WrongWith(extra);
      if (!wrong.empty()) {
        return ImpersonationResult::Forbidden(attributes, wrong);
      }
      if (IsMany(extra)) {
        attributes.subresource = kAll;
        attributes.name = kAll;
        if (!Ask(authorizer_, attributes).has_value()) return absl::nullopt;
      }
    }
    for (const auto& [key, values] : extra) {
      attributes.subresource = key;
      for (const std::string& value : values) {
        attributes.name = value;
        Refusal refusal = Ask(authorizer_, attributes);
        if (refusal.has_value()) return refusal;
      }
    }
    return absl::nullopt;
  }

 private:
  absl::string_view UserGroup() const {
    return rules_.constrained ? kAuthenticationGroup : "";
  }

  Attributes About(absl::string_view resource,
                   absl::string_view api_group) const {
    Attributes attributes;
    attributes.user = &requestor_;
    attributes.verb = rules_.verb;
    attributes.api_group = api_group;
    attributes.api_version = "v1";
    attributes.resource = resource;
    return attributes;
  }

  const Authorizer& authorizer_;
  const UserInfo& requestor_;
  const TargetRules& rules_;
};

}  // namespace

Refusal Ask(const Authorizer& authorizer, const Attributes& attributes) {
  const Decision decision = authorizer.Authorize(attributes);
  if (decision.outcome == Outcome::kAllow) return absl::nullopt;
  std::string reason = decision.reason;
  if (!decision.error.ok()) {
    reason = absl::StrCat(decision.error.message(), reason.empty() ? "" : ": ",
                          reason);
  }
  return ImpersonationResult::Forbidden(attributes, reason);
}

Refusal AskForTarget(const Authorizer& authorizer, const UserInfo& requestor,
                     const UserInfo& wanted, const Target& target,
                     const TargetRules& rules) {
  const Questions questions(authorizer, requestor, rules);
  Refusal refusal = questions.AskForName(wanted, target);
  if (!refusal.has_value()) refusal = questions.AskForUid(wanted.uid);
  if (!refusal.has_value()) refusal = questions.AskForGroups(wanted.groups);
  if (!refusal.has_value()) refusal = questions.AskForExtra(wanted.extra);
  return refusal;
}

}  // namespace gatehouse::authz::internal
