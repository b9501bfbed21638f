// What RBAC costs.
#ifndef GATEHOUSE_BENCHMARKS_RBAC_BENCH_H_
#define GATEHOUSE_BENCHMARKS_RBAC_BENCH_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "benchmarks/table.h"

namespace gatehouse::bench {

// Measures generated policies of 50 to 200,000 bindings. An error if an answer
// was wrong; nothing is timed then.
absl::StatusOr<std::vector<Row>> MeasureRbac();

// Measures the policy in `policy_files` (manifests) with the requests in
// `requests_file` (SubjectAccessReview as JSON lines).
absl::StatusOr<std::vector<Row>> MeasureFiles(
    const std::vector<std::string>& policy_files,
    const std::string& requests_file);

}  // namespace gatehouse::bench

#endif  // GATEHOUSE_BENCHMARKS_RBAC_BENCH_H_
