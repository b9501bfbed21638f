// The arguments of a command line, between the shell and the parser.
#ifndef GATEHOUSE_CLI_INTERNAL_ARGUMENTS_H_
#define GATEHOUSE_CLI_INTERNAL_ARGUMENTS_H_

#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/strings/string_view.h"

namespace gatehouse::cli {

// Returns the arguments as the parser has to get them, so that it reads them
// as kubectl's parser does:
//   - "--flag=" is an empty value, not the flag of the next argument's value;
//   - "-n=dev" is "dev", not "=dev";
//   - "[a,b]" is a value, not a list: it is marked, and those that take
//     AddStrings' options or AsTyped's text get it without the mark;
//   - "help COMMAND" is "COMMAND --help", and "--version" is "version".
// `root` has all its commands.
std::vector<std::string> PrepareArguments(const CLI::App& root,
                                          std::vector<std::string> args);

// Adds an option, or an argument, that can be given many times and appends to
// `values`, each exactly as it was typed. Borrows `values`.
CLI::Option* AddStrings(CLI::App& app, const std::string& name,
                        std::vector<std::string>* values,
                        const std::string& description);

// Lets the last win where an option with one value is given twice, in `app` and
// all commands below it.
void LastWins(CLI::App& app);

// Returns what the parser says, without the marks.
std::string AsTyped(absl::string_view text);

}  // namespace gatehouse::cli

#endif  // GATEHOUSE_CLI_INTERNAL_ARGUMENTS_H_
