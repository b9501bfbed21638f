#include "absl/strings/match.h"
#include "cli/run_fixture.h"
#include "gtest/gtest.h"

namespace gatehouse::cli {
namespace {

TEST(WhoCanTest, Table) {
  ExpectAll({
      {"auth who-can get cm app -n dev -f @team.yaml", 0,
       "KIND             NAME             NAMESPACE   BINDING                  "
       "ROLE\n"
       "Group            system:masters               (built in)               "
       "-\n"
       "User             olga                         RoleBinding/dev/config   "
       "Role/config\n"
       "ServiceAccount   deployer         dev         RoleBinding/dev/config   "
       "Role/config\n",
       "Warning: role.rbac.authorization.k8s.io \"gone\" not found\n", ""},
      {"auth who-can get /metrics -f @team.yaml", 0,
       "KIND             NAME             NAMESPACE    BINDING                 "
       "        ROLE\n"
       "Group            system:masters                (built in)              "
       "        -\n"
       "ServiceAccount   scraper          monitoring   "
       "ClusterRoleBinding/monitoring   ClusterRole/monitoring\n"
       "User             olga                          "
       "ClusterRoleBinding/monitoring   ClusterRole/monitoring\n",
       "", ""},
      {"auth who-can delete nodes -A -f @jane.yaml", 0,
       "KIND    NAME             NAMESPACE   BINDING      ROLE\n"
       "Group   system:masters               (built in)   -\n",
       "", ""},
  });
}

TEST(WhoCanTest, Names) {
  ExpectAll({
      {"auth who-can get cm app -n dev -f @team.yaml -o name", 0,
       "group/system:masters\nuser/olga\nserviceaccount/dev/deployer\n",
       "Warning: role.rbac.authorization.k8s.io \"gone\" not found\n", ""},
      {"auth who-can * * -A -f @examplegroup.yaml --default-policy -o name", 0,
       "group/system:masters\ngroup/examplegroup\n", "", ""},
      {"auth who-can get pods -n kube-system -f @jane.yaml -o name", 0,
       "group/system:masters\n", "", ""},
      // Across all namespaces only cluster-wide bindings count.
      {"auth who-can get pods -A -f @jane.yaml -o name", 0,
       "group/system:masters\n", "", ""},
      {"auth who-can get pods -f @jane.yaml -o name", 0,
       "group/system:masters\nuser/jane\n", "", ""},
  });
}

TEST(WhoCanTest, Objects) {
  ExpectAll({
      {"auth who-can get pods -f @jane.yaml -o yaml", 0,
       R"(grants:
- bindingKind: RoleBinding
  bindingName: read-pods
  bindingNamespace: default
  roleRef:
    apiGroup: rbac.authorization.k8s.io
    kind: Role
    name: pod-reader
  rule:
    apiGroups:
    - ""
    resources:
    - pods
    verbs:
    - get
    - watch
    - list
  ruleNumber: 1
  subject:
    apiGroup: rbac.authorization.k8s.io
    kind: User
    name: jane
hardWired:
- apiGroup: rbac.authorization.k8s.io
  kind: Group
  name: system:masters
resourceAttributes:
  namespace: default
  resource: pods
  verb: get
)",
       "", ""},
  });
  const Result json =
      RunLine("auth who-can get cm app -n dev -f @team.yaml -o json");
  EXPECT_EQ(json.status, 0);
  // The namespace that the subject leaves out is the binding's.
  EXPECT_TRUE(absl::StrContains(json.out, R"("kind": "ServiceAccount",
                "name": "deployer",
                "namespace": "dev")"))
      << json.out;
}

TEST(WhoCanTest, Errors) {
  ExpectAll({
      {"auth who-can get -f @jane.yaml", 2, "",
       "error: you must specify two arguments: verb resource or verb "
       "resource/resourceName; see 'gatehouse auth who-can --help'\n",
       ""},
      {"auth who-can get pods", 2, "",
       "error: no policy: give -f PATH, or --default-policy, or both\n", ""},
      {"auth who-can get foos -f @jane.yaml -o name", 0,
       "group/system:masters\n",
       "Warning: the server doesn't have a resource type 'foos'\n", ""},
      {"auth who-can get pods -f @jane.yaml --as jane", 2, "",
       "error: The following argument was not expected: --as; see "
       "'gatehouse auth who-can --help'\n",
       ""},
  });
}

}  // namespace
}  // namespace gatehouse::cli
