#include <memory>
#include <string>
#include <utility>

#include "CLI/CLI.hpp"
#include "cli/commands.h"
#include "cli/internal/explanation.h"
#include "cli/internal/policy_flags.h"
#include "cli/internal/table.h"
#include "cli/internal/user_flags.h"
#include "objects/codec.h"
#include "proto/authentication.pb.h"

namespace gatehouse::cli {

namespace {

constexpr char kExamples[] =
    R"(Prints the user that --as, --as-group and --as-uid stand for, with the groups
that an API server adds when it impersonates that user: all other commands ask
in this user's name.

Examples:
  # Which groups does a service account have?
  gatehouse auth whoami --as=system:serviceaccount:flask:flask-backend

  # The same as a SelfSubjectReview
  gatehouse auth whoami --as=jane -o json)";

class WhoAmI : public Command {
 public:
  UserFlags user;
  std::string output;

  absl::StatusOr<int> Run(const Streams& streams) override {
    absl::StatusOr<UserInfo> who = UserFrom(user);
    if (!who.ok()) return who.status();
    if (output != "table") {
      k8s::SelfSubjectReview review;
      *review.mutable_status()->mutable_userinfo() = ToMessage(*who);
      PrintMessage(review, output, streams.out);
      return kExitYes;
    }
    Table table;
    table.AddRow({"ATTRIBUTE", "VALUE"});
    table.AddRow({"Username", who->name});
    if (!who->uid.empty()) table.AddRow({"UID", who->uid});
    if (!who->groups.empty()) table.AddRow({"Groups", GoList(who->groups)});
    table.Print(streams.out);
    return kExitYes;
  }
};

}  // namespace

Registered AddWhoAmI(CLI::App& auth) {
  auto command = std::make_unique<WhoAmI>();
  CLI::App& app =
      *auth.add_subcommand("whoami", "The user that --as stands for");
  app.footer(kExamples);
  AddUserFlags(app, &command->user);
  AddOutputFlag(app, {"table", "json", "yaml"}, &command->output);
  return Registered{&app, std::move(command)};
}

}  // namespace gatehouse::cli
