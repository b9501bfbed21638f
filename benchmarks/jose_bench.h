// What the verification of tokens costs.
#ifndef GATEHOUSE_BENCHMARKS_JOSE_BENCH_H_
#define GATEHOUSE_BENCHMARKS_JOSE_BENCH_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "authn/jose/algorithm.h"
#include "benchmarks/table.h"

namespace gatehouse::bench {

// Returns whether the key of the tests for `algorithm` signed `message`, by
// what nobody can do without: the digest, and BoringSSL's function for the key.
bool BareSignatureCheck(authn::JwsAlgorithm algorithm,
                        absl::string_view message, absl::string_view signature);

// Measures the verification of a token of 900 bytes with its claims, against
// the bare signature check over the same bytes by the same BoringSSL, and the
// look-up of a key in sets of 1 and of 1,000. An error if an answer was wrong.
absl::StatusOr<std::vector<Row>> MeasureJose();

}  // namespace gatehouse::bench

#endif  // GATEHOUSE_BENCHMARKS_JOSE_BENCH_H_
