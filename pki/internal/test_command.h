// Other people's commands in tests: openssl.
#ifndef GATEHOUSE_PKI_INTERNAL_TEST_COMMAND_H_
#define GATEHOUSE_PKI_INTERNAL_TEST_COMMAND_H_

#include <string>

#include "absl/strings/string_view.h"

namespace gatehouse::pki::internal {

// CommandFolder is a folder of its own, in the test's, in which commands run.
// One that is missing or fails fails the test. For one thread.
class CommandFolder {
 public:
  CommandFolder();

  // Runs `command` with the shell in the folder and returns what it printed,
  // on both streams. It must succeed.
  std::string Run(absl::string_view command) const;
  // Returns whether it succeeds, and what it printed.
  bool Try(absl::string_view command, std::string* output) const;

  void Write(absl::string_view file, absl::string_view contents) const;
  std::string Read(absl::string_view file) const;

 private:
  std::string path_;
};

}  // namespace gatehouse::pki::internal

#endif  // GATEHOUSE_PKI_INTERNAL_TEST_COMMAND_H_
