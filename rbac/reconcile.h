// Reconciliation: bringing the roles and bindings that exist to what is
// expected of them, as `kubectl auth reconcile` does.
//
// Plain functions that compute; they write nothing. Call them from any thread.
#ifndef GATEHOUSE_RBAC_RECONCILE_H_
#define GATEHOUSE_RBAC_RECONCILE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/repeated_field.h"
#include "proto/meta.pb.h"
#include "proto/rbac.pb.h"

namespace gatehouse::rbac {

// The annotation that protects an object from being changed: "false" (exactly)
// leaves the result computed and unwritten.
inline constexpr char kAutoUpdateAnnotation[] =
    "rbac.authorization.kubernetes.io/autoupdate";

// ReconcileOperation is what has to be done.
enum class ReconcileOperation {
  kNone,
  kCreate,    // It does not exist.
  kUpdate,    // Replace it by Reconciled::object.
  kRecreate,  // Delete it and create Reconciled::object: a roleRef is for ever.
};

// Returns "none", "create", "update" or "recreate".
absl::string_view ReconcileOperationName(ReconcileOperation operation);

// ReconcileDiff is what differs. "Extra" is what exists beyond the expected; it
// is removed only on demand.
struct ReconcileDiff {
  ReconcileOperation operation = ReconcileOperation::kNone;
  // The existing object is protected by kAutoUpdateAnnotation: do not write.
  bool opted_out = false;
  // Of roles. The rules are atoms, see BreakdownRule.
  std::vector<k8s::PolicyRule> missing_rules;
  std::vector<k8s::PolicyRule> extra_rules;
  std::vector<k8s::LabelSelector> missing_selectors;
  std::vector<k8s::LabelSelector> extra_selectors;
  // Of bindings; empty where the binding is recreated.
  std::vector<k8s::Subject> missing_subjects;
  std::vector<k8s::Subject> extra_subjects;
};

// Reconciled is the difference and the object as it should be.
template <typename T>
struct Reconciled : ReconcileDiff {
  T object;
};

// Compute how to bring `existing` (null: there is none) to `expected`. Labels
// and annotations are added; those that exist win. Missing rules are appended,
// or, with `remove_extra`, the rules are replaced where any is missing or
// extra. Extra rules are not looked for where both roles are aggregated; an
// aggregation rule that is not expected is removed in any case. (Kubernetes
// behaviour.) kTooLarge as of Covers, naming the role.
absl::StatusOr<Reconciled<k8s::Role>> ComputeReconciledRole(
    const k8s::Role& expected, const k8s::Role* existing, bool remove_extra);
absl::StatusOr<Reconciled<k8s::ClusterRole>> ComputeReconciledRole(
    const k8s::ClusterRole& expected, const k8s::ClusterRole* existing,
    bool remove_extra);

// The same for bindings. A different roleRef means kRecreate with `expected` as
// it is; else missing subjects are appended, or, with `remove_extra`, the
// subjects are replaced where any is missing or extra.
Reconciled<k8s::RoleBinding> ComputeReconciledBinding(
    const k8s::RoleBinding& expected, const k8s::RoleBinding* existing,
    bool remove_extra);
Reconciled<k8s::ClusterRoleBinding> ComputeReconciledBinding(
    const k8s::ClusterRoleBinding& expected,
    const k8s::ClusterRoleBinding* existing, bool remove_extra);

// SubjectDiff holds the subjects of one list that the other lacks, each once,
// in order.
struct SubjectDiff {
  std::vector<k8s::Subject> only_in_a;
  std::vector<k8s::Subject> only_in_b;
};

// Compares two lists of subjects, all fields of each.
SubjectDiff DiffSubjects(
    const google::protobuf::RepeatedPtrField<k8s::Subject>& a,
    const google::protobuf::RepeatedPtrField<k8s::Subject>& b);

// Returns the lines that `kubectl auth reconcile` prints below an object's own
// line; "" if nothing has to be done. What is extra is named only if it is
// removed.
std::string ReconcileText(const ReconcileDiff& diff, bool remove_extra);

}  // namespace gatehouse::rbac

#endif  // GATEHOUSE_RBAC_RECONCILE_H_
