// authz/union.json: chains of authorizers, and those that need no policy.
#include "authz/union.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "authz/authorizer.h"
#include "authz/builtin.h"
#include "authz/conditional_union.h"
#include "conformance/areas.h"
#include "conformance/authz/authorizer_tree.h"
#include "conformance/authz/decode.h"
#include "objects/node.h"
#include "proto/authorization.pb.h"

namespace gatehouse::conformance {
namespace {

// Gives one answer and counts how often it was asked.
class FixedAuthorizer : public authz::Authorizer {
 public:
  explicit FixedAuthorizer(authz::Decision decision)
      : decision_(std::move(decision)) {}

  authz::Decision Authorize(const authz::Attributes&) const override {
    ++calls_;
    return decision_;
  }
  int calls() const { return calls_; }

 private:
  const authz::Decision decision_;
  mutable int calls_ = 0;
};

struct Chain {
  std::vector<std::string> names;
  std::vector<std::shared_ptr<FixedAuthorizer>> members;

  std::vector<authz::NamedAuthorizer> Plain() const {
    std::vector<authz::NamedAuthorizer> chain;
    for (size_t i = 0; i < names.size(); ++i) {
      chain.push_back({names[i], members[i]});
    }
    return chain;
  }
  std::vector<authz::NamedConditionalAuthorizer> Conditional() const {
    std::vector<authz::NamedConditionalAuthorizer> chain;
    for (size_t i = 0; i < names.size(); ++i) {
      chain.push_back({names[i], authz::MakeConditional(members[i])});
    }
    return chain;
  }
  std::vector<int> Calls() const {
    std::vector<int> calls;
    for (const auto& member : members) calls.push_back(member->calls());
    return calls;
  }
};

Chain DecodeChain(Check& check) {
  Chain chain;
  for (const objects::Node& node : check.input().List("chain")) {
    Fields fields(&node, "input.chain", check.input().problems());
    authz::Decision decision;
    decision.outcome = DecodeOutcome(fields, "decision");
    decision.reason = fields.Text("reason");
    decision.error = StatusOf(fields.Text("error"));
    chain.names.push_back(fields.Text("name"));
    chain.members.push_back(
        std::make_shared<FixedAuthorizer>(std::move(decision)));
  }
  return chain;
}

void CheckDecision(const authz::Decision& decision, Check& check) {
  check.Text("decision", authz::OutcomeName(decision.outcome));
  check.Text("reason", decision.reason);
  check.TextOrNull("error", ErrorText(decision.error));
  check.Bool("errorNonNil", !decision.error.ok());
}

void CheckAuthorize(Check& check) {
  const Chain chain = DecodeChain(check);
  const auto chained = authz::Union::Create(chain.Plain());
  const auto conditional = authz::ConditionalUnion::Create(chain.Conditional());
  if (!chained.ok()) return check.Fail(ErrorText(chained.status()));
  if (!conditional.ok()) return check.Fail(ErrorText(conditional.status()));
  const UserInfo user;
  authz::Attributes attributes;
  attributes.user = &user;
  const authz::Decision decision = (*chained)->Authorize(attributes);
  const std::vector<int> calls = chain.Calls();
  const absl::string_view outcome = authz::OutcomeName(decision.outcome);
  check.Same("Decide, as Authorize", outcome,
             authz::OutcomeName((*chained)->Decide(attributes)));
  const authz::Decision same = (*conditional)->Authorize(attributes);
  check.Same("ConditionalUnion, as Union",
             absl::StrCat(outcome, " ", decision.reason, " ",
                          ErrorText(decision.error)),
             absl::StrCat(authz::OutcomeName(same.outcome), " ", same.reason,
                          " ", ErrorText(same.error)));
  CheckDecision(decision, check);
  check.Numbers("calls", calls);
}

void CheckConditionsAware(Check& check) {
  const Chain chain = DecodeChain(check);
  const auto chained = authz::ConditionalUnion::Create(chain.Conditional());
  if (!chained.ok()) return check.Fail(ErrorText(chained.status()));
  const authz::ConditionalDecision decision =
      (*chained)->AuthorizeConditionally(authz::Attributes());
  check.Numbers("calls", chain.Calls());
  check.Text("string", decision.ToString());
}

// Lists what the case says.
class FixedResolver : public authz::RuleResolver {
 public:
  explicit FixedResolver(Fields& fields) {
    rules_.resource_rules = fields.Messages<k8s::ResourceRule>("resourceRules");
    rules_.non_resource_rules =
        fields.Messages<k8s::NonResourceRule>("nonResourceRules");
    rules_.incomplete = fields.Bool("incomplete");
    rules_.error = StatusOf(fields.Text("error"));
  }

