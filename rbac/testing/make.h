// Short ways to write RBAC messages in the tables of tests.
#ifndef GATEHOUSE_RBAC_TESTING_MAKE_H_
#define GATEHOUSE_RBAC_TESTING_MAKE_H_

#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/repeated_field.h"
#include "proto/rbac.pb.h"

namespace gatehouse::rbac {

// A list as tests write it: values joined by commas; "" is the list of one
// empty value (such as the core group), kNone the empty list.
inline constexpr char kNone[] = "-";

inline void AddAll(absl::string_view list,
                   google::protobuf::RepeatedPtrField<std::string>& out) {
  if (list == kNone) return;
  for (const absl::string_view value : absl::StrSplit(list, ',')) {
    out.Add(std::string(value));
  }
}

// Returns a rule about resources, or with `urls` about both.
inline k8s::PolicyRule MakeRule(absl::string_view verbs,
                                absl::string_view groups,
                                absl::string_view resources,
                                absl::string_view names = kNone,
                                absl::string_view urls = kNone) {
  k8s::PolicyRule rule;
  AddAll(verbs, *rule.mutable_verbs());
  AddAll(groups, *rule.mutable_apigroups());
  AddAll(resources, *rule.mutable_resources());
  AddAll(names, *rule.mutable_resourcenames());
  AddAll(urls, *rule.mutable_nonresourceurls());
  return rule;
}

// Returns a rule about URLs.
inline k8s::PolicyRule MakeUrlRule(absl::string_view verbs,
                                   absl::string_view urls) {
  return MakeRule(verbs, kNone, kNone, kNone, urls);
}

inline k8s::Subject MakeSubject(absl::string_view kind, absl::string_view name,
                                absl::string_view namespace_ = "",
                                absl::string_view api_group = "") {
  k8s::Subject subject;
  subject.set_kind(std::string(kind));
  subject.set_name(std::string(name));
  if (!namespace_.empty()) subject.set_namespace_(std::string(namespace_));
  if (!api_group.empty()) subject.set_apigroup(std::string(api_group));
  return subject;
}

inline k8s::RoleRef MakeRoleRef(absl::string_view kind,
                                absl::string_view name) {
  k8s::RoleRef ref;
  ref.set_apigroup("rbac.authorization.k8s.io");
  ref.set_kind(std::string(kind));
  ref.set_name(std::string(name));
  return ref;
}

// Returns a Role or ClusterRole.
template <typename Role>
Role MakeRole(absl::string_view namespace_, absl::string_view name,
              const std::vector<k8s::PolicyRule>& rules) {
  Role role;
  role.mutable_metadata()->set_name(std::string(name));
  if (!namespace_.empty()) {
    role.mutable_metadata()->set_namespace_(std::string(namespace_));
  }
  for (const k8s::PolicyRule& rule : rules) *role.add_rules() = rule;
  return role;
}

// Returns a RoleBinding or ClusterRoleBinding.
template <typename Binding>
Binding MakeBinding(absl::string_view namespace_, absl::string_view name,
                    const k8s::RoleRef& ref,
                    const std::vector<k8s::Subject>& subjects) {
  Binding binding;
  binding.mutable_metadata()->set_name(std::string(name));
  if (!namespace_.empty()) {
    binding.mutable_metadata()->set_namespace_(std::string(namespace_));
  }
  *binding.mutable_roleref() = ref;
  for (const k8s::Subject& subject : subjects) {
    *binding.add_subjects() = subject;
  }
  return binding;
}

}  // namespace gatehouse::rbac

#endif  // GATEHOUSE_RBAC_TESTING_MAKE_H_
