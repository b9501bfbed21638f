// Holds the compiled policy against the reference evaluator for as long as it
// is told to: bazel run //rbac:differential -- --seconds=60 [--seed=N]
#include <cstdint>
#include <iostream>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "rbac/testing/differential.h"
#include "rbac/testing/generator.h"

namespace gatehouse::rbac {
namespace {

int Run(int seconds, uint64_t seed) {
  const absl::Time end = absl::Now() + absl::Seconds(seconds);
  DifferentialCounts counts;
  std::string error;
  do {
    error = RunDifferential(SeededChoices(seed), {}, &counts);
    if (!error.empty()) std::cerr << "seed " << seed << ": " << error << "\n";
    ++seed;
  } while (error.empty() && absl::Now() < end);
  std::cout << counts.policies << " policies, " << counts.mutations
            << " changes, " << counts.decisions << " decisions ("
            << counts.allowed << " allowed), " << (error.empty() ? 0 : 1)
            << " disagreements\n";
  return error.empty() ? 0 : 1;
}

}  // namespace
}  // namespace gatehouse::rbac

int main(int argc, char** argv) {
  CLI::App app("Holds the compiled RBAC policy against the reference.");
  int seconds = 10;
  uint64_t seed = 1;
  app.add_option("--seconds", seconds, "how long to go on");
  app.add_option("--seed", seed, "of the first policy");
  CLI11_PARSE(app, argc, argv);
  return gatehouse::rbac::Run(seconds, seed);
}
