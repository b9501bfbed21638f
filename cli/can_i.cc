#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/errors.h"
#include "cli/commands.h"
#include "cli/internal/engine.h"
#include "cli/internal/explanation.h"
#include "cli/internal/policy_flags.h"
#include "cli/internal/question.h"
#include "cli/internal/table.h"
#include "cli/internal/user_flags.h"
#include "proto/rbac.pb.h"
#include "rbac/rules.h"

namespace gatehouse::cli {

namespace {

constexpr char kExamples[] =
    R"(Prints yes or no, as `kubectl auth can-i --as` does, and exits with 0 or 1.

Examples:
  # May the service account flask-backend list pods in the namespace flask?
  gatehouse auth can-i list pods -n flask -f policy/ \
    --as=system:serviceaccount:flask:flask-backend

  # May jane read the logs of one pod, and why (not)?
  gatehouse auth can-i get pods/web-0 --subresource=log -f policy/ --as=jane --explain

  # The same of a group, for a URL
  gatehouse auth can-i get /metrics -f policy/ --as=mary --as-group=examplegroup

  # All that john may do in the namespace dev
  gatehouse auth can-i --list -n dev -f policy/ --default-policy --as=john)";

// Go through kubectl's printer of warnings, which ends the line once more.
void PrintWarnings(const std::vector<std::string>& warnings,
                   std::ostream& err) {
  for (const std::string& warning : warnings) {
    err << "Warning: " << Printable(warning) << "\n\n";
  }
}

// Returns the rules of a review as policy rules.
std::vector<k8s::PolicyRule> ToPolicyRules(const authz::Rules& rules) {
  std::vector<k8s::PolicyRule> result;
  for (const k8s::ResourceRule& rule : rules.resource_rules) {
    k8s::PolicyRule& policy_rule = result.emplace_back();
    *policy_rule.mutable_verbs() = rule.verbs();
    *policy_rule.mutable_apigroups() = rule.apigroups();
    *policy_rule.mutable_resources() = rule.resources();
    *policy_rule.mutable_resourcenames() = rule.resourcenames();
  }
  for (const k8s::NonResourceRule& rule : rules.non_resource_rules) {
    k8s::PolicyRule& policy_rule = result.emplace_back();
    *policy_rule.mutable_verbs() = rule.verbs();
    *policy_rule.mutable_nonresourceurls() = rule.nonresourceurls();
  }
  return result;
}

std::vector<std::string> Strings(
    const google::protobuf::RepeatedPtrField<std::string>& items) {
  return std::vector<std::string>(items.begin(), items.end());
}

// Returns "resource.group/subresource" of an atom.
std::string ResourceName(const k8s::PolicyRule& atom) {
  if (atom.resources().empty()) return "";
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(atom.resources(0), absl::MaxSplits('/', 1));
  std::string name(parts.first);
  if (!atom.apigroups().empty() && !atom.apigroups(0).empty()) {
    absl::StrAppend(&name, ".", atom.apigroups(0));
  }
  if (atom.resources(0).size() > parts.first.size()) {
    absl::StrAppend(&name, "/", parts.second);
  }
  return name;
}

class CanI : public Command {
 public:
  PolicyFlags policy;
  UserFlags user;
  QuestionFlags question;
  bool list = false;
  bool no_headers = false;
  bool quiet = false;
  bool explain = false;

  absl::StatusOr<int> Run(const Streams& streams) override {
    if (absl::Status status = CheckFlags(); !status.ok()) return status;
    absl::StatusOr<UserInfo> who = UserFrom(user);
    if (!who.ok()) return who.status();
    absl::StatusOr<Engine> engine = Engine::Load(policy, streams);
    if (!engine.ok()) return engine.status();
    return list ? List(*engine, *who, streams) : Ask(*engine, *who, streams);
  }

 private:
  absl::Status CheckFlags() const {
    absl::string_view error;
    if (list && !question.args.empty()) {
      error = "list option must be specified with no arguments";
    } else if (list && (quiet || question.all_namespaces ||
                        !question.subresource.empty())) {
      error =
          "list option can't be specified with neither quiet, all-namespaces "
          "nor subresource options";
    } else if (list && explain) {
      error = "--explain cannot be set with --list specified";
    } else if (!list && no_headers) {
      error = "--no-headers cannot be set without --list specified";
    } else {
      return absl::OkStatus();
    }
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                     error);
  }

  absl::StatusOr<int> Ask(const Engine& engine, const UserInfo& who,
                          const Streams& streams) const {
    const ResourceMapper mapper(engine.objects());
    absl::StatusOr<Question> asked = ParseQuestion(question, "can-i", mapper);
    if (!asked.ok()) return asked.status();
    PrintWarnings(asked->warnings, streams.err);
    const Account account = AccountFor(engine, *asked, who);
    if (!quiet) {
      PrintAnswer(account, streams.out);
      if (explain) PrintGrounds(account, streams.out);
    }
    return account.allowed ? kExitYes : kExitNo;
  }

  absl::StatusOr<int> List(const Engine& engine, const UserInfo& who,
                           const Streams& streams) const {
    const authz::Rules rules = engine.RulesFor(who, question.namespace_);
    std::vector<std::string> warnings;
    if (absl::c_linear_search(who.groups, kMastersGroup)) {
      warnings.emplace_back(
          "the list may be incomplete: members of system:masters may do "
          "everything, whatever the rules say");
    } else if (rules.incomplete || !rules.error.ok()) {
      warnings.push_back(
          absl::StrCat("the list may be incomplete: ", rules.error.message()));
    }
    PrintWarnings(warnings, streams.err);
    std::vector<k8s::PolicyRule> atoms;
    for (const k8s::PolicyRule& rule : ToPolicyRules(rules)) {
      auto broken_down = rbac::BreakdownRule(rule);
      if (!broken_down.ok()) return broken_down.status();
      atoms.insert(atoms.end(), broken_down->begin(), broken_down->end());
    }
    std::vector<k8s::PolicyRule> compact = rbac::CompactRules(atoms);
    rbac::SortRules(compact);
    PrintRules(compact, streams.out);
    return kExitYes;
  }

  void PrintRules(const std::vector<k8s::PolicyRule>& rules,
                  std::ostream& out) const {
    Table table;
    if (!no_headers) {
      table.AddRow(
          {"Resources", "Non-Resource URLs", "Resource Names", "Verbs"});
    }
    for (const k8s::PolicyRule& rule : rules) {
      table.AddRow({ResourceName(rule), GoList(Strings(rule.nonresourceurls())),
                    GoList(Strings(rule.resourcenames())),
                    GoList(Strings(rule.verbs()))});
    }
    table.Print(out);
  }
};

}  // namespace

Registered AddCanI(CLI::App& auth) {
  auto command = std::make_unique<CanI>();
  CLI::App& app = *auth.add_subcommand("can-i", "May this user do that?");
  app.footer(kExamples);
  AddQuestionFlags(app, &command->question);
  AddUserFlags(app, &command->user);
  app.add_flag("--list", command->list, "Print all allowed actions instead");
  app.add_flag("--no-headers", command->no_headers,
               "Print the list without its headers");
  app.add_flag("-q,--quiet", command->quiet,
               "Print no answer; the exit status gives it");
  app.add_flag("--explain", command->explain,
               "Print below the answer what grants it, or what came near");
  AddPolicyFlags(app, /*many=*/false, &command->policy);
  AddChainFlags(app, &command->policy);
  return Registered{&app, std::move(command)};
}

}  // namespace gatehouse::cli
