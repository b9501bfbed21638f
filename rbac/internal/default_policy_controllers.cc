// Roles of the controllers that keep the cluster itself: nodes, volumes,
// certificates, namespaces, accounts, storage versions.
#include "rbac/internal/default_policy_tables.h"

namespace gatehouse::rbac::internal {
namespace {

constexpr RoleRow kControllers[] = {
    // Nodes and addresses.
    {"node-controller",
     {
         Rule(kReadModifyDelete, kCore, "nodes"),
         Rule(kModify, kCore, "nodes/status"),
         Rule(kModify, kCore, "pods/status"),
         Rule(kReadDelete, kCore, "pods"),
         Rule(kRead, kCoordination, "leases"),
         kRecordEvents,
     }},
    {"route-controller",
     {
         Rule(kListWatch, kCore, "nodes"),
         Rule("patch", kCore, "nodes/status"),
         kRecordEvents,
     }},
    {"service-cidrs-controller",
     {
         Rule(kReadModify, kNetworking, "servicecidrs"),
         Rule(kModify, kNetworking, "servicecidrs/finalizers"),
         Rule(kModify, kNetworking, "servicecidrs/status"),
         Rule(kRead, kNetworking, "ipaddresses"),
         kRecordEvents,
     }},
    {"ttl-controller",
     {Rule("list patch update watch", kCore, "nodes"), kRecordEvents}},

    // Volumes.
    {"attachdetach-controller",
     {
         Rule(kListWatch, kCore, "persistentvolumeclaims persistentvolumes"),
         Rule(kRead, kCore, "nodes"),
         Rule(kModify, kCore, "nodes/status"),
         Rule(kListWatch, kCore, "pods"),
         kRecordEvents,
         Rule(kCreateReadDelete, kStorage, "volumeattachments"),
         Rule(kRead, kStorage, "csidrivers"),
         Rule(kRead, kStorage, "csinodes"),
     }},
    {"ephemeral-volume-controller",
     {
         Rule(kRead, kCore, "pods"),
         Rule("update", kCore, "pods/finalizers"),
         Rule(kCreateRead, kCore, "persistentvolumeclaims"),
         kRecordEvents,
     }},
    {"expand-controller",
     {
         Rule(kReadModify, kCore, "persistentvolumes"),
         Rule(kModify, kCore, "persistentvolumeclaims/status"),
         Rule(kRead, kCore, "persistentvolumeclaims"),
         kRecordEvents,
     }},
    {"persistent-volume-binder",
     {
         Rule(kCreateReadUpdateDelete, kCore, "persistentvolumes"),
         Rule("update", kCore, "persistentvolumes/status"),
         Rule(kReadUpdate, kCore, "persistentvolumeclaims"),
         Rule("update", kCore, "persistentvolumeclaims/status"),
         Rule(kCreateReadDelete, kCore, "pods"),
         Rule(kRead, kStorage, "storageclasses"),
         Rule(kListWatch, kCore, "nodes"),
         kRecordEvents,
         Rule("watch", kCore, "events"),
     }},
    {"pv-protection-controller",
     {Rule(kReadUpdate, kCore, "persistentvolumes"), kRecordEvents}},
    {"pvc-protection-controller",
     {
         Rule(kReadUpdate, kCore, "persistentvolumeclaims"),
         Rule("update", kCore, "persistentvolumeclaims/status"),
         Rule(kRead, kCore, "pods"),
         kRecordEvents,
     }},
    {"selinux-warning-controller",
     {
         kRecordEvents,
         Rule(kRead, kCore, "persistentvolumes"),
         Rule(kRead, kCore, "persistentvolumeclaims"),
         Rule(kRead, kCore, "pods"),
         Rule(kRead, kStorage, "csidrivers"),
     }},
    {"volumeattributesclass-protection-controller",
     {
         Rule(kRead, kCore, "persistentvolumeclaims"),
         Rule(kRead, kCore, "persistentvolumes"),
         Rule(kReadUpdate, kStorage, "volumeattributesclasses"),
         kRecordEvents,
     }},

    // Certificates and trust.
    {"certificate-controller",
     {
         Rule(kReadDelete, kCertificates, "certificatesigningrequests"),
         Rule("update", kCertificates,
              "certificatesigningrequests/approval "
              "certificatesigningrequests/status"),
         Rule("approve", kCertificates, "signers",
              "kubernetes.io/kube-apiserver-client-kubelet"),
         Rule("sign", kCertificates, "signers",
              "kubernetes.io/kube-apiserver-client "
              "kubernetes.io/kube-apiserver-client-kubelet "
              "kubernetes.io/kubelet-serving kubernetes.io/legacy-unknown"),
         Rule("create", kAuthorization, "subjectaccessreviews"),
         kRecordEvents,
     }},
    {"kube-apiserver-serving-clustertrustbundle-publisher",
     {
         Rule("attest", kCertificates, "signers",
              "kubernetes.io/kube-apiserver-serving"),
         Rule("create delete list update watch", kCertificates,
              "clustertrustbundles"),
         kRecordEvents,
     }},
    {"podcertificaterequestcleaner",
     {Rule(kReadDelete, kCertificates, "podcertificaterequests")}},
    {"root-ca-cert-publisher",
     {Rule("create update", kCore, "configmaps"), kRecordEvents}},

    // Accounts, roles, admission.
    // It writes rules that it does not hold itself, hence escalate.
    {"clusterrole-aggregation-controller",
     {Rule("escalate get list patch update watch", kRbac, "clusterroles")}},
    {"legacy-service-account-token-cleaner",
     {
         Rule("get", kCore, "configmaps",
              "kube-apiserver-legacy-service-account-token-tracking"),
         Rule("delete patch", kCore, "secrets"),
     }},
    {"service-account-controller",
     {Rule("create", kCore, "serviceaccounts"), kRecordEvents}},
    {"validatingadmissionpolicy-status-controller",
     {
         Rule(kRead, "admissionregistration.k8s.io",
              "validatingadmissionpolicies"),
         Rule("get patch update", "admissionregistration.k8s.io",
              "validatingadmissionpolicies/status"),
         kRecordEvents,
     }},

    // Objects of every kind, those of extensions too.
    {"generic-garbage-collector",
     {Rule(kReadModifyDelete, kAll, "*"), kRecordEvents}},
    {"namespace-controller",
     {
         Rule(kReadDelete, kCore, "namespaces"),
         Rule("update", kCore, "namespaces/finalize namespaces/status"),
         Rule("delete deletecollection get list watch", kAll, "*"),
     }},
    {"resourcequota-controller",
     {
         Rule(kListWatch, kAll, "*"),
         Rule("update", kCore, "resourcequotas/status"),
         kRecordEvents,
     }},
    {"storage-version-garbage-collector",
     {
         Rule(kRead, kCoordination, "leases"),
         Rule(kReadModifyDelete, "internal.apiserver.k8s.io",
              "storageversions"),
         Rule("get patch update", "internal.apiserver.k8s.io",
              "storageversions/status"),
     }},
    {"storage-version-migrator-controller",
     {
         Rule("list patch", kAll, "*"),
         Rule("get", "apiextensions.k8s.io", "customresourcedefinitions"),
         Rule("patch", "apiextensions.k8s.io",
              "customresourcedefinitions/status"),
         Rule("update", "storagemigration.k8s.io",
              "storageversionmigrations/status"),
     }},
};

}  // namespace

absl::Span<const RoleRow> ClusterControllerRows() { return kControllers; }

}  // namespace gatehouse::rbac::internal
