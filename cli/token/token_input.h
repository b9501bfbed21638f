// A token, from where others cannot see it.
#ifndef GATEHOUSE_CLI_TOKEN_TOKEN_INPUT_H_
#define GATEHOUSE_CLI_TOKEN_TOKEN_INPUT_H_

#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"
#include "base/secret.h"
#include "cli/internal/command.h"

namespace gatehouse::cli {

// TokenInput is what the command line says of where the token is.
struct TokenInput {
  std::string token;  // "-" and "" are stdin.
  std::string file;   // "" if none is named.
};

// Adds the argument TOKEN and --token-file. Arguments can be seen by everybody
// on the machine while the command runs, and stay in the shell's history: the
// help says so.
void AddTokenInput(CLI::App& app, TokenInput* input);

// Reads the token, without white space around it. kInvalid: it is given twice,
// or there is none; kNotFound; kTooLarge. Errors show nothing of it.
absl::StatusOr<Secret> ReadToken(const TokenInput& input,
                                 const Streams& streams);

// Returns the parts of values that are lists, as pflag's StringSlice has them
// where there are no quotes.
std::vector<std::string> SplitAtCommas(const std::vector<std::string>& values);

}  // namespace gatehouse::cli

#endif  // GATEHOUSE_CLI_TOKEN_TOKEN_INPUT_H_
