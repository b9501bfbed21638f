#include "testing/internal/grounds.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "rbac/explain.h"

namespace gatehouse::testing::internal {

namespace {

// Returns `its rule 0 grants get, list on pods`.
std::string RuleText(const rbac::Grant& grant) {
  const k8s::PolicyRule& rule = grant.rule;
  std::vector<std::string> what(rule.resources().begin(),
                                rule.resources().end());
  what.insert(what.end(), rule.nonresourceurls().begin(),
              rule.nonresourceurls().end());
  std::string text = absl::StrCat("its rule ", grant.rule_index, " grants ",
                                  absl::StrJoin(rule.verbs(), ", "), " on ",
                                  absl::StrJoin(what, ", "));
  if (rule.resourcenames_size() > 0) {
    absl::StrAppend(&text, " named ",
                    absl::StrJoin(rule.resourcenames(), ", "));
  }
  return text;
}

}  // namespace

std::string Grounds(const rbac::Policy& policy,
                    const authz::Attributes& attributes) {
  const rbac::Explanation explanation = rbac::Explain(policy, attributes);
  std::vector<std::string> grounds;
  for (const rbac::Grant& grant : explanation.grants) {
    grounds.push_back(
        absl::StrCat(rbac::GrantDescription(grant), ", ", RuleText(grant)));
  }
  for (const rbac::NearMiss& miss : explanation.near_misses) {
    grounds.push_back(miss.text);
  }
  if (grounds.empty()) return "no binding comes near";
  return absl::StrJoin(grounds, "; ");
}

std::string Grounds(const authz::Authorizer& authorizer,
                    const authz::Attributes& attributes) {
  if (const auto* policy = dynamic_cast<const rbac::Policy*>(&authorizer)) {
    return Grounds(*policy, attributes);
  }
  const authz::Decision decision = authorizer.Authorize(attributes);
  std::vector<std::string> grounds = {
      std::string(authz::OutcomeName(decision.outcome))};
  if (!decision.reason.empty()) grounds.push_back(decision.reason);
  if (!decision.error.ok()) {
    grounds.push_back(absl::StrCat("error: ", decision.error.message()));
  }
  return absl::StrJoin(grounds, "; ");
}

}  // namespace gatehouse::testing::internal