  authz::Rules RulesFor(const UserInfo&, absl::string_view) const override {
    return rules_;
  }

 private:
  authz::Rules rules_;
};

void CheckRulesFor(Check& check) {
  std::vector<std::shared_ptr<const authz::RuleResolver>> resolvers;
  for (const objects::Node& node : check.input().List("resolvers")) {
    Fields fields(&node, "input.resolvers", check.input().problems());
    resolvers.push_back(std::make_shared<FixedResolver>(fields));
  }
  const authz::Rules rules =
      authz::UnionResolver(std::move(resolvers)).RulesFor(UserInfo(), "ns");
  check.Messages<k8s::ResourceRule>("resourceRules", rules.resource_rules);
  check.Messages<k8s::NonResourceRule>("nonResourceRules",
                                       rules.non_resource_rules);
  check.Bool("incomplete", rules.incomplete);
  check.TextOrNull("error", ErrorText(rules.error));
}

template <typename T>
void CheckListing(const T& authorizer, const Request& request, Check& check) {
  CheckDecision(authorizer.Authorize(request.attributes()), check);
  const authz::Rules rules =
      authorizer.RulesFor(request.user.value_or(UserInfo()), "ns");
  check.Messages<k8s::ResourceRule>("rulesForResource", rules.resource_rules);
  check.Messages<k8s::NonResourceRule>("rulesForNonResource",
                                       rules.non_resource_rules);
  check.Bool("incomplete", rules.incomplete);
}

void CheckBuiltin(Check& check) {
  const std::string name = check.input().Text("authorizer");
  Request request;
  request.user = DecodeUser(check.input(), "user");
  if (name == "AlwaysAllow") {
    CheckListing(authz::AlwaysAllow(), request, check);
  } else if (name == "AlwaysDeny") {
    CheckListing(authz::AlwaysDeny(), request, check);
  } else if (name == "privilegedGroups") {
    const authz::PrivilegedGroups authorizer(check.input().Texts("groups"));
    CheckDecision(authorizer.Authorize(request.attributes()), check);
  } else {
    check.Fail(absl::StrCat("no authorizer is called \"", name, "\""));
  }
}

void CheckConstruct(Check& check) {
  std::vector<authz::NamedAuthorizer> plain;
  std::vector<authz::NamedConditionalAuthorizer> conditional;
  for (const std::string& name : check.input().Texts("names")) {
    const auto member = std::make_shared<authz::AlwaysDeny>();
    plain.push_back({name, member});
    conditional.push_back({name, authz::MakeConditional(member)});
  }
  const absl::Status status = authz::Union::Create(std::move(plain)).status();
  check.Same(
      "ConditionalUnion::Create, as Union::Create", ErrorText(status),
      ErrorText(
          authz::ConditionalUnion::Create(std::move(conditional)).status()));
  check.TextOrNull("error", ErrorText(status));
}

}  // namespace

void RunUnion(Check& check) {
  const std::string op = check.input().Text("op");
  if (op == "authorize") return CheckAuthorize(check);
  if (op == "conditionsAwareAuthorize") return CheckConditionsAware(check);
  if (op == "conditionsAwareThenEvaluate") return CheckAuthorizerTree(check);
  if (op == "rulesFor") return CheckRulesFor(check);
  if (op == "builtin") return CheckBuiltin(check);
  if (op == "construct") return CheckConstruct(check);
  check.Fail(absl::StrCat("the op \"", op, "\" is not known"));
}

}  // namespace gatehouse::conformance
