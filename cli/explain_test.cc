#include "cli/run_fixture.h"
#include "gtest/gtest.h"

namespace gatehouse::cli {
namespace {

TEST(ExplainTest, GrantsAndNearMisses) {
  ExpectAll({
      {"auth explain get pods -f @jane.yaml --as jane", 0,
       R"(User:         jane
Groups:       system:authenticated
Request:      get pods in namespace "default"
Answer:       yes
Decided by:   rbac
Reason:       RBAC: allowed by RoleBinding "read-pods/default" of Role "pod-reader" to User "jane"

Granted by:
  RoleBinding "read-pods/default" of Role "pod-reader" to User "jane"
    rule 1: {APIGroups:[""], Resources:["pods"], Verbs:["get" "watch" "list"]}
)",
       "", ""},
      {"auth explain get pods -n kube-system -f @jane.yaml --as jane", 1,
       R"(User:         jane
Groups:       system:authenticated
Request:      get pods in namespace "kube-system"
Answer:       no
Decided by:   nobody: no authorizer has an opinion

No binding grants it.
Near misses:
  RoleBinding "default/read-pods" names User "jane", but only in namespace "default"
)",
       "", ""},
      {"auth explain get cm/other -n dev -f @team.yaml --as igor", 1,
       R"(User:         igor
Groups:       system:authenticated
Request:      get configmaps "other" in namespace "dev"
Answer:       no
Decided by:   nobody: no authorizer has an opinion
Reason:       rbac: RBAC: role.rbac.authorization.k8s.io "gone" not found

No binding grants it.
  role.rbac.authorization.k8s.io "gone" not found
Near misses:
  RoleBinding "dev/dangling" names User "igor", but Role "gone" does not exist
)",
       "", ""},
      {"auth explain get /metrics -f @team.yaml --as nobody", 1,
       R"(User:         nobody
Groups:       system:authenticated
Request:      get /metrics
Answer:       no
Decided by:   nobody: no authorizer has an opinion

No binding grants it.
No binding of this user comes near.
)",
       "", ""},
  });
}

// The riddle: the binding is gone, and the power is not.
TEST(ExplainTest, SystemMasters) {
  ExpectAll({
      {"auth explain delete deploy.apps/web --subresource=scale -A -f "
       "@jane.yaml --as kubernetes-admin --as-group system:masters",
       0,
       R"(User:         kubernetes-admin
Groups:       system:masters, system:authenticated
Request:      delete deployments.apps/scale "web" in all namespaces
Answer:       yes
Decided by:   system-privileged-group.authorizer.kubernetes.io

Allowed before RBAC is asked: the user is in the group system:masters.
  The power of this group is built into the API server (authorizer
  system-privileged-group.authorizer.kubernetes.io). It needs no
  binding, and no change of the policy takes it away; only another
  certificate or token, without the group, does.
RBAC alone would not allow it: no binding grants it.
)",
       "", ""},
      {"auth explain delete nodes -A --default-policy --as kubernetes-admin "
       "--as-group system:masters",
       0,
       R"(User:         kubernetes-admin
Groups:       system:masters, system:authenticated
Request:      delete nodes in all namespaces
Answer:       yes
Decided by:   system-privileged-group.authorizer.kubernetes.io

Allowed before RBAC is asked: the user is in the group system:masters.
  The power of this group is built into the API server (authorizer
  system-privileged-group.authorizer.kubernetes.io). It needs no
  binding, and no change of the policy takes it away; only another
  certificate or token, without the group, does.
RBAC would allow it too, but removing this changes nothing:
  ClusterRoleBinding "cluster-admin" of ClusterRole "cluster-admin" to Group "system:masters"
    rule 1: {APIGroups:["*"], Resources:["*"], Verbs:["*"]}
)",
       "", ""},
  });
}

TEST(ExplainTest, OtherAuthorizers) {
  ExpectAll({
      {"auth explain get pods --authorization-mode AlwaysDeny,AlwaysAllow --as "
       "k",
       0,
       R"(User:         k
Groups:       system:authenticated
Request:      get pods in namespace "default"
Answer:       yes
Decided by:   alwaysallow

Allowed to anybody: the authorization mode AlwaysAllow.
)",
       "", ""},
  });
}

TEST(ExplainTest, Objects) {
  ExpectAll({
      {"auth explain get /metrics -f @team.yaml --as olga --as-uid 7 -o yaml",
       0,
       R"(answer: "yes"
decidedBy: rbac
grants:
- bindingKind: ClusterRoleBinding
  bindingName: monitoring
  roleRef:
    apiGroup: rbac.authorization.k8s.io
    kind: ClusterRole
    name: monitoring
  rule:
    nonResourceURLs:
    - /metrics
    - /healthz/*
    verbs:
    - get
  ruleNumber: 2
  subject:
    apiGroup: rbac.authorization.k8s.io
    kind: User
    name: olga
nonResourceAttributes:
  path: /metrics
  verb: get
reason: 'RBAC: allowed by ClusterRoleBinding "monitoring" of ClusterRole "monitoring" to User "olga"'
user:
  groups:
  - system:authenticated
  uid: "7"
  username: olga
)",
       "", ""},
      {"auth explain get pods -n dev -f @team.yaml --as igor -o json", 1,
       R"({
    "answer": "no",
    "errors": [
        "role.rbac.authorization.k8s.io \"gone\" not found"
    ],
    "nearMisses": [
        {
            "grant": {
                "bindingKind": "RoleBinding",
                "bindingName": "dangling",
                "bindingNamespace": "dev",
                "roleRef": {
                    "apiGroup": "rbac.authorization.k8s.io",
                    "kind": "Role",
                    "name": "gone"
                },
                "subject": {
                    "apiGroup": "rbac.authorization.k8s.io",
                    "kind": "User",
                    "name": "igor"
                }
            },
            "kind": "MissingRole",
            "text": "RoleBinding \"dev/dangling\" names User \"igor\", but Role \"gone\" does not exist"
        }
    ],
    "reason": "rbac: RBAC: role.rbac.authorization.k8s.io \"gone\" not found",
    "resourceAttributes": {
        "namespace": "dev",
        "resource": "pods",
        "verb": "get"
    },
    "user": {
        "groups": [
            "system:authenticated"
        ],
        "username": "igor"
    }
}
)",
       "", ""},
  });
}

TEST(ExplainTest, Errors) {
  ExpectAll({
      {"auth explain get pods -f @jane.yaml", 2, "",
       "error: --as USER is required: there is no cluster here that knows who "
       "you are\n",
       ""},
      {"auth explain get -f @jane.yaml --as a", 2, "",
       "error: you must specify two arguments: verb resource or verb "
       "resource/resourceName; see 'gatehouse auth explain --help'\n",
       ""},
      {"auth explain get pods -f @jane.yaml --as a -o name", 2, "",
       "error: --output: name not in {table,json,yaml}; see 'gatehouse auth "
       "explain --help'\n",
       ""},
      {"auth explain get foos -f @jane.yaml --as a -o yaml", 1,
       R"(answer: "no"
resourceAttributes:
  namespace: default
  resource: foos
  verb: get
user:
  groups:
  - system:authenticated
  username: a
)",
       "Warning: the server doesn't have a resource type 'foos'\n", ""},
  });
}

}  // namespace
}  // namespace gatehouse::cli
