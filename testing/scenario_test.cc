#include "testing/scenario.h"

#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace gatehouse::testing {
namespace {

constexpr char kPolicy[] = R"(
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader, namespace: default}
rules:
- {apiGroups: [""], resources: [pods, pods/log], verbs: [get, list]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: read, namespace: default}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects:
- {apiGroup: rbac.authorization.k8s.io, kind: User, name: jane}
- {apiGroup: rbac.authorization.k8s.io, kind: Group, name: dev}
)";

// Writes a file beside the scenarios and returns its path.
std::string Write(absl::string_view name, absl::string_view text) {
  std::string path = absl::StrCat(::testing::TempDir(), "/", name);
  std::ofstream(path) << text;
  return path;
}

absl::StatusOr<ScenarioReport> RunText(absl::string_view text) {
  Write("p.yaml", kPolicy);
  return RunScenario(Write("s.yaml", text));
}

TEST(ScenarioTest, Holds) {
  const auto report = RunText(R"(
policy: [p.yaml]
default_policy: true
users:
  mary: {groups: [dev]}
  john: {}
  root: {groups: [system:masters]}
allow:
- {user: jane, verb: [get, list], resource: pods, namespace: default}
- {user: jane, verb: get, resource: pods/log, namespace: default, name: web-0}
- {user: mary, verb: get, resource: pods, namespace: default}
- {user: john, verb: get, path: /version}
- {user: root, verb: deletecollection, resource: nodes}
deny:
- {user: john, verb: get, resource: pods, namespace: default}
- {user: jane, verb: get, resource: pods}
- {user: jane, verb: get, resource: pods.apps, namespace: default}
- {user: "system:anonymous", verb: get, path: /api}
)");
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->requests, 10);
  EXPECT_THAT(report->failures, ::testing::IsEmpty());
}

TEST(ScenarioTest, WrongExpectationsFailWithPlaceAndGrounds) {
  const auto report = RunText(R"(policy: [p.yaml]
users:
  mary: {groups: [dev]}
  root: {groups: [system:masters]}
allow:
- {user: jane, verb: [get, delete], resource: pods, namespace: default}
- {user: nobody, verb: get, path: /metrics}
deny:
-   user: mary
    verb: list
    resource: pods
    namespace: default
- {user: root, verb: get, resource: pods}
)");
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->requests, 5);
  const struct {
    int line;
    int column;
    const char* text;
  } kWant[] = {
      {6, 3,
       R"(want to allow user "jane" to delete pods in namespace "default", )"
       R"(but it is denied: RoleBinding "default/read" names User "jane", )"
       "but its rule grants get, list, not delete, on pods"},
      {7, 3,
       R"(want to allow user "nobody" to get /metrics, but it is denied: )"
       "no binding comes near"},
      {9, 5,
       R"(want to deny user "mary" (groups dev) to list pods in namespace )"
       R"("default", but it is allowed: RoleBinding "read/default" of Role )"
       R"("reader" to Group "dev", its rule 0 grants get, list on pods, )"
       "pods/log"},
      {13, 3,
       R"(want to deny user "root" (groups system:masters) to get pods at the )"
       "cluster scope, but it is allowed: the group system:masters may do "
       "everything, whatever the policy says"},
  };
  ASSERT_EQ(report->failures.size(), std::size(kWant));
  for (size_t i = 0; i < std::size(kWant); ++i) {
    EXPECT_EQ(report->failures[i].line, kWant[i].line);
    EXPECT_EQ(report->failures[i].column, kWant[i].column);
    EXPECT_EQ(report->failures[i].text, kWant[i].text);
  }
}

// A line that is right; in the cases it stands as ROW.
constexpr char kRow[] = "{user: jane, verb: get, resource: pods}";

