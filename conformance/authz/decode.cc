#include "conformance/authz/decode.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "proto/meta.pb.h"
#include "rbac/subjects.h"
#include "rbac/testing/reference.h"
#include "rbac/user_view.h"

namespace gatehouse::conformance {
namespace {

template <typename T>
void DecodeMetadata(Fields& fields, T* object) {
  k8s::ObjectMeta* metadata = object->mutable_metadata();
  metadata->set_name(fields.Text("name"));
  fields.StringMap("labels", metadata->mutable_labels());
  fields.StringMap("annotations", metadata->mutable_annotations());
}

template <typename T>
void DecodeRules(Fields& fields, T* role) {
  for (auto& rule : fields.Messages<k8s::PolicyRule>("rules")) {
    *role->add_rules() = std::move(rule);
  }
}

template <typename T>
void DecodeBinding(Fields& fields, T* binding) {
  DecodeMetadata(fields, binding);
  *binding->mutable_roleref() = fields.Message<k8s::RoleRef>("roleRef");
  for (auto& subject : fields.Messages<k8s::Subject>("subjects")) {
    *binding->add_subjects() = std::move(subject);
  }
}

template <typename T>
void DecodeAll(Fields& state, absl::string_view key, T (*decode)(Fields&),
               std::vector<T>* objects) {
  for (const objects::Node& node : state.List(key)) {
    Fields fields(&node, state.PathOf(key), state.problems());
    objects->push_back(decode(fields));
  }
}

std::string TextOfDecision(const authz::Decision& decision) {
  return absl::StrCat(authz::OutcomeName(decision.outcome), " reason=\"",
                      decision.reason, "\" error=\"", ErrorText(decision.error),
                      "\"");
}

}  // namespace

absl::optional<UserInfo> DecodeUser(Fields& fields, absl::string_view key) {
  const bool there = fields.Has(key);
  Fields user = fields.Object(key);
  if (!there) return absl::nullopt;
  return DecodeUser(user);
}

UserInfo DecodeUser(Fields& user) {
  UserInfo info;
  info.name = user.Text("name");
  info.uid = user.Text("uid");
  info.groups = user.Texts("groups");
  Fields extra = user.Object("extra");
  for (const objects::MapEntry& entry : extra.TakeAll()) {
    info.extra[std::string(entry.key.text())] = extra.Texts(entry.key.text());
  }
  return info;
}

authz::Attributes Request::attributes() const {
  authz::Attributes attributes;
  attributes.user = user.has_value() ? &*user : nullptr;
  attributes.verb = verb;
  attributes.resource_request = resource_request;
  attributes.namespace_ = namespace_;
  attributes.api_group = api_group;
  attributes.api_version = api_version;
  attributes.resource = resource;
  attributes.subresource = subresource;
  attributes.name = name;
  attributes.path = path;
  return attributes;
}

Request DecodeRequest(Fields fields) {
  Request request;
  request.user = DecodeUser(fields, "user");
  request.resource_request = fields.Bool("resourceRequest", true);
  request.verb = fields.Text("verb");
  request.namespace_ = fields.Text("namespace");
  request.api_group = fields.Text("apiGroup");
  request.api_version = fields.Text("apiVersion");
  request.resource = fields.Text("resource");
  request.subresource = fields.Text("subresource");
  request.name = fields.Text("name");
  request.path = fields.Text("path");
  return request;
}

k8s::Role DecodeRole(Fields& fields) {
  k8s::Role role;
  DecodeMetadata(fields, &role);
  role.mutable_metadata()->set_namespace_(fields.Text("namespace"));
  DecodeRules(fields, &role);
  return role;
}

k8s::ClusterRole DecodeClusterRole(Fields& fields) {
  k8s::ClusterRole role;
  DecodeMetadata(fields, &role);
  DecodeRules(fields, &role);
  if (fields.Has("aggregationRule")) {
    *role.mutable_aggregationrule() =
        fields.Message<k8s::AggregationRule>("aggregationRule");
  }
  fields.Take("aggregationRule");
  return role;
}

k8s::RoleBinding DecodeRoleBinding(Fields& fields) {
  k8s::RoleBinding binding;
  DecodeBinding(fields, &binding);
  binding.mutable_metadata()->set_namespace_(fields.Text("namespace"));
  return binding;
}

k8s::ClusterRoleBinding DecodeClusterRoleBinding(Fields& fields) {
  k8s::ClusterRoleBinding binding;
  DecodeBinding(fields, &binding);
  return binding;
}

rbac::PolicyObjects DecodeState(Fields state) {
  rbac::PolicyObjects policy;
  DecodeAll(state, "clusterRoles", DecodeClusterRole, &policy.cluster_roles);
  DecodeAll(state, "roles", DecodeRole, &policy.roles);
  DecodeAll(state, "clusterRoleBindings", DecodeClusterRoleBinding,
            &policy.cluster_role_bindings);
  DecodeAll(state, "roleBindings", DecodeRoleBinding, &policy.role_bindings);
  return policy;
}

rbac::PolicyObjects PolicyOfRule(const k8s::PolicyRule& rule,
                                 const std::string& user) {
  rbac::PolicyObjects policy;
  k8s::ClusterRole& role = policy.cluster_roles.emplace_back();
  role.mutable_metadata()->set_name("r");
  *role.add_rules() = rule;
  k8s::ClusterRoleBinding& binding =
      policy.cluster_role_bindings.emplace_back();
  binding.mutable_metadata()->set_name("b");
  binding.mutable_roleref()->set_kind("ClusterRole");
  binding.mutable_roleref()->set_name("r");
  k8s::Subject* subject = binding.add_subjects();
  subject->set_kind(rbac::kUserKind);
  subject->set_name(user);
  return policy;
}

std::vector<objects::Object> ToObjects(const rbac::PolicyObjects& policy) {
  std::vector<objects::Object> all;
  for (const auto& role : policy.cluster_roles) {
    all.push_back(objects::MakeObject(role));
  }
  for (const auto& role : policy.roles) {
    all.push_back(objects::MakeObject(role));
  }
  for (const auto& binding : policy.cluster_role_bindings) {
    all.push_back(objects::MakeObject(binding));
  }
  for (const auto& binding : policy.role_bindings) {
    all.push_back(objects::MakeObject(binding));
  }
  return all;
}

std::unique_ptr<rbac::Policy> Compile(const rbac::PolicyObjects& policy,
                                      Check& check) {
  auto compiled = rbac::Policy::Create(ToObjects(policy));
  if (compiled.ok()) return *std::move(compiled);
  check.Fail(absl::StrCat("Policy::Create: ", compiled.status().message()));
  return nullptr;
}

authz::Decision DecideInAllWays(const rbac::PolicyObjects& objects,
                                const authz::Attributes& attributes,
                                Check& check) {
  const std::unique_ptr<rbac::Policy> policy = Compile(objects, check);
  if (policy == nullptr) return {};
  authz::Decision decision = policy->Authorize(attributes);
  const absl::string_view outcome = authz::OutcomeName(decision.outcome);
  check.Same("Policy::Decide, as Policy::Authorize", outcome,
             authz::OutcomeName(policy->Decide(attributes)));
  if (attributes.user != nullptr) {
    rbac::UserView view(*policy, *attributes.user);
    check.Same("UserView::Decide, as Policy::Authorize", outcome,
               authz::OutcomeName(view.Decide(attributes)));
    check.Same("UserView::Authorize, as Policy::Authorize",
               TextOfDecision(decision),
               TextOfDecision(view.Authorize(attributes)));
  }
  const rbac::ReferenceAuthorizer reference(objects);
  check.Same("Policy::Authorize, as the reference evaluator",
             TextOfDecision(reference.Authorize(attributes)),
             TextOfDecision(decision));
  return decision;
}

std::string ErrorText(const absl::Status& status) {
  return std::string(status.message());
}

absl::Status StatusOf(const std::string& message) {
  return message.empty() ? absl::OkStatus() : absl::UnknownError(message);
}

authz::Outcome DecodeOutcome(Fields& fields, absl::string_view key) {
  const std::string name = fields.Text(key);
  const absl::optional<authz::Outcome> outcome = OutcomeOf(name);
  if (!outcome.has_value()) {
    fields.Problem(key, absl::StrCat("no decision is called \"", name, "\""));
  }
  return outcome.value_or(authz::Outcome::kDeny);
}

absl::optional<authz::Outcome> OutcomeOf(absl::string_view name) {
  using authz::Outcome;
  for (Outcome outcome :
       {Outcome::kDeny, Outcome::kAllow, Outcome::kNoOpinion}) {
    if (authz::OutcomeName(outcome) == name) return outcome;
  }
  return absl::nullopt;
}

}  // namespace gatehouse::conformance
