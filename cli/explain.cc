#include <memory>
#include <string>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/str_join.h"
#include "cli/commands.h"
#include "cli/internal/engine.h"
#include "cli/internal/explanation.h"
#include "cli/internal/policy_flags.h"
#include "cli/internal/question.h"
#include "cli/internal/table.h"
#include "cli/internal/user_flags.h"

namespace gatehouse::cli {

namespace {

constexpr char kExamples[] =
    R"(Prints who is asked for, the answer, which authorizer gave it, and its grounds:
every binding and rule that grants it, or, for a no, the bindings that came near
and what each of them lacks. Exits with 0 for yes and 1 for no.

Examples:
  # Why may jane not read pods in kube-system?
  gatehouse auth explain get pods -n kube-system -f policy/ --as=jane

  # Why may a member of system:masters do it, without any binding?
  gatehouse auth explain delete nodes -A -f policy/ --as=kubernetes-admin \
    --as-group=system:masters)";

class Explain : public Command {
 public:
  PolicyFlags policy;
  UserFlags user;
  QuestionFlags question;
  std::string output;

  absl::StatusOr<int> Run(const Streams& streams) override {
    absl::StatusOr<UserInfo> who = UserFrom(user);
    if (!who.ok()) return who.status();
    absl::StatusOr<Engine> engine = Engine::Load(policy, streams);
    if (!engine.ok()) return engine.status();
    absl::StatusOr<Question> asked =
        ParseQuestion(question, "explain", ResourceMapper(engine->objects()));
    if (!asked.ok()) return asked.status();
    for (const std::string& warning : asked->warnings) {
      streams.err << "Warning: " << Printable(warning) << '\n';
    }
    const Account account = AccountFor(*engine, *asked, *who);
    if (output == "table") {
      Print(account, *asked, *who, streams.out);
    } else {
      PrintMessage(ToAnswer(account, *asked, *who), output, streams.out);
    }
    return account.allowed ? kExitYes : kExitNo;
  }

 private:
  static void Print(const Account& account, const Question& asked,
                    const UserInfo& who, std::ostream& out) {
    Table head;
    head.AddRow({"User:", who.name});
    head.AddRow({"Groups:", absl::StrJoin(who.groups, ", ")});
    head.AddRow({"Request:", asked.Description()});
    head.AddRow({"Answer:", account.allowed ? "yes" : "no"});
    head.AddRow({"Decided by:", account.decided_by.empty()
                                    ? "nobody: no authorizer has an opinion"
                                    : account.decided_by});
    if (!account.reason.empty()) head.AddRow({"Reason:", account.reason});
    if (!account.evaluation_error.empty()) {
      head.AddRow({"Error:", account.evaluation_error});
    }
    head.Print(out);
    out << '\n';
    PrintGrounds(account, out);
  }
};

}  // namespace

Registered AddExplain(CLI::App& auth) {
  auto command = std::make_unique<Explain>();
  CLI::App& app =
      *auth.add_subcommand("explain", "Why may this user do that, or why not?");
  app.footer(kExamples);
  AddQuestionFlags(app, &command->question);
  AddUserFlags(app, &command->user);
  AddPolicyFlags(app, /*many=*/false, &command->policy);
  AddChainFlags(app, &command->policy);
  AddOutputFlag(app, {"table", "json", "yaml"}, &command->output);
  return Registered{&app, std::move(command)};
}

}  // namespace gatehouse::cli
