#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "cli/run_fixture.h"
#include "gtest/gtest.h"

namespace gatehouse::cli {
namespace {

TEST(MatrixTest, GivenTypes) {
  ExpectAll({
      {"auth matrix po cm pods/log deploy -f @jane.yaml --as jane", 0,
       "RESOURCE           get   list   watch   create   update   patch   "
       "delete   deletecollection\n"
       "pods               yes   yes    yes     no       no       no      no   "
       "    no\n"
       "configmaps         no    no     no      no       no       no      no   "
       "    no\n"
       "pods/log           no    no     no      no       no       no      no   "
       "    no\n"
       "deployments.apps   no    no     no      no       no       no      no   "
       "    no\n",
       "", ""},
      {"auth matrix pods/log widgets -f @team.yaml --as olga", 0,
       "RESOURCE              get   list   watch   create   update   patch   "
       "delete   deletecollection\n"
       "pods/log              yes   yes    no      no       no       no      "
       "no       no\n"
       "widgets.example.com   yes   no     no      no       no       no      "
       "no       no\n",
       "", ""},
      {"auth matrix * foos -f @examplegroup.yaml --as a --as-group "
       "examplegroup",
       0,
       "RESOURCE   get   list   watch   create   update   patch   delete   "
       "deletecollection\n"
       "*          yes   yes    yes     yes      yes      yes     yes      "
       "yes\n"
       "foos       yes   yes    yes     yes      yes      yes     yes      "
       "yes\n",
       "Warning: the server doesn't have a resource type 'foos'\n", ""},
      // No name is asked for, so a rule about one name does not count.
      {"auth matrix cm -n dev -f @team.yaml --as olga -o yaml", 0,
       R"(namespace: dev
resources:
- resource: configmaps
user:
  groups:
  - system:authenticated
  username: olga
)",
       "", ""},
  });
}

// A binding in a namespace gives nothing on resources that have none.
TEST(MatrixTest, ClusterScopedResources) {
  constexpr char kPolicy[] =
      R"({"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role",
  "metadata":{"name":"all","namespace":"dev"},
  "rules":[{"verbs":["*"],"apiGroups":["*"],"resources":["*"]}]}
{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding",
  "metadata":{"name":"all","namespace":"dev"},"subjects":[{"kind":"User",
  "name":"a"}],"roleRef":{"kind":"Role","name":"all"}})";
  const Result result =
      RunLine("auth matrix nodes pods -n dev -f - --as a -o json", kPolicy);
  EXPECT_EQ(result.status, 0);
  EXPECT_TRUE(absl::StrContains(result.out, R"(        {
            "resource": "nodes"
        },
        {
            "resource": "pods",
            "verbs": [
                "get",)"))
      << result.out;
}

TEST(MatrixTest, AllTypes) {
  const Result result = RunLine("auth matrix -f @team.yaml --as olga");
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.err, "");
  const std::vector<std::string> lines = absl::StrSplit(result.out, '\n');
  ASSERT_GT(lines.size(), 70u);
  for (const char* name :
       {"pods ", "pods/log ", "deployments.apps ", "widgets.example.com ",
        "clusterroles.rbac.authorization.k8s.io "}) {
    int found = 0;
    for (const std::string& line : lines) {
      found += absl::StartsWith(line, name) ? 1 : 0;
    }
    EXPECT_EQ(found, 1) << name;
  }
}

TEST(MatrixTest, Errors) {
  ExpectAll({
      {"auth matrix po -f @jane.yaml", 2, "",
       "error: --as USER is required: there is no cluster here that knows who "
       "you are\n",
       ""},
      {"auth matrix po --as a", 2, "",
       "error: no policy: give -f PATH, or --default-policy, or both\n", ""},
  });
}

}  // namespace
}  // namespace gatehouse::cli
