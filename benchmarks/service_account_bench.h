// What service account tokens cost.
#ifndef GATEHOUSE_BENCHMARKS_SERVICE_ACCOUNT_BENCH_H_
#define GATEHOUSE_BENCHMARKS_SERVICE_ACCOUNT_BENCH_H_

#include <vector>

#include "absl/status/statusor.h"
#include "benchmarks/table.h"

namespace gatehouse::bench {

// Measures the verification of a pod's token of 900 bytes, from the token to
// the user: not remembered, against the bare signature check, and remembered,
// against the digest of the token; the look-ups of account and pod apart. An
// error if an answer was wrong.
absl::StatusOr<std::vector<Row>> MeasureServiceAccounts();

}  // namespace gatehouse::bench

#endif  // GATEHOUSE_BENCHMARKS_SERVICE_ACCOUNT_BENCH_H_
