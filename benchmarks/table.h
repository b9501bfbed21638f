// What was measured, against what was to be reached.
#ifndef GATEHOUSE_BENCHMARKS_TABLE_H_
#define GATEHOUSE_BENCHMARKS_TABLE_H_

#include <string>
#include <vector>

#include "absl/types/optional.h"

namespace gatehouse::bench {

// Row is one line of the table.
struct Row {
  std::string area = "rbac";
  std::string what;
  double measured = 0;
  std::string unit;
  // What it is held against, measured in the same run; in the same unit.
  absl::optional<double> floor;
  // The bound in words, such as "<= 3x floor"; "" where there is none.
  std::string target;
  bool met = true;
};

// Returns a row without a bound.
Row MakeRow(std::string what, double measured, std::string unit);

// Add a bound to a row: a number, or a multiple of a floor.
Row AtMost(Row row, double bound);
Row AtLeast(Row row, double bound);
Row AtMostTimesFloor(Row row, double floor, double factor);
Row AtLeastTimesFloor(Row row, double floor, double factor);

// Returns the rows as a table for people.
std::string ToTable(const std::vector<Row>& rows);

// Returns the rows as a JSON list of objects.
std::string ToJson(const std::vector<Row>& rows);

}  // namespace gatehouse::bench

#endif  // GATEHOUSE_BENCHMARKS_TABLE_H_