TEST(ScenarioTest, RefusesWhatIsNoScenario) {
  const struct {
    const char* text;
    Reason reason;
    const char* message;
  } kCases[] = {
      {"policy: [p.yaml]\nalow: [ROW]", Reason::kUnknownField,
       "s.yaml:2:1: unknown key \"alow\" in a scenario: want policy, "
       "default_policy, users, allow, deny"},
      {"policy: [p.yaml]\nallow:\n- {user: jane, verbs: [get]}",
       Reason::kUnknownField,
       "s.yaml:3:16: unknown key \"verbs\" in a request: want user, verb, "
       "resource, namespace, name, path"},
      {"policy: [p.yaml]\nusers: {jane: {group: [a]}}\nallow: [ROW]",
       Reason::kUnknownField,
       "s.yaml:2:16: unknown key \"group\" in a user: want groups"},
      {"policy: [p.yaml]\nallow: [ROW]\nallow: [ROW]", Reason::kDuplicate,
       nullptr},
      {"policy: [p.yaml", Reason::kMalformed, nullptr},
      {"", Reason::kInvalid, nullptr},
      {"- policy", Reason::kInvalid,
       "s.yaml:1:1: want a scenario, a map with the keys policy, "
       "default_policy, users, allow, deny"},
      {"policy: [p.yaml]", Reason::kInvalid,
       "s.yaml:1:1: nothing is expected: want allow or deny"},
      {"policy: [p.yaml]\nallow: []", Reason::kInvalid,
       "s.yaml:1:1: nothing is expected: want allow or deny"},
      {"allow: [ROW]", Reason::kInvalid,
       "s.yaml:1:1: no policy: want policy, or default_policy: true"},
      {"policy: []\nallow: [ROW]", Reason::kInvalid,
       "s.yaml:1:9: policy: want a list of strings that is not empty"},
      {"policy: p.yaml\nallow: [ROW]", Reason::kInvalid,
       "s.yaml:1:9: policy: want a list of strings that is not empty"},
      {"policy: [1]\nallow: [ROW]", Reason::kInvalid,
       "s.yaml:1:10: policy: want a string that is not empty"},
      {"policy: [p.yaml]\ndefault_policy: \"yes\"\nallow: [ROW]",
       Reason::kInvalid, "s.yaml:2:17: default_policy: want true or false"},
      {"policy: [p.yaml]\nusers: [jane]\nallow: [ROW]", Reason::kInvalid,
       "s.yaml:2:8: users: want a map from names to {groups: [...]}"},
      {"policy: [p.yaml]\nusers: {jane: [a]}\nallow: [ROW]", Reason::kInvalid,
       "s.yaml:2:15: want a user, a map with the keys groups"},
      {"policy: [p.yaml]\nusers: {jnae: {groups: [a]}}\nallow: [ROW]",
       Reason::kInvalid,
       "s.yaml:2:9: nothing is asked about user \"jnae\": misspelled?"},
      {"policy: [p.yaml]\nallow: ROW", Reason::kInvalid,
       "s.yaml:2:8: want a list of requests"},
      {"policy: [p.yaml]\nallow: [jane]", Reason::kInvalid,
       "s.yaml:2:9: want a request, a map with the keys user, verb, resource, "
       "namespace, name, path"},
      {"policy: [p.yaml]\ndeny: [{verb: get, resource: pods}]",
       Reason::kInvalid, "s.yaml:2:8: user is missing"},
      {"policy: [p.yaml]\ndeny: [{user: a, resource: pods}]", Reason::kInvalid,
       "s.yaml:2:8: verb is missing"},
      {"policy: [p.yaml]\ndeny: [{user: a, verb: get}]", Reason::kInvalid,
       "s.yaml:2:8: want one of resource and path"},
      {"policy: [p.yaml]\ndeny: [{user: a, verb: get, resource: b, path: /}]",
       Reason::kInvalid, "s.yaml:2:8: want one of resource and path"},
      {"policy: [p.yaml]\ndeny: [{user: a, verb: get, resource: /}]",
       Reason::kInvalid,
       "s.yaml:2:8: resource starts with a slash: paths go into path"},
      {"policy: [p.yaml]\ndeny: [{user: a, verb: get, path: b}]",
       Reason::kInvalid, "s.yaml:2:8: path does not start with a slash"},
      {"policy: [p.yaml]\ndeny: [{user: a, verb: get, path: /, name: b}]",
       Reason::kInvalid, "s.yaml:2:8: a path has no namespace and no name"},
      {"policy: [p.yaml]\ndeny: [{user: yes, verb: get, resource: pods}]",
       Reason::kInvalid, "s.yaml:2:15: user: want a string that is not empty"},
      {"policy: [p.yaml]\ndeny: [{user: a, verb: [], resource: pods}]",
       Reason::kInvalid,
       "s.yaml:2:24: verb: want a list of strings that is not empty"},
      {"policy: [p.yaml]\ndeny: [{user: a, verb: get, resource: b, name: ''}]",
       Reason::kInvalid, "s.yaml:2:48: name: want a string that is not empty"},
      {"policy: [p.yaml]\nallow: [ROW]\n---\nallow: [ROW]", Reason::kInvalid,
       "s.yaml:4:1: a second document: want one scenario in a file"},
      {"policy: [not.yaml]\nallow: [ROW]", Reason::kNotFound, nullptr},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.text);
    const auto report = RunText(absl::StrReplaceAll(c.text, {{"ROW", kRow}}));
    ASSERT_FALSE(report.ok());
    EXPECT_EQ(ReasonOf(report.status()), c.reason) << report.status();
    if (c.message == nullptr) continue;
    EXPECT_EQ(report.status().message(),
              absl::StrCat(::testing::TempDir(), "/", c.message));
  }
}

TEST(ScenarioTest, AFileThatIsNotThere) {
  const auto report = RunScenario("not/there.yaml");
  EXPECT_EQ(ReasonOf(report.status()), Reason::kNotFound);
  EXPECT_EQ(report.status().message(), "not/there.yaml: cannot be read");
}

}  // namespace
}  // namespace gatehouse::testing
