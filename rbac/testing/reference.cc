#include "rbac/testing/reference.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/errors.h"
#include "base/go_quote.h"

namespace gatehouse::rbac {
namespace {

using Strings = google::protobuf::RepeatedPtrField<std::string>;

template <typename List>
bool Contains(const List& list, absl::string_view wanted) {
  for (const std::string& entry : list) {
    if (entry == wanted) return true;
  }
  return false;
}

bool ResourceGranted(const Strings& entries, absl::string_view resource,
                     absl::string_view subresource) {
  if (Contains(entries, "*")) return true;
  if (subresource.empty()) return Contains(entries, resource);
  return Contains(entries, absl::StrCat(resource, "/", subresource)) ||
         Contains(entries, absl::StrCat("*/", subresource));
}

bool UrlGranted(const Strings& entries, absl::string_view path) {
  for (absl::string_view entry : entries) {
    if (entry == path) return true;
    if (!absl::EndsWith(entry, "*")) continue;
    while (absl::EndsWith(entry, "*")) entry.remove_suffix(1);
    if (absl::StartsWith(path, entry)) return true;
  }
  return false;
}

// "*" does not grant the verbs of constrained impersonation.
bool VerbGranted(const Strings& entries, absl::string_view verb) {
  if (Contains(entries, verb)) return true;
  if (absl::StartsWith(verb, "impersonate:")) return false;
  if (absl::StartsWith(verb, "impersonate-on:")) return false;
  return Contains(entries, "*");
}

bool Granted(const k8s::PolicyRule& rule, const authz::Attributes& request) {
  if (!VerbGranted(rule.verbs(), request.verb)) return false;
  if (!request.resource_request) {
    return UrlGranted(rule.nonresourceurls(), request.path);
  }
  const bool group = Contains(rule.apigroups(), "*") ||
                     Contains(rule.apigroups(), request.api_group);
  const bool name = rule.resourcenames().empty() ||
                    Contains(rule.resourcenames(), request.name);
  return group && name &&
         ResourceGranted(rule.resources(), request.resource,
                         request.subresource);
}

bool Names(const k8s::Subject& subject, absl::string_view binding_namespace,
           const UserInfo& user) {
  if (subject.kind() == "User") return subject.name() == user.name;
  if (subject.kind() == "Group") return Contains(user.groups, subject.name());
  if (subject.kind() != "ServiceAccount") return false;
  absl::string_view in = subject.namespace_();
  if (in.empty()) in = binding_namespace;
  if (in.empty()) return false;
  // The name is system:serviceaccount:<in>:<subject's name>.
  absl::string_view rest = user.name;
  return absl::ConsumePrefix(&rest, "system:serviceaccount:") &&
         absl::ConsumePrefix(&rest, in) && absl::ConsumePrefix(&rest, ":") &&
         rest == subject.name();
}

// The first subject that names the user, or null.
const k8s::Subject* FirstNaming(
    const google::protobuf::RepeatedPtrField<k8s::Subject>& subjects,
    absl::string_view binding_namespace, const UserInfo& user) {
  for (const k8s::Subject& subject : subjects) {
    if (Names(subject, binding_namespace, user)) return &subject;
  }
  return nullptr;
}

// A namespaced name as reasons write it: the name first.
std::string NameSlash(absl::string_view name, absl::string_view in) {
  return absl::StrCat(name, "/", in);
}

std::string Describe(const k8s::Subject& subject,
                     absl::string_view binding_namespace) {
  std::string name = subject.name();
  if (subject.kind() == "ServiceAccount") {
    name = NameSlash(name, subject.namespace_().empty()
                               ? binding_namespace
                               : absl::string_view(subject.namespace_()));
  }
  return absl::StrCat(subject.kind(), " ", GoQuote(name));
}

absl::Status ToStatus(const std::vector<std::string>& errors) {
  if (errors.empty()) return absl::OkStatus();
  return MakeError(absl::StatusCode::kNotFound, Reason::kNotFound,
                   AggregateMessages(errors));
}

k8s::Subject RbacSubject(absl::string_view kind, absl::string_view name) {
  k8s::Subject subject;
  subject.set_kind(std::string(kind));
  subject.set_apigroup("rbac.authorization.k8s.io");
  subject.set_name(std::string(name));
  return subject;
}

}  // namespace

ReferenceAuthorizer::ReferenceAuthorizer(PolicyObjects policy)
    : policy_(std::move(policy)) {
  for (const k8s::ClusterRole& role : policy_.cluster_roles) {
    cluster_roles_.emplace(role.metadata().name(), &role);
  }
  for (const k8s::Role& role : policy_.roles) {
    // A namespaced object without namespace cannot be looked up.
    if (role.metadata().namespace_().empty()) continue;
    roles_.emplace(
        std::make_pair(role.metadata().namespace_(), role.metadata().name()),
        &role);
  }
  for (const k8s::RoleBinding& binding : policy_.role_bindings) {
    role_bindings_[binding.metadata().namespace_()].push_back(&binding);
  }
}

void ReferenceAuthorizer::Walk(
    absl::string_view namespace_,
    const std::function<bool(const Binding&)>& visit) const {
  for (const k8s::ClusterRoleBinding& binding : policy_.cluster_role_bindings) {
    if (!visit({"ClusterRoleBinding", "", binding.metadata().name(),
                binding.roleref(), binding.subjects()})) {
      return;
    }
  }
  if (namespace_.empty()) return;
  const auto in_namespace = role_bindings_.find(std::string(namespace_));
  if (in_namespace == role_bindings_.end()) return;
  for (const k8s::RoleBinding* binding : in_namespace->second) {
    if (!visit({"RoleBinding", namespace_, binding->metadata().name(),
                binding->roleref(), binding->subjects()})) {
      return;
    }
  }
}

const google::protobuf::RepeatedPtrField<k8s::PolicyRule>*
ReferenceAuthorizer::RulesOf(const Binding& binding,
                             std::vector<std::string>& errors) const {
  const std::string& kind = binding.role_ref.kind();
  const std::string& name = binding.role_ref.name();
  if (kind == "ClusterRole") {
    const auto role = cluster_roles_.find(name);
    if (role != cluster_roles_.end()) return &role->second->rules();
    errors.push_back(absl::StrCat("clusterrole.rbac.authorization.k8s.io ",
                                  GoQuote(name), " not found"));
  } else if (kind == "Role") {
    const auto role = roles_.find({std::string(binding.namespace_), name});
    if (role != roles_.end()) return &role->second->rules();
    errors.push_back(absl::StrCat("role.rbac.authorization.k8s.io ",
                                  GoQuote(name), " not found"));
  } else {
    errors.push_back(
        absl::StrCat("unsupported role reference kind: ", GoQuote(kind)));
  }
  return nullptr;
}

authz::Decision ReferenceAuthorizer::Authorize(
    const authz::Attributes& request) const {
  authz::Decision decision{authz::Outcome::kNoOpinion, "", absl::OkStatus()};
  if (request.user == nullptr) return decision;
  std::vector<std::string> errors;
  Walk(request.namespace_, [&](const Binding& binding) {
    const k8s::Subject* subject =
        FirstNaming(binding.subjects, binding.namespace_, *request.user);
    if (subject == nullptr) return true;
    const auto* rules = RulesOf(binding, errors);
    if (rules == nullptr) return true;
    for (const k8s::PolicyRule& rule : *rules) {
      if (!Granted(rule, request)) continue;
      const bool cluster = binding.kind == "ClusterRoleBinding";
      decision.outcome = authz::Outcome::kAllow;
      decision.reason = absl::StrCat(
          "RBAC: allowed by ", binding.kind, " ",
          GoQuote(cluster ? std::string(binding.name)
                          : NameSlash(binding.name, binding.namespace_)),
          " of ", binding.role_ref.kind(), " ",
          GoQuote(binding.role_ref.name()), " to ",
          Describe(*subject, binding.namespace_));
      return false;
    }
    return true;
  });
  if (decision.outcome != authz::Outcome::kAllow && !errors.empty()) {
    decision.reason = absl::StrCat("RBAC: ", AggregateMessages(errors));
  }
  return decision;
}

std::vector<k8s::PolicyRule> ReferenceAuthorizer::PolicyRulesFor(
    const UserInfo& user, absl::string_view namespace_,
    absl::Status* error) const {
  std::vector<k8s::PolicyRule> all;
  std::vector<std::string> errors;
  Walk(namespace_, [&](const Binding& binding) {
    if (!FirstNaming(binding.subjects, binding.namespace_, user)) return true;
    const auto* rules = RulesOf(binding, errors);
    if (rules != nullptr) all.insert(all.end(), rules->begin(), rules->end());
    return true;
  });
  if (error != nullptr) *error = ToStatus(errors);
  return all;
}

authz::Rules ReferenceAuthorizer::RulesFor(const UserInfo& user,
                                           absl::string_view namespace_) const {
  authz::Rules out;
  for (const k8s::PolicyRule& rule :
       PolicyRulesFor(user, namespace_, &out.error)) {
    if (!rule.resources().empty()) {
      k8s::ResourceRule& resource = out.resource_rules.emplace_back();
      *resource.mutable_verbs() = rule.verbs();
      *resource.mutable_apigroups() = rule.apigroups();
      *resource.mutable_resources() = rule.resources();
      *resource.mutable_resourcenames() = rule.resourcenames();
    }
    if (!rule.nonresourceurls().empty()) {
      k8s::NonResourceRule& url = out.non_resource_rules.emplace_back();
      *url.mutable_verbs() = rule.verbs();
      *url.mutable_nonresourceurls() = rule.nonresourceurls();
    }
  }
  return out;
}

AllowedSubjectsResult ReferenceAuthorizer::AllowedSubjects(
    const authz::Attributes& request, absl::string_view super_user) const {
  AllowedSubjectsResult result;
  std::vector<std::string> errors;
  result.subjects.push_back(RbacSubject("Group", kMastersGroup));
  if (!super_user.empty()) {
    result.subjects.push_back(RbacSubject("User", super_user));
  }
  Walk(request.namespace_, [&](const Binding& binding) {
    const auto* rules = RulesOf(binding, errors);
    if (rules == nullptr) return true;
    const bool granted = std::any_of(
        rules->begin(), rules->end(),
        [&](const k8s::PolicyRule& rule) { return Granted(rule, request); });
    if (granted) {
      result.subjects.insert(result.subjects.end(), binding.subjects.begin(),
                             binding.subjects.end());
    }
    return true;
  });
  result.error = ToStatus(errors);
  return result;
}

}  // namespace gatehouse::rbac
