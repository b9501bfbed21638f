#include "rbac/reconcile.h"

#include <set>
#include <tuple>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "base/errors.h"
#include "base/go_quote.h"
#include "rbac/labels.h"
#include "rbac/rules.h"

namespace gatehouse::rbac {
namespace {

using SelectorList = google::protobuf::RepeatedPtrField<k8s::LabelSelector>;
using SubjectList = google::protobuf::RepeatedPtrField<k8s::Subject>;

constexpr ReconcileOperation kUpdate = ReconcileOperation::kUpdate;

bool OptedOut(const k8s::ObjectMeta& meta) {
  const auto it = meta.annotations().find(kAutoUpdateAnnotation);
  return it != meta.annotations().end() && it->second == "false";
}

// Adds what `to` lacks; true if there was anything.
bool AddMissing(const Labels& from, Labels& to) {
  bool added = false;
  for (const auto& entry : from) {
    if (to.contains(entry.first)) continue;
    to[entry.first] = entry.second;
    added = true;
  }
  return added;
}

// Brings labels and annotations of the object that exists to what is expected.
void MergeMeta(const k8s::ObjectMeta& expected, k8s::ObjectMeta& meta,
               ReconcileDiff& diff) {
  const bool labels = AddMissing(expected.labels(), *meta.mutable_labels());
  const bool annotations =
      AddMissing(expected.annotations(), *meta.mutable_annotations());
  if (labels || annotations) diff.operation = kUpdate;
}

template <typename T, typename List>
void AppendTo(const std::vector<T>& more, List& list) {
  for (const T& entry : more) *list.Add() = entry;
}

// Returns the atoms of `wanted` that `held` does not cover.
absl::Status Uncovered(const std::vector<k8s::PolicyRule>& held,
                       const std::vector<k8s::PolicyRule>& wanted,
                       std::vector<k8s::PolicyRule>& uncovered) {
  auto covers = Covers(held, wanted);
  if (!covers.ok()) return covers.status();
  uncovered = std::move(covers->uncovered);
  return absl::OkStatus();
}

template <typename Role>
absl::Status ReconcileRules(const Role& expected, const Role& existing,
                            bool both_aggregated, bool remove_extra,
                            Reconciled<Role>& out) {
  const auto wanted = ToVector(expected.rules());
  const auto held = ToVector(existing.rules());
  absl::Status status = Uncovered(held, wanted, out.missing_rules);
  if (status.ok() && !both_aggregated) {
    status = Uncovered(wanted, held, out.extra_rules);
  }
  if (!status.ok()) return status;
  if (!remove_extra && !out.missing_rules.empty()) {
    AppendTo(out.missing_rules, *out.object.mutable_rules());
    out.operation = kUpdate;
  } else if (remove_extra &&
             !(out.missing_rules.empty() && out.extra_rules.empty())) {
    *out.object.mutable_rules() = expected.rules();
    out.operation = kUpdate;
  }
  return absl::OkStatus();
}

std::vector<k8s::LabelSelector> SelectorsNotIn(const SelectorList& list,
                                               const SelectorList& wanted) {
  std::vector<k8s::LabelSelector> out;
  for (const k8s::LabelSelector& selector : wanted) {
    const bool there = absl::c_any_of(
        list, [&](const auto& other) { return SameSelector(selector, other); });
    if (!there) out.push_back(selector);
  }
  return out;
}

void ReconcileSelectors(const k8s::ClusterRole& expected,
                        const k8s::ClusterRole& existing, bool remove_extra,
                        Reconciled<k8s::ClusterRole>& out) {
  const auto& wanted = expected.aggregationrule().clusterroleselectors();
  const auto& held = existing.aggregationrule().clusterroleselectors();
  out.missing_selectors = SelectorsNotIn(held, wanted);
  out.extra_selectors = SelectorsNotIn(wanted, held);
  if (!expected.has_aggregationrule() && existing.has_aggregationrule()) {
    out.object.clear_aggregationrule();
  } else if (!remove_extra && !out.missing_selectors.empty()) {
    AppendTo(
        out.missing_selectors,
        *out.object.mutable_aggregationrule()->mutable_clusterroleselectors());
  } else if (remove_extra &&
             !(out.missing_selectors.empty() && out.extra_selectors.empty())) {
    *out.object.mutable_aggregationrule() = expected.aggregationrule();
  } else {
    return;
  }
  out.operation = kUpdate;
}

std::string Title(const k8s::Role& role) {
  return absl::StrCat("role ",
                      GoQuote(absl::StrCat(role.metadata().namespace_(), "/",
                                           role.metadata().name())));
}

std::string Title(const k8s::ClusterRole& role) {
  return absl::StrCat("clusterrole ", GoQuote(role.metadata().name()));
}

// Returns an error that names the role it is of.
template <typename Role>
absl::Status ErrorOf(const Role& role, const absl::Status& status) {
  return InContext(Title(role), status);
}

template <typename Role>
Reconciled<Role> CreatedRole(const Role& expected) {
  Reconciled<Role> out;
  out.operation = ReconcileOperation::kCreate;
  out.object = expected;
  out.missing_rules = ToVector(expected.rules());
  return out;
}

template <typename T>
Reconciled<T> StartFrom(const T& expected, const T& existing) {
  Reconciled<T> out;
  out.object = existing;
  out.opted_out = OptedOut(existing.metadata());
  MergeMeta(expected.metadata(), *out.object.mutable_metadata(), out);
  return out;
}

bool SameRef(const k8s::RoleRef& a, const k8s::RoleRef& b) {
  return a.apigroup() == b.apigroup() && a.kind() == b.kind() &&
         a.name() == b.name();
}

template <typename Binding>
Reconciled<Binding> ReconcileAnyBinding(const Binding& expected,
                                        const Binding* existing,
                                        bool remove_extra) {
  Reconciled<Binding> out;
  out.object = expected;
  if (existing == nullptr) {
    out.operation = ReconcileOperation::kCreate;
    out.missing_subjects = {expected.subjects().begin(),
                            expected.subjects().end()};
    return out;
  }
  if (!SameRef(expected.roleref(), existing->roleref())) {
    out.operation = ReconcileOperation::kRecreate;
    out.opted_out = OptedOut(existing->metadata());
    return out;
  }
  out = StartFrom(expected, *existing);
  SubjectDiff diff = DiffSubjects(expected.subjects(), existing->subjects());
  out.missing_subjects = std::move(diff.only_in_a);
  out.extra_subjects = std::move(diff.only_in_b);
  if (!remove_extra && !out.missing_subjects.empty()) {
    AppendTo(out.missing_subjects, *out.object.mutable_subjects());
    out.operation = kUpdate;
  } else if (remove_extra &&
             !(out.missing_subjects.empty() && out.extra_subjects.empty())) {
    *out.object.mutable_subjects() = expected.subjects();
    out.operation = kUpdate;
  }
  return out;
}

using SubjectKey = std::tuple<absl::string_view, absl::string_view,
                              absl::string_view, absl::string_view>;

SubjectKey KeyOf(const k8s::Subject& subject) {
  return {subject.kind(), subject.apigroup(), subject.name(),
          subject.namespace_()};
}

std::vector<k8s::Subject> SubjectsOnlyIn(const SubjectList& a,
                                         const SubjectList& b) {
  std::set<SubjectKey> seen;
  for (const k8s::Subject& subject : b) seen.insert(KeyOf(subject));
  std::vector<k8s::Subject> out;
  for (const k8s::Subject& subject : a) {
    if (seen.insert(KeyOf(subject)).second) out.push_back(subject);
  }
  return out;
}

// Returns a value as it is or, if it has characters that do not show as
// themselves, in Go's quotes: kubectl prints those too, and lets an object
// forge lines.
std::string Shown(absl::string_view value) {
  const std::string rest = absl::StrReplaceAll(value, {{"\"", ""}, {"\\", ""}});
  const bool plain = GoQuote(rest).size() == rest.size() + 2;
  return plain ? std::string(value) : GoQuote(value);
}

// Rules and subjects as Go prints a struct with its field names, which is how
// kubectl shows them.
std::string GoStruct(const k8s::PolicyRule& rule) {
  const auto list = [](const auto& values) {
    const auto append = [](std::string* out, const std::string& value) {
      absl::StrAppend(out, Shown(value));
    };
    return absl::StrCat("[", absl::StrJoin(values, " ", append), "]");
  };
  return absl::StrCat("{Verbs:", list(rule.verbs()),
                      " APIGroups:", list(rule.apigroups()),
                      " Resources:", list(rule.resources()),
                      " ResourceNames:", list(rule.resourcenames()),
                      " NonResourceURLs:", list(rule.nonresourceurls()), "}");
}

std::string GoStruct(const k8s::Subject& subject) {
  return absl::StrCat("{Kind:", Shown(subject.kind()),
                      " APIGroup:", Shown(subject.apigroup()),
                      " Name:", Shown(subject.name()),
                      " Namespace:", Shown(subject.namespace_()), "}");
}

template <typename T>
void AppendSection(absl::string_view title, const std::vector<T>& entries,
                   std::string& text) {
  if (entries.empty()) return;
  absl::StrAppend(&text, "\t", title, ":\n");
  for (const T& entry : entries) {
    absl::StrAppend(&text, "\t\t", GoStruct(entry), "\n");
  }
}

}  // namespace

absl::string_view ReconcileOperationName(ReconcileOperation operation) {
  static constexpr absl::string_view kNames[] = {"none", "create", "update",
                                                 "recreate"};
  return kNames[static_cast<int>(operation)];
}

absl::StatusOr<Reconciled<k8s::Role>> ComputeReconciledRole(
    const k8s::Role& expected, const k8s::Role* existing, bool remove_extra) {
  if (existing == nullptr) return CreatedRole(expected);
  Reconciled<k8s::Role> out = StartFrom(expected, *existing);
  const absl::Status status = ReconcileRules(
      expected, *existing, /*both_aggregated=*/false, remove_extra, out);
  if (!status.ok()) return ErrorOf(expected, status);
  return out;
}

absl::StatusOr<Reconciled<k8s::ClusterRole>> ComputeReconciledRole(
    const k8s::ClusterRole& expected, const k8s::ClusterRole* existing,
    bool remove_extra) {
  if (existing == nullptr) {
    Reconciled<k8s::ClusterRole> out = CreatedRole(expected);
    const auto& selectors = expected.aggregationrule().clusterroleselectors();
    out.missing_selectors = {selectors.begin(), selectors.end()};
    return out;
  }
  Reconciled<k8s::ClusterRole> out = StartFrom(expected, *existing);
  const bool both_aggregated =
      expected.has_aggregationrule() && existing->has_aggregationrule();
  const absl::Status status =
      ReconcileRules(expected, *existing, both_aggregated, remove_extra, out);
  if (!status.ok()) return ErrorOf(expected, status);
  ReconcileSelectors(expected, *existing, remove_extra, out);
  return out;
}

Reconciled<k8s::RoleBinding> ComputeReconciledBinding(
    const k8s::RoleBinding& expected, const k8s::RoleBinding* existing,
    bool remove_extra) {
  return ReconcileAnyBinding(expected, existing, remove_extra);
}

Reconciled<k8s::ClusterRoleBinding> ComputeReconciledBinding(
    const k8s::ClusterRoleBinding& expected,
    const k8s::ClusterRoleBinding* existing, bool remove_extra) {
  return ReconcileAnyBinding(expected, existing, remove_extra);
}

SubjectDiff DiffSubjects(const SubjectList& a, const SubjectList& b) {
  return {SubjectsOnlyIn(a, b), SubjectsOnlyIn(b, a)};
}

std::string ReconcileText(const ReconcileDiff& diff, bool remove_extra) {
  if (diff.operation == ReconcileOperation::kNone) return "";
  std::string text = absl::StrCat("\treconciliation required ",
                                  ReconcileOperationName(diff.operation));
  if (diff.opted_out) {
    absl::StrAppend(&text, ", but object opted out (", kAutoUpdateAnnotation,
                    ": false)");
  }
  text += "\n";
  AppendSection("missing rules added", diff.missing_rules, text);
  if (remove_extra) {
    AppendSection("extra rules removed", diff.extra_rules, text);
  }
  AppendSection("missing subjects added", diff.missing_subjects, text);
  if (remove_extra) {
    AppendSection("extra subjects removed", diff.extra_subjects, text);
  }
  return text;
}

}  // namespace gatehouse::rbac
