// authz/impersonation_authz.json: what impersonation asks authorizers.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "authz/impersonation/headers.h"
#include "authz/impersonation/impersonation.h"
#include "base/headers.h"
#include "conformance/areas.h"
#include "conformance/authz/decode.h"
#include "conformance/authz/impersonation_script.h"
#include "objects/node.h"

namespace gatehouse::conformance {
namespace {

using Outcome = authz::ImpersonationOutcome;

// The rules stand in the description of the file; a text among them is one.
std::vector<ScriptRule> ReadRules(const objects::Node* file,
                                  absl::string_view name, Problems* problems) {
  std::vector<ScriptRule> rules;
  const objects::Node* schema = file->Find("_schema");
  const objects::Node* list = schema == nullptr ? nullptr : schema->Find(name);
  if (list == nullptr) {
    problems->push_back(absl::StrCat("_schema.", name, " is not there"));
    return rules;
  }
  for (const objects::Node& node : list->items()) {
    if (node.is(objects::NodeKind::kString)) continue;
    Fields fields(&node, std::string(name), problems);
    ScriptRule& rule = rules.emplace_back();
    rule.user = fields.OptionalText("requestorName");
    rule.user_not = fields.OptionalText("requestorNameNot");
    rule.group0 = fields.OptionalText("group0");
    rule.group1 = fields.OptionalText("group1");
    rule.verb = fields.OptionalText("verb");
    rule.verb_prefix = fields.OptionalText("verbPrefix");
    rule.verb_suffixes = fields.Texts("verbSuffixAnyOf");
    rule.resource = fields.OptionalText("resource");
    rule.subresource = fields.OptionalText("subresource");
    rule.name = fields.OptionalText("name");
    rule.name_not = fields.OptionalText("nameNot");
    rule.api_group = fields.OptionalText("apiGroup");
    rule.decision.outcome = fields.Has("decision")
                                ? DecodeOutcome(fields, "decision")
                                : authz::Outcome::kAllow;
    rule.decision.reason = fields.Text("reason");
    rule.decision.error = StatusOf(fields.Text("error"));
  }
  return rules;
}

// An absent flag is false here.
Request ReadRequest(Fields fields) {
  // Authorizers here are not asked about selectors: see authz/attributes.h.
  fields.Take("fieldSelector");
  fields.Take("labelSelector");
  Request request;
  request.resource_request = fields.Bool("resourceRequest");
  request.verb = fields.Text("verb");
  request.namespace_ = fields.Text("namespace");
  request.api_group = fields.Text("apiGroup");
  request.api_version = fields.Text("apiVersion");
  request.resource = fields.Text("resource");
  request.subresource = fields.Text("subresource");
  request.name = fields.Text("name");
  request.path = fields.Text("path");
  return request;
}

void CheckLegacy(Check& check) {
  Fields& input = check.input();
  const auto authorizer = std::make_shared<ScriptAuthorizer>(
      ReadRules(check.context().file, "legacyAuthorizer", input.problems()));
  Request request;
  request.user = DecodeUser(input, "requestor");
  Headers headers;
  Fields asked = input.Object("headers");
  headers.Add(authz::kImpersonateUserHeader, asked.Text("user"));
  headers.Add(authz::kImpersonateUidHeader, asked.Text("uid"));
  for (const std::string& group : asked.Texts("groups")) {
    headers.Add(authz::kImpersonateGroupHeader, group);
  }
  Fields suffixes = asked.Object("extraHeaderSuffixes");
  for (const objects::MapEntry& entry : suffixes.TakeAll()) {
    for (const std::string& value : suffixes.Texts(entry.key.text())) {
      headers.Add(
          absl::StrCat(authz::kImpersonateExtraPrefix, entry.key.text()),
          value);
    }
  }
  const auto impersonator = MakeImpersonator("legacy", authorizer);
  const authz::ImpersonationResult result =
      authz::Impersonate(*impersonator, request.attributes(), &headers);
  check.Number("code", result.code);
  Fields expected = check.ExpectedAll();
  expected.Take("code");
  const auto want = DecodeUser(expected, "userAfter");
  check.Same(
      "userAfter", UserText(want.value_or(UserInfo())),
      UserText(result.outcome == Outcome::kImpersonated ? result.user
                                                        : *request.user));
}

void CompareStep(const objects::Node& node, const UserInfo& requestor,
                 const authz::ImpersonationResult& result,
                 const std::vector<ScriptCall>& calls, Check& check) {
  Fields expected(&node, "expect.steps", check.input().problems());
  check.Same("code", absl::StrCat(expected.Number("code")),
             absl::StrCat(result.code));
  check.Same("mode", expected.Text("mode"), ModeOf(result));
  check.Same("attempt", expected.Text("attempt"), AttemptOf(result));
  check.Same("message", expected.Text("message"), result.message);
  check.Same("user",
             UserText(DecodeUser(expected, "user").value_or(UserInfo())),
             UserText(result.user));
  std::vector<std::string> want;
  for (const objects::Node& item : expected.List("authzChecks")) {
    Fields call(&item, "authzChecks", expected.problems());
    const std::string outcome = call.Text("decision");
    const Request request = ReadRequest(call.Object("attributes"));
    want.push_back(CallText(outcome, request.attributes()));
  }
  const UserInfo user =
      DecodeUser(expected, "requestorSeenByAuthorizer").value_or(requestor);
  std::vector<std::string> got;
  for (const ScriptCall& call : calls) {
    got.push_back(call.text);
    check.Same("the user of the check", UserText(user), call.user);
  }
  check.Same("authzChecks", want, got);
  check.Same("authorizationCallsByMode",
             ReadCounts(expected.Object("authorizationCallsByMode")),
             CountCalls(calls));
}

void CheckSteps(Check& check) {
  Fields& input = check.input();
  const auto authorizer = std::make_shared<ScriptAuthorizer>(ReadRules(
      check.context().file, "constrainedAuthorizer", input.problems()));
  const auto impersonator = MakeImpersonator("constrained", authorizer);
  Fields expected = check.ExpectedAll();
  const auto steps = input.List("steps");
  const auto wants = expected.List("steps");
  if (steps.size() != wants.size()) return check.Fail("want as many steps");
  for (size_t i = 0; i < steps.size(); ++i) {
    Fields step(&steps[i], "input.steps", input.problems());
    Request request = ReadRequest(step.Object("request"));
    request.user = DecodeUser(step, "requestor");
    const UserInfo wanted =
        DecodeUser(step, "impersonate").value_or(UserInfo());
    const authz::ImpersonationResult result =
        impersonator->Decide(wanted, request.attributes());
    CompareStep(wants[i], *request.user, result, authorizer->TakeCalls(),
                check);
  }
}

// Which modes ask, of an authorizer that refuses all.
void CheckModes(Check& check) {
  Fields& input = check.input();
  const auto authorizer =
      std::make_shared<ScriptAuthorizer>(std::vector<ScriptRule>());
  Request request;
  request.user = DecodeUser(input, "requestor");
  request.verb = "get";
  request.resource = "pods";
  const UserInfo wanted = DecodeUser(input, "impersonate").value_or(UserInfo());
  MakeImpersonator("constrained", authorizer)
      ->Decide(wanted, request.attributes());
  std::vector<std::string> modes;
  for (const ScriptCall& call : authorizer->TakeCalls()) {
    modes.push_back(
        call.mode_and_answer.substr(0, call.mode_and_answer.find('/')));
  }
  check.Texts("modesTriedInOrder", modes);
}

}  // namespace

void RunImpersonationAuthz(Check& check) {
  const std::string filter = check.input().Text("filter");
  if (filter == "legacy") return CheckLegacy(check);
  if (filter == "constrained") return CheckSteps(check);
  if (filter == "constrained-modes") return CheckModes(check);
  check.Fail(absl::StrCat("the filter \"", filter, "\" is not known"));
}

}  // namespace gatehouse::conformance
