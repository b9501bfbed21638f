// Generated policies and requests: small ones full of edges, for tests and
// fuzzing, and big ones that look like a real cluster's, for benchmarks.
//
// Everything is a function of a seed (or of a fuzzer's bytes) alone: the same
// on every run, machine and standard library.
#ifndef GATEHOUSE_RBAC_TESTING_GENERATOR_H_
#define GATEHOUSE_RBAC_TESTING_GENERATOR_H_

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "authz/attributes.h"
#include "base/user_info.h"
#include "objects/object.h"
#include "proto/meta.pb.h"
#include "proto/rbac.pb.h"
#include "rbac/policy_objects.h"

namespace gatehouse::rbac {

// Choices returns a number in [0, n), for any n > 0: the one source of chance
// of the generators. Not thread-safe.
using Choices = std::function<uint32_t(uint32_t n)>;

// Returns choices that follow from `seed`.
Choices SeededChoices(uint64_t seed);

// Returns choices that follow from `bytes` (a byte for n <= 256, else four),
// which must outlive them. After the last byte every choice is 0.
Choices ByteChoices(absl::Span<const uint8_t> bytes);

// Request is a request that owns its strings. A plain value.
struct Request {
  bool has_user = true;  // False: the request comes with no user at all.
  UserInfo user;
  std::string verb;
  bool resource_request = true;
  std::string namespace_;
  std::string api_group;
  std::string api_version;
  std::string resource;
  std::string subresource;
  std::string name;
  std::string path;

  // Returns the request as an authorizer takes it; borrows from this object,
  // which must outlive the result and stay where it is.
  authz::Attributes Attributes() const;
  // Returns one line for the message of a failed test.
  std::string DebugString() const;
};

// Mutation is one change of a policy, as a watch would report it.
struct Mutation {
  enum class Op { kCreate, kUpdate, kDelete };
  Op op = Op::kCreate;
  objects::Object object;  // For kDelete the object as it was.
};

// Applies `mutation` to the plain lists: a created object goes to the end of
// its list, an updated one takes the place of the old, which is found by
// namespace and name. Returns false, and changes nothing, where that object
// does not exist, or exists already on kCreate.
bool ApplyMutation(const Mutation& mutation, PolicyObjects* policy);

// EdgeGenerator draws from small pools of names that are easily confused
// (get/GET/gett, pods/* and */log, "" and *, trailing stars), so that a few
// objects already meet, nearly meet, or break each other. What it makes need
// not be valid: roles may be missing, kinds unknown, lists empty, a rule may
// be of both sorts at once. Only (kind, namespace, name) is unique.
//
// Not thread-safe; several generators are independent of each other.
class EdgeGenerator {
 public:
  explicit EdgeGenerator(Choices choices) : choices_(std::move(choices)) {}

  // Returns a policy of `size` objects at most: about half are roles.
  PolicyObjects RandomPolicy(int size);

  // Returns a request from the same pools. One in three is not about a
  // resource; one in 32 has no user.
  Request RandomRequest();

  // Changes one object of `policy`, or makes or deletes one, and returns what
  // was done. Creates when the policy is empty.
  Mutation RandomMutation(PolicyObjects* policy);

 private:
  enum class Kind { kClusterRole, kRole, kClusterRoleBinding, kRoleBinding };

  uint32_t Below(uint32_t n) { return choices_(n); }
  bool OneIn(uint32_t n) { return choices_(n) == n - 1; }
  std::string Pick(absl::Span<const absl::string_view> pool);
  std::vector<std::string> PickList(absl::Span<const absl::string_view> pool);
  template <typename T>
  const T& PickFrom(const std::vector<T>& list);

  k8s::PolicyRule RandomRule();
  k8s::Subject RandomSubject();
  k8s::RoleRef RandomRoleRef();
  UserInfo RandomUser();
  template <typename Role>
  objects::Object DrawRole(const k8s::ObjectMeta& metadata);
  template <typename Binding>
  objects::Object DrawBinding(const k8s::ObjectMeta& metadata);
  objects::Object Draw(Kind kind, const k8s::ObjectMeta& metadata);
  objects::Object RandomObject();
  // Picks one of the policy's objects, which must have some.
  objects::Object PickObject(const PolicyObjects& policy, Kind* kind);

  Choices choices_;
};

// WorkloadOptions says how big a WorkloadGenerator's cluster is.
struct WorkloadOptions {
  // Bindings in all, at least 1; measured sizes are 50, 2,000, 20,000 and
  // 200,000. Of them 1 in 20 is a ClusterRoleBinding.
  int bindings = 2000;
  // Groups of each user besides system:authenticated, at least 0.
  int groups_per_user = 5;
};

// WorkloadGenerator makes the policy of a cluster that many teams share, and
// requests to it. In it are users in groups, service accounts, the roles that
// people get (admin, edit, view), many small roles of operators, roles of one
// namespace that name single objects, wildcards, subresources and
// non-resource URLs. Numbers of namespaces, users and groups grow with the
// bindings, so that one user is concerned by few of them.
//
// Constant after construction: any thread may call any method. The same seed
// and options give the same policy and the same requests everywhere.
class WorkloadGenerator {
 public:
  WorkloadGenerator(uint64_t seed, const WorkloadOptions& options);

  const PolicyObjects& policy() const { return policy_; }

  // Returns the request of number `i`; equal numbers give equal requests.
  // About half are allowed: all the even numbers, which are built from a
  // binding, one of its subjects and a rule of its role; and 0-12% of the odd
  // ones, which ask for more than that (most where the cluster is small and
  // everybody is in every namespace: 56% in all at 50 bindings, 51% at
  // 200,000).
  Request MakeRequest(uint64_t i) const;

  // Returns user number `i` modulo the number of users.
  UserInfo MakeUser(uint64_t i) const;

 private:
  void MakeUsers(const Choices& choices);
  void MakeRoles();
  void MakeClusterBindings(int count, const Choices& choices);
  void MakeRoleBindings(int count, const Choices& choices);
  k8s::Subject MakeSubject(const Choices& choices, uint32_t namespace_) const;
  UserInfo UserOf(const k8s::Subject& subject, const Choices& choices) const;
  Request Granted(const Choices& choices) const;
  Request Refused(const Choices& choices) const;

  const WorkloadOptions options_;
  const uint64_t seed_;
  uint32_t namespaces_ = 0;
  uint32_t groups_ = 0;
  uint32_t operators_ = 0;
  // The groups of each user by number, and the users of each group.
  std::vector<std::vector<uint32_t>> groups_of_user_;
  std::vector<std::vector<uint32_t>> users_of_group_;
  PolicyObjects policy_;
  // The place of each binding's role in its list, by the binding's place.
  std::vector<uint32_t> role_of_cluster_binding_;
  std::vector<uint32_t> role_of_binding_;
};

}  // namespace gatehouse::rbac

#endif  // GATEHOUSE_RBAC_TESTING_GENERATOR_H_
