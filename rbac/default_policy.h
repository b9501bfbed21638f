// The RBAC policy that a Kubernetes API server creates when it starts.
#ifndef GATEHOUSE_RBAC_DEFAULT_POLICY_H_
#define GATEHOUSE_RBAC_DEFAULT_POLICY_H_

#include <vector>

#include "objects/object.h"

namespace gatehouse::rbac {

// The label that every object of the default policy carries, and its value.
inline constexpr char kBootstrappingLabel[] = "kubernetes.io/bootstrapping";
inline constexpr char kBootstrappingValue[] = "rbac-defaults";

// The annotation that lets an API server bring an object back to its default
// when it starts. "true" on every object of the default policy; an
// administrator who writes "false" keeps what he made of the object.
inline constexpr char kAutoupdateAnnotation[] =
    "rbac.authorization.kubernetes.io/autoupdate";

// DefaultPolicy returns the roles and bindings that Kubernetes 1.37 bootstraps
// with every feature gate on. Kubernetes behaviour, with these points to know:
//
//   - admin, edit and view have an aggregation rule and no rules of their own.
//     Until somebody aggregates them (in a cluster a controller does) they
//     grant nothing. edit is a part of admin, and view a part of edit.
//   - system:node is bound to nobody: a node's rights come from the node
//     authorizer, which knows what the node is for, and not from RBAC.
//   - The binding cluster-admin gives system:masters everything. The group has
//     that power without the binding too, so removing it takes nothing away.
//   - A controller X of kube-controller-manager is the service account X of
//     kube-system; its role and its binding are both system:controller:X.
//
// Order: cluster roles, controller roles, cluster role bindings, controller
// bindings, roles, role bindings; each of these six sorted by namespace, then
// name. Rules stand in Kubernetes' order. The objects have what a manifest
// has, and neither uid nor resource version; Object::source is empty.
//
// Built at the first call; the result lives as long as the process and never
// changes. Any thread may call. Cannot fail.
const std::vector<objects::Object>& DefaultPolicy();

}  // namespace gatehouse::rbac

#endif  // GATEHOUSE_RBAC_DEFAULT_POLICY_H_
