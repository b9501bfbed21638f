// authz/covers.json: whether rules cover other rules.
// authz/compact_rules.json: merging and printing rules.
// authz/rules_for.json: the rules of a user.
#include "rbac/rules.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "authz/authorizer.h"
#include "base/errors.h"
#include "conformance/areas.h"
#include "conformance/authz/decode.h"
#include "google/protobuf/repeated_field.h"
#include "proto/authorization.pb.h"
#include "proto/rbac.pb.h"
#include "rbac/policy.h"
#include "rbac/subjects.h"
#include "rbac/testing/reference.h"

namespace gatehouse::conformance {
namespace {

void CheckReviewLists(const authz::Rules& rules, Check& check) {
  check.Messages<k8s::ResourceRule>("resourceRules", rules.resource_rules);
  check.Messages<k8s::NonResourceRule>("nonResourceRules",
                                       rules.non_resource_rules);
  check.Bool("incomplete", rules.incomplete);
}

// The rules as they stand, and as a review lists them, from both evaluators.
void CheckRulesFor(Check& check) {
  const rbac::PolicyObjects objects =
      DecodeState(check.input().Object("state"));
  const UserInfo user = DecodeUser(check.input(), "user").value_or(UserInfo());
  const std::string ns = check.input().Text("namespace");
  const std::unique_ptr<rbac::Policy> policy = Compile(objects, check);
  if (policy == nullptr) return;
  const rbac::ReferenceAuthorizer reference(objects);

  std::vector<std::string> errors;
  const auto rules = policy->PolicyRulesFor(user, ns, &errors);
  absl::Status reference_error;
  check.Same("PolicyRulesFor, as the reference evaluator",
             TextsOf(reference.PolicyRulesFor(user, ns, &reference_error)),
             TextsOf(rules));
  check.Same("errors, as the reference evaluator", ErrorText(reference_error),
             AggregateMessages(errors));

  const authz::Rules review = policy->RulesFor(user, ns);
  const authz::Rules reference_review = reference.RulesFor(user, ns);
  check.Same("resource rules, as the reference evaluator",
             TextsOf(reference_review.resource_rules),
             TextsOf(review.resource_rules));
  check.Same("non-resource rules, as the reference evaluator",
             TextsOf(reference_review.non_resource_rules),
             TextsOf(review.non_resource_rules));
  check.Same("RulesFor's error, as PolicyRulesFor's", AggregateMessages(errors),
             ErrorText(review.error));

  check.Messages<k8s::PolicyRule>("rules", rules);
  check.TextOrNull("error", AggregateMessages(errors));
  CheckReviewLists(review, check);
}

void CheckAppliesTo(Check& check) {
  google::protobuf::RepeatedPtrField<k8s::Subject> subjects;
  for (auto& subject : check.input().Messages<k8s::Subject>("subjects")) {
    *subjects.Add() = std::move(subject);
  }
  const UserInfo user = DecodeUser(check.input(), "user").value_or(UserInfo());
  check.Bool("applies",
             rbac::AppliesTo(user, subjects, check.input().Text("namespace"))
                 .has_value());
}

}  // namespace

void RunCovers(Check& check) {
  const absl::StatusOr<rbac::CoverResult> result =
      rbac::Covers(check.input().Messages<k8s::PolicyRule>("ownerRules"),
                   check.input().Messages<k8s::PolicyRule>("servantRules"));
  if (!result.ok()) return check.Fail(ErrorText(result.status()));
  check.Bool("covered", result->covered);
  check.Messages<k8s::PolicyRule>("uncoveredRules", result->uncovered);
}

void RunCompactRules(Check& check) {
  const std::string op = check.input().Text("op");
  if (op == "compact") {
    // Kubernetes leaves the order open, so it is never compared.
    check.Text("order", "unspecified");
    check.MessagesInAnyOrder<k8s::PolicyRule>(
        "rules",
        rbac::CompactRules(check.input().Messages<k8s::PolicyRule>("rules")));
  } else if (op == "isSimple") {
    check.Bool("simple", rbac::IsSimpleRule(
                             check.input().Message<k8s::PolicyRule>("rule")));
  } else if (op == "compactString") {
    check.Text("string", rbac::CompactString(
                             check.input().Message<k8s::PolicyRule>("rule")));
  } else {
    check.Fail(absl::StrCat("the op \"", op, "\" is not known"));
  }
}

void RunRulesFor(Check& check) {
  const std::string op = check.input().Text("op");
  if (op == "rulesFor") return CheckRulesFor(check);
  if (op == "appliesTo") return CheckAppliesTo(check);
  if (op == "toRuleInfos") {
    return CheckReviewLists(
        rbac::SplitRules(check.input().Messages<k8s::PolicyRule>("rules")),
        check);
  }
  check.Fail(absl::StrCat("the op \"", op, "\" is not known"));
}

}  // namespace gatehouse::conformance
