// What a subcommand is made of.
#ifndef GATEHOUSE_CLI_INTERNAL_COMMAND_H_
#define GATEHOUSE_CLI_INTERNAL_COMMAND_H_

#include <istream>
#include <memory>
#include <ostream>

#include "absl/status/statusor.h"

namespace CLI {
class App;
}  // namespace CLI

namespace gatehouse::cli {

// The exit statuses of every command.
inline constexpr int kExitYes = 0;    // The answer is yes, or it is done.
inline constexpr int kExitNo = 1;     // The answer is no.
inline constexpr int kExitError = 2;  // There is no answer.

// An error with this payload has several lines, free of control characters. All
// others are one line, whatever characters a file name in them holds.
inline constexpr char kLinesPayload[] = "gatehouse.cli/lines";

// Streams is where a command reads and writes. Borrows everything.
struct Streams {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  bool err_is_terminal = false;
};

// Command holds the flags of one subcommand, which the parser writes into, and
// carries it out once they are parsed. Used once, by one thread.
class Command {
 public:
  virtual ~Command() = default;

  // Carries out the command and returns the exit status. Of an error the
  // caller prints each line of the message, "error: " before it.
  virtual absl::StatusOr<int> Run(const Streams& streams) = 0;
};

// Registered is a command and the parser's node that selects it.
struct Registered {
  const CLI::App* app = nullptr;  // Owned by its parent in the parser.
  std::unique_ptr<Command> command;
};

}  // namespace gatehouse::cli

#endif  // GATEHOUSE_CLI_INTERNAL_COMMAND_H_
