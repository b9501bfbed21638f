// A cluster's policy and requests, ready to be measured.
#ifndef GATEHOUSE_BENCHMARKS_RBAC_WORKLOAD_H_
#define GATEHOUSE_BENCHMARKS_RBAC_WORKLOAD_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "authz/attributes.h"
#include "objects/object.h"
#include "rbac/policy.h"
#include "rbac/testing/generator.h"
#include "rbac/user_view.h"

namespace gatehouse::bench {

// LookupFloor is the look-ups that no matcher can do without: one for each
// subject of the user, and verb, API group and resource; in hash maps of
// strings as large as the policy makes them.
class LookupFloor {
 public:
  explicit LookupFloor(const rbac::PolicyObjects& policy);

  uint64_t Subjects(const authz::Attributes& attributes) const;
  uint64_t Names(const authz::Attributes& attributes) const;

 private:
  using Map = absl::flat_hash_map<std::string, uint64_t>;

  template <typename Bindings>
  void AddSubjects(const Bindings& bindings);
  template <typename Roles>
  void AddNames(const Roles& roles);

  Map subjects_, verbs_, groups_, resources_;
};

// Session is a resolved user and the requests of its connection.
struct Session {
  std::unique_ptr<rbac::UserView> view;
  std::vector<rbac::Request> requests;
  std::vector<authz::Attributes> attributes;
};

// Workload is a generated policy of one size, compiled, with requests of which
// half are allowed.
class Workload {
 public:
  Workload(int bindings, int groups_per_user);

  // Holds a sample of decisions against the reference evaluator. Returns "" if
  // they agree.
  std::string Check() const;

  const rbac::WorkloadGenerator& generator() const { return generator_; }
  const std::vector<objects::Object>& objects() const { return objects_; }
  rbac::Policy& policy() { return policy_; }
  const LookupFloor& floor() const { return floor_; }
  const std::vector<authz::Attributes>& attributes() const {
    return attributes_;
  }
  std::vector<Session>& sessions() { return sessions_; }

 private:
  void MakeSessions();

  const rbac::WorkloadGenerator generator_;
  const std::vector<objects::Object> objects_;
  rbac::Policy policy_;
  const LookupFloor floor_;
  std::vector<rbac::Request> requests_;
  std::vector<authz::Attributes> attributes_;
  std::vector<Session> sessions_;
};

// Returns the objects of a policy, one by one.
std::vector<objects::Object> ToObjects(const rbac::PolicyObjects& policy);

}  // namespace gatehouse::bench

#endif  // GATEHOUSE_BENCHMARKS_RBAC_WORKLOAD_H_
