// What a change of the policy costs, and what it costs those who ask meanwhile.
#ifndef GATEHOUSE_BENCHMARKS_RBAC_CHANGES_H_
#define GATEHOUSE_BENCHMARKS_RBAC_CHANGES_H_

#include <vector>

#include "benchmarks/rbac_workload.h"
#include "benchmarks/table.h"

namespace gatehouse::bench {

// Measures how soon a changed binding is seen, and how decisions scale over
// threads while a writer changes bindings.
std::vector<Row> MeasureChanges(Workload& workload);

}  // namespace gatehouse::bench

#endif  // GATEHOUSE_BENCHMARKS_RBAC_CHANGES_H_
