#include "conformance/authz/impersonation_script.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "authz/impersonation/classic.h"
#include "authz/impersonation/constrained.h"
#include "base/go_quote.h"

namespace gatehouse::conformance {
namespace {

bool Fits(const absl::optional<std::string>& wanted, absl::string_view got) {
  return !wanted.has_value() || *wanted == got;
}

bool FitsGroup(const absl::optional<std::string>& wanted, const UserInfo& user,
               size_t index) {
  return !wanted.has_value() ||
         (index < user.groups.size() && user.groups[index] == *wanted);
}

// "impersonate-on:user-info:get" and "impersonate:user-info" are of user-info.
std::string ModeOfVerb(absl::string_view verb) {
  const std::vector<std::string> parts = absl::StrSplit(verb, ':');
  return parts.size() < 2 ? "legacy" : parts[1];
}

}  // namespace

bool ScriptRule::Matches(const authz::Attributes& a) const {
  const bool suffix =
      verb_suffixes.empty() ||
      absl::c_any_of(verb_suffixes, [&](const std::string& end) {
        return absl::EndsWith(a.verb, end);
      });
  return suffix && a.user != nullptr && Fits(user, a.user->name) &&
         FitsGroup(group0, *a.user, 0) && FitsGroup(group1, *a.user, 1) &&
         Fits(verb, a.verb) &&
         absl::StartsWith(a.verb, verb_prefix.value_or("")) &&
         Fits(resource, a.resource) && Fits(subresource, a.subresource) &&
         Fits(name, a.name) && Fits(api_group, a.api_group) &&
         (!user_not.has_value() || *user_not != a.user->name) &&
         (!name_not.has_value() || *name_not != a.name);
}

std::string CallText(absl::string_view outcome, const authz::Attributes& a) {
  return absl::StrJoin(
      {outcome, absl::string_view(a.resource_request ? "resource" : "path"),
       a.verb, a.api_group, a.api_version, a.namespace_, a.resource,
       a.subresource, a.name, a.path},
      "|");
}

std::string UserText(const UserInfo& user) {
  const auto quoted = [](const std::vector<std::string>& texts) {
    return absl::StrJoin(texts, " ",
                         [](std::string* out, const std::string& text) {
                           out->append(GoQuote(text));
                         });
  };
  std::string text =
      absl::StrCat(GoQuote(user.name), " uid=", GoQuote(user.uid), " groups=[",
                   quoted(user.groups), "]");
  for (const auto& [key, values] : user.extra) {
    absl::StrAppend(&text, " ", GoQuote(key), "=[", quoted(values), "]");
  }
  return text;
}

ScriptAuthorizer::ScriptAuthorizer(std::vector<ScriptRule> rules)
    : rules_(std::move(rules)) {}

authz::Decision ScriptAuthorizer::Authorize(const authz::Attributes& a) const {
  const auto rule = absl::c_find_if(
      rules_, [&](const ScriptRule& r) { return r.Matches(a); });
  const authz::Decision decision =
      rule != rules_.end()
          ? rule->decision
          : authz::Decision{authz::Outcome::kNoOpinion, "deny by default", {}};
  const bool allowed = decision.outcome == authz::Outcome::kAllow;
  const MutexLock lock(mutex_);
  calls_.push_back(
      {CallText(authz::OutcomeName(decision.outcome), a), UserText(*a.user),
       absl::StrCat(ModeOfVerb(a.verb), allowed ? "/allowed" : "/denied")});
  return decision;
}

std::vector<ScriptCall> ScriptAuthorizer::TakeCalls() {
  const MutexLock lock(mutex_);
  return std::exchange(calls_, {});
}

std::vector<std::string> CountCalls(const std::vector<ScriptCall>& calls) {
  std::map<std::string, int> counts;
  for (const ScriptCall& call : calls) ++counts[call.mode_and_answer];
  std::vector<std::string> texts;
  for (const auto& [what, count] : counts) {
    texts.push_back(absl::StrCat(what, ": ", count));
  }
  return texts;
}

std::vector<std::string> ReadCounts(Fields counts) {
  std::map<std::string, int> read;
  for (const objects::MapEntry& entry : counts.TakeAll()) {
    read[std::string(entry.key.text())] = counts.Number(entry.key.text());
  }
  std::vector<std::string> texts;
  for (const auto& [what, count] : read) {
    texts.push_back(absl::StrCat(what, ": ", count));
  }
  return texts;
}

std::string ModeOf(const authz::ImpersonationResult& result) {
  if (result.outcome != authz::ImpersonationOutcome::kImpersonated) return "";
  return ModeOfVerb(result.constraint);
}

std::string AttemptOf(const authz::ImpersonationResult& result) {
  return result.outcome == authz::ImpersonationOutcome::kImpersonated
             ? "allowed"
             : "denied";
}

std::unique_ptr<authz::Impersonator> MakeImpersonator(
    absl::string_view filter,
    std::shared_ptr<const authz::Authorizer> authorizer) {
  if (filter == "classic" || filter == "legacy") {
    return std::make_unique<authz::ClassicImpersonator>(std::move(authorizer));
  }
  if (filter == "constrained") {
    return std::make_unique<authz::ConstrainedImpersonator>(
        std::move(authorizer));
  }
  return nullptr;
}

}  // namespace gatehouse::conformance
