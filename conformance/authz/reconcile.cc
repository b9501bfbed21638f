// authz/reconcile.json: what brings an object to what is expected of it.
#include "rbac/reconcile.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "conformance/areas.h"
#include "conformance/authz/decode.h"
#include "google/protobuf/repeated_field.h"
#include "proto/rbac.pb.h"

namespace gatehouse::conformance {
namespace {

using rbac::Reconciled;
using rbac::ReconcileDiff;

// Reads the object at `key`; null if there is none.
template <typename T>
std::unique_ptr<T> DecodeAt(Fields& fields, absl::string_view key,
                            T (*decode)(Fields&)) {
  if (!fields.Has(key)) {
    fields.Take(key);
    return nullptr;
  }
  Fields object = fields.Object(key);
  return std::make_unique<T>(decode(object));
}

void CheckDiff(const ReconcileDiff& diff, Check& check) {
  const bool none = diff.operation == rbac::ReconcileOperation::kNone;
  check.Text("operation", rbac::ReconcileOperationName(diff.operation));
  check.Bool("protected", diff.opted_out);
  check.Bool("written", !none && !diff.opted_out);
}

// Compares the object that was computed with the one at `key` of expect.
template <typename T>
void CheckObject(absl::string_view key, T (*decode)(Fields&), const T& got,
                 Check& check) {
  if (!check.Expects(key)) return;
  Fields fields = check.ExpectedObject(key);
  check.Same(key, TextOf(decode(fields)), TextOf(got));
}

// A role without aggregation rule is reconciled as a Role and as a ClusterRole
// alike.
k8s::Role RoleOf(const k8s::ClusterRole& role) {
  k8s::Role same;
  *same.mutable_metadata() = role.metadata();
  *same.mutable_rules() = role.rules();
  return same;
}

void CheckAsRole(const k8s::ClusterRole& expected,
                 const k8s::ClusterRole* existing, bool remove_extra,
                 const Reconciled<k8s::ClusterRole>& result, Check& check) {
  if (expected.has_aggregationrule()) return;
  k8s::Role existing_role;
  if (existing != nullptr) {
    if (existing->has_aggregationrule()) return;
    existing_role = RoleOf(*existing);
  }
  const auto same = rbac::ComputeReconciledRole(
      RoleOf(expected), existing == nullptr ? nullptr : &existing_role,
      remove_extra);
  if (!same.ok()) return check.Fail(ErrorText(same.status()));
  check.Same("operation of a Role, as of a ClusterRole",
             rbac::ReconcileOperationName(result.operation),
             rbac::ReconcileOperationName(same->operation));
  check.Same("a Role, as a ClusterRole", TextOf(RoleOf(result.object)),
             TextOf(same->object));
}

void ComputeRole(Check& check) {
  const auto expected = DecodeAt(check.input(), "expected", DecodeClusterRole);
  const auto existing = DecodeAt(check.input(), "existing", DecodeClusterRole);
  const bool remove_extra = check.input().Bool("removeExtraPermissions");
  if (expected == nullptr) return check.Fail("expected: want a role");
  const auto result =
      rbac::ComputeReconciledRole(*expected, existing.get(), remove_extra);
  if (!result.ok()) return check.Fail(ErrorText(result.status()));
  CheckDiff(*result, check);
  CheckObject("role", DecodeClusterRole, result->object, check);
  CheckAsRole(*expected, existing.get(), remove_extra, *result, check);
}

k8s::RoleBinding RoleBindingOf(const k8s::ClusterRoleBinding& binding) {
  k8s::RoleBinding same;
  *same.mutable_metadata() = binding.metadata();
  *same.mutable_roleref() = binding.roleref();
  *same.mutable_subjects() = binding.subjects();
  return same;
}

void ComputeBinding(Check& check) {
  const auto expected =
      DecodeAt(check.input(), "expected", DecodeClusterRoleBinding);
  const auto existing =
      DecodeAt(check.input(), "existing", DecodeClusterRoleBinding);
  const bool remove_extra = check.input().Bool("removeExtraSubjects");
  if (expected == nullptr) return check.Fail("expected: want a binding");
  const auto result =
      rbac::ComputeReconciledBinding(*expected, existing.get(), remove_extra);
  CheckDiff(result, check);
  CheckObject("binding", DecodeClusterRoleBinding, result.object, check);

  k8s::RoleBinding existing_binding;
  if (existing != nullptr) existing_binding = RoleBindingOf(*existing);
  const auto same = rbac::ComputeReconciledBinding(
      RoleBindingOf(*expected),
      existing == nullptr ? nullptr : &existing_binding, remove_extra);
  check.Same("operation of a RoleBinding, as of a ClusterRoleBinding",
             rbac::ReconcileOperationName(result.operation),
             rbac::ReconcileOperationName(same.operation));
  check.Same("a RoleBinding, as a ClusterRoleBinding",
             TextOf(RoleBindingOf(result.object)), TextOf(same.object));
}

google::protobuf::RepeatedPtrField<k8s::Subject> DecodeSubjects(
    Fields& fields, absl::string_view key) {
  google::protobuf::RepeatedPtrField<k8s::Subject> subjects;
  for (auto& subject : fields.Messages<k8s::Subject>(key)) {
    *subjects.Add() = std::move(subject);
  }
  return subjects;
}

void DiffSubjects(Check& check) {
  const auto a = DecodeSubjects(check.input(), "a");
  const auto b = DecodeSubjects(check.input(), "b");
  const rbac::SubjectDiff diff = rbac::DiffSubjects(a, b);
  check.Messages<k8s::Subject>("onlyA", diff.only_in_a);
  check.Messages<k8s::Subject>("onlyB", diff.only_in_b);
}

}  // namespace

void RunReconcile(Check& check) {
  const std::string op = check.input().Text("op");
  if (op == "computeRole") return ComputeRole(check);
  if (op == "computeBinding") return ComputeBinding(check);
  if (op == "diffSubjects") return DiffSubjects(check);
  check.Fail(absl::StrCat("the op \"", op, "\" is not known"));
}

}  // namespace gatehouse::conformance
