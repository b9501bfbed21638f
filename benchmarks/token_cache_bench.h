// The token cache.
#ifndef GATEHOUSE_BENCHMARKS_TOKEN_CACHE_BENCH_H_
#define GATEHOUSE_BENCHMARKS_TOKEN_CACHE_BENCH_H_

#include <vector>

#include "absl/status/statusor.h"
#include "benchmarks/table.h"

namespace gatehouse::bench {

// Measures the token cache: a token that it knows, a million of them, threads,
// and a flood of bogus ones. An error if an answer is wrong.
absl::StatusOr<std::vector<Row>> MeasureTokenCache();

}  // namespace gatehouse::bench

#endif  // GATEHOUSE_BENCHMARKS_TOKEN_CACHE_BENCH_H_
