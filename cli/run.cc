#include "cli/run.h"

#include <cerrno>
#include <exception>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "cli/commands.h"
#include "cli/internal/arguments.h"
#include "cli/internal/command.h"
#include "cli/internal/table.h"
#include "cli/internal/usage_error.h"
#include "cli/pki/commands.h"
#include "cli/token/commands.h"

namespace gatehouse::cli {

namespace {

constexpr char kExitStatusHelp[] =
    "Exit status: 0 for yes or done, 1 for no, 2 for an error.";

int Fail(absl::string_view message, std::ostream& err) {
  err << "error: " << Printable(WithoutTokens(message)) << '\n';
  err.flush();
  return kExitError;
}

int Fail(const absl::Status& status, std::ostream& err) {
  if (!status.GetPayload(kLinesPayload)) return Fail(status.message(), err);
  for (const absl::string_view line :
       absl::StrSplit(status.message(), '\n', absl::SkipWhitespace())) {
    Fail(line, err);
  }
  return kExitError;
}

// Breaks the descriptions of flags into lines that fit beside their names.
void WrapDescriptions(CLI::App& app) {
  constexpr size_t kWidth = 50;
  for (CLI::Option* option : app.get_options({})) {
    std::string text;
    size_t column = 0;
    for (const absl::string_view word :
         absl::StrSplit(option->get_description(), ' ')) {
      if (column > 0 && column + word.size() > kWidth) {
        text += '\n';
        column = 0;
      }
      absl::StrAppend(&text, column > 0 ? " " : "", word);
      column += word.size() + 1;
    }
    option->description(text);
  }
  for (CLI::App* child : app.get_subcommands({})) WrapDescriptions(*child);
}

std::vector<Registered> AddCommands(CLI::App& root) {
  std::vector<Registered> commands;
  root.name("gatehouse");
  root.footer(kExitStatusHelp);
  root.require_subcommand(0, 1);
  commands.push_back(AddAuthenticate(root));
  commands.push_back(AddAuthorize(root));
  commands.push_back(AddServeWebhook(root));
  CLI::App& auth = *root.add_subcommand(
      "auth", "Ask about a policy as with `kubectl auth`, and more");
  auth.require_subcommand(0, 1);
  auth.footer(kExitStatusHelp);
  commands.push_back(AddCanI(auth));
  commands.push_back(AddWhoCan(auth));
  commands.push_back(AddExplain(auth));
  commands.push_back(AddMatrix(auth));
  commands.push_back(AddReconcile(auth));
  commands.push_back(AddWhoAmI(auth));
  AddPki(root, &commands);
  AddToken(root, &commands);
  AddKubeconfig(root, &commands);
  commands.push_back(AddDefaultPolicy(root));
  commands.push_back(AddVersion(root));
  commands.push_back(AddCompletion(root));
  LastWins(root);
  WrapDescriptions(root);
  return commands;
}

// Returns the innermost command that was named.
const CLI::App& Selected(const CLI::App& app) {
  const std::vector<CLI::App*> named = app.get_subcommands();
  return named.empty() ? app : Selected(*named.front());
}

// Returns the name of a command as it is typed.
std::string FullName(const CLI::App& app) {
  return app.get_parent() == nullptr
             ? app.get_name()
             : FullName(*app.get_parent()) + " " + app.get_name();
}

// Returns `status` if all that was printed could be written.
int Finish(int status, const Streams& streams) {
  streams.out.flush();
  if (streams.out.good()) return status;
  // The second attempt tells why. A reader who has seen enough needs no
  // message.
  streams.out.clear();
  errno = 0;
  streams.out.flush();
  return errno == EPIPE ? kExitError
                        : Fail("cannot write the output", streams.err);
}

int PrintHelp(const CLI::App& root, const Streams& streams) {
  streams.out << root.help();
  return Finish(kExitYes, streams);
}

int RunSelected(const CLI::App& root, const std::vector<Registered>& commands,
                const Streams& streams) {
  const CLI::App& selected = Selected(root);
  for (const Registered& registered : commands) {
    if (registered.app != &selected) continue;
    const absl::StatusOr<int> status = registered.command->Run(streams);
    if (status.ok()) return Finish(*status, streams);
    streams.out.flush();
    return Fail(status.status(), streams.err);
  }
  return PrintHelp(root, streams);  // A group of commands.
}

int ParseAndRun(const std::vector<std::string>& args, const Streams& streams) {
  CLI::App root(
      "Kubernetes' authentication and authorization, offline: asks "
      "certificates, and the roles and bindings in manifests, what an API "
      "server would answer");
  const std::vector<Registered> commands = AddCommands(root);
  const std::vector<std::string> prepared = PrepareArguments(root, args);
  try {
    // The parser takes the arguments from the back.
    root.parse(std::vector<std::string>(prepared.rbegin(), prepared.rend()));
  } catch (const CLI::CallForHelp&) {
    return PrintHelp(root, streams);
  } catch (const CLI::ParseError& error) {
    const CLI::App& selected = Selected(root);
    return Fail(absl::StrCat(UsageErrorText(root, selected, error), "; see '",
                             FullName(selected), " --help'"),
                streams.err);
  }
  return RunSelected(root, commands, streams);
}

}  // namespace

int Run(const std::vector<std::string>& args, std::istream& in,
        std::ostream& out, std::ostream& err, bool err_is_terminal) {
  // Nothing here throws save the parser of arguments and an exhausted heap.
  try {
    return ParseAndRun(args, Streams{in, out, err, err_is_terminal});
  } catch (const std::exception& error) {
    return Fail(absl::string_view(error.what()), err);
  }
}

}  // namespace gatehouse::cli
