#include "rbac/validation.h"

#include <iterator>
#include <string>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "objects/names.h"
#include "objects/object_meta.h"
#include "rbac/labels.h"
#include "rbac/subjects.h"

namespace gatehouse::rbac {
namespace {

using Errors = std::vector<FieldError>;
using StringList = google::protobuf::RepeatedPtrField<std::string>;

void Append(Errors more, Errors& errors) {
  absl::c_move(more, std::back_inserter(errors));
}

// A string as Go's JSON encoder writes it.
std::string JsonString(absl::string_view text) {
  constexpr absl::string_view kShort =
      "btn?fr";  // From 0x08 on; 0x0b has none.
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      absl::StrAppend(&out, "\\", absl::string_view(&c, 1));
    } else if (c >= '\b' && c <= '\r' && c != '\v') {
      absl::StrAppend(&out, "\\", kShort.substr(c - '\b', 1));
    } else if (static_cast<unsigned char>(c) < 0x20 || c == '<' || c == '>' ||
               c == '&') {
      absl::StrAppend(
          &out, "\\u",
          absl::Hex(static_cast<unsigned char>(c), absl::kZeroPad4));
    } else {
      out += c;
    }
  }
  return out += '"';
}

std::string JsonList(const StringList& values) {
  return absl::StrCat("[",
                      absl::StrJoin(values, ",",
                                    [](std::string* out, const auto& value) {
                                      out->append(JsonString(value));
                                    }),
                      "]");
}

void ValidateRule(const k8s::PolicyRule& rule, bool namespaced,
                  const std::string& field, Errors& errors) {
  if (rule.verbs().empty()) {
    errors.push_back(RequiredError(field + ".verbs",
                                   "verbs must contain at least one value"));
  }
  if (!rule.nonresourceurls().empty()) {
    const auto invalid = [&](absl::string_view detail) {
      errors.push_back({FieldErrorType::kInvalid, field + ".nonResourceURLs",
                        JsonList(rule.nonresourceurls()), std::string(detail)});
    };
    if (namespaced) {
      invalid("namespaced rules cannot apply to non-resource URLs");
    }
    if (!rule.apigroups().empty() || !rule.resources().empty() ||
        !rule.resourcenames().empty()) {
      invalid(
          "rules cannot apply to both regular resources and non-resource URLs");
    }
    return;
  }
  if (rule.apigroups().empty()) {
    errors.push_back(
        RequiredError(field + ".apiGroups",
                      "resource rules must supply at least one api group"));
  }
  if (rule.resources().empty()) {
    errors.push_back(
        RequiredError(field + ".resources",
                      "resource rules must supply at least one resource"));
  }
}

template <typename Role>
Errors ValidateMetaAndRules(const Role& role, bool namespaced) {
  Errors errors = objects::ValidateObjectMeta(role.metadata(), namespaced);
  for (int i = 0; i < role.rules_size(); ++i) {
    ValidateRule(role.rules(i), namespaced, absl::StrCat("rules[", i, "]"),
                 errors);
  }
  return errors;
}

bool HasInvalidValue(const k8s::ClusterRole& role) {
  for (const auto& selector : role.aggregationrule().clusterroleselectors()) {
    for (const auto& requirement : selector.matchexpressions()) {
      for (const std::string& value : requirement.values()) {
        if (!objects::CheckLabelValue(value).empty()) return true;
      }
    }
  }
  return false;
}

Errors ValidateAnyClusterRole(const k8s::ClusterRole& role,
                              bool allow_invalid_values) {
  constexpr char kField[] = "aggregationRule.clusterRoleSelectors";
  Errors errors = ValidateMetaAndRules(role, /*namespaced=*/false);
  if (!role.has_aggregationrule()) return errors;
  const auto& selectors = role.aggregationrule().clusterroleselectors();
  if (selectors.empty()) {
    errors.push_back(RequiredError(kField,
                                   "at least one clusterRoleSelector required "
                                   "if aggregationRule is non-nil"));
  }
  for (int i = 0; i < selectors.size(); ++i) {
    Append(
        ValidateLabelSelector(selectors[i], absl::StrCat(kField, "[", i, "]"),
                              allow_invalid_values),
        errors);
  }
  return errors;
}

void ValidateServiceAccount(const k8s::Subject& subject, bool namespaced,
                            const std::string& field, Errors& errors) {
  if (!subject.name().empty()) {
    for (const std::string& fault :
         objects::CheckDnsSubdomain(subject.name())) {
      errors.push_back(InvalidError(field + ".name", subject.name(), fault));
    }
  }
  if (!subject.apigroup().empty()) {
    errors.push_back(
        NotSupportedError(field + ".apiGroup", subject.apigroup(), {""}));
  }
  if (!namespaced && subject.namespace_().empty()) {
    errors.push_back(RequiredError(field + ".namespace", ""));
  }
}

void ValidateSubject(const k8s::Subject& subject, bool namespaced,
                     const std::string& field, Errors& errors) {
  if (subject.name().empty()) {
    errors.push_back(RequiredError(field + ".name", ""));
  }
  if (subject.kind() == kServiceAccountKind) {
    ValidateServiceAccount(subject, namespaced, field, errors);
  } else if (subject.kind() == kUserKind || subject.kind() == kGroupKind) {
    if (subject.apigroup() != kRbacGroup) {
      errors.push_back(NotSupportedError(field + ".apiGroup",
                                         subject.apigroup(), {kRbacGroup}));
    }
  } else {
    errors.push_back(
        NotSupportedError(field + ".kind", subject.kind(),
                          {kServiceAccountKind, kUserKind, kGroupKind}));
  }
}

