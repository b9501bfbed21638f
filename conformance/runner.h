// Runs a directory of cases against the library.
#ifndef GATEHOUSE_CONFORMANCE_RUNNER_H_
#define GATEHOUSE_CONFORMANCE_RUNNER_H_

#include <ostream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace gatehouse::conformance {

struct RunOptions {
  // The directory of cases.
  std::string vectors;
  // What of it to run; empty means all. A name is a path below the directory,
  // with or without the ending, or the last part of one, or a directory:
  // "authz/covers.json", "authz/covers", "covers", "rbac_decisions/S", "authz".
  std::vector<std::string> only;
};

// Parses `--vectors=DIR` and `--only=a,b` (also as two arguments each).
// `working_directory` is what a relative DIR starts from; "" leaves it as it
// is. kInvalidArgument for anything else, and for DIR missing or no directory.
absl::StatusOr<RunOptions> ParseOptions(absl::Span<const char* const> arguments,
                                        absl::string_view working_directory);

// What a run ends with, as exit status.
enum class ExitStatus { kPassed = 0, kFailed = 1, kUsage = 2 };

// Runs what the options name and prints a line for each file, its failures,
// and a last line with the total. Nothing is skipped: a file that no area runs,
// and a directory without cases, are failures. Only the README.md of the
// directory itself is passed over. A name of `only` that matches nothing is
// kUsage, and nothing is run.
ExitStatus Run(const RunOptions& options, std::ostream& out, std::ostream& err);

}  // namespace gatehouse::conformance

#endif  // GATEHOUSE_CONFORMANCE_RUNNER_H_
