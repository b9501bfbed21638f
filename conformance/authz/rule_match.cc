// authz/rule_match.json: one rule and one request.
// authz/nonresource.json: paths and URL patterns, in three kinds.
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "authz/authorizer.h"
#include "authz/path_authorizer.h"
#include "conformance/areas.h"
#include "conformance/authz/decode.h"
#include "proto/rbac.pb.h"
#include "rbac/rules.h"

namespace gatehouse::conformance {
namespace {

// Asks the rule alone, and a policy that has only this rule.
void CheckMatch(const k8s::PolicyRule& rule, Request request, Check& check) {
  if (!request.user.has_value()) request.user.emplace();
  if (request.user->name.empty()) request.user->name = "u";
  const bool matches = rbac::RuleMatches(rule, request.attributes());
  const authz::Decision decision = DecideInAllWays(
      PolicyOfRule(rule, request.user->name), request.attributes(), check);
  check.Same("the decision of a policy of this rule",
             matches ? "Allow" : "NoOpinion",
             authz::OutcomeName(decision.outcome));
  check.Bool("matches", matches);
}

void CheckPathAuthorizer(Check& check) {
  const auto authorizer =
      authz::PathAuthorizer::Create(check.input().Texts("alwaysAllowPaths"));
  Request request;
  request.path = check.input().Text("path");
  request.verb = check.input().Text("verb");
  request.resource_request = check.input().Bool("resourceRequest", false);
  check.Bool("configError", !authorizer.ok());
  if (!authorizer.ok()) {
    check.TextOrNull("error", ErrorText(authorizer.status()));
    check.Text("decision", "(the configuration is refused)");
    return;
  }
  const authz::Decision decision =
      (*authorizer)->Authorize(request.attributes());
  check.Same("Decide, as Authorize", authz::OutcomeName(decision.outcome),
             authz::OutcomeName((*authorizer)->Decide(request.attributes())));
  check.Text("decision", authz::OutcomeName(decision.outcome));
  check.Text("reason", decision.reason);
  check.TextOrNull("error", ErrorText(decision.error));
}

void CheckRbacRule(Check& check) {
  Request request;
  request.resource_request = check.input().Bool("resourceRequest", false);
  request.verb = check.input().Text("verb");
  request.path = check.input().Text("path");
  CheckMatch(check.input().Message<k8s::PolicyRule>("rule"), std::move(request),
             check);
}

k8s::PolicyRule RuleOfUrl(const std::string& url) {
  k8s::PolicyRule rule;
  rule.add_verbs("get");
  rule.add_nonresourceurls(url);
  return rule;
}

void CheckCoversUrl(Check& check) {
  const std::string owner = check.input().Text("owner");
  const std::string requested = check.input().Text("requested");
  const bool covers = rbac::NonResourceUrlCovers(owner, requested);
  const absl::StatusOr<rbac::CoverResult> result =
      rbac::Covers({RuleOfUrl(owner)}, {RuleOfUrl(requested)});
  check.Same("Covers of rules with these URLs", covers ? "true" : "false",
             result.ok() && result->covered ? "true" : "false");
  check.Bool("covers", covers);
}

}  // namespace

void RunRuleMatch(Check& check) {
  CheckMatch(check.input().Message<k8s::PolicyRule>("rule"),
             DecodeRequest(check.input().Object("request")), check);
}

void RunNonResource(Check& check) {
  const std::string kind = check.input().Text("kind");
  if (kind == "path_authorizer") return CheckPathAuthorizer(check);
  if (kind == "rbac_rule") return CheckRbacRule(check);
  if (kind == "covers_url") return CheckCoversUrl(check);
  check.Fail(absl::StrCat("the kind \"", kind, "\" is not known"));
}

}  // namespace gatehouse::conformance
