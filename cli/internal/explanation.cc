#include "cli/internal/explanation.h"

#include "absl/strings/str_cat.h"
#include "authz/review.h"
#include "cli/internal/table.h"
#include "cli/internal/user_flags.h"
#include "objects/codec.h"
#include "rbac/rules.h"
#include "rbac/subjects.h"

namespace gatehouse::cli {

namespace {

absl::string_view MissKindName(rbac::MissKind kind) {
  switch (kind) {
    case rbac::MissKind::kNamespace:
      return "Namespace";
    case rbac::MissKind::kName:
      return "Name";
    case rbac::MissKind::kVerb:
      return "Verb";
    case rbac::MissKind::kSubresource:
      return "Subresource";
    case rbac::MissKind::kApiGroup:
      return "APIGroup";
    case rbac::MissKind::kSubjectKind:
      return "SubjectKind";
    case rbac::MissKind::kMissingRole:
      return "MissingRole";
  }
  return "";
}

void PrintGrants(const rbac::Explanation& rbac, std::ostream& out) {
  for (const rbac::Grant& grant : rbac.grants) {
    out << "  " << Printable(rbac::GrantDescription(grant)) << "\n    rule "
        << grant.rule_index + 1 << ": "
        << Printable(rbac::CompactString(grant.rule)) << '\n';
  }
}

void PrintMasters(const Account& account, std::ostream& out) {
  out << "Allowed before RBAC is asked: the user is in the group "
      << kMastersGroup
      << ".\n"
         "  The power of this group is built into the API server (authorizer\n"
         "  "
      << kPrivilegedGroupName
      << "). It needs no\n"
         "  binding, and no change of the policy takes it away; only another\n"
         "  certificate or token, without the group, does.\n";
  if (!account.has_rbac) return;
  if (account.rbac.grants.empty()) {
    out << "RBAC alone would not allow it: no binding grants it.\n";
    return;
  }
  out << "RBAC would allow it too, but removing this changes nothing:\n";
  PrintGrants(account.rbac, out);
}

void PrintRefusal(const Account& account, std::ostream& out) {
  if (!account.has_rbac) {
    out << "No authorizer allows it, and RBAC is not among them.\n";
    return;
  }
  out << "No binding grants it.\n";
  for (const std::string& error : account.rbac.errors) {
    out << "  " << Printable(error) << '\n';
  }
  if (account.rbac.near_misses.empty()) {
    out << "No binding of this user comes near.\n";
    return;
  }
  out << "Near misses:\n";
  for (const rbac::NearMiss& miss : account.rbac.near_misses) {
    out << "  " << Printable(miss.text) << '\n';
  }
}

}  // namespace

Account AccountFor(const Engine& engine, const Question& question,
                   const UserInfo& user) {
  const authz::Attributes attributes = question.ForUser(&user);
  const Verdict verdict = engine.Judge(attributes);
  const k8s::SubjectAccessReviewStatus status =
      authz::FillStatus(verdict.decision);
  Account account;
  account.allowed = status.allowed();
  account.decided_by = verdict.decided_by;
  account.reason = status.reason();
  account.evaluation_error = status.evaluationerror();
  account.has_rbac = engine.HasMember(kRbacName);
  if (account.has_rbac) {
    account.rbac = rbac::Explain(engine.policy(), attributes);
  }
  return account;
}

void PrintAnswer(const Account& account, std::ostream& out) {
  if (account.allowed) {
    out << "yes\n";
    return;
  }
  out << "no";
  if (!account.reason.empty()) out << " - " << account.reason;
  if (!account.evaluation_error.empty()) {
    out << " - " << account.evaluation_error;
  }
  out << '\n';
}

void PrintGrounds(const Account& account, std::ostream& out) {
  if (account.decided_by == kPrivilegedGroupName) {
    PrintMasters(account, out);
  } else if (account.decided_by == kRbacName) {
    out << "Granted by:\n";
    PrintGrants(account.rbac, out);
  } else if (account.decided_by == kAlwaysAllowPathsName) {
    out << "Allowed to anybody: the path is among --always-allow-paths.\n";
  } else if (account.decided_by == kAlwaysAllowName) {
    out << "Allowed to anybody: the authorization mode AlwaysAllow.\n";
  } else {
    PrintRefusal(account, out);
  }
}

GrantAnswer ToAnswer(const rbac::Grant& grant) {
  GrantAnswer answer;
  answer.set_bindingkind(grant.binding_kind);
  answer.set_bindingnamespace(grant.binding_namespace);
  answer.set_bindingname(grant.binding_name);
  *answer.mutable_roleref() = grant.role_ref;
  *answer.mutable_subject() = grant.subject;
  if (grant.subject.kind() == rbac::kServiceAccountKind &&
      grant.subject.namespace_().empty()) {
    answer.mutable_subject()->set_namespace_(grant.binding_namespace);
  }
  if (grant.rule.ByteSizeLong() > 0) {
    answer.set_rulenumber(grant.rule_index + 1);
    *answer.mutable_rule() = grant.rule;
  }
  return answer;
}

ExplainAnswer ToAnswer(const Account& account, const Question& question,
                       const UserInfo& user) {
  ExplainAnswer answer;
  *answer.mutable_user() = ToMessage(user);
  SetAttributes(question, answer);
  answer.set_answer(account.allowed ? "yes" : "no");
  answer.set_decidedby(account.decided_by);
  answer.set_reason(account.reason);
  answer.set_evaluationerror(account.evaluation_error);
  for (const rbac::Grant& grant : account.rbac.grants) {
    *answer.add_grants() = ToAnswer(grant);
  }
  for (const rbac::NearMiss& miss : account.rbac.near_misses) {
    NearMissAnswer& entry = *answer.add_nearmisses();
    entry.set_kind(std::string(MissKindName(miss.kind)));
    entry.set_text(miss.text);
    *entry.mutable_grant() = ToAnswer(miss.grant);
  }
  for (const std::string& error : account.rbac.errors) answer.add_errors(error);
  return answer;
}

void PrintMessage(const google::protobuf::Message& message,
                  absl::string_view format, std::ostream& out) {
  if (format == "yaml") {
    out << objects::ToYaml(message);
  } else {
    out << objects::ToJson(message, objects::JsonStyle::kIndented) << '\n';
  }
}

}  // namespace gatehouse::cli
