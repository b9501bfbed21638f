#include "rbac/testing/generator.h"

#include <iterator>
#include <memory>
#include <random>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace gatehouse::rbac {
namespace {

using Pool = absl::Span<const absl::string_view>;

// The pools. Two draws in three give the first entry, so that enough of them
// agree for a request to be allowed; the others come from the whole pool.
constexpr absl::string_view kVerbs[] = {"get",
                                        "list",
                                        "create",
                                        "*",
                                        "GET",
                                        "gett",
                                        "g*",
                                        "",
                                        "impersonate",
                                        "impersonate:user-info",
                                        "impersonate-on:user-info:get"};
constexpr absl::string_view kGroups[] = {"",     "apps",    "*",
                                         "Apps", "apps/v1", "*.k8s.io"};
constexpr absl::string_view kRuleResources[] = {
    "pods",    "pods/log", "pods/log/x", "pods/*", "*/log",
    "*/log/x", "*/",       "*/*",        "*",      "",
    "pod",     "Pods",     "/log",       "pods/",  "nodes"};
constexpr absl::string_view kResources[] = {"pods", "nodes", "*",       "",
                                            "pod",  "Pods",  "pods/log"};
constexpr absl::string_view kSubresources[] = {"", "log", "log/x", "*", "Log"};
constexpr absl::string_view kNames[] = {"n1", "n2", "", "*", "N1"};
constexpr absl::string_view kNamespaces[] = {"a", "ab",  "",
                                             "A", "a:b", "kube-system"};
constexpr absl::string_view kUrls[] = {"/a/*", "*",  "/*", "/a*",    "/a**",
                                       "/a",   "",   "/A", "/a/*/b", "/ab",
                                       "/a/",  "**", "a*", "/a/b"};
constexpr absl::string_view kPaths[] = {"/a/b", "/a", "/a/", "/ab",  "",
                                        "/",    "/A", "*",   "/a/*", "a"};
constexpr absl::string_view kUserNames[] = {"u1",
                                            "u2",
                                            "U1",
                                            "",
                                            "*",
                                            "system:anonymous",
                                            "system:serviceaccount:a:sa1",
                                            "system:serviceaccount:a:sa1",
                                            "system:serviceaccount:ab:sa1",
                                            "system:serviceaccount:a:",
                                            "system:serviceaccount::sa1",
                                            "system:serviceaccount:a:b:sa1",
                                            "system:serviceaccount"};
constexpr absl::string_view kUserGroups[] = {"g1",
                                             "g2",
                                             "G1",
                                             "",
                                             "*",
                                             "system:authenticated",
                                             "system:masters",
                                             "system:serviceaccounts",
                                             "system:serviceaccounts:a"};
constexpr absl::string_view kAccounts[] = {"sa1", "sa2",   "",
                                           "SA1", "b:sa1", "*"};
constexpr absl::string_view kSubjectKinds[] = {
    "User",           "Group",          "Group", "Group", "ServiceAccount",
    "ServiceAccount", "ServiceAccount", "user",  "",      "Robot"};
constexpr absl::string_view kSubjectGroups[] = {"rbac.authorization.k8s.io", "",
                                                "other.example"};
constexpr absl::string_view kRoleNames[] = {"r1", "r2", "R1", "r:1", ""};
constexpr absl::string_view kRefKinds[] = {
    "ClusterRole", "ClusterRole", "ClusterRole", "Role", "Role", "Role", "Role",
    "Role",        "Role",        "Role",        "role", "",     "User"};
constexpr uint32_t kBindingNames = 64;

// Finds the object of that namespace and name in a list; end() if none.
template <typename T>
typename std::vector<T>::iterator Locate(std::vector<T>& list,
                                         const k8s::ObjectMeta& metadata) {
  auto it = list.begin();
  while (it != list.end() &&
         (it->metadata().namespace_() != metadata.namespace_() ||
          it->metadata().name() != metadata.name())) {
    ++it;
  }
  return it;
}

template <typename T>
bool ApplyTo(Mutation::Op op, const T& object, std::vector<T>* list) {
  const auto it = Locate(*list, object.metadata());
  if ((it == list->end()) != (op == Mutation::Op::kCreate)) return false;
  switch (op) {
    case Mutation::Op::kCreate:
      list->push_back(object);
      break;
    case Mutation::Op::kUpdate:
      *it = object;
      break;
    case Mutation::Op::kDelete:
      list->erase(it);
      break;
  }
  return true;
}

size_t Size(const PolicyObjects& policy) {
  return policy.cluster_roles.size() + policy.roles.size() +
         policy.cluster_role_bindings.size() + policy.role_bindings.size();
}

}  // namespace

Choices SeededChoices(uint64_t seed) {
  auto engine = std::make_shared<std::mt19937_64>(seed);
  return [engine](uint32_t n) {
    // The standard fixes the engine's numbers but not the distributions'.
    const uint64_t high = (*engine)() >> 32;
    return static_cast<uint32_t>((high * n) >> 32);
  };
}

