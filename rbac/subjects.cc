#include "rbac/subjects.h"

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/go_quote.h"

namespace gatehouse::rbac {
namespace {

// The namespace that a ServiceAccount subject means.
absl::string_view NamespaceOf(const k8s::Subject& subject,
                              absl::string_view binding_namespace) {
  if (subject.namespace_().empty()) return binding_namespace;
  return subject.namespace_();
}

bool IsServiceAccount(absl::string_view username, absl::string_view namespace_,
                      absl::string_view name) {
  return absl::ConsumePrefix(&username, kServiceAccountUserPrefix) &&
         absl::ConsumePrefix(&username, namespace_) &&
         absl::ConsumePrefix(&username, ":") && username == name;
}

}  // namespace

bool SubjectApplies(const UserInfo& user, const k8s::Subject& subject,
                    absl::string_view binding_namespace) {
  if (subject.kind() == kUserKind) return user.name == subject.name();
  if (subject.kind() == kGroupKind) {
    return absl::c_linear_search(user.groups, subject.name());
  }
  if (subject.kind() != kServiceAccountKind) return false;
  const absl::string_view namespace_ = NamespaceOf(subject, binding_namespace);
  return !namespace_.empty() &&
         IsServiceAccount(user.name, namespace_, subject.name());
}

absl::optional<int> AppliesTo(
    const UserInfo& user,
    const google::protobuf::RepeatedPtrField<k8s::Subject>& subjects,
    absl::string_view binding_namespace) {
  for (int i = 0; i < subjects.size(); ++i) {
    if (SubjectApplies(user, subjects[i], binding_namespace)) return i;
  }
  return absl::nullopt;
}

bool SameSubject(const k8s::Subject& a, const k8s::Subject& b) {
  return a.kind() == b.kind() && a.apigroup() == b.apigroup() &&
         a.name() == b.name() && a.namespace_() == b.namespace_();
}

std::string SubjectDescription(const k8s::Subject& subject,
                               absl::string_view binding_namespace) {
  if (subject.kind() != kServiceAccountKind) {
    return absl::StrCat(subject.kind(), " ", GoQuote(subject.name()));
  }
  return absl::StrCat(
      subject.kind(), " ",
      GoQuote(absl::StrCat(subject.name(), "/",
                           NamespaceOf(subject, binding_namespace))));
}

}  // namespace gatehouse::rbac
