// authn/impersonation.json: filters, from the headers to the user.
#include "authz/impersonation/impersonation.h"

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "authz/attributes.h"
#include "base/headers.h"
#include "conformance/areas.h"
#include "conformance/authz/decode.h"
#include "conformance/authz/impersonation_script.h"
#include "objects/node.h"

namespace gatehouse::conformance {
namespace {

using Outcome = authz::ImpersonationOutcome;

authz::Decision ReadAnswer(Fields& rule) {
  authz::Decision decision;
  const std::string name = rule.Text("decision");
  if (name == "allow") {
    decision.outcome = authz::Outcome::kAllow;
  } else if (name == "no_opinion") {
    decision.outcome = authz::Outcome::kNoOpinion;
  } else {
    rule.Problem("decision", "want allow or no_opinion");
  }
  decision.reason = rule.Text("reason");
  decision.error = StatusOf(rule.Text("error"));
  return decision;
}

// The list of rules that stands beside the cases.
std::vector<ScriptRule> ReadRules(const objects::Node* lists,
                                  const std::string& name, Problems* problems) {
  std::vector<ScriptRule> rules;
  const objects::Node* list = lists == nullptr ? nullptr : lists->Find(name);
  if (list == nullptr) {
    problems->push_back(absl::StrCat("no authorizer is called ", name));
    return rules;
  }
  for (const objects::Node& node : list->items()) {
    Fields fields(&node, "authorizers", problems);
    Fields when = fields.Object("if");
    ScriptRule& rule = rules.emplace_back();
    rule.user = when.OptionalText("user");
    rule.user_not = when.OptionalText("user!");
    rule.group0 = when.OptionalText("group[0]");
    rule.group1 = when.OptionalText("group[1]");
    rule.verb = when.OptionalText("verb");
    rule.verb_prefix = when.OptionalText("verb_prefix");
    rule.verb_suffixes = when.Texts("verb_suffix_any");
    rule.resource = when.OptionalText("resource");
    rule.subresource = when.OptionalText("subresource");
    rule.name = when.OptionalText("name");
    rule.name_not = when.OptionalText("name!");
    rule.api_group = when.OptionalText("api_group");
    rule.decision = ReadAnswer(fields);
  }
  return rules;
}

Request ReadRequest(Fields fields) {
  Request request;
  request.resource_request = fields.Bool("is_resource_request");
  request.verb = fields.Text("verb");
  request.namespace_ = fields.Text("namespace");
  request.api_group = fields.Text("api_group");
  request.api_version = fields.Text("api_version");
  request.resource = fields.Text("resource");
  request.subresource = fields.Text("subresource");
  request.name = fields.Text("name");
  request.path = fields.Text("path");
  return request;
}

struct Sent {
  Request request;
  Headers headers;
};

std::vector<Sent> ReadRequests(Fields& input) {
  std::vector<Sent> all;
  for (const objects::Node& node : input.List("requests")) {
    Fields fields(&node, "input.requests", input.problems());
    Sent sent;
    sent.request = ReadRequest(fields.Object("request"));
    sent.request.user = DecodeUser(fields, "requestor");
    for (const objects::Node& pair : fields.List("headers")) {
      if (pair.items().size() != 2) {
        fields.Problem("headers", "want [name, value]");
        continue;
      }
      sent.headers.Add(pair.items()[0].text(), pair.items()[1].text());
    }
    all.push_back(std::move(sent));
  }
  return all;
}

// What came back for one request.
struct Answer {
  authz::ImpersonationResult result;
  std::vector<ScriptCall> calls;
};

Answer Send(const authz::Impersonator& impersonator,
            ScriptAuthorizer& authorizer, Sent sent, Check& check) {
  Answer answer;
  answer.result = authz::Impersonate(impersonator, sent.request.attributes(),
                                     &sent.headers);
  answer.calls = authorizer.TakeCalls();
  for (const Headers::Field& field : sent.headers.fields()) {
    if (answer.result.outcome != Outcome::kRefused) {
      check.Fail(absl::StrCat("the header is left: ", field.first));
    }
  }
  return answer;
}

// All at once. Who asked what cannot be told then.
std::vector<Answer> SendTogether(const authz::Impersonator& impersonator,
                                 const std::vector<Sent>& all) {
  std::vector<Answer> answers(all.size());
  std::vector<std::thread> threads;
  for (size_t i = 0; i < all.size(); ++i) {
    threads.emplace_back([&impersonator, &answers, &all, i] {
      Headers headers = all[i].headers;
      answers[i].result = authz::Impersonate(
          impersonator, all[i].request.attributes(), &headers);
    });
  }
  for (std::thread& thread : threads) thread.join();
  return answers;
}

void CompareCalls(Fields& expected, const Sent& sent, const Answer& answer,
                  Check& check) {
  std::vector<std::string> want;
  for (const objects::Node& node : expected.List("authorization_checks")) {
    Fields call(&node, "authorization_checks", expected.problems());
    const absl::string_view outcome =
        call.Text("decision") == "allow" ? "Allow" : "NoOpinion";
    const Request request = ReadRequest(call.Object("attributes"));
    want.push_back(CallText(outcome, request.attributes()));
  }
  std::vector<std::string> got;
  const UserInfo user = DecodeUser(expected, "authorization_check_user")
                            .value_or(*sent.request.user);
  for (const ScriptCall& call : answer.calls) {
    got.push_back(call.text);
    check.Same("the user of the check", UserText(user), call.user);
  }
  check.Same("authorization_checks", want, got);
  check.Same("checks_per_mode", ReadCounts(expected.Object("checks_per_mode")),
             CountCalls(answer.calls));
}

void CompareAnswer(const objects::Node& node, const Sent& sent,
                   const Answer& answer, Check& check) {
  Fields expected(&node, "expect.responses", check.input().problems());
  const authz::ImpersonationResult& result = answer.result;
  expected.Take("note");
  check.Same("code", absl::StrCat(expected.Number("code")),
             absl::StrCat(result.code));
  if (const auto user = DecodeUser(expected, "effective_user")) {
    const UserInfo& got = result.outcome == Outcome::kImpersonated
                              ? result.user
                              : *sent.request.user;
    check.Same("effective_user", UserText(*user), UserText(got));
  }
  if (expected.Names("authorization_checks")) {
    check.Same("message", expected.Text("message"), result.message);
    check.Same("mode", expected.Text("mode"), ModeOf(result));
    if (expected.Has("attempt")) {
      check.Same("attempt", expected.Text("attempt"), AttemptOf(result));
    }
    check.Same("audit_impersonation_constraint",
               expected.Text("audit_impersonation_constraint"),
               result.constraint);
    CompareCalls(expected, sent, answer, check);
  }
}

}  // namespace

void RunImpersonation(Check& check) {
  Fields& input = check.input();
  const std::vector<ScriptRule> rules =
      ReadRules(check.context().file->Find("authorizers"),
                input.Text("authorizer"), input.problems());
  const std::vector<Sent> requests = ReadRequests(input);
  const bool together = input.Has("order");
  input.Take("order");
  Fields expected = check.ExpectedAll();
  const auto responses = expected.List("responses");
  if (responses.size() != requests.size()) {
    return check.Fail("want as many responses as requests");
  }
  for (const std::string& filter : input.Texts("filters")) {
    const auto authorizer = std::make_shared<ScriptAuthorizer>(rules);
    const auto impersonator = MakeImpersonator(filter, authorizer);
    if (impersonator == nullptr) return check.Fail("unknown filter " + filter);
    std::vector<Answer> answers;
    if (together) {
      answers = SendTogether(*impersonator, requests);
    } else {
      for (const Sent& sent : requests) {
        answers.push_back(Send(*impersonator, *authorizer, sent, check));
      }
    }
    for (size_t i = 0; i < responses.size(); ++i) {
      CompareAnswer(responses[i], requests[i], answers[i], check);
    }
  }
}

}  // namespace gatehouse::conformance
