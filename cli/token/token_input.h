// A token, from where others cannot see it.
#ifndef GATEHOUSE_CLI_TOKEN_TOKEN_INPUT_H_
#define GATEHOUSE_CLI_TOKEN_TOKEN_INPUT_H_

#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/secret.h"
#include "cli/internal/command.h"

namespace gatehouse::cli {

// TokenInput is what the command line says of where the token is.
struct TokenInput {
  std::string token;                      // "-" is stdin.
  std::string file;                       // So here.
  const CLI::Option* argument = nullptr;  // Owned by the parser.
  const CLI::Option* file_flag = nullptr;

  // Returns true if the command line names a place, be it an empty one.
  bool given() const;
  // Returns true if ReadToken reads stdin.
  bool from_stdin() const;
};

// Adds the argument TOKEN and --token-file. Arguments can be seen by everybody
// on the machine while the command runs, and stay in the shell's history: the
// help says so. `otherwise` is what it says of a command line with neither, to
// which ReadToken reads stdin.
void AddTokenInput(CLI::App& app, TokenInput* input,
                   absl::string_view otherwise = "stdin is read");

// Reads the token, without white space around it. kInvalid: it is given twice,
// there is none, or what is there has more than a token, such as "Bearer" or a
// byte order mark; kNotFound; kTooLarge. Errors show nothing of it.
absl::StatusOr<Secret> ReadToken(const TokenInput& input,
                                 const Streams& streams);

// OK if no name of --audience is empty, as a variable is that is not set.
absl::Status CheckAudiences(const std::vector<std::string>& audiences);

// Returns the parts of values that are lists, as pflag's StringSlice has them
// where there are no quotes.
std::vector<std::string> SplitAtCommas(const std::vector<std::string>& values);

}  // namespace gatehouse::cli

#endif  // GATEHOUSE_CLI_TOKEN_TOKEN_INPUT_H_
