// Time, on a machine that does other things too.
#ifndef GATEHOUSE_BENCHMARKS_MEASURE_H_
#define GATEHOUSE_BENCHMARKS_MEASURE_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace gatehouse::bench {

// Contestant is one of several things measured side by side.
struct Contestant {
  std::string name;
  std::function<void()> run;  // Does `items` pieces of work.
  int64_t items = 1;
};

// Runs the contestants in turn, several rounds, with Google Benchmark, and
// returns for each the nanoseconds per item of its best round: noise comes in
// spells, and only ever adds.
std::vector<double> NanosPerItem(const std::vector<Contestant>& contestants);

// The same in many rounds that are much shorter, of one `run` each: for small
// differences between contestants that take long.
std::vector<double> NanosPerItemOfShortRounds(
    const std::vector<Contestant>& contestants);

// Bytes that the process has allocated and not freed.
int64_t AllocatedBytes();

// How often the calling thread has allocated, ever.
uint64_t AllocationCount();

}  // namespace gatehouse::bench

#endif  // GATEHOUSE_BENCHMARKS_MEASURE_H_
