#include "objects/internal/fields.h"

#include <initializer_list>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "proto/apiserver_config.pb.h"
#include "proto/authentication.pb.h"
#include "proto/authorization.pb.h"
#include "proto/certificates.pb.h"
#include "proto/core.pb.h"
#include "proto/meta.pb.h"
#include "proto/rbac.pb.h"

namespace gatehouse::objects::internal {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using FieldSet = absl::flat_hash_set<const FieldDescriptor*>;

template <typename T>
void Insert(std::initializer_list<const char*> names, FieldSet* fields) {
  for (const char* name : names) {
    fields->insert(T::descriptor()->FindFieldByName(name));
  }
}

const FieldSet& Pointers() {
  static const FieldSet* const fields = [] {
    auto* set = new FieldSet;
    Insert<k8s::Secret>({"immutable"}, set);
    Insert<k8s::ConfigMap>({"immutable"}, set);
    Insert<k8s::ServiceAccount>({"automountServiceAccountToken"}, set);
    Insert<k8s::OwnerReference>({"controller", "blockOwnerDeletion"}, set);
    Insert<k8s::ObjectMeta>({"deletionGracePeriodSeconds"}, set);
    Insert<k8s::ListMeta>({"remainingItemCount"}, set);
    Insert<k8s::CertificateSigningRequestSpec>({"expirationSeconds"}, set);
    Insert<k8s::TokenRequestSpec>({"expirationSeconds"}, set);
    Insert<k8s::PrefixedClaimOrExpression>({"prefix"}, set);
    return set;
  }();
  return *fields;
}

const FieldSet& AlwaysWritten() {
  static const FieldSet* const fields = [] {
    auto* set = new FieldSet;
    Insert<k8s::PolicyRule>({"verbs"}, set);
    Insert<k8s::ResourceRule>({"verbs"}, set);
    Insert<k8s::NonResourceRule>({"verbs"}, set);
    Insert<k8s::Role>({"rules"}, set);
    Insert<k8s::ClusterRole>({"rules"}, set);
    Insert<k8s::Subject>({"kind", "name"}, set);
    Insert<k8s::RoleRef>({"apiGroup", "kind", "name"}, set);
    Insert<k8s::OwnerReference>({"apiVersion", "kind", "name", "uid"}, set);
    Insert<k8s::LabelSelectorRequirement>({"key", "operator"}, set);
    Insert<k8s::FieldSelectorRequirement>({"key", "operator"}, set);
    Insert<k8s::SubjectAccessReviewStatus>({"allowed"}, set);
    Insert<k8s::TokenReviewStatus>({"authenticated"}, set);
    Insert<k8s::TokenRequestSpec>({"audiences"}, set);
    Insert<k8s::TokenRequestStatus>({"token"}, set);
    Insert<k8s::SubjectRulesReviewStatus>(
        {"resourceRules", "nonResourceRules", "incomplete"}, set);
    Insert<k8s::CertificateSigningRequestSpec>({"request", "signerName"}, set);
    Insert<k8s::CertificateSigningRequestCondition>({"type", "status"}, set);
    Insert<k8s::AnonymousAuthConfig>({"enabled"}, set);
    Insert<k8s::AnonymousAuthCondition>({"path"}, set);
    Insert<k8s::Issuer>({"url", "audiences"}, set);
    return set;
  }();
  return *fields;
}

}  // namespace

Form FormOf(const Descriptor* type) {
  static const auto* const forms =
      new absl::flat_hash_map<const Descriptor*, Form>{
          {k8s::Time::descriptor(), Form::kTime},
          {k8s::ExtraValue::descriptor(), Form::kStrings},
          {k8s::FieldsV1::descriptor(), Form::kFieldsV1},
      };
  const auto it = forms->find(type);
  return it == forms->end() ? Form::kObject : it->second;
}

bool IsPointer(const FieldDescriptor* field) {
  return Pointers().contains(field);
}

bool IsAlwaysWritten(const FieldDescriptor* field) {
  return AlwaysWritten().contains(field);
}

bool IsPartial(const Descriptor* type) {
  static const auto* const types = new absl::flat_hash_set<const Descriptor*>{
      k8s::PodSpec::descriptor(),         k8s::PodStatus::descriptor(),
      k8s::NodeSpec::descriptor(),        k8s::NodeStatus::descriptor(),
      k8s::NamespaceStatus::descriptor(),
  };
  return types->contains(type);
}

}  // namespace gatehouse::objects::internal
