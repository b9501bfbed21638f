#include "testing/scenario.h"

#include <fstream>
#include <iterator>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "authz/attributes.h"
#include "authz/authorizer.h"
#include "authz/builtin.h"
#include "base/errors.h"
#include "base/user_info.h"
#include "rbac/policy.h"
#include "testing/internal/grounds.h"
#include "testing/internal/scenario_parser.h"
#include "testing/load_policy.h"
#include "testing/request.h"

namespace gatehouse::testing {

namespace {

using internal::Expectation;
using internal::Scenario;

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(file)), {});
  if (!file.is_open() || file.bad()) {
    return MakeError(absl::StatusCode::kNotFound, Reason::kNotFound,
                     absl::StrCat(path, ": cannot be read"));
  }
  return text;
}

// Returns `path` as seen from the directory of `scenario`.
std::string Beside(const std::string& scenario, const std::string& path) {
  const size_t slash = scenario.rfind('/');
  if (absl::StartsWith(path, "/") || slash == std::string::npos) return path;
  return absl::StrCat(scenario.substr(0, slash + 1), path);
}

absl::StatusOr<std::unique_ptr<rbac::Policy>> PolicyOf(
    const Scenario& scenario, const std::string& path) {
  std::vector<std::string> paths;
  for (const std::string& manifest : scenario.policy) {
    paths.push_back(Beside(path, manifest));
  }
  LoadPolicyOptions options;
  options.default_policy = scenario.default_policy;
  return LoadPolicy(paths, options);
}

// Appends to `*report` what is wrong with the answer, if it is.
void Check(const rbac::Policy& policy, const Expectation& expectation,
           ScenarioReport* report) {
  // An API server asks this one before RBAC.
  static const auto* masters = new authz::PrivilegedGroups({kMastersGroup});
  const authz::Attributes attributes = AttributesOf(expectation.request);
  const bool master = masters->Decide(attributes) == authz::Outcome::kAllow;
  const bool allowed =
      master || policy.Decide(attributes) == authz::Outcome::kAllow;
  ++report->requests;
  if (allowed == expectation.allow) return;
  report->failures.push_back(
      {expectation.line, expectation.column,
       absl::StrCat(expectation.allow ? "want to allow " : "want to deny ",
                    Describe(expectation.request), ", but it is ",
                    allowed ? "allowed: " : "denied: ",
                    master ? absl::StrCat("the group ", kMastersGroup,
                                          " may do everything, whatever the "
                                          "policy says")
                           : internal::Grounds(policy, attributes))});
}

}  // namespace

absl::StatusOr<ScenarioReport> RunScenario(const std::string& path) {
  absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) return text.status();
  absl::StatusOr<Scenario> scenario = internal::ParseScenario(*text, path);
  if (!scenario.ok()) return scenario.status();
  const auto policy = PolicyOf(*scenario, path);
  if (!policy.ok()) return policy.status();
  ScenarioReport report;
  for (const Expectation& expectation : scenario->expectations) {
    Check(**policy, expectation, &report);
  }
  return report;
}

}  // namespace gatehouse::testing
