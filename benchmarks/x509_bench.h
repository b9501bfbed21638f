// What authentication by client certificates costs.
#ifndef GATEHOUSE_BENCHMARKS_X509_BENCH_H_
#define GATEHOUSE_BENCHMARKS_X509_BENCH_H_

#include <vector>

#include "absl/status/statusor.h"
#include "benchmarks/table.h"

namespace gatehouse::bench {

// Measures authentication, uncached against BoringSSL's bare chain
// verification, cached against one SHA-256 of the leaf, on an open connection,
// and by many threads. An error if an answer was wrong; nothing is timed then.
absl::StatusOr<std::vector<Row>> MeasureX509();

}  // namespace gatehouse::bench

#endif  // GATEHOUSE_BENCHMARKS_X509_BENCH_H_
