// Running other programs, to hold ours against theirs.
#ifndef GATEHOUSE_PKI_CA_TESTING_COMMAND_H_
#define GATEHOUSE_PKI_CA_TESTING_COMMAND_H_

#include <string>

#include "absl/strings/string_view.h"

namespace gatehouse::pki::testing {

// CommandResult is how a program ended and what it wrote, both streams.
struct CommandResult {
  int exit_code = -1;
  std::string output;
};

// Runs `command` with the shell, in `directory`. A program that is missing is
// exit code 127, as from the shell: tests fail then.
CommandResult RunCommand(const std::string& directory,
                         const std::string& command);

// Makes an empty directory for the test that is running.
std::string MakeTestDirectory();

// Writes and reads a file of a test; a failure of either fails the test.
void PutFile(const std::string& path, absl::string_view contents);
std::string GetFile(const std::string& path);

}  // namespace gatehouse::pki::testing

#endif  // GATEHOUSE_PKI_CA_TESTING_COMMAND_H_
