// Every area and every op, with a case that is right and the same case with
// the opposite expected. The cases are the runner's own: they show that it
// compares, not what Kubernetes does.
#include "conformance/areas.h"

#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "conformance/report.h"
#include "conformance/test_directory.h"
#include "gtest/gtest.h"

namespace gatehouse::conformance {
namespace {

struct AreaCase {
  const char* name;
  const char* area;
  const char* input;
  const char* expect;
  // Each of these, instead of `expect`, fails.
  const char* wrong[3] = {};
};

class AreaTest : public testing::TestWithParam<AreaCase> {
 protected:
  // Returns how many failures there are, and what is printed.
  size_t Failures(const std::string& expect, std::string* printed) {
    const std::string path = absl::StrCat("authz/", GetParam().area, ".json");
    const Area* area = FindArea(path);
    if (area == nullptr || area->run_case == nullptr) return 1000;
    const TestDirectory directory;
    directory.Write("cases.json", FileOfCase(GetParam().input, expect));
    FileReport report(path);
    RunCaseFile(directory.path() + "/cases.json", *area, &report);
    std::ostringstream out;
    report.Print(out, 20);
    *printed = out.str();
    return report.failed();
  }
};

TEST_P(AreaTest, TellsRightFromWrong) {
  std::string printed;
  EXPECT_EQ(Failures(GetParam().expect, &printed), 0) << printed;
  for (const char* wrong : GetParam().wrong) {
    if (wrong == nullptr) continue;
    EXPECT_EQ(Failures(wrong, &printed), 1) << wrong << "\n" << printed;
  }
}

// A policy in which User jane reads pods of namespace dev.
#define JANE_READS_PODS                                                        \
  R"j("state": {"roles": [{"namespace": "dev", "name": "reader", "rules": [)j" \
  R"j({"verbs": ["get"], "apiGroups": [""], "resources": ["pods"]}]}],)j"      \
  R"j("roleBindings": [{"namespace": "dev", "name": "jane-reads",)j"           \
  R"j("roleRef": {"kind": "Role", "name": "reader"},)j"                        \
  R"j("subjects": [{"kind": "User", "name": "jane"}]}]})j"

#define GET_PODS                                                  \
  R"j("resourceRequest": true, "verb": "get", "apiGroup": "", )j" \
  R"j("resource": "pods", "namespace": "dev")j"

INSTANTIATE_TEST_SUITE_P(
    Policy, AreaTest,
    testing::Values(
        AreaCase{"rbac_authorize",
                 "rbac_authorize",
                 "{" JANE_READS_PODS
                 R"j(, "request": {"user": {"name": "jane"},)j" GET_PODS "}}",
                 R"j({"decision": "Allow", "reason": "RBAC: allowed by )j"
                 R"j(RoleBinding \"jane-reads/dev\" of Role \"reader\" to )j"
                 R"j(User \"jane\""})j",
                 {R"j({"decision": "NoOpinion"})j",
                  R"j({"decision": "Allow", "reason": ""})j",
                  R"j({"decision": "Allow", "error": "none"})j"}},
        AreaCase{"rbac_authorize_refuses",
                 "rbac_authorize",
                 "{" JANE_READS_PODS
                 R"j(, "request": {"user": {"name": "john"},)j" GET_PODS "}}",
                 R"j({"decision": "NoOpinion", "reason": ""})j",
                 {R"j({"decision": "Allow"})j", R"j({"decision": "Deny"})j"}},
        AreaCase{"rule_match",
                 "rule_match",
                 R"j({"rule": {"verbs": ["get"], "apiGroups": ["*"],
                     "resources": ["pods"]},
                     "request": {"verb": "get", "resource": "pods"}})j",
                 R"j({"matches": true})j",
                 {R"j({"matches": false})j", R"j({"matches": "true"})j"}},
        AreaCase{"rule_match_url",
                 "rule_match",
                 R"j({"rule": {"verbs": ["get"], "nonResourceURLs": ["/a"]},
                     "request": {"resourceRequest": false, "verb": "get",
                     "path": "/b"}})j",
                 R"j({"matches": false})j",
                 {R"j({"matches": true})j"}},
        AreaCase{"rules_for",
                 "rules_for",
                 R"j({"op": "rulesFor", "user": {"name": "jane"},
                     "namespace": "dev",)j" JANE_READS_PODS "}",
                 R"j({"rules": [{"verbs": ["get"], "apiGroups": [""],
                     "resources": ["pods"]}], "error": null,
                     "incomplete": false, "nonResourceRules": []})j",
                 {R"j({"rules": []})j", R"j({"rules": null, "error": "x"})j",
                  R"j({"resourceRules": []})j"}},
        AreaCase{"applies_to",
                 "rules_for",
                 R"j({"op": "appliesTo", "user": {"name": "jane"},
                     "namespace": "",
                     "subjects": [{"kind": "User", "name": "jane"}]})j",
                 R"j({"applies": true})j",
                 {R"j({"applies": false})j"}},
        AreaCase{"to_rule_infos",
                 "rules_for",
                 R"j({"op": "toRuleInfos", "rules": [
                     {"verbs": ["get"], "nonResourceURLs": ["/a"]}]})j",
                 R"j({"resourceRules": [], "nonResourceRules": [
                     {"verbs": ["get"], "nonResourceURLs": ["/a"]}]})j",
                 {R"j({"resourceRules": [{"verbs": ["get"]}]})j",
                  R"j({"nonResourceRules": []})j"}},
        AreaCase{"subject_locator",
                 "subject_locator",
                 "{" JANE_READS_PODS
                 R"j(, "superUser": "root", "request": {)j" GET_PODS "}}",
                 R"j({"error": null, "subjects": [
                     {"kind": "Group", "name": "system:masters",
                      "apiGroup": "rbac.authorization.k8s.io"},
                     {"kind": "User", "name": "root",
                      "apiGroup": "rbac.authorization.k8s.io"},
                     {"kind": "User", "name": "jane"}]})j",
                 {R"j({"subjects": []})j",
                  R"j({"error": "x", "subjects": [
                     {"kind": "Group", "name": "system:masters",
                      "apiGroup": "rbac.authorization.k8s.io"},
                     {"kind": "User", "name": "root",
                      "apiGroup": "rbac.authorization.k8s.io"},
                     {"kind": "User", "name": "jane"}]})j"}}),
    [](const auto& info) { return std::string(info.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Rules, AreaTest,
    testing::Values(
        AreaCase{"covers",
                 "covers",
                 R"j({"ownerRules": [], "servantRules": [
                     {"verbs": ["get", "list"], "nonResourceURLs": ["/a"]}]})j",
                 R"j({"covered": false, "uncoveredRules": [
                     {"verbs": ["get"], "nonResourceURLs": ["/a"]},
                     {"verbs": ["list"], "nonResourceURLs": ["/a"]}]})j",
                 {R"j({"covered": true})j", R"j({"uncoveredRules": []})j",
                  R"j({"uncoveredRules": [
                     {"verbs": ["list"], "nonResourceURLs": ["/a"]},
                     {"verbs": ["get"], "nonResourceURLs": ["/a"]}]})j"}},
        AreaCase{"is_simple",
                 "compact_rules",
                 R"j({"op": "isSimple", "rule": {"verbs": ["get"],
                     "apiGroups": [""], "resources": ["pods"]}})j",
                 R"j({"simple": true})j",
                 {R"j({"simple": false})j"}},
        AreaCase{"compact",
                 "compact_rules",
                 R"j({"op": "compact", "rules": [
                     {"verbs": ["get"], "apiGroups": [""], "resources": ["a"]},
                     {"verbs": ["get"], "apiGroups": [""], "resources": ["b"]},
                     {"verbs": ["list"], "apiGroups": [""],
                      "resources": ["a"]}]})j",
                 R"j({"order": "unspecified", "rules": [
                     {"verbs": ["get"], "apiGroups": [""], "resources": ["b"]},
                     {"verbs": ["get", "list"], "apiGroups": [""],
                      "resources": ["a"]}]})j",
                 {R"j({"order": "sorted"})j", R"j({"rules": []})j",
                  R"j({"rules": [
                     {"verbs": ["get"], "apiGroups": [""], "resources": ["b"]},
                     {"verbs": ["list", "get"], "apiGroups": [""],
                      "resources": ["a"]}]})j"}},
        AreaCase{"compact_string",
                 "compact_rules",
                 R"j({"op": "compactString", "rule": {"verbs": ["get"]}})j",
                 R"j({"string": "{Verbs:[\"get\"]}"})j",
                 {R"j({"string": "{}"})j"}},
        AreaCase{
            "path_authorizer",
            "nonresource",
            R"j({"kind": "path_authorizer", "alwaysAllowPaths": ["/a*"],
                     "path": "/ab", "resourceRequest": false})j",
            R"j({"decision": "Allow", "configError": false})j",
            {R"j({"decision": "NoOpinion"})j", R"j({"configError": true})j"}},
        AreaCase{"path_authorizer_of_a_resource",
                 "nonresource",
                 R"j({"kind": "path_authorizer", "alwaysAllowPaths": ["/a*"],
                     "path": "/ab", "resourceRequest": true})j",
                 R"j({"decision": "NoOpinion"})j",
                 {R"j({"decision": "Allow"})j"}},
        AreaCase{
            "path_authorizer_refused",
            "nonresource",
            R"j({"kind": "path_authorizer", "alwaysAllowPaths": ["/*a"]})j",
            R"j({"configError": true})j",
            {R"j({"configError": false})j", R"j({"decision": "NoOpinion"})j"}},
        AreaCase{"rbac_rule",
                 "nonresource",
                 R"j({"kind": "rbac_rule", "verb": "get", "path": "/a",
                     "rule": {"verbs": ["get"], "nonResourceURLs": ["/a"]}})j",
                 R"j({"matches": true})j",
                 {R"j({"matches": false})j"}},
        AreaCase{
            "covers_url",
            "nonresource",
            R"j({"kind": "covers_url", "owner": "/*", "requested": "/a"})j",
            R"j({"covers": true})j",
            {R"j({"covers": false})j"}},
        AreaCase{"aggregation",
                 "aggregation",
                 R"j({"target": {"name": "t", "aggregationRule": {
                       "clusterRoleSelectors": [{"matchLabels": {"a": "b"}}]}},
                     "clusterRoles": [{"name": "x", "labels": {"a": "b"},
                       "rules": [{"verbs": ["get"]}]}]})j",
                 R"j({"write": true, "rules": [{"verbs": ["get"]}]})j",
                 {R"j({"write": false})j", R"j({"rules": []})j",
                  R"j({"error": "x"})j"}},
        AreaCase{"aggregation_of_a_bad_selector",
                 "aggregation",
                 R"j({"target": {"name": "t", "aggregationRule": {
                       "clusterRoleSelectors": [{"matchExpressions":
                         [{"key": "a", "operator": "Near"}]}]},
                       "rules": [{"verbs": ["get"]}]}, "clusterRoles": []})j",
                 R"j({"write": false, "rules": [{"verbs": ["get"]}],
                     "error": "clusterrole \"t\": aggregationRule.clusterRoleSelectors[0]: invalid label )j"
                 R"j(selector: matchExpressions[0].operator: Invalid value: )j"
                 R"j(\"Near\": not a valid selector operator"})j",
                 {R"j({"error": null})j", R"j({"write": false})j"}}),
    [](const auto& info) { return std::string(info.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Writes, AreaTest,
    testing::Values(
        AreaCase{"create_role",
                 "escalation",
                 R"j({"op": "createRole", "kind": "ClusterRole", "name": "r",
                     "userRules": [], "can": {"escalate": false},
                     "rules": [{"verbs": ["get"], "apiGroups": [""],
                                "resources": ["pods"]}]})j",
                 R"j({"allowed": false, "code": 403,
                     "messageContains": "not currently held"})j",
                 {R"j({"allowed": true})j", R"j({"code": 404})j",
                  R"j({"messageContains": "granted"})j"}},
        AreaCase{"create_role_may_escalate",
                 "escalation",
                 R"j({"op": "createRole", "kind": "Role", "namespace": "dev",
                     "can": {"escalate": true}, "rules": [{"verbs": ["get"],
                       "nonResourceURLs": ["/a"]}]})j",
                 R"j({"allowed": true, "check": {"verb": "escalate",
                     "apiGroup": "rbac.authorization.k8s.io",
                     "apiVersion": "*", "resource": "roles",
                     "namespace": "dev"}})j",
                 {R"j({"allowed": false})j", R"j({"check": {"verb": "bind"}})j",
                  R"j({"check": {"verb": "escalate",
                     "apiGroup": "rbac.authorization.k8s.io",
                     "apiVersion": "*", "resource": "roles"}})j"}},
        AreaCase{"update_role_in_gc_fields",
                 "escalation",
                 R"j({"op": "updateRole", "kind": "Role",
                     "changed": ["metadata.finalizers"]})j",
                 R"j({"allowed": true})j",
                 {R"j({"allowed": false})j"}},
        AreaCase{"update_role_in_labels",
                 "escalation",
                 R"j({"op": "updateRole", "kind": "ClusterRole",
                     "changed": ["metadata.finalizers", "metadata.labels"]})j",
                 R"j({"allowed": false})j",
                 {R"j({"allowed": true})j"}},
        AreaCase{"update_aggregation",
                 "escalation",
                 R"j({"op": "updateRole", "kind": "ClusterRole",
                     "oldAggregationRule": true, "aggregationRule": false,
                     "userRules": [], "rules": []})j",
                 R"j({"allowed": false})j",
                 {R"j({"allowed": true})j"}},
        AreaCase{"nobody_is_refused",
                 "escalation",
                 R"j({"op": "createRole", "kind": "Role", "user": null,
                     "can": {"escalate": true}, "rules": [{"verbs": ["get"],
                       "nonResourceURLs": ["/a"]}]})j",
                 R"j({"allowed": false})j",
                 {R"j({"allowed": true})j"}},
        AreaCase{"bind",
                 "escalation",
                 R"j({"op": "createBinding", "kind": "RoleBinding",
                     "namespace": "dev", "can": {"bind": true},
                     "roleRef": {"kind": "ClusterRole", "name": "x"}})j",
                 R"j({"allowed": true, "check": {"verb": "bind",
                     "apiGroup": "rbac.authorization.k8s.io",
                     "apiVersion": "*", "resource": "clusterroles",
                     "name": "x", "namespace": "dev"}})j",
                 {R"j({"allowed": false})j", R"j({"check": null})j"}},
        AreaCase{"bind_a_missing_role",
                 "escalation",
                 R"j({"op": "createBinding", "kind": "ClusterRoleBinding",
                     "roleRef": {"kind": "ClusterRole", "name": "x"}})j",
                 R"j({"allowed": false, "code": 404, "message": "x: none"})j",
                 {R"j({"code": 403})j", R"j({"message": "x"})j"}},
        AreaCase{"update_binding",
                 "escalation",
                 R"j({"op": "updateBinding", "kind": "ClusterRoleBinding",
                     "changed": ["annotations"], "roleRules": [],
                     "roleRef": {"kind": "ClusterRole", "name": "x"}})j",
                 R"j({"allowed": true})j",
                 {R"j({"allowed": false})j"}},
        AreaCase{"only_gc_fields",
                 "escalation",
                 R"j({"op": "onlyGCFields", "changed": ["finalizers"]})j",
                 R"j({"result": true})j",
                 {R"j({"result": false})j"}},
        AreaCase{"valid",
                 "validation",
                 R"j({"object": {"kind": "ClusterRole",
                     "metadata": {"name": "x"}}})j",
                 R"j({"valid": true, "errors": []})j",
                 {R"j({"valid": false})j",
                  R"j({"errors": [{"type": "Required", "field": "x"}]})j"}},
        AreaCase{"invalid",
                 "validation",
                 R"j({"object": {"kind": "Role", "metadata": {}}})j",
                 R"j({"valid": false, "errors": [
                     {"type": "Required", "field": "metadata.name"},
                     {"type": "Required", "field": "metadata.namespace"}]})j",
                 {R"j({"valid": true})j",
                  R"j({"errors": [{"type": "Required",
                      "field": "metadata.name"}]})j",
                  R"j({"errors": [
                     {"type": "Required", "field": "metadata.name"},
                     {"type": "Invalid", "field": "metadata.namespace"}]})j"}},
        AreaCase{"detail",
                 "validation",
                 R"j({"object": {"kind": "ClusterRole",
                     "metadata": {"name": "x"}, "aggregationRule": {}}})j",
                 R"j({"errors": [{"type": "Required",
                     "field": "aggregationRule.clusterRoleSelectors"}]})j",
                 {R"j({"errors": [{"type": "Required", "detail": "x",
                     "field": "aggregationRule.clusterRoleSelectors"}]})j",
                  R"j({"errors": [{"type": "Required", "value": "x",
                     "field": "aggregationRule.clusterRoleSelectors"}]})j",
                  R"j({"errors": null})j"}},
        AreaCase{"update",
                 "validation",
                 R"j({"object": {"kind": "RoleBinding",
                       "metadata": {"name": "x", "namespace": "n"},
                       "roleRef": {"kind": "Role", "name": "a",
                         "apiGroup": "rbac.authorization.k8s.io"}},
                     "oldObject": {"kind": "RoleBinding",
                       "metadata": {"name": "x", "namespace": "n"},
                       "roleRef": {"kind": "Role", "name": "b",
                         "apiGroup": "rbac.authorization.k8s.io"}}})j",
                 R"j({"valid": false})j",
                 {R"j({"valid": true})j"}},
        AreaCase{"default",
                 "validation",
                 R"j({"op": "default", "object": {"kind": "RoleBinding",
                     "roleRef": {"kind": "Role", "name": "a"},
                     "subjects": [{"kind": "User", "name": "u"}]}})j",
                 R"j({"fields": {"roleRef.name": "a", "subjects[0].apiGroup":
                     "rbac.authorization.k8s.io"}})j",
                 {R"j({"fields": {"roleRef.name": "b"}})j",
                  R"j({"fields": {"subjects[1].apiGroup": ""}})j",
                  R"j({"fields": {}})j"}},
        AreaCase{"compute_role",
                 "reconcile",
                 R"j({"op": "computeRole", "removeExtraPermissions": false,
                     "expected": {"rules": [], "labels": {"a": "b"}},
                     "existing": {"rules": []}})j",
                 R"j({"operation": "update", "protected": false,
                     "written": true,
                     "role": {"labels": {"a": "b"}, "annotations": null}})j",
                 {R"j({"operation": "none"})j", R"j({"role": {}})j",
                  R"j({"written": false})j"}},
        AreaCase{"compute_protected_role",
                 "reconcile",
                 R"j({"op": "computeRole", "expected": {"labels": {"a": "b"}},
                     "existing": {"annotations": {
                       "rbac.authorization.kubernetes.io/autoupdate":
                       "false"}}})j",
                 R"j({"operation": "update", "protected": true,
                     "written": false})j",
                 {R"j({"protected": false})j", R"j({"written": true})j"}},
        AreaCase{
            "create_missing_role",
            "reconcile",
            R"j({"op": "computeRole", "expected": {"name": "a"},
                     "existing": null})j",
            R"j({"operation": "create", "written": true})j",
            {R"j({"operation": "none"})j", R"j({"role": {"name": "b"}})j"}},
        AreaCase{"compute_binding",
                 "reconcile",
                 R"j({"op": "computeBinding", "removeExtraSubjects": true,
                     "expected": {"roleRef": {"name": "r"},
                       "subjects": [{"name": "a"}]},
                     "existing": {"roleRef": {"name": "r"},
                       "subjects": [{"name": "b"}]}})j",
                 R"j({"operation": "update", "binding": {
                     "roleRef": {"name": "r"}, "subjects": [{"name": "a"}]}})j",
                 {R"j({"operation": "recreate"})j",
                  R"j({"binding": {"roleRef": {"name": "r"}, "subjects": [
                      {"name": "b"}, {"name": "a"}]}})j"}},
        AreaCase{"diff_subjects",
                 "reconcile",
                 R"j({"op": "diffSubjects", "a": [{"name": "x"}], "b": []})j",
                 R"j({"onlyA": [{"name": "x"}], "onlyB": []})j",
                 {R"j({"onlyA": []})j", R"j({"onlyB": [{"name": "x"}]})j"}}),
    [](const auto& info) { return std::string(info.param.name); });

// Three authorizers of which the second decides.
#define CHAIN                                                           \
  R"j("chain": [{"name": "a", "decision": "NoOpinion", "reason": "",)j" \
  R"j("error": "e"}, {"name": "b", "decision": "Allow",)j"              \
  R"j("reason": "r", "error": null},)j"                                 \
  R"j({"name": "c", "decision": "Deny", "reason": "", "error": null}])j"

INSTANTIATE_TEST_SUITE_P(
    Chains, AreaTest,
    testing::Values(
        AreaCase{"authorize",
                 "union",
                 R"j({"op": "authorize", )j" CHAIN "}",
                 R"j({"decision": "Allow", "reason": "r", "error": null,
                     "errorNonNil": false})j",
                 {R"j({"decision": "Deny"})j", R"j({"reason": ""})j",
                  R"j({"errorNonNil": true})j"}},
        AreaCase{"conditions_aware",
                 "union",
                 R"j({"op": "conditionsAwareAuthorize", )j" CHAIN "}",
                 R"j({"calls": [1, 1, 0],
                     "string": "Allow(reason=\"b: {r}\")"})j",
                 {R"j({"calls": [1, 1, 1]})j", R"j({"calls": [1, 1]})j",
                  R"j({"string": "Allow"})j"}},
        AreaCase{"tree",
                 "union",
                 R"j({"op": "conditionsAwareThenEvaluate",
                     "tree": {"outer": ["inner", "b"], "inner": ["a"]},
                     "authorizers": {"a": {"conditionEffect": "Deny",
                       "evalDecision": "NoOpinion"},
                       "b": {"decision": "Allow"}}})j",
                 R"j({"final": "Allow", "authorize": "Union[inner: )j"
                 R"j(Union[a: ConditionsMap(denies=1)], b: Allow]"})j",
                 {R"j({"final": "Deny"})j", R"j({"authorize": "Allow"})j"}},
        AreaCase{"union_rules_for",
                 "union",
                 R"j({"op": "rulesFor", "resolvers": [
                     {"incomplete": true, "error": "e1"},
                     {"resourceRules": [{"verbs": ["get"]}]}]})j",
                 R"j({"resourceRules": [{"verbs": ["get"]}],
                     "nonResourceRules": [], "incomplete": true,
                     "error": "e1"})j",
                 {R"j({"resourceRules": []})j", R"j({"incomplete": false})j",
                  R"j({"error": null})j"}},
        AreaCase{"always_deny",
                 "union",
                 R"j({"op": "builtin", "authorizer": "AlwaysDeny"})j",
                 R"j({"decision": "NoOpinion", "rulesForResource": [],
                     "reason": "Everything is forbidden."})j",
                 {R"j({"decision": "Deny"})j", R"j({"reason": ""})j",
                  R"j({"rulesForNonResource": [{"verbs": ["get"]}]})j"}},
        AreaCase{"always_allow",
                 "union",
                 R"j({"op": "builtin", "authorizer": "AlwaysAllow"})j",
                 R"j({"decision": "Allow", "reason": ""})j",
                 {R"j({"decision": "NoOpinion"})j",
                  R"j({"rulesForResource": []})j"}},
        AreaCase{"privileged_groups",
                 "union",
                 R"j({"op": "builtin", "authorizer": "privilegedGroups",
                     "groups": ["g"], "user": {"groups": ["g"]}})j",
                 R"j({"decision": "Allow"})j",
                 {R"j({"decision": "NoOpinion"})j",
                  R"j({"rulesForResource": []})j"}},
        AreaCase{
            "construct_union",
            "union",
            R"j({"op": "construct", "names": ["a", "a"]})j",
            R"j({"error": "duplicate AuthorizerName \"a\" in union.New"})j",
            {R"j({"error": null})j", R"j({"error": "duplicate"})j"}},
        AreaCase{"construct_leaf",
                 "conditions",
                 R"j({"op": "construct", "decision": {"leaf": "Allow",
                     "reason": "r", "error": "e"}})j",
                 R"j({"type": "Allow", "reason": "r", "error": "e",
                     "string": "Allow(reason=\"r\", err=\"e\")",
                     "possibleDecisions": ["Allow"],
                     "failureDecision": "NoOpinion",
                     "containsUnconditionalAllowOrDeny": true})j",
                 {R"j({"type": "Deny"})j",
                  R"j({"possibleDecisions": ["Allow", "Deny"]})j",
                  R"j({"failureDecision": "Deny"})j"}},
        AreaCase{"construct_zero",
                 "conditions",
                 R"j({"op": "construct", "decision": {"zeroValue": true}})j",
                 R"j({"string": "Deny"})j",
                 {R"j({"string": "NoOpinion"})j"}},
        AreaCase{"construct_parts",
                 "conditions",
                 R"j({"op": "construct",
                     "decision": {"fromParts": ["NoOpinion", "r", null]}})j",
                 R"j({"string": "NoOpinion(reason=\"r\")"})j",
                 {R"j({"string": "NoOpinion"})j"}},
        AreaCase{"construct_map",
                 "conditions",
                 R"j({"op": "construct", "decision": {"conditionsMap": {
                     "deny": [{"id": "d"}],
                     "allowGenerated": {"count": 2, "idPattern": "a%d"}}}})j",
                 R"j({"string": "ConditionsMap(denies=1, allows=2)",
                     "possibleDecisions": ["NoOpinion", "Allow", "Deny"]})j",
                 {R"j({"string": "ConditionsMap(denies=1, allows=1)"})j",
                  R"j({"possibleDecisions": ["Allow", "Deny"]})j"}},
        AreaCase{"evaluate",
                 "conditions",
                 R"j({"op": "evaluateConditionsMap", "conditionsMap": {
                     "allow": [{"id": "a", "result": "false"}, {"id": "b"}]},
                     "fallbackEvaluator": {"default": "true"}})j",
                 R"j({"string":
                     "Allow(reason=\"condition \\\"b\\\" allowed the request\")"})j",
                 {R"j({"string": "NoOpinion"})j"}},
        AreaCase{"partially",
                 "conditions",
                 R"j({"op": "partiallyEvaluateDecision",
                     "decision": {"union": [
                       {"name": "x", "decision": {"conditionsMap": {
                         "allow": [{"id": "a", "condition": "c",
                           "type": "t"}]}}},
                       {"name": "y", "decision": {"leaf": "Deny",
                         "reason": "no", "error": null}}]},
                     "builtinEvaluator": {"onlyForType": "other",
                       "trueWhenConditionEquals": "c"}})j",
                 R"j({"kind": "Union", "union": [{"kind": "ConditionsMap",
                       "conditionsMap": {"allow": [{"id": "a",
                         "condition": "c", "type": "t"}]}},
                     {"kind": "Deny", "reason": "no"}]})j",
                 {R"j({"kind": "Deny", "reason": "no"})j",
                  R"j({"kind": "Union", "union": [{"kind": "ConditionsMap",
                       "conditionsMap": {"allow": [{"id": "a",
                         "condition": "c", "type": "u"}]}},
                     {"kind": "Deny", "reason": "no"}]})j",
                  R"j({"kind": "Union", "union": [{"kind": "ConditionsMap",
                       "conditionsMap": {"allow": [{"id": "a",
                         "condition": "c", "type": "t"}]}}]})j"}},
        AreaCase{"union_add",
                 "conditions",
                 R"j({"op": "unionAdd", "adds": [{"name": "a", "decision": {
                     "leaf": "Deny", "reason": "r", "error": null}}]})j",
                 R"j({"string": "Deny(reason=\"a: {r}\")"})j",
                 {R"j({"string": "Deny"})j"}}),
    [](const auto& info) { return std::string(info.param.name); });

// Inputs that no answer fits.
class RefusedInputTest : public AreaTest {};

TEST_P(RefusedInputTest, FailsTheCase) {
  std::string printed;
  EXPECT_EQ(Failures(GetParam().expect, &printed), 1) << printed;
}

INSTANTIATE_TEST_SUITE_P(
    All, RefusedInputTest,
    testing::Values(
        AreaCase{"policy_with_a_duplicate", "rbac_authorize",
                 R"j({"state": {"roles": [{"namespace": "n", "name": "r"},
                     {"namespace": "n", "name": "r"}]}, "request": {}})j",
                 R"j({"decision": "NoOpinion"})j"},
        AreaCase{"unknown_key_of_a_role", "rbac_authorize",
                 R"j({"state": {"roles": [{"name": "r", "rule": []}]},
                     "request": {}})j",
                 R"j({"decision": "NoOpinion"})j"},
        AreaCase{"unknown_key_of_a_rule", "rbac_authorize",
                 R"j({"state": {"clusterRoles": [{"name": "r",
                     "rules": [{"verb": ["get"]}]}]}, "request": {}})j",
                 R"j({"decision": "NoOpinion"})j"},
        AreaCase{"unknown_key_of_a_user", "rbac_authorize",
                 R"j({"state": {}, "request": {"user": {"group": "g"}}})j",
                 R"j({"decision": "NoOpinion"})j"},
        AreaCase{
            "fallback_that_must_not_be_called", "conditions",
            R"j({"op": "evaluateConditionsMap", "conditionsMap": {
                     "allow": [{"id": "a"}]}, "fallbackEvaluator": {
                       "mustNotBeCalled": true, "default": "false"}})j",
            R"j({"string": "NoOpinion(reason=\"no conditions matched\")"})j"},
        AreaCase{
            "unknown_result", "conditions",
            R"j({"op": "evaluateConditionsMap", "conditionsMap": {
                     "deny": [{"id": "a", "result": "false"},
                              {"id": "b", "result": "perhaps"}]},
                     "fallbackEvaluator": {"default": "false"}})j",
            R"j({"string": "NoOpinion(reason=\"no conditions matched\")"})j"},
        AreaCase{"unknown_decision", "union",
                 R"j({"op": "authorize", "chain": [
                     {"name": "a", "decision": "Perhaps"}]})j",
                 R"j({"decision": "Deny"})j"},
        AreaCase{"unknown_builtin", "union",
                 R"j({"op": "builtin", "authorizer": "ABAC"})j",
                 R"j({"decision": "Deny"})j"},
        AreaCase{"tree_without_a_root", "union",
                 R"j({"op": "conditionsAwareThenEvaluate", "authorizers": {},
                     "tree": {"a": ["b"], "b": ["a"]}})j",
                 R"j({"final": "Deny"})j"},
        AreaCase{"tree_with_two_roots", "union",
                 R"j({"op": "conditionsAwareThenEvaluate", "authorizers": {},
                     "tree": {"a": [], "b": []}})j",
                 R"j({"final": "NoOpinion"})j"},
        AreaCase{"tree_of_nobody", "union",
                 R"j({"op": "conditionsAwareThenEvaluate", "authorizers": {},
                     "tree": {"a": ["b"]}})j",
                 R"j({"final": "Deny"})j"},
        AreaCase{"object_of_no_kind", "validation",
                 R"j({"object": {"metadata": {"name": "x"}}})j",
                 R"j({"valid": true})j"},
        AreaCase{"object_of_an_unknown_kind", "validation",
                 R"j({"object": {"kind": "Widget"}})j", R"j({"valid": true})j"},
        AreaCase{"two_kinds", "validation",
                 R"j({"object": {"kind": "ClusterRole",
                       "metadata": {"name": "x"}},
                     "oldObject": {"kind": "Role", "metadata": {}}})j",
                 R"j({"valid": true})j"},
        AreaCase{"unknown_field_changed", "escalation",
                 R"j({"op": "onlyGCFields", "changed": ["spec"]})j",
                 R"j({"result": true})j"},
        AreaCase{"role_of_a_binding_kind", "escalation",
                 R"j({"op": "createRole", "kind": "RoleBinding"})j",
                 R"j({"allowed": true})j"}),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace gatehouse::conformance
