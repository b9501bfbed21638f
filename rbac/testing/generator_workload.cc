// WorkloadGenerator: big policies that look like a real cluster's.
#include <algorithm>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/user_info.h"
#include "rbac/testing/generator.h"
#include "rbac/testing/generator_roles.h"

namespace gatehouse::rbac {
namespace {

using workload::kRbac;
constexpr char kGroupPrefix[] = "team-group-";
constexpr char kOperators[] = "platform-operators";
constexpr uint32_t kAccountsPerNamespace = 4;

std::string NamespaceName(uint32_t i) { return absl::StrCat("team-", i); }

k8s::Subject SubjectOf(absl::string_view kind, std::string name) {
  k8s::Subject subject;
  subject.set_kind(std::string(kind));
  subject.set_apigroup(kRbac);
  subject.set_name(std::move(name));
  return subject;
}

std::string UserName(uint32_t i) {
  return absl::StrCat("user-", i, "@example.com");
}

void SetRoleRef(absl::string_view kind, absl::string_view name,
                k8s::RoleRef* ref) {
  ref->set_apigroup(kRbac);
  ref->set_kind(std::string(kind));
  ref->set_name(std::string(name));
}

template <typename List>
const std::string& PickOf(const List& list, const Choices& choices) {
  return list.Get(choices(static_cast<uint32_t>(list.size())));
}

std::string Unless(absl::string_view wildcard, const std::string& value,
                   absl::string_view instead) {
  return value == wildcard ? std::string(instead) : value;
}

// Fills in what `rule` allows: a verb and an object, or a URL.
void AskFor(const k8s::PolicyRule& rule, const Choices& choices,
            Request* request) {
  request->verb = Unless("*", PickOf(rule.verbs(), choices), "get");
  if (!rule.nonresourceurls().empty()) {
    request->resource_request = false;
    request->namespace_.clear();
    const std::string& url = PickOf(rule.nonresourceurls(), choices);
    request->path = absl::EndsWith(url, "*")
                        ? absl::StrCat(absl::StripSuffix(url, "*"), "v1")
                        : url;
    return;
  }
  request->api_group = Unless("*", PickOf(rule.apigroups(), choices), "apps");
  request->api_version = "v1";
  const std::vector<std::string> parts =
      absl::StrSplit(PickOf(rule.resources(), choices), '/');
  request->resource = Unless("*", parts[0], "deployments");
  if (parts.size() > 1) request->subresource = parts[1];
  const std::string& verb = request->verb;
  if (!rule.resourcenames().empty()) {
    request->name = PickOf(rule.resourcenames(), choices);
  } else if (verb == "get" || verb == "update" || verb == "patch" ||
             verb == "delete") {
    request->name = absl::StrCat("object-", choices(1000));
  }
}

// Mixes the bits of a number (the finalizer of SplitMix64), so that the seeds
// of neighbours have nothing in common.
uint64_t Mix(uint64_t value) {
  value += 0x9e3779b97f4a7c15;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

UserInfo ServiceAccountUser(absl::string_view namespace_,
                            absl::string_view name) {
  UserInfo user;
  user.name = absl::StrCat(kServiceAccountUserPrefix, namespace_, ":", name);
  user.groups = {kServiceAccountsGroup,
                 absl::StrCat(kServiceAccountsGroup, ":", namespace_),
                 kAuthenticatedGroup};
  return user;
}

}  // namespace

WorkloadGenerator::WorkloadGenerator(uint64_t seed,
                                     const WorkloadOptions& options)
    : options_(options), seed_(seed) {
  const uint32_t bindings = std::max(options.bindings, 1);
  namespaces_ = std::max<uint32_t>(bindings / 20, 4);
  groups_ = std::max<uint32_t>(
      {bindings / 20, 2u * std::max(options.groups_per_user, 0), 1u});
  operators_ = std::min<uint32_t>(std::max<uint32_t>(bindings / 100, 8), 400);
  const Choices choices = SeededChoices(Mix(seed));
  const int cluster_bindings = std::max<uint32_t>(bindings / 20, 1);
  MakeUsers(choices);
  MakeRoles();
  MakeClusterBindings(cluster_bindings, choices);
  MakeRoleBindings(bindings - cluster_bindings, choices);
}

void WorkloadGenerator::MakeUsers(const Choices& choices) {
  groups_of_user_.resize(std::max(options_.bindings / 10, 20));
  users_of_group_.resize(groups_);
  for (uint32_t user = 0; user < groups_of_user_.size(); ++user) {
    std::vector<uint32_t>& groups = groups_of_user_[user];
    while (static_cast<int>(groups.size()) < options_.groups_per_user) {
      const uint32_t group = choices(groups_);
      if (absl::c_linear_search(groups, group)) continue;
      groups.push_back(group);
      users_of_group_[group].push_back(user);
    }
  }
}

void WorkloadGenerator::MakeRoles() {
  policy_.cluster_roles = workload::WorkloadClusterRoles(operators_);
  policy_.roles.reserve(namespaces_ * workload::kRolesPerNamespace);
  for (uint32_t i = 0; i < namespaces_; ++i) {
    policy_.roles.push_back(workload::ConfigReader(NamespaceName(i), i % 10));
    policy_.roles.push_back(workload::Deployer(NamespaceName(i)));
  }
}

// Of 20 subjects 8 are users, 7 groups, 5 service accounts, most of these of
// the binding's own namespace.
k8s::Subject WorkloadGenerator::MakeSubject(const Choices& choices,
                                            uint32_t namespace_) const {
  const uint32_t sort = choices(20);
  if (sort < 8) {
    return SubjectOf("User", UserName(choices(groups_of_user_.size())));
  }
  if (sort < 15) {
    return SubjectOf("Group", absl::StrCat(kGroupPrefix, choices(groups_)));
  }
  k8s::Subject subject;
  subject.set_kind("ServiceAccount");
  subject.set_name(absl::StrCat("app-", choices(kAccountsPerNamespace)));
  subject.set_namespace_(
      NamespaceName(sort == 19 ? choices(namespaces_) : namespace_));
  return subject;
}

void WorkloadGenerator::MakeClusterBindings(int count, const Choices& choices) {
  policy_.cluster_role_bindings.reserve(count);
  for (int i = 0; i < count; ++i) {
    k8s::ClusterRoleBinding binding;
    binding.mutable_metadata()->set_name(absl::StrCat("cluster-binding-", i));
    uint32_t role = workload::kFirstOperator + choices(operators_);
    if (i == 0) {
      role = workload::kDiscovery;
      *binding.add_subjects() = SubjectOf("Group", kAuthenticatedGroup);
    } else if (i == 1) {
      role = workload::kClusterAdmin;
      *binding.add_subjects() = SubjectOf("Group", kOperators);
    } else if (i % 10 == 2) {
      role = workload::kMonitoring;
      *binding.add_subjects() = MakeSubject(choices, choices(namespaces_));
    } else {
      *binding.add_subjects() = MakeSubject(choices, choices(namespaces_));
    }
    SetRoleRef("ClusterRole", policy_.cluster_roles[role].metadata().name(),
               binding.mutable_roleref());
    role_of_cluster_binding_.push_back(role);
    policy_.cluster_role_bindings.push_back(std::move(binding));
  }
}

// Of 20 bindings 8 are to a role of the namespace, the others to admin (1),
// edit (4), view (4) and operators' roles (3).
void WorkloadGenerator::MakeRoleBindings(int count, const Choices& choices) {
  policy_.role_bindings.reserve(count);
  role_of_binding_.reserve(count);
  for (int i = 0; i < count; ++i) {
    const uint32_t namespace_ = choices(namespaces_);
    k8s::RoleBinding binding;
    binding.mutable_metadata()->set_name(absl::StrCat("binding-", i));
    binding.mutable_metadata()->set_namespace_(NamespaceName(namespace_));
    const uint32_t sort = choices(20);
    uint32_t role = workload::kFirstOperator;
    if (sort < 8) {
      role = namespace_ * workload::kRolesPerNamespace +
             sort % workload::kRolesPerNamespace;
      SetRoleRef("Role", policy_.roles[role].metadata().name(),
                 binding.mutable_roleref());
    } else {
      role = sort == 8   ? workload::kAdmin
             : sort < 13 ? workload::kEdit
             : sort < 17 ? workload::kView
                         : workload::kFirstOperator + choices(operators_);
      SetRoleRef("ClusterRole", policy_.cluster_roles[role].metadata().name(),
                 binding.mutable_roleref());
    }
    for (uint32_t left = 1 + choices(2); left > 0; --left) {
      *binding.add_subjects() = MakeSubject(choices, namespace_);
    }
    role_of_binding_.push_back(role);
    policy_.role_bindings.push_back(std::move(binding));
  }
}

UserInfo WorkloadGenerator::MakeUser(uint64_t i) const {
  const uint32_t number = static_cast<uint32_t>(i % groups_of_user_.size());
  UserInfo user;
  user.name = UserName(number);
  user.uid = absl::StrCat("uid-", number);
  user.groups.reserve(groups_of_user_[number].size() + 1);
  for (uint32_t group : groups_of_user_[number]) {
    user.groups.push_back(absl::StrCat(kGroupPrefix, group));
  }
  user.groups.push_back(kAuthenticatedGroup);
  return user;
}

UserInfo WorkloadGenerator::UserOf(const k8s::Subject& subject,
                                   const Choices& choices) const {
  uint32_t number = choices(groups_of_user_.size());
  if (subject.kind() == "ServiceAccount") {
    return ServiceAccountUser(subject.namespace_(), subject.name());
  }
  if (subject.kind() == "User") {
    absl::string_view digits = subject.name();
    absl::ConsumePrefix(&digits, "user-");
    absl::ConsumeSuffix(&digits, "@example.com");
    if (absl::SimpleAtoi(digits, &number)) return MakeUser(number);
  }
  absl::string_view digits = subject.name();
  uint32_t group = 0;
  if (absl::ConsumePrefix(&digits, kGroupPrefix) &&
      absl::SimpleAtoi(digits, &group) && !users_of_group_[group].empty()) {
    const std::vector<uint32_t>& members = users_of_group_[group];
    return MakeUser(members[choices(members.size())]);
  }
  // A group of the cluster itself, or one without members: somebody joins it.
  UserInfo user = MakeUser(number);
  if (!absl::c_linear_search(user.groups, subject.name())) {
    user.groups.push_back(subject.name());
  }
  return user;
}

Request WorkloadGenerator::Granted(const Choices& choices) const {
  Request request;
  const k8s::Subject* subject = nullptr;
  const google::protobuf::RepeatedPtrField<k8s::PolicyRule>* rules = nullptr;
  if (policy_.role_bindings.empty() || choices(20) == 0) {
    const uint32_t i = choices(policy_.cluster_role_bindings.size());
    subject = &policy_.cluster_role_bindings[i].subjects(0);
    rules = &policy_.cluster_roles[role_of_cluster_binding_[i]].rules();
    request.namespace_ = NamespaceName(choices(namespaces_));
  } else {
    const uint32_t i = choices(policy_.role_bindings.size());
    const k8s::RoleBinding& binding = policy_.role_bindings[i];
    subject = &binding.subjects(choices(binding.subjects_size()));
    rules = binding.roleref().kind() == "Role"
                ? &policy_.roles[role_of_binding_[i]].rules()
                : &policy_.cluster_roles[role_of_binding_[i]].rules();
    request.namespace_ = binding.metadata().namespace_();
  }
  request.user = UserOf(*subject, choices);
  AskFor(rules->Get(choices(rules->size())), choices, &request);
  return request;
}

// What people are refused: the right thing in a namespace of others (who are
// sometimes the same people), what no team is given, what belongs to the
// cluster.
Request WorkloadGenerator::Refused(const Choices& choices) const {
  static constexpr absl::string_view kNoTeams[] = {
      "resourcequotas", "limitranges", "podtemplates", "bindings"};
  static constexpr absl::string_view kClusters[] = {
      "nodes", "clusterroles", "persistentvolumes", "storageclasses"};
  Request request = Granted(choices);
  const uint32_t sort = choices(8);
  if (!request.resource_request) {
    request.path = "/debug/pprof/profile";
    return request;
  }
  if (sort == 0) {
    request.namespace_ = NamespaceName(choices(namespaces_));
    request.user = MakeUser(choices(groups_of_user_.size()));
    return request;
  }
  request.verb = "delete";
  request.api_group.clear();
  request.resource =
      std::string(sort < 5 ? kNoTeams[choices(4)] : kClusters[choices(4)]);
  request.subresource.clear();
  request.name = absl::StrCat("object-", choices(1000));
  if (sort < 3) request.namespace_ = NamespaceName(choices(namespaces_));
  if (sort >= 5) request.namespace_.clear();
  return request;
}

Request WorkloadGenerator::MakeRequest(uint64_t i) const {
  const Choices choices = SeededChoices(Mix(seed_ ^ Mix(i)));
  return i % 2 == 0 ? Granted(choices) : Refused(choices);
}

}  // namespace gatehouse::rbac
