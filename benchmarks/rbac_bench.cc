#include "benchmarks/rbac_bench.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "benchmark/benchmark.h"
#include "benchmarks/measure.h"
#include "benchmarks/rbac_changes.h"
#include "benchmarks/rbac_workload.h"
#include "rbac/explain.h"
#include "rbac/testing/reference.h"

namespace gatehouse::bench {
namespace {

constexpr int kSizes[] = {50, 2'000, 20'000, 200'000};
constexpr int kLargest = 200'000;

std::string Size(int bindings) { return absl::StrCat(bindings, " bindings"); }

// ---- One decision ----

struct Times {
  double decide, floor, resolved, resolved_floor, explain;
};

// Google Benchmark's loop over all requests. The sum keeps the compiler from
// leaving the work out.
template <typename One>
Contestant Loop(const std::vector<authz::Attributes>& all, One one) {
  return {"loop",
          [&all, one] {
            uint64_t sum = 0;
            for (const authz::Attributes& a : all) sum += one(a);
            benchmark::DoNotOptimize(sum);
          },
          static_cast<int64_t>(all.size())};
}

Contestant SessionLoop(Workload& workload) {
  int64_t items = 0;
  for (const Session& s : workload.sessions()) items += s.attributes.size();
  return {"sessions",
          [&workload] {
            uint64_t sum = 0;
            for (Session& session : workload.sessions()) {
              for (const authz::Attributes& a : session.attributes) {
                sum += static_cast<uint64_t>(session.view->Decide(a));
              }
            }
            benchmark::DoNotOptimize(sum);
          },
          items};
}

Contestant SessionFloor(Workload& workload) {
  Contestant out = SessionLoop(workload);
  out.run = [&workload] {
    uint64_t sum = 0;
    for (const Session& session : workload.sessions()) {
      for (const authz::Attributes& a : session.attributes) {
        sum += workload.floor().Names(a);
      }
    }
    benchmark::DoNotOptimize(sum);
  };
  return out;
}

Times MeasureTimes(Workload& workload) {
  const rbac::Policy& policy = workload.policy();
  const LookupFloor& floor = workload.floor();
  const auto& all = workload.attributes();
  const std::vector<authz::Attributes> some(all.begin(), all.begin() + 1000);
  const std::vector<double> nanos = NanosPerItem({
      Loop(all,
           [&policy](const authz::Attributes& a) {
             return static_cast<uint64_t>(policy.Decide(a));
           }),
      Loop(all,
           [&floor](const authz::Attributes& a) {
             return floor.Subjects(a) + floor.Names(a);
           }),
      SessionLoop(workload),
      SessionFloor(workload),
      Loop(some,
           [&policy](const authz::Attributes& a) {
             return rbac::Explain(policy, a).grants.size();
           }),
  });
  return {nanos[0], nanos[1], nanos[2], nanos[3], nanos[4]};
}

uint64_t AllocationsOfAll(Workload& workload) {
  const uint64_t before = AllocationCount();
  for (const authz::Attributes& a : workload.attributes()) {
    benchmark::DoNotOptimize(workload.policy().Decide(a));
  }
  for (Session& session : workload.sessions()) {
    for (const authz::Attributes& a : session.attributes) {
      benchmark::DoNotOptimize(session.view->Decide(a));
    }
  }
  return AllocationCount() - before;
}

double ReferenceNanos(const Workload& workload) {
  const rbac::ReferenceAuthorizer reference(workload.generator().policy());
  const size_t count =
      workload.generator().policy().role_bindings.size() > 10'000 ? 20 : 1000;
  const absl::Time begin = absl::Now();
  for (size_t i = 0; i < count; ++i) {
    benchmark::DoNotOptimize(
        reference.Authorize(workload.attributes()[i]).outcome);
  }
  return absl::ToDoubleNanoseconds(absl::Now() - begin) /
         static_cast<double>(count);
}

Row CompileRow(Workload& workload) {
  double best = 1e9;
  for (int i = 0; i < 5; ++i) {
    const absl::Time begin = absl::Now();
    auto policy = rbac::Policy::Create(workload.objects());
    best = std::min(best, absl::ToDoubleSeconds(absl::Now() - begin));
    benchmark::DoNotOptimize(policy);
  }
  return AtMost(MakeRow(absl::StrCat("compile, ", Size(kLargest)), best, "s"),
                0.5);
}

Row BytesRow(Workload& workload) {
  const int64_t before = AllocatedBytes();
  auto policy = rbac::Policy::Create(workload.objects());
  const double bytes = static_cast<double>(AllocatedBytes() - before);
  benchmark::DoNotOptimize(policy);
  return AtMost(
      MakeRow(absl::StrCat("memory of the compiled form, ", Size(kLargest)),
              bytes / kLargest, "bytes per binding"),
      300);
}

void AddTimes(int size, const Times& times, std::vector<Row>& rows) {
  rows.push_back(
      AtMostTimesFloor(MakeRow(absl::StrCat("decide, 5 groups, ", Size(size)),
                               times.decide, "ns"),
                       times.floor, 3));
  Row resolved =
      MakeRow(absl::StrCat("decide for a resolved user, ", Size(size)),
              times.resolved, "ns");
  resolved.floor = times.resolved_floor;
  resolved.target = "<= 40 ns or 1x floor";
  resolved.met = times.resolved <= 40 || times.resolved <= times.resolved_floor;
  rows.push_back(std::move(resolved));
}

}  // namespace

absl::StatusOr<std::vector<Row>> MeasureRbac() {
  std::vector<Row> rows;
  Times at_2000{};
  for (const int size : kSizes) {
    Workload workload(size, 5);
    const std::string wrong = workload.Check();
    if (!wrong.empty()) return absl::InternalError(wrong);
    const Times times = MeasureTimes(workload);
    AddTimes(size, times, rows);
    if (size == 2'000) at_2000 = times;
    const double reference = ReferenceNanos(workload);
    rows.push_back(MakeRow(
        absl::StrCat("reference evaluator takes longer by, ", Size(size)),
        reference / times.decide, "times"));
    if (size == 20'000) {
      rows.push_back(AtMost(MakeRow(absl::StrCat("explain, ", Size(size)),
                                    times.explain / 1000, "us"),
                            50));
    }
    if (size != kLargest) continue;
    rows.push_back(
        AtMostTimesFloor(MakeRow("growth from 2000 to 200000 bindings",
                                 times.decide / at_2000.decide, "times"),
                         times.floor / at_2000.floor, 1.5));
    rows.push_back(AtMost(
        MakeRow("heap allocations, all decisions",
                static_cast<double>(AllocationsOfAll(workload)), "allocations"),
        0));
    rows.push_back(CompileRow(workload));
    rows.push_back(BytesRow(workload));
    for (Row& row : MeasureChanges(workload)) rows.push_back(std::move(row));
  }
  Workload many_groups(kLargest, 50);
  const std::string wrong = many_groups.Check();
  if (!wrong.empty()) return absl::InternalError(wrong);
  const Times times = MeasureTimes(many_groups);
  rows.push_back(AtMostTimesFloor(
      MakeRow(absl::StrCat("decide, 50 groups, ", Size(kLargest)), times.decide,
              "ns"),
      times.floor, 3));
  return rows;
}

}  // namespace gatehouse::bench
