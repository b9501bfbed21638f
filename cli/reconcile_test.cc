#include "cli/run_fixture.h"
#include "gtest/gtest.h"

namespace gatehouse::cli {
namespace {

TEST(ReconcileTest, Text) {
  ExpectAll({
      {"auth reconcile -f @wanted.yaml --existing @jane.yaml --dry-run", 0,
       R"(role.rbac.authorization.k8s.io/pod-reader reconciled (dry run)
	reconciliation required update
	missing rules added:
		{Verbs:[get] APIGroups:[] Resources:[pods/log] ResourceNames:[] NonResourceURLs:[]}
rolebinding.rbac.authorization.k8s.io/read-pods reconciled (dry run)
	reconciliation required update
	missing subjects added:
		{Kind:User APIGroup:rbac.authorization.k8s.io Name:john Namespace:}
clusterrole.rbac.authorization.k8s.io/node-reader reconciled (dry run)
	reconciliation required create
	missing rules added:
		{Verbs:[get] APIGroups:[] Resources:[nodes] ResourceNames:[] NonResourceURLs:[]}
)",
       "", ""},
      {"auth reconcile -f @wanted.yaml --existing @jane.yaml --dry-run=client "
       "--remove-extra-permissions --remove-extra-subjects",
       0,
       R"(role.rbac.authorization.k8s.io/pod-reader reconciled (dry run)
	reconciliation required update
	missing rules added:
		{Verbs:[get] APIGroups:[] Resources:[pods/log] ResourceNames:[] NonResourceURLs:[]}
	extra rules removed:
		{Verbs:[watch] APIGroups:[] Resources:[pods] ResourceNames:[] NonResourceURLs:[]}
rolebinding.rbac.authorization.k8s.io/read-pods reconciled (dry run)
	reconciliation required update
	missing subjects added:
		{Kind:User APIGroup:rbac.authorization.k8s.io Name:john Namespace:}
	extra subjects removed:
		{Kind:User APIGroup:rbac.authorization.k8s.io Name:jane Namespace:}
clusterrole.rbac.authorization.k8s.io/node-reader reconciled (dry run)
	reconciliation required create
	missing rules added:
		{Verbs:[get] APIGroups:[] Resources:[nodes] ResourceNames:[] NonResourceURLs:[]}
)",
       "", ""},
      // Nothing to do; other kinds are passed over.
      {"auth reconcile -f @flask.yaml --existing @flask.yaml --dry-run", 0,
       "role.rbac.authorization.k8s.io/flask-backend-role reconciled (dry "
       "run)\n"
       "rolebinding.rbac.authorization.k8s.io/flask-backend-role-binding "
       "reconciled (dry run)\n",
       "", ""},
  });
}

TEST(ReconcileTest, TableAndNames) {
  ExpectAll({
      {"auth reconcile -f @wanted.yaml --existing @jane.yaml --dry-run -o "
       "table --remove-extra-permissions --remove-extra-subjects",
       0,
       "OPERATION   KIND          NAMESPACE   NAME          ADDED       "
       "REMOVED "
       "    OPTED OUT\n"
       "update      Role          default     pod-reader    1 rule      1 rule "
       " "
       "    no\n"
       "update      RoleBinding   default     read-pods     1 subject   1 "
       "subject   no\n"
       "create      ClusterRole               node-reader   1 rule      -      "
       " "
       "    no\n",
       "", ""},
      {"auth reconcile -f @flask.yaml --dry-run -o name", 0,
       "role.rbac.authorization.k8s.io/flask-backend-role\n"
       "rolebinding.rbac.authorization.k8s.io/flask-backend-role-binding\n",
       "\treconciliation required create\n"
       "\tmissing rules added:\n"
       "\t\t{Verbs:[get list watch] APIGroups:[] Resources:[pods] "
       "ResourceNames:[] NonResourceURLs:[]}\n"
       "\treconciliation required create\n"
       "\tmissing subjects added:\n"
       "\t\t{Kind:ServiceAccount APIGroup: Name:flask-backend "
       "Namespace:flask}\n",
       ""},
  });
}

