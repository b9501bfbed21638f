#include "cli/internal/api_resources.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "proto/rbac.pb.h"
#include "rbac/rules.h"

namespace gatehouse::cli {

namespace {

constexpr absl::string_view kAdmission = "admissionregistration.k8s.io";
constexpr absl::string_view kAuthorization = "authorization.k8s.io";
constexpr absl::string_view kCertificates = "certificates.k8s.io";
constexpr absl::string_view kNetworking = "networking.k8s.io";
constexpr absl::string_view kRbac = "rbac.authorization.k8s.io";
constexpr absl::string_view kResource = "resource.k8s.io";
constexpr absl::string_view kScheduling = "scheduling.k8s.io";
constexpr absl::string_view kStorage = "storage.k8s.io";

constexpr ApiResource kBuiltin[] = {
    {"", "bindings", "", "Binding", true},
    {"", "componentstatuses", "cs", "ComponentStatus", false},
    {"", "configmaps", "cm", "ConfigMap", true},
    {"", "endpoints", "ep", "Endpoints", true},
    {"", "events", "ev", "Event", true},
    {"", "limitranges", "limits", "LimitRange", true},
    {"", "namespaces", "ns", "Namespace", false},
    {"", "nodes", "no", "Node", false},
    {"", "persistentvolumeclaims", "pvc", "PersistentVolumeClaim", true},
    {"", "persistentvolumes", "pv", "PersistentVolume", false},
    {"", "pods", "po", "Pod", true},
    {"", "podtemplates", "", "PodTemplate", true},
    {"", "replicationcontrollers", "rc", "ReplicationController", true},
    {"", "resourcequotas", "quota", "ResourceQuota", true},
    {"", "secrets", "", "Secret", true},
    {"", "serviceaccounts", "sa", "ServiceAccount", true},
    {"", "services", "svc", "Service", true},
    {"apiregistration.k8s.io", "apiservices", "", "APIService", false},
    {"apps", "controllerrevisions", "", "ControllerRevision", true},
    {"apps", "daemonsets", "ds", "DaemonSet", true},
    {"apps", "deployments", "deploy", "Deployment", true},
    {"apps", "replicasets", "rs", "ReplicaSet", true},
    {"apps", "statefulsets", "sts", "StatefulSet", true},
    {"events.k8s.io", "events", "ev", "Event", true},
    {"authentication.k8s.io", "selfsubjectreviews", "", "SelfSubjectReview",
     false},
    {"authentication.k8s.io", "tokenreviews", "", "TokenReview", false},
    {kAuthorization, "localsubjectaccessreviews", "",
     "LocalSubjectAccessReview", true},
    {kAuthorization, "selfsubjectaccessreviews", "", "SelfSubjectAccessReview",
     false},
    {kAuthorization, "selfsubjectrulesreviews", "", "SelfSubjectRulesReview",
     false},
    {kAuthorization, "subjectaccessreviews", "", "SubjectAccessReview", false},
    {"autoscaling", "horizontalpodautoscalers", "hpa",
     "HorizontalPodAutoscaler", true},
    {"batch", "cronjobs", "cj", "CronJob", true},
    {"batch", "jobs", "", "Job", true},
    {kCertificates, "certificatesigningrequests", "csr",
     "CertificateSigningRequest", false},
    {kCertificates, "clustertrustbundles", "", "ClusterTrustBundle", false},
    {kCertificates, "podcertificaterequests", "", "PodCertificateRequest",
     true},
    {kNetworking, "ingressclasses", "", "IngressClass", false},
    {kNetworking, "ingresses", "ing", "Ingress", true},
    {kNetworking, "ipaddresses", "ip", "IPAddress", false},
    {kNetworking, "networkpolicies", "netpol", "NetworkPolicy", true},
    {kNetworking, "servicecidrs", "", "ServiceCIDR", false},
    {"policy", "poddisruptionbudgets", "pdb", "PodDisruptionBudget", true},
    {kRbac, "clusterrolebindings", "", "ClusterRoleBinding", false},
    {kRbac, "clusterroles", "", "ClusterRole", false},
    {kRbac, "rolebindings", "", "RoleBinding", true},
    {kRbac, "roles", "", "Role", true},
    {kStorage, "csidrivers", "", "CSIDriver", false},
    {kStorage, "csinodes", "", "CSINode", false},
    {kStorage, "csistoragecapacities", "", "CSIStorageCapacity", true},
    {kStorage, "storageclasses", "sc", "StorageClass", false},
    {kStorage, "volumeattachments", "", "VolumeAttachment", false},
    {kStorage, "volumeattributesclasses", "vac", "VolumeAttributesClass",
     false},
    {kAdmission, "mutatingadmissionpolicies", "", "MutatingAdmissionPolicy",
     false},
    {kAdmission, "mutatingadmissionpolicybindings", "",
     "MutatingAdmissionPolicyBinding", false},
    {kAdmission, "mutatingwebhookconfigurations", "",
     "MutatingWebhookConfiguration", false},
    {kAdmission, "validatingadmissionpolicies", "", "ValidatingAdmissionPolicy",
     false},
    {kAdmission, "validatingadmissionpolicybindings", "",
     "ValidatingAdmissionPolicyBinding", false},
    {kAdmission, "validatingwebhookconfigurations", "",
     "ValidatingWebhookConfiguration", false},
    {"apiextensions.k8s.io", "customresourcedefinitions", "crd,crds",
     "CustomResourceDefinition", false},
    {kScheduling, "podgroups", "", "PodGroup", true},
    {kScheduling, "priorityclasses", "pc", "PriorityClass", false},
    {kScheduling, "workloads", "", "Workload", true},
    {"coordination.k8s.io", "leasecandidates", "", "LeaseCandidate", true},
    {"coordination.k8s.io", "leases", "", "Lease", true},
    {"node.k8s.io", "runtimeclasses", "", "RuntimeClass", false},
    {"discovery.k8s.io", "endpointslices", "", "EndpointSlice", true},
    {"flowcontrol.apiserver.k8s.io", "flowschemas", "", "FlowSchema", false},
    {"flowcontrol.apiserver.k8s.io", "prioritylevelconfigurations", "",
     "PriorityLevelConfiguration", false},
    {"internal.apiserver.k8s.io", "storageversions", "", "StorageVersion",
     false},
    {kResource, "deviceclasses", "", "DeviceClass", false},
    {kResource, "devicetaintrules", "", "DeviceTaintRule", false},
    {kResource, "resourceclaims", "", "ResourceClaim", true},
    {kResource, "resourceclaimtemplates", "", "ResourceClaimTemplate", true},
    {kResource, "resourceslices", "", "ResourceSlice", false},
    {"storagemigration.k8s.io", "storageversionmigrations", "",
     "StorageVersionMigration", false},
};

struct Subresources {
  absl::string_view resource;
  absl::string_view names;  // With commas between.
};

constexpr Subresources kSubresources[] = {
    {"certificatesigningrequests", "approval,status"},
    {"deployments", "scale,status"},
    {"namespaces", "finalize,status"},
    {"nodes", "checkpoint,configz,healthz,log,metrics,pods,proxy,stats,status"},
    {"pods",
     "attach,binding,ephemeralcontainers,eviction,exec,log,portforward,proxy,"
     "resize,status"},
    {"replicasets", "scale,status"},
    {"replicationcontrollers", "scale,status"},
    {"serviceaccounts", "token"},
    {"services", "proxy,status"},
    {"statefulsets", "scale,status"},
};

bool ListContains(absl::string_view list, absl::string_view item) {
  return !item.empty() &&
         absl::c_linear_search(
             std::vector<absl::string_view>(absl::StrSplit(list, ',')), item);
}

// Returns how a request of a kubectl user for `name` meets `type`: its short
// names, its plural, or its singular.
bool Named(const ApiResource& type, absl::string_view name) {
  return name == type.name || ListContains(type.short_names, name) ||
         name == absl::AsciiStrToLower(type.kind);
}

ResourceType ToType(const ApiResource& type) {
  return ResourceType{std::string(type.group), std::string(type.name),
                      type.namespaced};
}

const google::protobuf::RepeatedPtrField<k8s::PolicyRule>* RulesOf(
    const objects::Object& object) {
  if (const auto* role = object.As<k8s::Role>()) return &role->rules();
  if (const auto* role = object.As<k8s::ClusterRole>()) return &role->rules();
  return nullptr;
}

bool IsBuiltin(absl::string_view group, absl::string_view name) {
  return absl::c_any_of(kBuiltin, [&](const ApiResource& type) {
    return type.group == group && type.name == name;
  });
}

using TypeSet = std::set<std::pair<std::string, std::string>>;

void AddTypes(const k8s::PolicyRule& rule, TypeSet& types,
              std::set<std::string>& open_groups) {
  for (const std::string& group : rule.apigroups()) {
    if (group == rbac::kAll) continue;
    for (const std::string& resource : rule.resources()) {
      if (resource == rbac::kAll) {
        open_groups.insert(group);
      } else if (!absl::StrContains(resource, '*') &&
                 !IsBuiltin(group, resource)) {
        types.emplace(group, resource);
      }
    }
  }
}

}  // namespace

absl::Span<const ApiResource> BuiltinResources() { return kBuiltin; }

bool IsSubresource(absl::string_view resource, absl::string_view name) {
  return absl::c_any_of(kSubresources, [&](const Subresources& entry) {
    return entry.resource == resource && ListContains(entry.names, name);
  });
}

GroupResource ParseGroupResource(absl::string_view argument) {
  const std::pair<std::string, std::string> parts =
      absl::StrSplit(absl::AsciiStrToLower(argument), absl::MaxSplits('.', 1));
  return GroupResource{parts.first, parts.second};
}

ResourceMapper::ResourceMapper(absl::Span<const objects::Object> objects) {
  TypeSet types;
  std::set<std::string> open_groups;
  for (const objects::Object& object : objects) {
    const auto* rules = RulesOf(object);
    if (rules == nullptr) continue;
    for (const auto& rule : *rules) AddTypes(rule, types, open_groups);
  }
  for (const auto& [group, resource] : types) {
    const std::string parent =
        resource.substr(0, std::min(resource.find('/'), resource.size()));
    absl::optional<bool> namespaced;
    for (const ApiResource& type : kBuiltin) {
      if (type.group == group && type.name == parent) {
        namespaced = type.namespaced;
      }
    }
    policy_types_.push_back(ResourceType{group, resource, namespaced});
  }
  open_groups_.assign(open_groups.begin(), open_groups.end());
}

absl::optional<ResourceType> ResourceMapper::FindBuiltin(
    absl::string_view name, absl::string_view group, bool has_group) const {
  for (const ApiResource& type : kBuiltin) {
    if (Named(type, name) && (!has_group || type.group == group)) {
      return ToType(type);
    }
  }
  if (!has_group) return absl::nullopt;
  // kubectl takes the beginning of a group's name where no group is called so.
  for (const ApiResource& type : kBuiltin) {
    if (Named(type, name) && absl::StartsWith(type.group, group)) {
      return ToType(type);
    }
  }
  return absl::nullopt;
}

absl::optional<ResourceType> ResourceMapper::FindInPolicy(
    absl::string_view name, absl::string_view group, bool has_group) const {
  for (const ResourceType& type : policy_types_) {
    if (type.resource == name && (!has_group || type.group == group)) {
      return type;
    }
  }
  if (has_group && !group.empty() &&
      absl::c_linear_search(open_groups_, group) &&
      absl::c_none_of(kBuiltin, [&](const ApiResource& type) {
        return type.group == group;
      })) {
    return ResourceType{std::string(group), std::string(name), absl::nullopt};
  }
  return absl::nullopt;
}

absl::optional<ResourceType> ResourceMapper::Find(
    absl::string_view argument) const {
  const GroupResource plain = ParseGroupResource(argument);
  const bool has_group = absl::StrContains(argument, '.');
  const std::pair<std::string, std::string> versioned =
      absl::StrSplit(plain.group, absl::MaxSplits('.', 1));
  if (absl::StartsWith(versioned.first, "v") &&
      absl::StrContains(plain.group, '.')) {
    if (auto type = FindBuiltin(plain.resource, versioned.second, true)) {
      return type;
    }
  }
  if (auto type = FindBuiltin(plain.resource, plain.group, has_group)) {
    return type;
  }
  return FindInPolicy(plain.resource, plain.group, has_group);
}

}  // namespace gatehouse::cli
