// Roles of the namespaces kube-system and kube-public, and every binding that
// is not a controller's.
#include "base/user_info.h"
#include "rbac/internal/default_policy_tables.h"

namespace gatehouse::rbac::internal {
namespace {

constexpr char kCluster[] = "";
constexpr char kPublic[] = "kube-public";
constexpr char kSystem[] = "kube-system";

constexpr SubjectRow kManager = {kUser, "system:kube-controller-manager"};
constexpr SubjectRow kScheduler = {kUser, "system:kube-scheduler"};

constexpr BindingRow kClusterBindings[] = {
    {kCluster, "cluster-admin", {{kGroup, kMastersGroup}}},

    // What every client gets; without credentials only what is public.
    {kCluster, "system:basic-user", {{kGroup, kAuthenticatedGroup}}},
    {kCluster, "system:discovery", {{kGroup, kAuthenticatedGroup}}},
    {kCluster,
     "system:public-info-viewer",
     {{kGroup, kAuthenticatedGroup}, {kGroup, kUnauthenticatedGroup}}},
    {kCluster,
     "system:cluster-trust-bundle-discovery",
     {{kGroup, kServiceAccountsGroup}}},
    {kCluster,
     "system:service-account-issuer-discovery",
     {{kGroup, kServiceAccountsGroup}}},

    {kCluster, "system:kube-controller-manager", {kManager}},
    {kCluster, "system:kube-scheduler", {kScheduler}},
    {kCluster, "system:volume-scheduler", {kScheduler}},
    {kCluster, "system:kube-dns", {{kServiceAccount, "kube-dns"}}},
    {kCluster, "system:monitoring", {{kGroup, "system:monitoring"}}},
    // Nobody: nodes are the node authorizer's. The binding stays so that a
    // cluster without that authorizer can add its nodes to it.
    {kCluster, "system:node", {}},
    {kCluster, "system:node-proxier", {{kUser, "system:kube-proxy"}}},
};

constexpr NamespaceRoleRow kRoles[] = {
    // The signer of the cluster-info that a joining node reads. It reads the
    // bootstrap tokens in one namespace and publishes in the other.
    {kPublic,
     {"system:controller:bootstrap-signer",
      {
          Rule(kRead, kCore, "configmaps"),
          Rule("update", kCore, "configmaps", "cluster-info"),
          kRecordEvents,
      }}},
    {kSystem,
     {"system:controller:bootstrap-signer", {Rule(kRead, kCore, "secrets")}}},
    {kSystem,
     {"system:controller:token-cleaner",
      {Rule(kReadDelete, kCore, "secrets"), kRecordEvents}}},

    {kSystem,
     {"extension-apiserver-authentication-reader",
      {Rule(kRead, kCore, "configmaps",
            "extension-apiserver-authentication")}}},
    {kSystem,
     {"system:controller:cloud-provider",
      {Rule(kCreateRead, kCore, "configmaps")}}},

    // Which of several running programs is the one that works.
    {kSystem,
     {"system::leader-locking-kube-controller-manager",
      {
          Rule(kCreateReadUpdate, kCoordination, "leases"),
          Rule(kCreateReadUpdate, kCoordination, "leasecandidates"),
      }}},
    {kSystem,
     {"system::leader-locking-kube-scheduler",
      {
          Rule(kCreateReadUpdate, kCoordination, "leases"),
          Rule(kCreateReadUpdate, kCoordination, "leasecandidates"),
      }}},
};

constexpr BindingRow kBindings[] = {
    {kPublic,
     "system:controller:bootstrap-signer",
     {{kServiceAccount, "bootstrap-signer"}}},
    {kSystem,
     "system:controller:bootstrap-signer",
     {{kServiceAccount, "bootstrap-signer"}}},
    {kSystem,
     "system:controller:token-cleaner",
     {{kServiceAccount, "token-cleaner"}}},
    {kSystem,
     "system:controller:cloud-provider",
     {{kServiceAccount, "cloud-provider"}}},

    {kSystem,
     "extension-apiserver-authentication-reader",
     {kManager, kScheduler},
     "system::extension-apiserver-authentication-reader"},
    {kSystem,
     "system::leader-locking-kube-controller-manager",
     {
         kManager,
         {kServiceAccount, "kube-controller-manager"},
         {kServiceAccount, "leader-election-controller"},
     }},
    {kSystem,
     "system::leader-locking-kube-scheduler",
     {kScheduler, {kServiceAccount, "kube-scheduler"}}},
};

}  // namespace

absl::Span<const BindingRow> ClusterBindingRows() { return kClusterBindings; }
absl::Span<const NamespaceRoleRow> NamespaceRoleRows() { return kRoles; }
absl::Span<const BindingRow> NamespaceBindingRows() { return kBindings; }

}  // namespace gatehouse::rbac::internal