constexpr char kWantedBinding[] =
    R"({"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding",
  "metadata":{"name":"read-pods","namespace":"default"},
  "subjects":[{"kind":"User","name":"jane"}],
  "roleRef":{"kind":"ClusterRole","name":"view"}})";

TEST(ReconcileTest, Objects) {
  ExpectAll({
      // A roleRef cannot be changed: delete, and create anew.
      {"auth reconcile -f - --existing @jane.yaml --dry-run -o yaml", 0,
       R"(apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: read-pods
  namespace: default
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: view
subjects:
- apiGroup: rbac.authorization.k8s.io
  kind: User
  name: jane
)",
       "\treconciliation required recreate\n", kWantedBinding},
      {"auth reconcile -f - --existing @jane.yaml --dry-run -o json", 0,
       R"({
    "apiVersion": "rbac.authorization.k8s.io/v1",
    "kind": "RoleBinding",
    "metadata": {
        "name": "read-pods",
        "namespace": "default"
    },
    "roleRef": {
        "apiGroup": "rbac.authorization.k8s.io",
        "kind": "ClusterRole",
        "name": "view"
    },
    "subjects": [
        {
            "apiGroup": "rbac.authorization.k8s.io",
            "kind": "User",
            "name": "jane"
        }
    ]
}
)",
       "\treconciliation required recreate\n", kWantedBinding},
  });
}

TEST(ReconcileTest, OptedOut) {
  const std::string existing = WriteFile(
      "protected.json",
      R"({"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole",
  "metadata":{"name":"node-reader","annotations":
  {"rbac.authorization.kubernetes.io/autoupdate":"false"}}, "rules": []})");
  constexpr char kWanted[] =
      R"({"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole",
  "metadata":{"name":"node-reader"},"rules":[{"verbs":["get"],
  "apiGroups":[""],"resources":["nodes"]}]})";
  const Result text = RunArgs(
      {"auth", "reconcile", "-f", "-", "--existing", existing, "--dry-run"},
      kWanted);
  EXPECT_EQ(
      text.out,
      "clusterrole.rbac.authorization.k8s.io/node-reader reconciled (dry run)\n"
      "\treconciliation required update, but object opted out "
      "(rbac.authorization.kubernetes.io/autoupdate: false)\n"
      "\tmissing rules added:\n"
      "\t\t{Verbs:[get] APIGroups:[] Resources:[nodes] ResourceNames:[] "
      "NonResourceURLs:[]}\n");
}

TEST(ReconcileTest, Errors) {
  ExpectAll({
      {"auth reconcile -f @wanted.yaml --existing @jane.yaml", 2, "",
       "error: --dry-run is required: there is no cluster here to write to\n",
       ""},
      {"auth reconcile -f @wanted.yaml --dry-run=none", 2, "",
       "error: --dry-run is required: there is no cluster here to write to\n",
       ""},
      {"auth reconcile -f @wanted.yaml --dry-run=server", 2, "",
       "error: --dry-run=server: there is no server here\n", ""},
      {"auth reconcile --dry-run", 2, "",
       "error: --filename is required; see 'gatehouse auth reconcile "
       "--help'\n",
       ""},
      {"auth reconcile -f - --existing - --dry-run", 2, "",
       "error: stdin can be read only once\n", ""},
      {"auth reconcile -f @invalid.yaml --dry-run --validate=strict", 2, "",
       "error: @invalid.yaml:18:3: unknown field \"rules[0].resourceName\"\n",
       ""},
      {"auth reconcile -f @wanted.yaml --existing @none.yaml --dry-run", 2, "",
       "error: @none.yaml: no such file or directory\n", ""},
  });
}

}  // namespace
}  // namespace gatehouse::cli
