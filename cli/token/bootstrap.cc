#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "authn/token/bootstrap_secret.h"
#include "base/clock.h"
#include "base/errors.h"
#include "base/secret.h"
#include "cli/internal/arguments.h"
#include "cli/internal/explanation.h"
#include "cli/internal/moments.h"
#include "cli/internal/policy_flags.h"
#include "cli/token/commands.h"
#include "cli/token/token_input.h"
#include "proto/core.pb.h"

namespace gatehouse::cli {

namespace {

constexpr char kExamples[] =
    R"(Prints the Secret of a bootstrap token, by which a new node joins a cluster, as
`kubeadm token create` makes it: a new random token, or the one given. Who has
the Secret has the token. With -o token, the token alone is printed; given to
--token-file, its Secret is made.

Examples:
  gatehouse token bootstrap --ttl 2h --description "node 7" | kubectl create -f -

  # Token and Secret apart
  gatehouse token bootstrap -o token > token
  gatehouse token bootstrap --token-file token | kubectl create -f -)";

class BootstrapTokenCommand : public Command {
 public:
  TokenInput input;
  std::string ttl = "24h";
  authn::BootstrapSecretOptions options;
  std::vector<std::string> usages;
  std::vector<std::string> groups;
  absl::optional<absl::Time> at;
  std::string output;

  absl::StatusOr<int> Run(const Streams& streams) override {
    Secret token(authn::NewBootstrapToken());
    if (input.given()) {
      absl::StatusOr<Secret> given = ReadToken(input, streams);
      if (!given.ok()) return given.status();
      token = *std::move(given);
    }
    absl::Status status = ReadFlags();
    if (!status.ok()) return status;
    const absl::StatusOr<k8s::Secret> secret =
        authn::MakeBootstrapSecret(token.Reveal(SecretAccess::Get()), options);
    if (!secret.ok()) return secret.status();
    if (output == "token") {
      streams.out << token.Reveal(SecretAccess::Get()) << '\n';
    } else {
      PrintMessage(*secret, output, streams.out);
    }
    return kExitYes;
  }

 private:
  absl::Status ReadFlags() {
    absl::Duration lifetime;
    if (!absl::ParseDuration(ttl, &lifetime) ||
        lifetime < absl::ZeroDuration() ||
        lifetime == absl::InfiniteDuration()) {
      return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                       "--ttl: want a duration such as 24h, or 0 for ever");
    }
    if (lifetime > absl::ZeroDuration()) {
      options.expires = at.value_or(Clock::System().Now()) + lifetime;
    }
    if (!usages.empty()) options.usages = SplitAtCommas(usages);
    if (!groups.empty()) options.groups = SplitAtCommas(groups);
    return absl::OkStatus();
  }
};

}  // namespace

Registered AddBootstrapToken(CLI::App& token) {
  auto command = std::make_unique<BootstrapTokenCommand>();
  CLI::App& app = *token.add_subcommand(
      "bootstrap", "Make a bootstrap token and its Secret");
  app.footer(kExamples);
  AddTokenInput(app, &command->input, "a new one is made");
  app.add_option("--ttl", command->ttl,
                 "How long the token is good, such as 2h; 0: until its Secret "
                 "is deleted; 24h if not given")
      ->type_name("DURATION");
  AddStrings(
      app, "--groups", &command->groups,
      "Groups of whoever has it, besides system:bootstrappers; kubeadm's "
      "if not given")
      ->type_name("GROUPS")
      ->allow_extra_args(false);
  AddStrings(app, "--usages", &command->usages,
             "What it is for: signing, authentication; both if not given")
      ->type_name("USAGES")
      ->allow_extra_args(false);
  app.add_option("--description", command->options.description,
                 "For people: what it is for");
  AddMomentFlag(app, "--at", &command->at,
                "Moment from which --ttl counts; now if not given");
  AddOutputFlag(app, {"yaml", "json", "token"}, &command->output);
  return Registered{&app, std::move(command)};
}

}  // namespace gatehouse::cli
