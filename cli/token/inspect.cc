#include <memory>
#include <string>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "base/clock.h"
#include "base/secret.h"
#include "cli/internal/explanation.h"
#include "cli/internal/moments.h"
#include "cli/internal/policy_flags.h"
#include "cli/token/commands.h"
#include "cli/token/inspection.h"
#include "cli/token/token_input.h"

namespace gatehouse::cli {

namespace {

constexpr char kExamples[] =
    R"(Shows what a token says: header and claims, who it would be, what it is bound
to, and when it ends. Nothing is verified, and it says so: `gatehouse token
verify` does that. The signature, and the secret half of a bootstrap token, are
not shown.

Examples:
  gatehouse token inspect --token-file token

  # The token of a pod, from inside of it
  gatehouse token inspect < /var/run/secrets/kubernetes.io/serviceaccount/token)";

class InspectTokenCommand : public Command {
 public:
  TokenInput input;
  absl::optional<absl::Time> at;
  std::string output;

  absl::StatusOr<int> Run(const Streams& streams) override {
    const absl::StatusOr<Secret> token = ReadToken(input, streams);
    if (!token.ok()) return token.status();
    const absl::StatusOr<TokenAnswer> answer = InspectToken(
        token->Reveal(SecretAccess::Get()), at.value_or(Clock::System().Now()));
    if (!answer.ok()) return answer.status();
    if (output == "page") {
      PrintTokenPage(*answer, streams.out);
    } else {
      PrintMessage(*answer, output, streams.out);
    }
    return kExitYes;
  }
};

}  // namespace

Registered AddInspectToken(CLI::App& token) {
  auto command = std::make_unique<InspectTokenCommand>();
  CLI::App& app = *token.add_subcommand(
      "inspect", "Show what a token says; verifies nothing");
  app.footer(kExamples);
  AddTokenInput(app, &command->input);
  AddMomentFlag(app, "--at", &command->at,
                "Moment that times are told from; now if not given");
  AddOutputFlag(app, {"page", "json", "yaml"}, &command->output);
  return Registered{&app, std::move(command)};
}

}  // namespace gatehouse::cli
