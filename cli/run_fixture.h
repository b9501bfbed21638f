// Running the command in tests.
#ifndef GATEHOUSE_CLI_RUN_FIXTURE_H_
#define GATEHOUSE_CLI_RUN_FIXTURE_H_

#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace gatehouse::cli {

// Result is all that a run leaves behind.
struct Result {
  int status = 0;
  std::string out;
  std::string err;
};

// Runs the command with the words of `line` as arguments: separated by spaces,
// '' for an empty one. A word @name stands for the file of that name in
// testdata.
Result RunLine(absl::string_view line, absl::string_view in = "",
               bool err_is_terminal = false);

// The same with arguments that may hold spaces.
Result RunArgs(const std::vector<std::string>& args, absl::string_view in = "",
               bool err_is_terminal = false);

// Case is a run and what it has to leave. In `err`, @ stands for the path of
// testdata.
struct Case {
  absl::string_view line;
  int status;
  absl::string_view out;
  absl::string_view err;
  absl::string_view in;
};

// Runs each case and compares all three.
void ExpectAll(const std::vector<Case>& cases);

// Writes a file that lives as long as the test, and returns its path.
std::string WriteFile(const std::string& name, absl::string_view text);

}  // namespace gatehouse::cli

#endif  // GATEHOUSE_CLI_RUN_FIXTURE_H_
