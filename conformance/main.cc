// Holds the library against a directory of cases; see README.md beside this.
#include <cstdlib>
#include <iostream>

#include "conformance/runner.h"

int main(int argc, char** argv) {
  namespace conformance = gatehouse::conformance;
  // `bazel run` starts programs elsewhere; paths are those of who typed them.
  const char* directory = std::getenv("BUILD_WORKING_DIRECTORY");
  const auto options =
      conformance::ParseOptions(absl::MakeConstSpan(argv + 1, argc - 1),
                                directory == nullptr ? "" : directory);
  if (!options.ok()) {
    std::cerr << "conformance: " << options.status().message() << "\n"
              << "usage: conformance --vectors=DIRECTORY [--only=NAME,...]\n";
    return static_cast<int>(conformance::ExitStatus::kUsage);
  }
  return static_cast<int>(conformance::Run(*options, std::cout, std::cerr));
}
