#include "objects/object.h"

#include <cstddef>
#include <vector>

#include "proto/authentication.pb.h"
#include "proto/authorization.pb.h"
#include "proto/certificates.pb.h"
#include "proto/core.pb.h"
#include "proto/rbac.pb.h"

namespace gatehouse::objects {
namespace {

constexpr absl::string_view kRbac = "rbac.authorization.k8s.io/v1";
constexpr absl::string_view kAuthentication = "authentication.k8s.io/v1";
constexpr absl::string_view kAuthorization = "authorization.k8s.io/v1";
constexpr absl::string_view kCertificates = "certificates.k8s.io/v1";
constexpr absl::string_view kCore = "v1";

template <typename T>
const google::protobuf::Message* Of() {
  return &T::default_instance();
}

const std::vector<KindInfo>& Kinds() {
  static const std::vector<KindInfo>* const kinds = new std::vector<KindInfo>{
      {kRbac, "Role", "roles", true, Of<k8s::Role>()},
      {kRbac, "ClusterRole", "clusterroles", false, Of<k8s::ClusterRole>()},
      {kRbac, "RoleBinding", "rolebindings", true, Of<k8s::RoleBinding>()},
      {kRbac, "ClusterRoleBinding", "clusterrolebindings", false,
       Of<k8s::ClusterRoleBinding>()},
      {kCore, "Secret", "secrets", true, Of<k8s::Secret>()},
      {kCore, "ConfigMap", "configmaps", true, Of<k8s::ConfigMap>()},
      {kCore, "ServiceAccount", "serviceaccounts", true,
       Of<k8s::ServiceAccount>()},
      {kCore, "Namespace", "namespaces", false, Of<k8s::Namespace>()},
      {kCore, "Pod", "pods", true, Of<k8s::Pod>()},
      {kCore, "Node", "nodes", false, Of<k8s::Node>()},
      {kCertificates, "CertificateSigningRequest", "certificatesigningrequests",
       false, Of<k8s::CertificateSigningRequest>()},
      {kAuthentication, "TokenReview", "tokenreviews", false,
       Of<k8s::TokenReview>()},
      {kAuthentication, "TokenRequest", "tokenrequests", true,
       Of<k8s::TokenRequest>()},
      {kAuthentication, "SelfSubjectReview", "selfsubjectreviews", false,
       Of<k8s::SelfSubjectReview>()},
      {kAuthorization, "SubjectAccessReview", "subjectaccessreviews", false,
       Of<k8s::SubjectAccessReview>()},
      {kAuthorization, "LocalSubjectAccessReview", "localsubjectaccessreviews",
       true, Of<k8s::LocalSubjectAccessReview>()},
      {kAuthorization, "SelfSubjectAccessReview", "selfsubjectaccessreviews",
       false, Of<k8s::SelfSubjectAccessReview>()},
      {kAuthorization, "SelfSubjectRulesReview", "selfsubjectrulesreviews",
       false, Of<k8s::SelfSubjectRulesReview>()},
  };
  return *kinds;
}

// RBAC's older versions have the fields of v1 and no others.
absl::string_view CurrentVersion(absl::string_view api_version) {
  if (api_version == "rbac.authorization.k8s.io/v1beta1" ||
      api_version == "rbac.authorization.k8s.io/v1alpha1") {
    return kRbac;
  }
  return api_version;
}

}  // namespace

absl::string_view KindInfo::group() const {
  const size_t slash = api_version.find('/');
  return slash == absl::string_view::npos ? "" : api_version.substr(0, slash);
}

const KindInfo* FindKind(absl::string_view api_version,
                         absl::string_view kind) {
  const absl::string_view current = CurrentVersion(api_version);
  for (const KindInfo& info : Kinds()) {
    if (info.kind == kind && info.api_version == current) return &info;
  }
  return nullptr;
}

const KindInfo* KindOf(const google::protobuf::Message& message) {
  for (const KindInfo& info : Kinds()) {
    if (info.prototype->GetDescriptor() == message.GetDescriptor()) {
      return &info;
    }
  }
  return nullptr;
}

const k8s::ObjectMeta& MetadataOf(const google::protobuf::Message& message) {
  const google::protobuf::FieldDescriptor* field =
      message.GetDescriptor()->FindFieldByName("metadata");
  if (field == nullptr ||
      field->message_type() != k8s::ObjectMeta::descriptor()) {
    return k8s::ObjectMeta::default_instance();
  }
  return static_cast<const k8s::ObjectMeta&>(
      message.GetReflection()->GetMessage(message, field));
}

const k8s::ObjectMeta& Object::metadata() const {
  return message == nullptr ? k8s::ObjectMeta::default_instance()
                            : MetadataOf(*message);
}

}  // namespace gatehouse::objects
