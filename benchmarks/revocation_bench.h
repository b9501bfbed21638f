// What revocation costs.
#ifndef GATEHOUSE_BENCHMARKS_REVOCATION_BENCH_H_
#define GATEHOUSE_BENCHMARKS_REVOCATION_BENCH_H_

#include <vector>

#include "absl/status/statusor.h"
#include "benchmarks/table.h"

namespace gatehouse::bench {

// Measures a CRL with 1.5 million random serials of 128 bits: loading it,
// looking serials and certificates up, and its memory. An error if an answer
// was wrong; nothing is timed then.
absl::StatusOr<std::vector<Row>> MeasureRevocation();

}  // namespace gatehouse::bench

#endif  // GATEHOUSE_BENCHMARKS_REVOCATION_BENCH_H_
