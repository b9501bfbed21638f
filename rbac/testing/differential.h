// The compiled policy held against the reference evaluator.
#ifndef GATEHOUSE_RBAC_TESTING_DIFFERENTIAL_H_
#define GATEHOUSE_RBAC_TESTING_DIFFERENTIAL_H_

#include <cstdint>
#include <string>

#include "rbac/testing/generator.h"

namespace gatehouse::rbac {

// DifferentialOptions says how much one round does.
struct DifferentialOptions {
  int objects = 24;   // In the policy at the start.
  int mutations = 8;  // After each, the policy is asked again.
  int requests = 32;  // After the start and after each mutation.
};

// DifferentialCounts is what has been compared so far.
struct DifferentialCounts {
  uint64_t policies = 0;
  uint64_t mutations = 0;
  uint64_t decisions = 0;
  uint64_t allowed = 0;
};

// Makes a random policy, changes it step by step, and at each step holds every
// answer of the compiled policy (decision, reason, the view of a user, rules
// of a user, who can) against the reference evaluator's. Adds to `counts`.
// Returns "" if all agree, else what was asked and both answers.
std::string RunDifferential(const Choices& choices,
                            const DifferentialOptions& options,
                            DifferentialCounts* counts);

}  // namespace gatehouse::rbac

#endif  // GATEHOUSE_RBAC_TESTING_DIFFERENTIAL_H_
