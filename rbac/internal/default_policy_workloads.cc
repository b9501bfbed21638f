// Roles of the controllers that run workloads: pods, what makes pods, and the
// services and claims that pods use.
#include "rbac/internal/default_policy_tables.h"

namespace gatehouse::rbac::internal {
namespace {

// What a controller does to pods that it replaces and never changes in place.
constexpr RuleRow kReplacePods =
    Rule("create delete list patch watch", kCore, "pods");

constexpr RoleRow kWorkloads[] = {
    // Makers of pods. Finalizers of an object are asked about where a
    // controller sets blockOwnerDeletion on what it makes.
    {"cronjob-controller",
     {
         Rule(kReadUpdate, kBatch, "cronjobs"),
         Rule(kManage, kBatch, "jobs"),
         Rule("update", kBatch, "cronjobs/status"),
         Rule("update", kBatch, "cronjobs/finalizers"),
         Rule("delete list watch", kCore, "pods"),
         kRecordEvents,
     }},
    {"daemon-set-controller",
     {
         Rule(kRead, kAppsExtensions, "daemonsets"),
         Rule("update", kAppsExtensions, "daemonsets/status"),
         Rule("update", kAppsExtensions, "daemonsets/finalizers"),
         Rule(kListWatch, kCore, "nodes"),
         kReplacePods,
         Rule("create", kCore, "pods/binding"),
         Rule(kManage, kApps, "controllerrevisions"),
         kRecordEvents,
     }},
    {"deployment-controller",
     {
         Rule(kReadUpdate, kAppsExtensions, "deployments"),
         Rule("update", kAppsExtensions, "deployments/status"),
         Rule("update", kAppsExtensions, "deployments/finalizers"),
         Rule(kManage, kAppsExtensions, "replicasets"),
         Rule(kReadUpdate, kCore, "pods"),
         kRecordEvents,
     }},
    {"job-controller",
     {
         Rule(kReadModify, kBatch, "jobs"),
         Rule("update", kBatch, "jobs/status"),
         Rule("update", kBatch, "jobs/finalizers"),
         kReplacePods,
         kRecordEvents,
         Rule(kCreateReadModify, kScheduling, "podgroups workloads"),
     }},
    {"replicaset-controller",
     {
         Rule(kReadUpdate, kAppsExtensions, "replicasets"),
         Rule("update", kAppsExtensions, "replicasets/status"),
         Rule("update", kAppsExtensions, "replicasets/finalizers"),
         kReplacePods,
         kRecordEvents,
     }},
    {"replication-controller",
     {
         Rule(kReadUpdate, kCore, "replicationcontrollers"),
         Rule("update", kCore, "replicationcontrollers/status"),
         Rule("update", kCore, "replicationcontrollers/finalizers"),
         kReplacePods,
         kRecordEvents,
     }},
    {"statefulset-controller",
     {
         Rule(kListWatch, kCore, "pods"),
         Rule(kRead, kApps, "statefulsets"),
         Rule("update", kApps, "statefulsets/status"),
         Rule("update", kApps, "statefulsets/finalizers"),
         Rule("create delete get patch update", kCore, "pods"),
         Rule(kManage, kApps, "controllerrevisions"),
         Rule(kCreateRead, kCore, "persistentvolumeclaims"),
         Rule("delete update", kCore, "persistentvolumeclaims"),
         Rule("update", kCore, "pods/finalizers"),
         kRecordEvents,
     }},

    // Scaling, disruption, and the end of pods and jobs.
    {"disruption-controller",
     {
         Rule(kRead, kAppsExtensions, "deployments"),
         Rule(kRead, kAppsExtensions, "replicasets"),
         Rule(kRead, kCore, "replicationcontrollers"),
         Rule(kRead, kPolicy, "poddisruptionbudgets"),
         Rule(kRead, kApps, "statefulsets"),
         Rule("update", kPolicy, "poddisruptionbudgets/status"),
         Rule(kModify, kCore, "pods/status"),
         Rule("get", kAll, "*/scale"),
         kRecordEvents,
     }},
    {"evictionrequest-controller",
     {
         Rule(kCreateReadModify, "lifecycle.k8s.io", "evictions"),
         Rule(kModify, "lifecycle.k8s.io", "evictions/status"),
         Rule(kRead, "lifecycle.k8s.io", "evictionrequests"),
         Rule(kModify, "lifecycle.k8s.io", "evictionrequests/status"),
         Rule(kRead, kCore, "pods"),
         kRecordEvents,
     }},
    {"horizontal-pod-autoscaler",
     {
         Rule(kRead, kAutoscaling, "horizontalpodautoscalers"),
         Rule("update", kAutoscaling, "horizontalpodautoscalers/status"),
         Rule("get update", kAll, "*/scale"),
         Rule(kListWatch, kCore, "pods"),
         Rule(kListWatch, "metrics.k8s.io", "pods"),
         Rule(kRead, "custom.metrics.k8s.io", "*"),
         Rule(kRead, "external.metrics.k8s.io", "*"),
         kRecordEvents,
     }},
    {"pod-garbage-collector",
     {
         Rule("delete list watch", kCore, "pods"),
         Rule(kRead, kCore, "nodes"),
         Rule("patch", kCore, "pods/status"),
     }},
    {"podgroup-protection-controller",
     {
         Rule(kReadUpdate, kScheduling, "podgroups"),
         Rule(kRead, kCore, "pods"),
         Rule(kReadUpdate, kScheduling, "compositepodgroups"),
     }},
    {"ttl-after-finished-controller",
     {Rule(kReadDelete, kBatch, "jobs"), kRecordEvents}},

    // Devices.
    {"device-taint-eviction-controller",
     {
         Rule(kReadDelete, kCore, "pods"),
         Rule(kModify, kCore, "pods/status"),
         Rule(kRead, kResource, "resourceclaims"),
         Rule(kRead, kResource, "resourceslices"),
         Rule(kRead, kResource, "deviceclasses"),
         kRecordEvents,
         Rule(kModify, kResource, "devicetaintrules/status"),
         Rule(kRead, kResource, "devicetaintrules"),
     }},
    {"resource-claim-controller",
     {
         Rule(kRead, kCore, "pods"),
         Rule("update", kCore, "pods/finalizers"),
         Rule(kCreateReadDelete, kResource, "resourceclaims"),
         Rule(kModify, kResource, "resourceclaims resourceclaims/status"),
         Rule(kModify, kCore, "pods/status"),
         kRecordEvents,
         Rule(kRead, kScheduling, "podgroups"),
         Rule(kModify, kScheduling, "podgroups/status"),
         Rule(kModify, kResource, "resourceclaims/binding"),
     }},
    {"resourcepoolstatusrequest-controller",
     {
         Rule(kReadDelete, kResource, "resourcepoolstatusrequests"),
         Rule(kModify, kResource, "resourcepoolstatusrequests/status"),
         Rule(kRead, kResource, "resourceslices"),
         Rule(kRead, kResource, "resourceclaims"),
         Rule(kRead, kResource, "devicetaintrules"),
         kRecordEvents,
     }},

    // Services and their endpoints.
    {"endpoint-controller",
     {
         Rule(kRead, kCore, "pods services"),
         Rule(kCreateReadUpdateDelete, kCore, "endpoints"),
         Rule("create", kCore, "endpoints/restricted"),
         kRecordEvents,
     }},
    {"endpointslice-controller",
     {
         Rule(kRead, kCore, "nodes pods services"),
         Rule("update", kCore, "services/finalizers"),
         Rule(kCreateReadUpdateDelete, kDiscovery, "endpointslices"),
         kRecordEvents,
     }},
    {"endpointslicemirroring-controller",
     {
         Rule(kRead, kCore, "endpoints services"),
         Rule("update", kCore, "services/finalizers"),
         Rule("update", kCore, "endpoints/finalizers"),
         Rule(kCreateReadUpdateDelete, kDiscovery, "endpointslices"),
         kRecordEvents,
     }},
    {"service-controller",
     {
         Rule(kRead, kCore, "services"),
         Rule(kModify, kCore, "services/status"),
         Rule(kListWatch, kCore, "nodes"),
         kRecordEvents,
     }},
};

}  // namespace

absl::Span<const RoleRow> WorkloadControllerRows() { return kWorkloads; }

}  // namespace gatehouse::rbac::internal
