// What many OpenID Connect issuers cost.
#ifndef GATEHOUSE_BENCHMARKS_OIDC_BENCH_H_
#define GATEHOUSE_BENCHMARKS_OIDC_BENCH_H_

#include <vector>

#include "absl/status/statusor.h"
#include "benchmarks/table.h"

namespace gatehouse::bench {

// Measures tokens of any of 10,000 issuers against tokens of the only one: good
// ones, expired ones, and of issuers that nobody knows. An error if an answer
// was wrong.
absl::StatusOr<std::vector<Row>> MeasureOidc();

}  // namespace gatehouse::bench

#endif  // GATEHOUSE_BENCHMARKS_OIDC_BENCH_H_