Choices ByteChoices(absl::Span<const uint8_t> bytes) {
  auto rest = std::make_shared<absl::Span<const uint8_t>>(bytes);
  return [rest](uint32_t n) {
    uint32_t value = 0;
    for (int left = n <= 256 ? 1 : 4; left > 0 && !rest->empty(); --left) {
      value = value << 8 | rest->front();
      rest->remove_prefix(1);
    }
    return value % n;
  };
}

authz::Attributes Request::Attributes() const {
  authz::Attributes out;
  out.user = has_user ? &user : nullptr;
  out.verb = verb;
  out.resource_request = resource_request;
  out.namespace_ = namespace_;
  out.api_group = api_group;
  out.api_version = api_version;
  out.resource = resource;
  out.subresource = subresource;
  out.name = name;
  out.path = path;
  return out;
}

std::string Request::DebugString() const {
  const std::string who =
      has_user ? absl::StrCat("user \"", user.name, "\" of [\"",
                              absl::StrJoin(user.groups, "\" \""), "\"]")
               : "no user";
  if (!resource_request) {
    return absl::StrCat(who, ": \"", verb, "\" path \"", path, "\"");
  }
  return absl::StrCat(who, ": \"", verb, "\" group \"", api_group,
                      "\" resource \"", resource, "\" subresource \"",
                      subresource, "\" name \"", name, "\" namespace \"",
                      namespace_, "\"");
}

bool ApplyMutation(const Mutation& mutation, PolicyObjects* policy) {
  const objects::Object& object = mutation.object;
  if (const auto* role = object.As<k8s::ClusterRole>()) {
    return ApplyTo(mutation.op, *role, &policy->cluster_roles);
  }
  if (const auto* role = object.As<k8s::Role>()) {
    return ApplyTo(mutation.op, *role, &policy->roles);
  }
  if (const auto* binding = object.As<k8s::ClusterRoleBinding>()) {
    return ApplyTo(mutation.op, *binding, &policy->cluster_role_bindings);
  }
  if (const auto* binding = object.As<k8s::RoleBinding>()) {
    return ApplyTo(mutation.op, *binding, &policy->role_bindings);
  }
  return false;
}

std::string EdgeGenerator::Pick(Pool pool) {
  const uint32_t size = static_cast<uint32_t>(pool.size());
  const uint32_t i = Below(3 * size);
  return std::string(pool[i < size ? i : 0]);
}

std::vector<std::string> EdgeGenerator::PickList(Pool pool) {
  constexpr int kLengths[] = {1, 1, 1, 2, 2, 2, 3, 3, 4, 0};
  std::vector<std::string> out;
  for (int left = kLengths[Below(std::size(kLengths))]; left > 0; --left) {
    out.push_back(Pick(pool));
  }
  return out;
}

k8s::PolicyRule EdgeGenerator::RandomRule() {
  k8s::PolicyRule rule;
  for (std::string& verb : PickList(kVerbs)) rule.add_verbs(std::move(verb));
  // Of 16 rules 10 are about resources, 4 about URLs, 1 about both or neither.
  const uint32_t sort = Below(16);
  if (sort < 10 || sort == 14) {
    for (std::string& group : PickList(kGroups)) {
      rule.add_apigroups(std::move(group));
    }
    for (std::string& resource : PickList(kRuleResources)) {
      rule.add_resources(std::move(resource));
    }
    if (OneIn(5)) {
      for (std::string& name : PickList(kNames)) {
        rule.add_resourcenames(std::move(name));
      }
    }
  }
  if (sort >= 10 && sort < 15) {
    for (std::string& url : PickList(kUrls)) {
      rule.add_nonresourceurls(std::move(url));
    }
  }
  return rule;
}

k8s::Subject EdgeGenerator::RandomSubject() {
  k8s::Subject subject;
  subject.set_kind(Pick(kSubjectKinds));
  subject.set_apigroup(Pick(kSubjectGroups));
  if (subject.kind() == "ServiceAccount") {
    subject.set_name(Pick(kAccounts));
    subject.set_namespace_(Pick(kNamespaces));
    return subject;
  }
  subject.set_name(subject.kind() == "Group" ? Pick(kUserGroups)
                                             : Pick(kUserNames));
  // Without a meaning here, and therefore worth drawing.
  if (OneIn(4)) subject.set_namespace_(Pick(kNamespaces));
  return subject;
}

k8s::RoleRef EdgeGenerator::RandomRoleRef() {
  k8s::RoleRef ref;
  ref.set_apigroup(Pick(kSubjectGroups));
  ref.set_kind(Pick(kRefKinds));
  ref.set_name(OneIn(16) ? "missing" : Pick(kRoleNames));
  return ref;
}

