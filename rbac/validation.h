// Validation and defaulting of RBAC objects, as an API server does them before
// it stores an object.
//
// An evaluator does not validate: it answers for invalid objects too. Plain
// functions without state; call them from any thread.
#ifndef GATEHOUSE_RBAC_VALIDATION_H_
#define GATEHOUSE_RBAC_VALIDATION_H_

#include <vector>

#include "objects/object.h"
#include "proto/rbac.pb.h"
#include "rbac/field_error.h"

namespace gatehouse::rbac {

// Fill in what the author of a manifest may leave out: the API group of the
// roleRef and of User and Group subjects. What is there is kept.
void Default(k8s::RoleBinding& binding);
void Default(k8s::ClusterRoleBinding& binding);

// Return the faults of an object that has been defaulted, in the API server's
// order; none if it would be stored. Of the metadata, name, generateName,
// namespace, labels, annotations, owner references and finalizers are checked.
//
// A name is any path segment: upper case, spaces and colons are legal. Verbs,
// groups and resources are only required, not checked: nothing tells a
// misspelled verb from one that will be known tomorrow.
std::vector<FieldError> ValidateRole(const k8s::Role& role);
std::vector<FieldError> ValidateClusterRole(const k8s::ClusterRole& role);
std::vector<FieldError> ValidateRoleBinding(const k8s::RoleBinding& binding);
std::vector<FieldError> ValidateClusterRoleBinding(
    const k8s::ClusterRoleBinding& binding);

// The same for an object that replaces `old`: name, namespace and, where it is
// set, uid must stay, and so must the roleRef of a binding: to change it,
// delete the binding and create another. A label value in an aggregation rule
// may be invalid if one in `old` was. The resource version is the store's to
// check.
std::vector<FieldError> ValidateRoleUpdate(const k8s::Role& role,
                                           const k8s::Role& old);
std::vector<FieldError> ValidateClusterRoleUpdate(const k8s::ClusterRole& role,
                                                  const k8s::ClusterRole& old);
std::vector<FieldError> ValidateRoleBindingUpdate(
    const k8s::RoleBinding& binding, const k8s::RoleBinding& old);
std::vector<FieldError> ValidateClusterRoleBindingUpdate(
    const k8s::ClusterRoleBinding& binding, const k8s::ClusterRoleBinding& old);

// Returns what an API server would answer to the creation of `object`: it is
// defaulted (a copy is) and validated. None for an object that is no RBAC
// object. The namespace must be in the object: there is no request here that
// could supply it.
std::vector<FieldError> Validate(const objects::Object& object);

}  // namespace gatehouse::rbac

#endif  // GATEHOUSE_RBAC_VALIDATION_H_
