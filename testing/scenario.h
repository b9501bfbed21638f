// Scenarios: what a policy must allow and must not, as a YAML file.
//
//   policy: [manifests/pod-reader.yaml]
//   allow:
//     - {user: jane, verb: [get, list], resource: pods, namespace: default}
//   deny:
//     - {user: jane, verb: delete, resource: pods, namespace: default}
//
// README.md beside this file says what a scenario may hold.
// gatehouse_scenario_test (scenario_test.bzl) makes a test of one.
#ifndef GATEHOUSE_TESTING_SCENARIO_H_
#define GATEHOUSE_TESTING_SCENARIO_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace gatehouse::testing {

// ScenarioFailure is an expectation that does not hold.
struct ScenarioFailure {
  // Where the expectation stands in the scenario, both from 1.
  int line = 0;
  int column = 0;
  // For people: the request, what was expected, and the bindings that grant it
  // or came near.
  std::string text;
};

// ScenarioReport is what became of a scenario.
struct ScenarioReport {
  // How many requests were asked about; never 0.
  int requests = 0;
  // In the order of the file; none if the scenario holds.
  std::vector<ScenarioFailure> failures;
};

// Runs the scenario in the file `path`. The manifests that it names are
// relative to its own directory, and are loaded as LoadPolicy does.
//
// Requests are decided as by an API server with --authorization-mode=RBAC:
// members of system:masters may do everything, all others what the policy
// grants. Users get the groups that MakeRequest (request.h) adds.
//
// Errors, each with file:line:column: a file that is no scenario (kMalformed,
// kDuplicate), a key that a scenario does not have (kUnknownField), a value of
// the wrong type, a request that could never be made, a user who is declared
// and not asked about, a scenario without requests (kInvalid); what LoadPolicy
// says of the manifests. A failed expectation is no error.
//
// Reads files; any thread may call it.
absl::StatusOr<ScenarioReport> RunScenario(const std::string& path);

}  // namespace gatehouse::testing

#endif  // GATEHOUSE_TESTING_SCENARIO_H_
