#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "authn/authenticator.h"
#include "authn/config/chain.h"
#include "authn/token/proof_of_possession.h"
#include "authn/token/token_authenticator.h"
#include "base/clock.h"
#include "base/errors.h"
#include "base/secret.h"
#include "base/user_info.h"
#include "cli/internal/arguments.h"
#include "cli/internal/authentication_answer.h"
#include "cli/internal/authentication_flags.h"
#include "cli/internal/moments.h"
#include "cli/internal/object_files.h"
#include "cli/internal/policy_flags.h"
#include "cli/internal/table.h"
#include "cli/token/commands.h"
#include "cli/token/token_input.h"
#include "proto/authn_config.pb.h"

namespace gatehouse::cli {

namespace {

constexpr char kExamples[] =
    R"(Says whether an API server with these flags and objects would take a token, and
whose it is. Exits with 1 if not, and says why. With -o json it is a line as
`gatehouse authenticate` writes it, which also knows the other kinds of
credentials.

Examples:
  kubectl get sa,secrets,pods,nodes -A -o yaml > objects.yaml
  gatehouse token verify --token-file token -f objects.yaml \
    --service-account-issuer https://kubernetes.default.svc \
    --service-account-key-file sa.pub

  # For somebody else than the server
  gatehouse token verify --token-file token -f objects.yaml \
    --service-account-issuer https://kubernetes.default.svc \
    --service-account-key-file sa.pub --audience https://vault.example)";

// What can be verified with files alone.
constexpr absl::string_view kFlags[] = {
    "api-audiences",
    "enable-bootstrap-token-auth",
    "service-account-issuer",
    "service-account-jwks-file",
    "service-account-key-file",
    "service-account-lookup",
    "token-auth-file",
};

class VerifyTokenCommand : public Command {
 public:
  TokenInput input;
  AuthenticationFlags flags;
  ObjectFlags objects;
  std::vector<std::string> audiences;
  absl::optional<absl::Time> at;
  std::string output;

  absl::StatusOr<int> Run(const Streams& streams) override {
    if (input.from_stdin() && absl::c_linear_search(objects.filenames, "-")) {
      return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                       "-f - reads the objects from stdin: name the token "
                       "with --token-file FILE");
    }
    const absl::Status wanted = CheckAudiences(audiences);
    if (!wanted.ok()) return wanted;
    const absl::StatusOr<Secret> token = ReadToken(input, streams);
    if (!token.ok()) return token.status();
    const auto chain = MakeChain(streams);
    if (!chain.ok()) return chain.status();
    authn::Notes notes;
    const authn::Result result = Ask(**chain, *token, &notes);
    Print(result, streams.out);
    for (const std::string& warning : notes.warnings) {
      streams.err << "Warning: " << Printable(warning) << '\n';
    }
    return result.authenticated() ? kExitYes : kExitNo;
  }

 private:
  absl::StatusOr<std::unique_ptr<authn::AuthenticatorChain>> MakeChain(
      const Streams& streams) const {
    absl::StatusOr<authn::Config> config = flags.ToConfig();
    if (!config.ok()) return config.status();
    // The anonymous user is no answer about a token; and without any kind of
    // token there is nothing to ask.
    config->set_anonymous(false);
    if (config->token_auth_file().empty() &&
        !config->enable_bootstrap_token_auth() &&
        !config->has_service_account()) {
      return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                       "no kind of token is configured: give "
                       "--service-account-issuer and its keys, "
                       "--token-auth-file or --enable-bootstrap-token-auth");
    }
    auto store = LoadObjects(objects, streams);
    if (!store.ok()) return store.status();
    authn::ChainDependencies dependencies;
    dependencies.objects = *store;
    return authn::AuthenticatorChain::Create(*config, dependencies);
  }

  // Asks about the token as it is: what an Authorization header would make of
  // a space in it is not asked here.
  authn::Result Ask(const authn::AuthenticatorChain& chain, const Secret& token,
                    authn::Notes* notes) const {
    const std::vector<std::string>& wanted =
        audiences.empty() ? chain.api_audiences() : audiences;
    authn::TokenContext context;
    context.now = at.value_or(Clock::System().Now());
    context.audiences = wanted.empty() ? nullptr : &wanted;
    context.notes = notes;
    authn::Result result = chain.token_authenticator().AuthenticateToken(
        token.Reveal(SecretAccess::Get()), context);
    if (result.rejected()) return result;
    if (!result.authenticated()) {
      return MakeError(absl::StatusCode::kUnauthenticated,
                       Reason::kUnknownToken, "invalid bearer token");
    }
    // There is no connection here that could show whose it is.
    const absl::Status holder =
        authn::CheckProofOfPossession(result.authentication(), {});
    return holder.ok() ? result : authn::Result(holder);
  }

  void Print(const authn::Result& result, std::ostream& out) const {
    if (output == "json") return WriteAuthentication("null", result, out);
    if (!result.authenticated()) {
      out << "no - " << ReasonName(ReasonOf(result.error())) << ": "
          << Printable(result.error().message()) << '\n';
      return;
    }
    const authn::Authentication& found = result.authentication();
    Table table;
    table.AddRow({"User:", Printable(found.user.name)});
    table.AddRow({"Uid:", Printable(found.user.uid)});
    table.AddRow(
        {"Groups:", Printable(absl::StrJoin(found.user.groups, ", "))});
    for (const auto& [key, values] : found.user.extra) {
      table.AddRow({"Extra:", Printable(absl::StrCat(
                                  key, "=", absl::StrJoin(values, ",")))});
    }
    if (found.audiences.has_value()) {
      table.AddRow(
          {"Audiences:", Printable(absl::StrJoin(*found.audiences, ", "))});
    }
    table.AddRow({"Authenticator:", found.authenticator});
    table.AddRow({"Credential:", Printable(found.credential_id)});
    out << "yes\n";
    table.Print(out);
  }
};

}  // namespace

Registered AddVerifyToken(CLI::App& token) {
  auto command = std::make_unique<VerifyTokenCommand>();
  CLI::App& app = *token.add_subcommand(
      "verify", "Say whether a token is good, and whose it is");
  app.footer(kExamples);
  AddTokenInput(app, &command->input);
  command->flags.AddTo(app, kFlags);
  AddStrings(app, "--audience", &command->audiences,
             "Whom the token must be for; may be repeated; --api-audiences if "
             "not given")
      ->type_name("NAME")
      ->allow_extra_args(false);
  AddObjectFlags(app, &command->objects);
  // The token may come after it.
  app.get_option("--filename")->allow_extra_args(false);
  AddMomentFlag(app, "--at", &command->at,
                "Moment to ask about; now if not given");
  AddOutputFlag(app, {"page", "json"}, &command->output);
  return Registered{&app, std::move(command)};
}

}  // namespace gatehouse::cli