void ValidateRoleRef(const k8s::RoleRef& ref,
                     absl::Span<const absl::string_view> kinds,
                     Errors& errors) {
  if (ref.apigroup() != kRbacGroup) {
    errors.push_back(
        NotSupportedError("roleRef.apiGroup", ref.apigroup(), {kRbacGroup}));
  }
  if (!absl::c_linear_search(kinds, ref.kind())) {
    errors.push_back(NotSupportedError("roleRef.kind", ref.kind(), kinds));
  }
  if (ref.name().empty()) {
    errors.push_back(RequiredError("roleRef.name", ""));
  }
  for (const std::string& fault : objects::CheckPathSegment(ref.name())) {
    errors.push_back(InvalidError("roleRef.name", ref.name(), fault));
  }
}

template <typename Binding>
Errors ValidateAnyBinding(const Binding& binding, bool namespaced,
                          absl::Span<const absl::string_view> kinds) {
  Errors errors = objects::ValidateObjectMeta(binding.metadata(), namespaced);
  ValidateRoleRef(binding.roleref(), kinds, errors);
  for (int i = 0; i < binding.subjects_size(); ++i) {
    ValidateSubject(binding.subjects(i), namespaced,
                    absl::StrCat("subjects[", i, "]"), errors);
  }
  return errors;
}

void ValidateSameRoleRef(const k8s::RoleRef& ref, const k8s::RoleRef& old,
                         Errors& errors) {
  if (ref.apigroup() == old.apigroup() && ref.kind() == old.kind() &&
      ref.name() == old.name()) {
    return;
  }
  errors.push_back({FieldErrorType::kInvalid, "roleRef",
                    absl::StrCat("{\"APIGroup\":", JsonString(ref.apigroup()),
                                 ",\"Kind\":", JsonString(ref.kind()),
                                 ",\"Name\":", JsonString(ref.name()), "}"),
                    "cannot change roleRef"});
}

template <typename Binding>
void DefaultAnyBinding(Binding& binding) {
  if (binding.roleref().apigroup().empty()) {
    binding.mutable_roleref()->set_apigroup(kRbacGroup);
  }
  for (k8s::Subject& subject : *binding.mutable_subjects()) {
    const bool person =
        subject.kind() == kUserKind || subject.kind() == kGroupKind;
    if (person && subject.apigroup().empty()) subject.set_apigroup(kRbacGroup);
  }
}

template <typename Binding>
Binding Defaulted(Binding binding) {
  Default(binding);
  return binding;
}

}  // namespace

void Default(k8s::RoleBinding& binding) { DefaultAnyBinding(binding); }
void Default(k8s::ClusterRoleBinding& binding) { DefaultAnyBinding(binding); }

Errors ValidateRole(const k8s::Role& role) {
  return ValidateMetaAndRules(role, /*namespaced=*/true);
}

Errors ValidateClusterRole(const k8s::ClusterRole& role) {
  return ValidateAnyClusterRole(role, /*allow_invalid_values=*/false);
}

Errors ValidateRoleBinding(const k8s::RoleBinding& binding) {
  return ValidateAnyBinding(binding, /*namespaced=*/true,
                            {"Role", "ClusterRole"});
}

Errors ValidateClusterRoleBinding(const k8s::ClusterRoleBinding& binding) {
  return ValidateAnyBinding(binding, /*namespaced=*/false, {"ClusterRole"});
}

Errors ValidateRoleUpdate(const k8s::Role& role, const k8s::Role& old) {
  Errors errors = ValidateRole(role);
  Append(objects::ValidateObjectMetaUpdate(role.metadata(), old.metadata()),
         errors);
  return errors;
}

Errors ValidateClusterRoleUpdate(const k8s::ClusterRole& role,
                                 const k8s::ClusterRole& old) {
  Errors errors = ValidateAnyClusterRole(role, HasInvalidValue(old));
  Append(objects::ValidateObjectMetaUpdate(role.metadata(), old.metadata()),
         errors);
  return errors;
}

Errors ValidateRoleBindingUpdate(const k8s::RoleBinding& binding,
                                 const k8s::RoleBinding& old) {
  Errors errors = ValidateRoleBinding(binding);
  Append(objects::ValidateObjectMetaUpdate(binding.metadata(), old.metadata()),
         errors);
  ValidateSameRoleRef(binding.roleref(), old.roleref(), errors);
  return errors;
}

Errors ValidateClusterRoleBindingUpdate(const k8s::ClusterRoleBinding& binding,
                                        const k8s::ClusterRoleBinding& old) {
  Errors errors = ValidateClusterRoleBinding(binding);
  Append(objects::ValidateObjectMetaUpdate(binding.metadata(), old.metadata()),
         errors);
  ValidateSameRoleRef(binding.roleref(), old.roleref(), errors);
  return errors;
}

Errors Validate(const objects::Object& object) {
  if (const auto* role = object.As<k8s::Role>()) return ValidateRole(*role);
  if (const auto* role = object.As<k8s::ClusterRole>()) {
    return ValidateClusterRole(*role);
  }
  if (const auto* binding = object.As<k8s::RoleBinding>()) {
    return ValidateRoleBinding(Defaulted(*binding));
  }
  if (const auto* binding = object.As<k8s::ClusterRoleBinding>()) {
    return ValidateClusterRoleBinding(Defaulted(*binding));
  }
  return {};
}

}  // namespace gatehouse::rbac
