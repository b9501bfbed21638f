#include "rbac/who_can.h"

#include <memory>
#include <set>
#include <string>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "cli/commands.h"
#include "cli/internal/engine.h"
#include "cli/internal/explanation.h"
#include "cli/internal/policy_flags.h"
#include "cli/internal/question.h"
#include "cli/internal/table.h"
#include "rbac/subjects.h"

namespace gatehouse::cli {

namespace {

constexpr char kExamples[] =
    R"(Prints every subject that RBAC allows it, with the binding and the role. The
first is the group system:masters, which needs no binding. Who is in a group
only the authenticators know. With -A only those are named who may do it in all
namespaces, by a ClusterRoleBinding.

Examples:
  # Who can read secrets in kube-system?
  gatehouse auth who-can get secrets -n kube-system -f policy/ --default-policy

  # Who can do everything, everywhere, as a list of names
  gatehouse auth who-can '*' '*' -A -f policy/ -o name)";

// The subject's namespace, where a service account has one.
std::string NamespaceOf(const rbac::Grant& grant) {
  if (grant.subject.kind() != rbac::kServiceAccountKind) return "";
  return grant.subject.namespace_().empty() ? grant.binding_namespace
                                            : grant.subject.namespace_();
}

std::string BindingOf(const rbac::Grant& grant) {
  const absl::string_view slash = grant.binding_namespace.empty() ? "" : "/";
  return absl::StrCat(grant.binding_kind, "/", grant.binding_namespace, slash,
                      grant.binding_name);
}

class WhoCan : public Command {
 public:
  PolicyFlags policy;
  QuestionFlags question;
  std::string output;

  absl::StatusOr<int> Run(const Streams& streams) override {
    absl::StatusOr<Engine> engine = Engine::Load(policy, streams);
    if (!engine.ok()) return engine.status();
    absl::StatusOr<Question> asked =
        ParseQuestion(question, "who-can", ResourceMapper(engine->objects()));
    if (!asked.ok()) return asked.status();
    for (const std::string& warning : asked->warnings) {
      streams.err << "Warning: " << Printable(warning) << '\n';
    }
    const rbac::WhoCanResult result =
        rbac::WhoCan(engine->policy(), asked->ForUser(nullptr));
    for (const std::string& error : result.errors) {
      streams.err << "Warning: " << Printable(error) << '\n';
    }
    if (output == "table") {
      PrintTable(result, streams.out);
    } else if (output == "name") {
      PrintNames(result, streams.out);
    } else {
      PrintMessage(ToMessage(result, *asked), output, streams.out);
    }
    return kExitYes;
  }

 private:
  static void PrintTable(const rbac::WhoCanResult& result, std::ostream& out) {
    Table table;
    table.AddRow({"KIND", "NAME", "NAMESPACE", "BINDING", "ROLE"});
    table.AddRow({rbac::kGroupKind, kMastersGroup, "", "(built in)", "-"});
    for (const rbac::Grant& grant : result.grants) {
      table.AddRow(
          {grant.subject.kind(), grant.subject.name(), NamespaceOf(grant),
           BindingOf(grant),
           absl::StrCat(grant.role_ref.kind(), "/", grant.role_ref.name())});
    }
    table.Print(out);
  }

  static void PrintNames(const rbac::WhoCanResult& result, std::ostream& out) {
    std::set<std::string> seen;
    const auto print = [&](const std::string& name) {
      if (seen.insert(name).second) out << Printable(name) << '\n';
    };
    print(absl::StrCat("group/", kMastersGroup));
    for (const rbac::Grant& grant : result.grants) {
      const std::string ns = NamespaceOf(grant);
      print(absl::StrCat(absl::AsciiStrToLower(grant.subject.kind()), "/", ns,
                         ns.empty() ? "" : "/", grant.subject.name()));
    }
  }

  static WhoCanAnswer ToMessage(const rbac::WhoCanResult& result,
                                const Question& asked) {
    WhoCanAnswer answer;
    SetAttributes(asked, answer);
    k8s::Subject& masters = *answer.add_hardwired();
    masters.set_kind(rbac::kGroupKind);
    masters.set_apigroup(rbac::kRbacGroup);
    masters.set_name(kMastersGroup);
    for (const rbac::Grant& grant : result.grants) {
      *answer.add_grants() = ToAnswer(grant);
    }
    for (const std::string& error : result.errors) answer.add_errors(error);
    return answer;
  }
};

}  // namespace

Registered AddWhoCan(CLI::App& auth) {
  auto command = std::make_unique<WhoCan>();
  CLI::App& app =
      *auth.add_subcommand("who-can", "Who may do that, by which binding?");
  app.footer(kExamples);
  AddQuestionFlags(app, &command->question);
  AddPolicyFlags(app, /*many=*/false, &command->policy);
  AddOutputFlag(app, {"table", "json", "yaml", "name"}, &command->output);
  return Registered{&app, std::move(command)};
}

}  // namespace gatehouse::cli
