// Cluster roles of the parts of a cluster: its programs, its nodes, add-ons.
#include "rbac/internal/default_policy_tables.h"

namespace gatehouse::rbac::internal {
namespace {

// What a server needs that leaves authentication and authorization of its own
// clients to the API server.
constexpr RuleRow kReviewTokens =
    Rule("create", kAuthentication, "tokenreviews");
constexpr RuleRow kReviewAccess =
    Rule("create", kAuthorization, "subjectaccessreviews");

constexpr RoleRow kComponents[] = {
    {"system:auth-delegator", {kReviewTokens, kReviewAccess}},

    // Who may have which certificate signing requests approved. The first two
    // are asked about by the approving controller and never by a request.
    {"system:certificates.k8s.io:certificatesigningrequests:nodeclient",
     {Rule("create", kCertificates, "certificatesigningrequests/nodeclient")}},
    {"system:certificates.k8s.io:certificatesigningrequests:selfnodeclient",
     {Rule("create", kCertificates,
           "certificatesigningrequests/selfnodeclient")}},
    {"system:certificates.k8s.io:kube-apiserver-client-approver",
     {Rule("approve", kCertificates, "signers",
           "kubernetes.io/kube-apiserver-client")}},
    {"system:certificates.k8s.io:kube-apiserver-client-kubelet-approver",
     {Rule("approve", kCertificates, "signers",
           "kubernetes.io/kube-apiserver-client-kubelet")}},
    {"system:certificates.k8s.io:kubelet-serving-approver",
     {Rule("approve", kCertificates, "signers",
           "kubernetes.io/kubelet-serving")}},
    {"system:certificates.k8s.io:legacy-unknown-approver",
     {Rule("approve", kCertificates, "signers",
           "kubernetes.io/legacy-unknown")}},

    // Programs of the control plane.
    {"system:kube-aggregator", {Rule(kRead, kCore, "endpoints services")}},
    {"system:kube-controller-manager",
     {
         kRecordEvents,
         Rule("create", kCoordination, "leases"),
         Rule("get update", kCoordination, "leases", "kube-controller-manager"),
         Rule("create", kCore, "secrets serviceaccounts"),
         Rule("delete", kCore, "secrets"),
         Rule("get", kCore, "configmaps namespaces secrets serviceaccounts"),
         Rule("update", kCore, "secrets serviceaccounts"),
         kReviewTokens,
         kReviewAccess,
         Rule(kListWatch, kAll, "*"),
         Rule("create", kCore, "serviceaccounts/token"),
     }},
    {"system:kube-scheduler",
     {
         kRecordEvents,
         Rule("create", kCoordination, "leases"),
         Rule(kReadUpdate, kCoordination, "leases", "kube-scheduler"),
         Rule(kReadWrite, kCoordination, "leasecandidates"),
         Rule(kRead, kCore, "nodes"),
         Rule(kReadDelete, kCore, "pods"),
         Rule("create", kCore, "bindings pods/binding"),
         Rule(kModify, kCore, "pods/status"),
         Rule(kRead, kCore, "replicationcontrollers services"),
         Rule(kRead, kAppsExtensions, "replicasets"),
         Rule(kRead, kApps, "statefulsets"),
         Rule(kRead, kPolicy, "poddisruptionbudgets"),
         Rule(kRead, kCore, "persistentvolumeclaims persistentvolumes"),
         kReviewTokens,
         kReviewAccess,
         Rule(kRead, kStorage, "csinodes"),
         Rule(kRead, kStorage, "volumeattachments"),
         Rule(kRead, kCore, "namespaces"),
         Rule(kRead, kStorage, "csidrivers"),
         Rule(kRead, kStorage, "csistoragecapacities"),
         Rule(kRead, kResource, "deviceclasses"),
         Rule(kReadModify, kResource, "resourceclaims"),
         Rule(kReadModify, kResource, "resourceclaims/status"),
         Rule("update", kCore, "pods/finalizers"),
         Rule(kRead, kResource, "resourceslices"),
         Rule("create delete", kResource, "resourceclaims"),
         Rule(kRead, kResource, "devicetaintrules"),
         Rule(kRead, kScheduling, "podgroups"),
         Rule(kModify, kScheduling, "podgroups/status"),
     }},
    {"system:volume-scheduler",
     {
         Rule(kReadModify, kCore, "persistentvolumes"),
         Rule(kRead, kStorage, "storageclasses"),
         Rule(kReadModify, kCore, "persistentvolumeclaims"),
     }},

    // Nodes. system:node is what the node authorizer grants where it does not
    // ask whether the object belongs to the node.
    {"system:node",
     {
         kReviewTokens,
         Rule("create", kAuthorization,
              "localsubjectaccessreviews subjectaccessreviews"),
         Rule(kRead, kCore, "services"),
         Rule(kCreateRead, kCore, "nodes"),
         Rule(kModify, kCore, "nodes/status"),
         Rule(kModify, kCore, "nodes"),
         kRecordEvents,
         Rule(kRead, kCore, "pods"),
         Rule("create delete", kCore, "pods"),
         Rule(kModify, kCore, "pods/status"),
         Rule("create", kCore, "pods/eviction"),
         Rule(kRead, kCore, "configmaps secrets"),
         Rule("get", kCore, "persistentvolumeclaims persistentvolumes"),
         Rule("get", kCore, "endpoints"),
         Rule(kCreateRead, kCertificates, "certificatesigningrequests"),
         Rule("create delete get patch update", kCoordination, "leases"),
         Rule("get", kStorage, "volumeattachments"),
         Rule("create", kCore, "serviceaccounts/token"),
         Rule("get patch update", kCore, "persistentvolumeclaims/status"),
         Rule(kRead, kStorage, "csidrivers"),
         Rule("create delete get patch update", kStorage, "csinodes"),
         Rule(kRead, "node.k8s.io", "runtimeclasses"),
         Rule("get", kResource, "resourceclaims"),
         Rule("deletecollection", kResource, "resourceslices"),
         Rule(kRead, kCertificates, "clustertrustbundles"),
         Rule("get", kCore, "serviceaccounts"),
         Rule(kCreateRead, kCertificates, "podcertificaterequests"),
     }},
    {"system:node-bootstrapper",
     {Rule(kCreateRead, kCertificates, "certificatesigningrequests")}},
    {"system:node-problem-detector",
     {
         Rule("get", kCore, "nodes"),
         Rule("patch", kCore, "nodes/status"),
         kRecordEvents,
     }},
    {"system:node-proxier",
     {
         Rule(kListWatch, kCore, "endpoints services"),
         Rule(kRead, kCore, "nodes"),
         kRecordEvents,
         Rule(kListWatch, kNetworking, "servicecidrs"),
         Rule(kListWatch, kDiscovery, "endpointslices"),
     }},
    {"system:kubelet-api-admin",
     {
         Rule(kRead, kCore, "nodes"),
         Rule("proxy", kCore, "nodes"),
         Rule("*", kCore, "nodes/log nodes/metrics nodes/proxy nodes/stats"),
         Rule("*", kCore, "nodes/configz nodes/healthz nodes/pods"),
     }},

    // Add-ons and monitoring.
    {"system:heapster",
     {
         Rule(kRead, kCore, "events namespaces nodes pods"),
         Rule(kRead, kExtensions, "deployments"),
     }},
    {"system:kube-dns", {Rule(kListWatch, kCore, "endpoints services")}},
    {"system:monitoring",
     {
         UrlRule("get",
                 "/flagz /healthz /healthz/* /livez /livez/* /metrics "
                 "/metrics/slis /readyz /readyz/* /statusz"),
         Rule("get", kCore, "nodes/metrics"),
     }},
    {"system:persistent-volume-provisioner",
     {
         Rule(kCreateReadDelete, kCore, "persistentvolumes"),
         Rule(kReadUpdate, kCore, "persistentvolumeclaims"),
         Rule(kRead, kStorage, "storageclasses"),
         Rule("watch", kCore, "events"),
         kRecordEvents,
     }},
};

}  // namespace

absl::Span<const RoleRow> ComponentRoleRows() { return kComponents; }

}  // namespace gatehouse::rbac::internal
