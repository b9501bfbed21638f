#include "cli/run_fixture.h"
#include "gtest/gtest.h"

namespace gatehouse::cli {
namespace {

// The articles' questions.
TEST(CanITest, AnswersOfTheArticles) {
  ExpectAll({
      {"auth can-i list pods -f @flask.yaml "
       "--as=system:serviceaccount:flask:flask-backend",
       1, "no\n", "", ""},
      {"auth can-i list pods -n flask -f @flask.yaml "
       "--as=system:serviceaccount:flask:flask-backend",
       0, "yes\n", "", ""},
      {"auth can-i create pods -n flask -f @flask.yaml "
       "--as=system:serviceaccount:flask:flask-backend",
       1, "no\n", "", ""},
      {"auth can-i get pods -n default -f @jane.yaml --as jane", 0, "yes\n", "",
       ""},
      {"auth can-i get pods -n kube-system -f @jane.yaml --as jane", 1, "no\n",
       "", ""},
      {"auth can-i list pods -f @jane.yaml --as john --as-group examplegroup",
       1, "no\n", "", ""},
      {"auth can-i list pods -f @examplegroup.yaml --as john --as-group "
       "examplegroup",
       0, "yes\n", "", ""},
      {"auth can-i list pods -f @examplegroup.yaml --as mary --as-group other "
       "--as-group examplegroup",
       0, "yes\n", "", ""},
      {"auth can-i * * -A -f @jane.yaml --as kubernetes-admin --as-group "
       "system:masters",
       0, "yes\n", "", ""},
  });
}

TEST(CanITest, WaysToAsk) {
  ExpectAll({
      {"auth can-i get po -f @jane.yaml --as jane", 0, "yes\n", "", ""},
      {"auth can-i get Pod -f @jane.yaml --as jane", 0, "yes\n", "", ""},
      {"auth can-i get pods/web-0 -f @jane.yaml --as jane", 0, "yes\n", "", ""},
      {"auth can-i get pods web-0 -f @jane.yaml --as jane", 0, "yes\n", "", ""},
      {"auth can-i get pods -f @jane.yaml --as jane -A", 1, "no\n", "", ""},
      {"auth can-i get pods -f @jane.yaml --as jane --subresource log", 1,
       "no\n", "", ""},
      {"auth can-i get pods --subresource=log -f @team.yaml --as olga", 0,
       "yes\n", "", ""},
      {"auth can-i get deploy.apps -f @jane.yaml --as jane", 1, "no\n", "", ""},
      {"auth can-i get cm/app -n dev -f @team.yaml --as olga", 0, "yes\n", "",
       ""},
      {"auth can-i get cm -n dev -f @team.yaml --as olga", 1, "no\n", "", ""},
      {"auth can-i get cm/app -n dev -f @team.yaml --as "
       "system:serviceaccount:dev:deployer",
       0, "yes\n", "", ""},
      {"auth can-i get /metrics -f @team.yaml --as olga", 0, "yes\n", "", ""},
      {"auth can-i get /healthz -f @team.yaml --as olga", 1, "no\n", "", ""},
      {"auth can-i get /healthz/etcd -f @team.yaml --as olga", 0, "yes\n", "",
       ""},
      // Aggregated: the role `monitoring` has no rules of its own.
      {"auth can-i list endpoints -f @team.yaml --as "
       "system:serviceaccount:monitoring:scraper",
       0, "yes\n", "", ""},
      // Several files, and a type that only the policy knows.
      {"auth can-i get widgets.example.com -f @jane.yaml -f @team.yaml --as "
       "olga",
       0, "yes\n", "", ""},
      {"auth can-i get pods -f @jane.yaml --as jane -q", 0, "", "", ""},
      {"auth can-i delete pods -f @jane.yaml --as jane --quiet", 1, "", "", ""},
  });
}

TEST(CanITest, WarningsInKubectlsWords) {
  ExpectAll({
      {"auth can-i get nodes -f @examplegroup.yaml --as a --as-group "
       "examplegroup",
       0, "yes\n", "Warning: resource 'nodes' is not namespace scoped\n\n", ""},
      {"auth can-i get sc -f @jane.yaml --as a", 1, "no\n",
       "Warning: resource 'storageclasses' is not namespace scoped in group "
       "'storage.k8s.io'\n\n",
       ""},
      {"auth can-i get nodes -A -f @jane.yaml --as a", 1, "no\n", "", ""},
      {"auth can-i frob pods -f @jane.yaml --as a", 1, "no\n",
       "Warning: verb 'frob' is not a known verb\n\n", ""},
      {"auth can-i list /metrics -f @jane.yaml --as a", 1, "no\n",
       "Warning: verb 'list' is not a known verb\n\n", ""},
      {"auth can-i get foos -f @jane.yaml --as a", 1, "no\n",
       "Warning: the server doesn't have a resource type 'foos'\n\n", ""},
      {"auth can-i frob foos.bar.io -f @jane.yaml --as a", 1, "no\n",
       "Warning: the server doesn't have a resource type 'foos' in group "
       "'bar.io'\n\nWarning: verb 'frob' is not a known verb\n\n",
       ""},
      {"auth can-i impersonate users -f @jane.yaml --as a", 1, "no\n", "", ""},
      // Literal where nobody knows the type, so that wildcards still match.
      {"auth can-i get Foos -f @examplegroup.yaml --as a --as-group "
       "examplegroup",
       0, "yes\n",
       "Warning: the server doesn't have a resource type 'foos'\n\n", ""},
      {"auth can-i get pods/log -f @jane.yaml --as jane", 0, "yes\n",
       "Warning: 'log' is taken for the name of one of the pods; the "
       "subresource is --subresource=log\n\n",
       ""},
  });
}

TEST(CanITest, ReasonsFollowTheNo) {
  ExpectAll({
      {"auth can-i get pods -n dev -f @team.yaml --as igor", 1,
       "no - rbac: RBAC: role.rbac.authorization.k8s.io \"gone\" not found\n",
       "", ""},
      {"auth can-i get pods -f @jane.yaml --as john "
       "--authorization-mode=AlwaysDeny,RBAC",
       1, "no - alwaysdeny: Everything is forbidden.\n", "", ""},
      {"auth can-i get pods -f @jane.yaml --as jane "
       "--authorization-mode=AlwaysDeny,RBAC",
       0, "yes\n", "", ""},
      {"auth can-i get pods --as john --authorization-mode=AlwaysAllow", 0,
       "yes\n", "", ""},
      {"auth can-i get /healthz -f @jane.yaml --as john "
       "--always-allow-paths=/healthz,/version/*",
       0, "yes\n", "", ""},
      {"auth can-i get /version/a -f @jane.yaml --as john "
       "--always-allow-paths=/healthz,/version/*",
       0, "yes\n", "", ""},
  });
}

TEST(CanITest, Explain) {
  ExpectAll({
      {"auth can-i get pods -f @jane.yaml --as jane --explain", 0,
       R"(yes
Granted by:
  RoleBinding "read-pods/default" of Role "pod-reader" to User "jane"
    rule 1: {APIGroups:[""], Resources:["pods"], Verbs:["get" "watch" "list"]}
)",
       "", ""},
      {"auth can-i get pods -f @jane.yaml --as john --explain", 1,
       "no\nNo binding grants it.\nNo binding of this user comes near.\n", "",
       ""},
      {"auth can-i get pods --as john --explain "
       "--authorization-mode=AlwaysDeny",
       1,
       "no - alwaysdeny: Everything is forbidden.\n"
       "No authorizer allows it, and RBAC is not among them.\n",
       "", ""},
      {"auth can-i get /livez --as john -f @jane.yaml --explain "
       "--always-allow-paths=/livez",
       0, "yes\nAllowed to anybody: the path is among --always-allow-paths.\n",
       "", ""},
  });
}

TEST(CanITest, List) {
  ExpectAll({
      {"auth can-i --list -n dev -f @team.yaml --as olga", 0,
       R"(Resources             Non-Resource URLs   Resource Names   Verbs
endpoints             []                  []               [get list]
pods/log              []                  []               [get list]
services              []                  []               [get list]
configmaps            []                  [app]            [get update]
                      [/healthz/*]        []               [get]
                      [/metrics]          []               [get]
widgets.example.com   []                  []               [get]
)",
       "", ""},
      {"auth can-i --list --no-headers -f @jane.yaml --as jane", 0,
       "pods   []    []    [get watch list]\n", "", ""},
      {"auth can-i --list -f @jane.yaml --as john", 0,
       "Resources   Non-Resource URLs   Resource Names   Verbs\n", "", ""},
      {"auth can-i --list --no-headers -n dev -f @team.yaml --as igor", 0, "",
       "Warning: the list may be incomplete: role.rbac.authorization.k8s.io "
       "\"gone\" not found\n\n",
       ""},
      {"auth can-i --list --no-headers -f @jane.yaml --as root --as-group "
       "system:masters",
       0, "",
       "Warning: the list may be incomplete: members of system:masters may do "
       "everything, whatever the rules say\n\n",
       ""},
      {"auth can-i --list --no-headers --as a "
       "--authorization-mode=AlwaysAllow",
       0, "*.*   []    []    [*]\n      [*]   []    [*]\n", "", ""},
  });
}

TEST(CanITest, Errors) {
  ExpectAll({
      {"auth can-i get pods -f @jane.yaml", 2, "",
       "error: --as USER is required: there is no cluster here that knows who "
       "you are\n",
       ""},
      {"auth can-i get -f @jane.yaml --as a", 2, "",
       "error: you must specify two arguments: verb resource or verb "
       "resource/resourceName; see 'gatehouse auth can-i --help'\n",
       ""},
      {"auth can-i get pods a b -f @jane.yaml --as a", 2, "",
       "error: you must specify two arguments: verb resource or verb "
       "resource/resourceName; see 'gatehouse auth can-i --help'\n",
       ""},
      {"auth can-i get pods/a b -f @jane.yaml --as a", 2, "",
       "error: two names, \"a\" and \"b\": write TYPE/NAME or TYPE NAME\n", ""},
      {"auth can-i get /a --subresource=log -f @jane.yaml --as a", 2, "",
       "error: --subresource can not be used with NonResourceURL\n", ""},
      {"auth can-i get /a b -f @jane.yaml --as a", 2, "",
       "error: NonResourceURL and ResourceName can not specified together\n",
       ""},
      {"auth can-i --list get pods -f @jane.yaml --as a", 2, "",
       "error: list option must be specified with no arguments\n", ""},
      {"auth can-i --list -q -f @jane.yaml --as a", 2, "",
       "error: list option can't be specified with neither quiet, "
       "all-namespaces nor subresource options\n",
       ""},
      {"auth can-i --list -A -f @jane.yaml --as a", 2, "",
       "error: list option can't be specified with neither quiet, "
       "all-namespaces nor subresource options\n",
       ""},
      {"auth can-i --list --explain -f @jane.yaml --as a", 2, "",
       "error: --explain cannot be set with --list specified\n", ""},
      {"auth can-i get pods --no-headers -f @jane.yaml --as a", 2, "",
       "error: --no-headers cannot be set without --list specified\n", ""},
      {"auth can-i get pods --as a", 2, "",
       "error: no policy: give -f PATH, or --default-policy, or both\n", ""},
      {"auth can-i get pods -f @nowhere.yaml --as a", 2, "",
       "error: @nowhere.yaml: no such file or directory\n", ""},
      {"auth can-i get pods -f - -f - --as a", 2, "",
       "error: -f -: stdin can be read only once\n", ""},
      {"auth can-i get pods -f @jane.yaml --as a --authorization-mode=Node", 2,
       "",
       "error: authorization-mode \"Node\" is not available here: want RBAC, "
       "AlwaysAllow or AlwaysDeny\n",
       ""},
      {"auth can-i get pods -f @jane.yaml --as a --authorization-mode=rbac", 2,
       "",
       "error: authorization-mode \"rbac\" is not a valid mode: want RBAC, "
       "AlwaysAllow or AlwaysDeny\n",
       ""},
      {"auth can-i get pods -f @jane.yaml --as a "
       "--authorization-mode=RBAC,RBAC",
       2, "",
       "error: authorization-mode \"RBAC\" has mode specified more than once\n",
       ""},
      {"auth can-i get /a -f @jane.yaml --as a --always-allow-paths=/a*b", 2,
       "", "error: only trailing * allowed in \"a*b\"\n", ""},
  });
}

// --validate decides what becomes of objects that no API server would store.
TEST(CanITest, Validate) {
  ExpectAll({
      // The misspelled resourceName widens the rule; it is evaluated so.
      {"auth can-i get secrets -n dev -f @invalid.yaml --as eve", 0, "yes\n",
       "@invalid.yaml:18:3: unknown field \"rules[0].resourceName\"\n"
       "@invalid.yaml:1:1: rules[0].verbs: Required value: verbs must contain "
       "at least one value\n",
       ""},
      {"auth can-i get secrets -n dev -f @invalid.yaml --as eve "
       "--validate=ignore",
       0, "yes\n", "", ""},
      {"auth can-i get secrets -n dev -f @invalid.yaml --as eve "
       "--validate=strict",
       2, "",
       "error: @invalid.yaml:18:3: unknown field \"rules[0].resourceName\"\n",
       ""},
      {"auth can-i get secrets -f - --as eve --validate=strict", 2, "",
       "error: <stdin>:1:1: rules[0].verbs: Required value: verbs must contain "
       "at "
       "least one value\n",
       R"({"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole",
           "metadata":{"name":"a"},"rules":[{"resources":["pods"],
           "apiGroups":[""]}]})"},
      {"auth can-i get pods -f - --as eve --validate=sometimes", 2, "",
       "error: --validate: sometimes not in {strict,warn,ignore}; see "
       "'gatehouse auth can-i --help'\n",
       ""},
  });
}

TEST(CanITest, AggregationReplacesRulesAndSaysSo) {
  constexpr char kPolicy[] =
      R"({"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole",
  "metadata":{"name":"sum"},"aggregationRule":{"clusterRoleSelectors":
  [{"matchLabels":{"part":"yes"}}]},
  "rules":[{"verbs":["get"],"apiGroups":[""],"resources":["secrets"]}]}
{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRoleBinding",
  "metadata":{"name":"sum"},"subjects":[{"kind":"User","name":"a"}],
  "roleRef":{"kind":"ClusterRole","name":"sum"}})";
  constexpr char kComplaint[] =
      "<stdin>:1:1: clusterrole \"sum\": its rules are replaced by those of "
      "the "
      "roles that its aggregationRule selects\n";
  ExpectAll({
      {"auth can-i get secrets -f - --as a", 1, "no\n", kComplaint, kPolicy},
      {"auth can-i get secrets -f - --as a --validate=ignore", 1, "no\n", "",
       kPolicy},
  });
  const Result strict =
      RunLine("auth can-i get secrets -f - --as a --validate=strict", kPolicy);
  EXPECT_EQ(strict.status, 2);
  EXPECT_EQ(strict.err, std::string("error: ") + kComplaint);
}

// The roles that an API server bootstraps, their aggregation done.
TEST(CanITest, DefaultPolicy) {
  constexpr char kView[] =
      R"({"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding",
  "metadata":{"name":"v","namespace":"dev"},"subjects":[{"kind":"User",
  "name":"vera"}],"roleRef":{"kind":"ClusterRole","name":"view"}})";
  constexpr char kOwnView[] =
      R"({"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding",
  "metadata":{"name":"v","namespace":"dev"},"subjects":[{"kind":"User",
  "name":"vera"}],"roleRef":{"kind":"ClusterRole","name":"view"}}
{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole",
  "metadata":{"name":"view"},"rules":[]})";
  ExpectAll({
      {"auth can-i list pods -n dev -f - --default-policy --as vera", 0,
       "yes\n", "", kView},
      {"auth can-i get secrets -n dev -f - --default-policy --as vera", 1,
       "no\n", "", kView},
      {"auth can-i list pods -n dev -f - --as vera", 1,
       "no - rbac: RBAC: clusterrole.rbac.authorization.k8s.io \"view\" not "
       "found\n",
       "", kView},
      // What the files have wins.
      {"auth can-i list pods -n dev -f - --default-policy --as vera", 1, "no\n",
       "", kOwnView},
      {"auth can-i get /version --default-policy --as system:anonymous", 0,
       "yes\n", "", ""},
      {"auth can-i get /api --default-policy --as system:anonymous", 1, "no\n",
       "", ""},
      {"auth can-i get /api --default-policy --as anybody", 0, "yes\n", "", ""},
  });
}

}  // namespace
}  // namespace gatehouse::cli
