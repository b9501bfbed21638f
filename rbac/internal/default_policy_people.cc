// Roles for people, and what a client needs before it has any role.
#include "rbac/internal/default_policy_tables.h"

namespace gatehouse::rbac::internal {
namespace {

// The subresources by which one gets into a running pod. Reading them is as
// good as writing: an exec over a websocket is a GET.
#define GATEHOUSE_INTO_PODS "pods/attach pods/exec pods/portforward pods/proxy"

constexpr RoleRow kPeople[] = {
    {"cluster-admin", {Rule("*", kAll, "*"), UrlRule("*", "*")}},

    // Each gathers the roles labelled as parts of it; edit is a part of admin,
    // and view of edit.
    {"admin", {}, nullptr, "admin"},
    {"edit", {}, "admin", "edit"},
    {"view", {}, "edit", "view"},

    {"system:aggregate-to-admin",
     {
         Rule("create", kAuthorization, "localsubjectaccessreviews"),
         Rule(kReadWrite, kRbac, "rolebindings roles"),
     },
     "admin"},

    // Secrets are here and not in view: who reads a service account's token
    // may do all that the account may.
    {"system:aggregate-to-edit",
     {
         Rule(kRead, kCore, GATEHOUSE_INTO_PODS " secrets services/proxy"),
         Rule("impersonate", kCore, "serviceaccounts"),
         Rule(kWrite, kCore, "pods " GATEHOUSE_INTO_PODS),
         Rule("create", kCore, "pods/eviction"),
         Rule(kWrite, kCore,
              "configmaps persistentvolumeclaims replicationcontrollers "
              "replicationcontrollers/scale secrets serviceaccounts services "
              "services/proxy"),
         Rule("create", kCore, "serviceaccounts/token"),
         Rule(kWrite, kEventGroups, "events"),
         Rule(kWrite, kApps,
              "daemonsets deployments deployments/rollback deployments/scale "
              "replicasets replicasets/scale statefulsets statefulsets/scale"),
         Rule(kWrite, kAutoscaling, "horizontalpodautoscalers"),
         Rule(kWrite, kBatch, "cronjobs jobs"),
         Rule(kWrite, kExtensions,
              "daemonsets deployments deployments/rollback deployments/scale "
              "ingresses networkpolicies replicasets replicasets/scale "
              "replicationcontrollers/scale"),
         Rule(kWrite, kPolicy, "poddisruptionbudgets"),
         Rule(kWrite, kNetworking, "ingresses networkpolicies"),
         Rule(kReadWrite, kCoordination, "leases"),
         Rule(kWrite, kResource, "resourceclaims resourceclaimtemplates"),
         Rule(kWrite, kScheduling, "podgroups workloads"),
         Rule(kWrite, kCoordination, "evictionrequests"),
     },
     "edit"},

    {"system:aggregate-to-view",
     {
         Rule(kRead, kCore,
              "configmaps endpoints persistentvolumeclaims "
              "persistentvolumeclaims/status pods replicationcontrollers "
              "replicationcontrollers/scale serviceaccounts services "
              "services/status"),
         Rule(kRead, kCore,
              "bindings limitranges namespaces/status pods/log pods/status "
              "replicationcontrollers/status resourcequotas "
              "resourcequotas/status"),
         Rule(kRead, kCore, "namespaces"),
         Rule(kRead, kEventGroups, "events"),
         Rule(kRead, kDiscovery, "endpointslices"),
         Rule(kRead, kApps,
              "controllerrevisions daemonsets daemonsets/status deployments "
              "deployments/scale deployments/status replicasets "
              "replicasets/scale replicasets/status statefulsets "
              "statefulsets/scale statefulsets/status"),
         Rule(kRead, kAutoscaling,
              "horizontalpodautoscalers horizontalpodautoscalers/status"),
         Rule(kRead, kBatch, "cronjobs cronjobs/status jobs jobs/status"),
         Rule(kRead, kExtensions,
              "daemonsets daemonsets/status deployments deployments/scale "
              "deployments/status ingresses ingresses/status networkpolicies "
              "replicasets replicasets/scale replicasets/status "
              "replicationcontrollers/scale"),
         Rule(kRead, kPolicy,
              "poddisruptionbudgets poddisruptionbudgets/status"),
         Rule(kRead, kNetworking, "ingresses ingresses/status networkpolicies"),
         Rule(kRead, kResource,
              "resourceclaims resourceclaims/status resourceclaimtemplates"),
         Rule(kRead, kScheduling, "podgroups podgroups/status workloads"),
         Rule(kRead, kCoordination, "evictionrequests"),
     },
     "view"},

    // Of every client that has been authenticated: to ask what it may do.
    {"system:basic-user",
     {
         Rule("create", kAuthorization,
              "selfsubjectaccessreviews selfsubjectrulesreviews"),
         Rule("create", kAuthentication, "selfsubjectreviews"),
     }},
    {"system:discovery",
     {UrlRule("get",
              "/api /api/* /apis /apis/* /healthz /livez /openapi /openapi/* "
              "/readyz /version /version/")}},
    {"system:public-info-viewer",
     {UrlRule("get", "/healthz /livez /readyz /version /version/")}},
    {"system:service-account-issuer-discovery",
     {UrlRule("get",
              "/.well-known/openid-configuration "
              "/.well-known/openid-configuration/ /openid/v1/jwks "
              "/openid/v1/jwks/")}},
    {"system:cluster-trust-bundle-discovery",
     {Rule(kRead, kCertificates, "clustertrustbundles")}},
};

#undef GATEHOUSE_INTO_PODS

}  // namespace

absl::Span<const RoleRow> PeopleRoleRows() { return kPeople; }

}  // namespace gatehouse::rbac::internal
