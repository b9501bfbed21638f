#include "benchmarks/rbac_changes.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "benchmark/benchmark.h"

namespace gatehouse::bench {
namespace {

// A binding with a subject that nothing else names, and without.
struct Change {
  objects::Object with, without;
  rbac::Request request;  // Allowed as long as the subject is in it.
};

// A ClusterRole with a rule about some resource, that rule.
const k8s::ClusterRole& RoleWithResources(const rbac::PolicyObjects& policy) {
  for (const k8s::ClusterRole& role : policy.cluster_roles) {
    if (role.rules_size() > 0 && role.rules(0).resources_size() > 0 &&
        role.rules(0).resourcenames_size() == 0) {
      return role;
    }
  }
  return policy.cluster_roles.front();
}

Change MakeChange(const rbac::PolicyObjects& policy, size_t i) {
  k8s::RoleBinding binding =
      policy.role_bindings[i * 7919 % policy.role_bindings.size()];
  Change out;
  out.without = objects::MakeObject(binding);
  const k8s::ClusterRole& role = RoleWithResources(policy);
  binding.mutable_roleref()->set_kind("ClusterRole");
  binding.mutable_roleref()->set_name(role.metadata().name());
  k8s::Subject* subject = binding.add_subjects();
  subject->set_kind("User");
  subject->set_name(absl::StrCat("newcomer-", i));
  out.request.user.name = subject->name();
  out.request.namespace_ = binding.metadata().namespace_();
  out.request.verb = role.rules(0).verbs(0);
  out.request.api_group = role.rules(0).apigroups(0);
  out.request.resource = role.rules(0).resources(0);
  out.with = objects::MakeObject(binding);
  return out;
}

void Put(rbac::Policy& policy, const objects::Object& object) {
  rbac::PolicyUpdate update;
  update.put.push_back(object);
  policy.Apply(update);
}

// From the call of Apply until a reader on another thread sees the change.
absl::Duration TimeUntilSeen(rbac::Policy& policy, const Change& change) {
  std::atomic<bool> ready{false};
  absl::Time seen;
  std::thread reader([&] {
    const authz::Attributes attributes = change.request.Attributes();
    ready = true;
    while (policy.Decide(attributes) != authz::Outcome::kAllow) {
    }
    seen = absl::Now();
  });
  while (!ready) std::this_thread::yield();
  const absl::Time begin = absl::Now();
  Put(policy, change.with);
  reader.join();
  Put(policy, change.without);
  return seen - begin;
}

Row SeenRow(Workload& workload) {
  std::vector<absl::Duration> times;
  for (size_t i = 0; i < 101; ++i) {
    times.push_back(TimeUntilSeen(
        workload.policy(), MakeChange(workload.generator().policy(), i)));
  }
  std::sort(times.begin(), times.end());
  return AtMost(MakeRow("a changed binding is seen after (90 of 100 times), "
                        "200000 bindings",
                        absl::ToDoubleMilliseconds(times[90]), "ms"),
                1);
}

// Decisions per second of `threads` readers, while a writer makes a change
// every few milliseconds.
double DecisionsPerSecond(Workload& workload, unsigned threads) {
  constexpr absl::Duration kTime = absl::Milliseconds(300);
  rbac::Policy& policy = workload.policy();
  const Change change = MakeChange(workload.generator().policy(), 1);
  std::atomic<bool> stop{false};
  std::atomic<uint64_t> decisions{0};
  std::vector<std::thread> readers;
  for (unsigned t = 0; t < threads; ++t) {
    readers.emplace_back([&, t] {
      // Threads begin at different requests and touch the same memory.
      const auto& all = workload.attributes();
      size_t i = t * all.size() / threads;
      uint64_t done = 0;
      while (!stop.load(std::memory_order_relaxed)) {
        for (int n = 0; n < 256; ++n) {
          benchmark::DoNotOptimize(policy.Decide(all[i]));
          i = i + 1 == all.size() ? 0 : i + 1;
        }
        done += 256;
      }
      decisions += done;
    });
  }
  const absl::Time begin = absl::Now();
  bool with = false;
  while (absl::Now() - begin < kTime) {
    with = !with;
    Put(policy, with ? change.with : change.without);
    // The pace of the writer, part of what is measured: nothing is waited for.
    absl::SleepFor(absl::Milliseconds(5));
  }
  stop = true;
  for (std::thread& reader : readers) reader.join();
  const double seconds = absl::ToDoubleSeconds(absl::Now() - begin);
  Put(policy, change.without);
  return static_cast<double>(decisions.load()) / seconds;
}

Row ThreadsRow(Workload& workload) {
  const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
  double one = 0;
  double all = 0;
  for (int round = 0; round < 5; ++round) {
    one = std::max(one, DecisionsPerSecond(workload, 1));
    all = std::max(all, DecisionsPerSecond(workload, cores));
  }
  return AtLeast(MakeRow(absl::StrCat(cores, " threads on ", cores,
                                      " cores against 1, while bindings "
                                      "change; per thread"),
                         all / one / cores, "times"),
                 0.9);
}

}  // namespace

std::vector<Row> MeasureChanges(Workload& workload) {
  return {ThreadsRow(workload), SeenRow(workload)};
}

}  // namespace gatehouse::bench
