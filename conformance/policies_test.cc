// The areas that read policies as files: the default policy and decisions.
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "conformance/areas.h"
#include "conformance/report.h"
#include "conformance/runner.h"
#include "conformance/test_directory.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "objects/codec.h"
#include "objects/object.h"
#include "rbac/default_policy.h"

namespace gatehouse::conformance {
namespace {

using testing::HasSubstr;

std::string RunIn(const TestDirectory& directory, ExitStatus want) {
  std::ostringstream out;
  std::ostringstream err;
  RunOptions options;
  options.vectors = directory.path();
  EXPECT_EQ(Run(options, out, err), want) << out.str();
  return out.str();
}

// The library's own default policy as a file, without the objects from number
// `end` on.
std::string DefaultPolicyText(size_t end) {
  const std::vector<objects::Object>& policy = rbac::DefaultPolicy();
  std::string text;
  for (size_t i = 0; i < end && i < policy.size(); ++i) {
    absl::StrAppend(&text, "---\n", objects::ToYaml(policy[i]));
  }
  return text;
}

constexpr char kDefaultPolicy[] = "authz/default_policy.yaml";

TEST(DefaultPolicyTest, EqualPolicyPasses) {
  const size_t count = rbac::DefaultPolicy().size();
  const TestDirectory directory;
  directory.Write(kDefaultPolicy, DefaultPolicyText(count));
  EXPECT_THAT(RunIn(directory, ExitStatus::kPassed),
              HasSubstr(absl::StrCat(count, " cases, ", count, " passed")));
}

TEST(DefaultPolicyTest, SurplusObjectFails) {
  const size_t count = rbac::DefaultPolicy().size();
  const TestDirectory directory;
  directory.Write(kDefaultPolicy, DefaultPolicyText(count - 1));
  const std::string out = RunIn(directory, ExitStatus::kFailed);
  EXPECT_THAT(out, HasSubstr(absl::StrCat(count - 1, " passed, 1 failed")));
  EXPECT_THAT(out, HasSubstr("expected: none\n    got:      there is one"));
}

TEST(DefaultPolicyTest, MissingObjectFails) {
  const TestDirectory directory;
  directory.Write(
      kDefaultPolicy,
      DefaultPolicyText(1000) +
          "---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\n"
          "metadata:\n  name: another\nrules: []\n");
  const std::string out = RunIn(directory, ExitStatus::kFailed);
  EXPECT_THAT(out, HasSubstr("FAILED: ClusterRole another\n"));
  EXPECT_THAT(out, HasSubstr("got:      there is none"));
}

struct ChangeCase {
  const char* name;
  const char* from;
  const char* to;
};

class DefaultPolicyChangeTest : public testing::TestWithParam<ChangeCase> {};

TEST_P(DefaultPolicyChangeTest, Fails) {
  const std::string text = DefaultPolicyText(1000);
  const size_t place = text.find(GetParam().from);
  ASSERT_NE(place, std::string::npos);
  std::string changed = text;
  changed.replace(place, std::string(GetParam().from).size(), GetParam().to);
  const TestDirectory directory;
  directory.Write(kDefaultPolicy, changed);
  EXPECT_THAT(RunIn(directory, ExitStatus::kFailed), HasSubstr("1 failed\n"));
}

INSTANTIATE_TEST_SUITE_P(
    All, DefaultPolicyChangeTest,
    testing::Values(ChangeCase{"verb", "  verbs:\n  - ", "  verbs:\n  - other"},
                    ChangeCase{"annotation", "autoupdate: \"true\"",
                               "autoupdate: \"false\""},
                    ChangeCase{"label", "bootstrapping: rbac-defaults",
                               "bootstrapping: other"},
                    ChangeCase{"aggregation", "aggregate-to-admin: \"true\"",
                               "aggregate-to-admin: \"x\""},
                    ChangeCase{"subject", "  name: system:masters",
                               "  name: system:master"},
                    ChangeCase{"unknown_field", "metadata:\n",
                               "meta: {}\nmetadata:\n"}),
    [](const auto& info) { return std::string(info.param.name); });

constexpr char kPolicy[] =
    "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\n"
    "metadata: {name: \"\"}\n"
    "rules: [{verbs: [get], apiGroups: [\"\"], resources: [pods]},\n"
    "        {verbs: [get], nonResourceURLs: [/a]}]\n"
    "---\n"
    "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\n"
    "metadata: {name: b}\nroleRef: {kind: ClusterRole, name: \"\"}\n"
    "subjects: [{kind: User, name: jane}]\n";

std::string Request(absl::string_view user, absl::string_view attributes) {
  return absl::StrCat(R"({"apiVersion":"authorization.k8s.io/v1",)",
                      R"("kind":"SubjectAccessReview","spec":{"user":")", user,
                      "\",", attributes, "}}\n");
}

std::string GetPods(absl::string_view user) {
  return Request(user,
                 R"("resourceAttributes":{"verb":"get","resource":"pods"})");
}

struct DecisionsCase {
  const char* name;
  std::string requests;
  const char* decisions;
  // What is printed; "" if all pass.
  const char* says = "";
};

class RbacDecisionsTest : public testing::TestWithParam<DecisionsCase> {};

TEST_P(RbacDecisionsTest, Compares) {
  const TestDirectory directory;
  directory.Write("rbac_decisions/x/rbac.yaml", kPolicy);
  directory.WriteGzip("rbac_decisions/x/requests.jsonl.gz",
                      GetParam().requests);
  directory.WriteGzip("rbac_decisions/x/decisions.txt.gz",
                      GetParam().decisions);
  const std::string says = GetParam().says;
  const std::string out = RunIn(
      directory, says.empty() ? ExitStatus::kPassed : ExitStatus::kFailed);
  EXPECT_THAT(out, HasSubstr(says));
  EXPECT_THAT(out, HasSubstr("rbac_decisions/x: "));
}

INSTANTIATE_TEST_SUITE_P(
    All, RbacDecisionsTest,
    testing::Values(
        DecisionsCase{"right", GetPods("jane") + GetPods("john"),
                      "0 allow\n1 deny\n"},
        DecisionsCase{"right_without_last_line_break", GetPods("john"),
                      "0 deny"},
        DecisionsCase{
            "path",
            Request("jane",
                    R"("nonResourceAttributes":{"verb":"get","path":"/a"})"),
            "0 allow\n"},
        DecisionsCase{"user_again",
                      GetPods("jane") + GetPods("john") + GetPods("jane"),
                      "0 allow\n1 deny\n2 allow\n"},
        DecisionsCase{"allow_expected", GetPods("john"), "0 allow\n",
                      "1 case, 0 passed, 1 failed\n  FAILED: request 0: {"},
        DecisionsCase{"each_evaluator_is_held", GetPods("john"), "0 allow\n",
                      "    the reference evaluator\n"
                      "    expected: allow\n    got:      deny\n"},
        DecisionsCase{"deny_expected", GetPods("jane"), "0 deny\n",
                      "    UserView::Decide\n"
                      "    expected: deny\n    got:      allow\n"},
        DecisionsCase{"unknown_decision", GetPods("jane"), "0 maybe\n",
                      "expected: 0 allow|deny\n    got:      0 maybe"},
        DecisionsCase{"wrong_index", GetPods("jane"), "1 allow\n",
                      "expected: 0 allow|deny\n    got:      1 allow"},
        DecisionsCase{"decision_missing", GetPods("jane") + GetPods("jane"),
                      "0 allow\n", "2 requests, but 1 decisions"},
        DecisionsCase{"decision_over", GetPods("jane"), "0 allow\n1 deny\n",
                      "1 requests, but 2 decisions"},
        DecisionsCase{"no_requests", "", "", "there are no cases in it"},
        DecisionsCase{"no_json", "{\n", "0 deny\n", "1 case, 0 passed"},
        DecisionsCase{"other_kind", R"({"apiVersion":"v1","kind":"Namespace"})",
                      "0 deny\n", "want a SubjectAccessReview"},
        DecisionsCase{"unknown_field", Request("u", R"("groop":[])"),
                      "0 deny\n", "unknown field"},
        DecisionsCase{"asks_nothing", Request("u", R"("groups":[])"),
                      "0 deny\n", "want one of resourceAttributes"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(RbacDecisionsTest, MissingFilesFail) {
  const TestDirectory directory;
  directory.Write("rbac_decisions/x/rbac.yaml", kPolicy);
  const std::string out = RunIn(directory, ExitStatus::kFailed);
  EXPECT_THAT(out, HasSubstr("requests.jsonl.gz: cannot be read"));
  EXPECT_THAT(out, HasSubstr("decisions.txt.gz: cannot be read"));
}

TEST(RbacDecisionsTest, UnknownFileFails) {
  const TestDirectory directory;
  directory.Write("rbac_decisions/x/rbac.yaml", kPolicy);
  directory.WriteGzip("rbac_decisions/x/requests.jsonl.gz", GetPods("jane"));
  directory.WriteGzip("rbac_decisions/x/decisions.txt.gz", "0 allow\n");
  directory.Write("rbac_decisions/x/more/requests.jsonl.gz", "");
  const std::string out = RunIn(directory, ExitStatus::kFailed);
  EXPECT_THAT(out, HasSubstr("1 case, 1 passed, 1 failed\n"));
  EXPECT_THAT(out, HasSubstr("more/requests.jsonl.gz: nothing here reads"));
}

TEST(RbacDecisionsTest, PolicyThatDoesNotLoadFails) {
  const TestDirectory directory;
  directory.Write("rbac_decisions/x/rbac.yaml",
                  absl::StrCat(kPolicy, "---\n", kPolicy));
  directory.WriteGzip("rbac_decisions/x/requests.jsonl.gz", GetPods("jane"));
  directory.WriteGzip("rbac_decisions/x/decisions.txt.gz", "0 allow\n");
  EXPECT_THAT(RunIn(directory, ExitStatus::kFailed), HasSubstr("rbac.yaml:"));
}

}  // namespace
}  // namespace gatehouse::conformance
