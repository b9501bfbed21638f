#include "benchmarks/measure.h"

#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <limits>
#include <new>

#include "benchmark/benchmark.h"

namespace {

thread_local uint64_t t_allocations = 0;

}  // namespace

// Counts what goes through operator new, which is all that the library and the
// libraries under it use.
void* operator new(size_t size) {
  ++t_allocations;
  void* memory = std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }

namespace gatehouse::bench {
namespace {

constexpr int kRounds = 9;
constexpr double kSecondsPerRound = 0.04;

// Keeps the time of the one benchmark that runs, and prints nothing.
class Keeper : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) nanos_ = run.GetAdjustedRealTime();
  }
  double nanos() const { return nanos_; }

 private:
  double nanos_ = 0;
};

double RunOnce(const Contestant& contestant) {
  benchmark::ClearRegisteredBenchmarks();
  benchmark::RegisterBenchmark(contestant.name.c_str(),
                               [&](benchmark::State& state) {
                                 for (auto _ : state) contestant.run();
                               })
      ->UseRealTime()
      ->MinTime(kSecondsPerRound)
      ->Unit(benchmark::kNanosecond);
  Keeper keeper;
  benchmark::RunSpecifiedBenchmarks(&keeper);
  return keeper.nanos() / static_cast<double>(contestant.items);
}

}  // namespace

std::vector<double> NanosPerItem(const std::vector<Contestant>& contestants) {
  std::vector<double> best(contestants.size(),
                           std::numeric_limits<double>::infinity());
  for (int round = 0; round < kRounds; ++round) {
    for (size_t i = 0; i < contestants.size(); ++i) {
      best[i] = std::min(best[i], RunOnce(contestants[i]));
    }
  }
  return best;
}

std::vector<double> NanosPerItemOfShortRounds(
    const std::vector<Contestant>& contestants) {
  constexpr int kShortRounds = 4000;
  using Clock = std::chrono::steady_clock;
  std::vector<double> best(contestants.size(),
                           std::numeric_limits<double>::infinity());
  for (int round = 0; round < kShortRounds; ++round) {
    for (size_t i = 0; i < contestants.size(); ++i) {
      const Clock::time_point begin = Clock::now();
      contestants[i].run();
      const std::chrono::duration<double, std::nano> took =
          Clock::now() - begin;
      best[i] = std::min(
          best[i], took.count() / static_cast<double>(contestants[i].items));
    }
  }
  return best;
}

int64_t AllocatedBytes() {
  malloc_trim(0);
  const struct mallinfo2 info = mallinfo2();
  return static_cast<int64_t>(info.uordblks + info.hblkhd);
}

uint64_t AllocationCount() { return t_allocations; }

}  // namespace gatehouse::bench
