// The default policy as tables: the rows from which the objects are made.
#ifndef GATEHOUSE_RBAC_INTERNAL_DEFAULT_POLICY_TABLES_H_
#define GATEHOUSE_RBAC_INTERNAL_DEFAULT_POLICY_TABLES_H_

#include <initializer_list>

#include "absl/types/span.h"

namespace gatehouse::rbac::internal {

// RuleRow is a PolicyRule. Verbs, resources, names and URLs are separated by
// spaces, API groups by commas (so that "" is the core group, as in a rule).
// `groups` is null in a rule about URLs.
struct RuleRow {
  const char* verbs;
  const char* groups;
  const char* resources;
  const char* names;
  const char* urls;
};

// Returns a rule about resources, of the objects `names` only if there are any.
constexpr RuleRow Rule(const char* verbs, const char* groups,
                       const char* resources, const char* names = "") {
  return RuleRow{verbs, groups, resources, names, ""};
}

// Returns a rule about URLs that are no resources.
constexpr RuleRow UrlRule(const char* verbs, const char* urls) {
  return RuleRow{verbs, nullptr, "", "", urls};
}

// RoleRow is a ClusterRole or a Role without its namespace. An aggregate, and
// to be written as one: a function would not keep the rules alive.
struct RoleRow {
  const char* name;
  std::initializer_list<RuleRow> rules;
  // "view" for a part of the role view, and so on; null for none.
  const char* part_of = nullptr;
  // "view" where the rules are gathered from the parts of view; null if not.
  const char* gathers = nullptr;
};

// NamespaceRoleRow is a Role.
struct NamespaceRoleRow {
  const char* namespace_;
  RoleRow role;
};

// SubjectRow is a subject; a service account is one of kube-system.
struct SubjectRow {
  const char* kind;
  const char* name;
};

// BindingRow is a binding in `namespace_` ("" for a ClusterRoleBinding) of the
// role `role`, which is a Role where there is a namespace. The binding has the
// role's name unless it has one of its own.
struct BindingRow {
  const char* namespace_;
  const char* role;
  std::initializer_list<SubjectRow> subjects;
  const char* name = nullptr;
};

constexpr char kUser[] = "User";
constexpr char kGroup[] = "Group";
constexpr char kServiceAccount[] = "ServiceAccount";

// API groups.
constexpr char kCore[] = "";
constexpr char kEventGroups[] = ",events.k8s.io";
constexpr char kApps[] = "apps";
constexpr char kAppsExtensions[] = "apps,extensions";
constexpr char kExtensions[] = "extensions";
constexpr char kAuthentication[] = "authentication.k8s.io";
constexpr char kAuthorization[] = "authorization.k8s.io";
constexpr char kAutoscaling[] = "autoscaling";
constexpr char kBatch[] = "batch";
constexpr char kCertificates[] = "certificates.k8s.io";
constexpr char kCoordination[] = "coordination.k8s.io";
constexpr char kDiscovery[] = "discovery.k8s.io";
constexpr char kNetworking[] = "networking.k8s.io";
constexpr char kPolicy[] = "policy";
constexpr char kRbac[] = "rbac.authorization.k8s.io";
constexpr char kResource[] = "resource.k8s.io";
constexpr char kScheduling[] = "scheduling.k8s.io";
constexpr char kStorage[] = "storage.k8s.io";
constexpr char kAll[] = "*";

// Sets of verbs, each in alphabetical order as Kubernetes stores them.
constexpr char kRead[] = "get list watch";
constexpr char kListWatch[] = "list watch";
constexpr char kCreateRead[] = "create get list watch";
constexpr char kReadUpdate[] = "get list update watch";
constexpr char kReadModify[] = "get list patch update watch";
constexpr char kReadDelete[] = "delete get list watch";
constexpr char kReadModifyDelete[] = "delete get list patch update watch";
constexpr char kCreateReadDelete[] = "create delete get list watch";
constexpr char kCreateReadUpdate[] = "create get list update watch";
constexpr char kCreateReadModify[] = "create get list patch update watch";
constexpr char kCreateReadUpdateDelete[] =
    "create delete get list update watch";
constexpr char kManage[] = "create delete get list patch update watch";
constexpr char kModify[] = "patch update";
constexpr char kWrite[] = "create delete deletecollection patch update";
constexpr char kReadWrite[] =
    "create delete deletecollection get list patch update watch";

// What everybody needs who reports what he does.
constexpr RuleRow kRecordEvents =
    Rule("create patch update", kEventGroups, "events");

// The tables; each lives as long as the process. The rows of controllers bear
// the controller's name alone.
absl::Span<const RoleRow> PeopleRoleRows();
absl::Span<const RoleRow> ComponentRoleRows();
absl::Span<const RoleRow> WorkloadControllerRows();
absl::Span<const RoleRow> ClusterControllerRows();
absl::Span<const NamespaceRoleRow> NamespaceRoleRows();
absl::Span<const BindingRow> ClusterBindingRows();
absl::Span<const BindingRow> NamespaceBindingRows();

}  // namespace gatehouse::rbac::internal

#endif  // GATEHOUSE_RBAC_INTERNAL_DEFAULT_POLICY_TABLES_H_
