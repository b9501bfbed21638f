// From the text of a scenario to what it asks.
#ifndef GATEHOUSE_TESTING_INTERNAL_SCENARIO_PARSER_H_
#define GATEHOUSE_TESTING_INTERNAL_SCENARIO_PARSER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "testing/request.h"

namespace gatehouse::testing::internal {

// Expectation is one request and the answer that it has to get.
struct Expectation {
  Request request;
  bool allow = false;
  int line = 0;
  int column = 0;
};

// Scenario is a scenario as it stands in the file.
struct Scenario {
  std::vector<std::string> policy;  // Paths, as written.
  bool default_policy = false;
  std::vector<Expectation> expectations;  // A list of verbs is one for each.
};

// Parses `text`. Errors as in RunScenario; `file` is the name in them.
absl::StatusOr<Scenario> ParseScenario(absl::string_view text,
                                       absl::string_view file);

}  // namespace gatehouse::testing::internal

#endif  // GATEHOUSE_TESTING_INTERNAL_SCENARIO_PARSER_H_
