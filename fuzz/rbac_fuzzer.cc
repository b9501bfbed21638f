// The law: the compiled policy answers as the reference evaluator does, at the
// start and after each change. The bytes choose policy, changes and requests.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/types/span.h"
#include "rbac/testing/differential.h"
#include "rbac/testing/generator.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // Small rounds: a byte should matter, and libFuzzer begins with few of them.
  gatehouse::rbac::DifferentialOptions options;
  options.objects = 8;
  options.mutations = 4;
  options.requests = 8;
  gatehouse::rbac::DifferentialCounts counts;
  const std::string difference = gatehouse::rbac::RunDifferential(
      gatehouse::rbac::ByteChoices(absl::MakeConstSpan(data, size)), options,
      &counts);
  if (difference.empty()) return 0;
  std::fprintf(stderr, "%s\n", difference.c_str());
  std::abort();
}
