#include "rbac/testing/differential.h"

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "authz/authorizer.h"
#include "objects/object.h"
#include "rbac/policy.h"
#include "rbac/policy_objects.h"
#include "rbac/testing/reference.h"
#include "rbac/user_view.h"
#include "rbac/who_can.h"

namespace gatehouse::rbac {
namespace {

std::vector<objects::Object> ToObjects(const PolicyObjects& policy) {
  std::vector<objects::Object> out;
  for (const auto& role : policy.cluster_roles) {
    out.push_back(objects::MakeObject(role));
  }
  for (const auto& role : policy.roles) {
    out.push_back(objects::MakeObject(role));
  }
  for (const auto& binding : policy.cluster_role_bindings) {
    out.push_back(objects::MakeObject(binding));
  }
  for (const auto& binding : policy.role_bindings) {
    out.push_back(objects::MakeObject(binding));
  }
  return out;
}

std::string Text(const authz::Decision& decision) {
  return absl::StrCat(authz::OutcomeName(decision.outcome), " ",
                      decision.reason, " ", decision.error.ToString());
}

std::string Text(const authz::Rules& rules) {
  std::string out = absl::StrCat(rules.incomplete, rules.error.ToString());
  for (const auto& rule : rules.resource_rules) {
    absl::StrAppend(&out, "\n", rule.ShortDebugString());
  }
  for (const auto& rule : rules.non_resource_rules) {
    absl::StrAppend(&out, "\n", rule.ShortDebugString());
  }
  return out;
}

std::string Text(const std::vector<k8s::Subject>& subjects,
                 const absl::Status& error) {
  std::string out(error.message());
  for (const k8s::Subject& subject : subjects) {
    absl::StrAppend(&out, "\n", subject.ShortDebugString());
  }
  return out;
}

std::string Mismatch(absl::string_view what, const Request& request,
                     absl::string_view want, absl::string_view got) {
  if (want == got) return "";
  return absl::StrCat(what, " differs for ", request.DebugString(),
                      "\nreference: ", want, "\ncompiled:  ", got);
}

// Asks both about one request.
std::string CompareOne(const ReferenceAuthorizer& reference,
                       const Policy& policy, const Request& request,
                       UserView* earlier_view, DifferentialCounts* counts) {
  const authz::Attributes attributes = request.Attributes();
  const authz::Decision want = reference.Authorize(attributes);
  ++counts->decisions;
  if (want.outcome == authz::Outcome::kAllow) ++counts->allowed;
  const absl::string_view outcome = authz::OutcomeName(want.outcome);

  std::string error = Mismatch("Authorize", request, Text(want),
                               Text(policy.Authorize(attributes)));
  if (!error.empty()) return error;
  error = Mismatch("Decide", request, outcome,
                   authz::OutcomeName(policy.Decide(attributes)));
  if (!error.empty()) return error;
  if (attributes.user != nullptr) {
    UserView view(policy, *attributes.user);
    error = Mismatch("UserView", request, outcome,
                     authz::OutcomeName(view.Decide(attributes)));
    if (!error.empty()) return error;
  }
  // A view made before the last changes, asked with its own user.
  authz::Attributes of_view = attributes;
  of_view.user = &earlier_view->user();
  const authz::Outcome view_want = reference.Authorize(of_view).outcome;
  return Mismatch("earlier UserView", request, authz::OutcomeName(view_want),
                  authz::OutcomeName(earlier_view->Decide(attributes)));
}

// Asks the questions whose answers are lists; they take longer.
std::string CompareLists(const ReferenceAuthorizer& reference,
                         const Policy& policy, const Request& request) {
  const authz::Attributes attributes = request.Attributes();
  std::string error =
      Mismatch("RulesFor", request,
               Text(reference.RulesFor(request.user, request.namespace_)),
               Text(policy.RulesFor(request.user, request.namespace_)));
  if (!error.empty()) return error;
  const auto want = reference.AllowedSubjects(attributes, "root");
  const auto got = AllowedSubjects(policy, attributes, "root");
  return Mismatch("AllowedSubjects", request, Text(want.subjects, want.error),
                  Text(got.subjects, got.error));
}

std::string Compare(const PolicyObjects& objects, const Policy& policy,
                    EdgeGenerator& generator, int requests, UserView* view,
                    DifferentialCounts* counts) {
  const ReferenceAuthorizer reference(objects);
  for (int i = 0; i < requests; ++i) {
    const Request request = generator.RandomRequest();
    std::string error = CompareOne(reference, policy, request, view, counts);
    if (error.empty() && i < 2) {
      error = CompareLists(reference, policy, request);
    }
    if (!error.empty()) return error;
  }
  return "";
}

}  // namespace

std::string RunDifferential(const Choices& choices,
                            const DifferentialOptions& options,
                            DifferentialCounts* counts) {
  EdgeGenerator generator(choices);
  PolicyObjects objects = generator.RandomPolicy(options.objects);
  Policy policy;
  const absl::Status replaced = policy.Replace(ToObjects(objects));
  if (!replaced.ok()) return replaced.ToString();
  ++counts->policies;
  UserView view(policy, generator.RandomRequest().user);
  std::string error =
      Compare(objects, policy, generator, options.requests, &view, counts);
  for (int i = 0; i < options.mutations && error.empty(); ++i) {
    const Mutation mutation = generator.RandomMutation(&objects);
    PolicyUpdate update;
    if (mutation.op == Mutation::Op::kDelete) {
      update.remove.push_back(mutation.object);
    } else {
      update.put.push_back(mutation.object);
    }
    policy.Apply(update);
    ++counts->mutations;
    error =
        Compare(objects, policy, generator, options.requests, &view, counts);
    if (!error.empty()) {
      absl::StrAppend(&error, "\nafter mutation ", i, " of ",
                      mutation.object.message->ShortDebugString());
    }
  }
  return error;
}

}  // namespace gatehouse::rbac