template <typename Role>
objects::Object EdgeGenerator::DrawRole(const k8s::ObjectMeta& metadata) {
  Role role;
  *role.mutable_metadata() = metadata;
  for (uint32_t left = Below(4); left > 0; --left) {
    *role.add_rules() = RandomRule();
  }
  return objects::MakeObject(std::move(role));
}

template <typename Binding>
objects::Object EdgeGenerator::DrawBinding(const k8s::ObjectMeta& metadata) {
  Binding binding;
  *binding.mutable_metadata() = metadata;
  *binding.mutable_roleref() = RandomRoleRef();
  for (uint32_t left = Below(4); left > 0; --left) {
    *binding.add_subjects() = RandomSubject();
  }
  return objects::MakeObject(std::move(binding));
}

objects::Object EdgeGenerator::Draw(Kind kind,
                                    const k8s::ObjectMeta& metadata) {
  switch (kind) {
    case Kind::kClusterRole:
      return DrawRole<k8s::ClusterRole>(metadata);
    case Kind::kRole:
      return DrawRole<k8s::Role>(metadata);
    case Kind::kClusterRoleBinding:
      return DrawBinding<k8s::ClusterRoleBinding>(metadata);
    case Kind::kRoleBinding:
      break;
  }
  return DrawBinding<k8s::RoleBinding>(metadata);
}

objects::Object EdgeGenerator::RandomObject() {
  const Kind kind = static_cast<Kind>(Below(4));
  k8s::ObjectMeta metadata;
  if (kind == Kind::kRole || kind == Kind::kRoleBinding) {
    metadata.set_namespace_(Pick(kNamespaces));
  }
  if (kind == Kind::kRole || kind == Kind::kClusterRole) {
    metadata.set_name(Pick(kRoleNames));
  } else {
    metadata.set_name(absl::StrCat("b", Below(kBindingNames)));
  }
  return Draw(kind, metadata);
}

PolicyObjects EdgeGenerator::RandomPolicy(int size) {
  PolicyObjects policy;
  for (int i = 0; i < size; ++i) {
    // Where the name is taken already, there is an object less.
    ApplyMutation({Mutation::Op::kCreate, RandomObject()}, &policy);
  }
  return policy;
}

UserInfo EdgeGenerator::RandomUser() {
  UserInfo user;
  user.name = Pick(kUserNames);
  user.groups = PickList(kUserGroups);
  return user;
}

Request EdgeGenerator::RandomRequest() {
  Request request;
  request.user = RandomUser();
  request.has_user = !OneIn(32);
  request.verb = Pick(kVerbs);
  request.resource_request = Below(3) != 2;
  // A request about a URL has no namespace, and one about a resource a path.
  request.path = Pick(kPaths);
  if (!request.resource_request && !OneIn(8)) return request;
  request.namespace_ = Pick(kNamespaces);
  request.api_group = Pick(kGroups);
  request.api_version = "v1";
  request.resource = Pick(kResources);
  request.subresource = Pick(kSubresources);
  request.name = Pick(kNames);
  return request;
}

template <typename T>
const T& EdgeGenerator::PickFrom(const std::vector<T>& list) {
  return list[Below(static_cast<uint32_t>(list.size()))];
}

objects::Object EdgeGenerator::PickObject(const PolicyObjects& policy,
                                          Kind* kind) {
  const bool filled[] = {!policy.cluster_roles.empty(), !policy.roles.empty(),
                         !policy.cluster_role_bindings.empty(),
                         !policy.role_bindings.empty()};
  uint32_t i = Below(4);
  while (!filled[i]) i = (i + 1) % 4;
  *kind = static_cast<Kind>(i);
  switch (*kind) {
    case Kind::kClusterRole:
      return objects::MakeObject(PickFrom(policy.cluster_roles));
    case Kind::kRole:
      return objects::MakeObject(PickFrom(policy.roles));
    case Kind::kClusterRoleBinding:
      return objects::MakeObject(PickFrom(policy.cluster_role_bindings));
    case Kind::kRoleBinding:
      break;
  }
  return objects::MakeObject(PickFrom(policy.role_bindings));
}

Mutation EdgeGenerator::RandomMutation(PolicyObjects* policy) {
  const uint32_t op = Below(3);
  if (op == 0 || Size(*policy) == 0) {
    Mutation created{Mutation::Op::kCreate, RandomObject()};
    if (ApplyMutation(created, policy)) return created;
    // The name is taken: the same object is an update.
    created.op = Mutation::Op::kUpdate;
    ApplyMutation(created, policy);
    return created;
  }
  Kind kind;
  Mutation mutation{Mutation::Op::kDelete, PickObject(*policy, &kind)};
  if (op == 1) {
    mutation.op = Mutation::Op::kUpdate;
    mutation.object = Draw(kind, mutation.object.metadata());
  }
  ApplyMutation(mutation, policy);
  return mutation;
}

}  // namespace gatehouse::rbac
