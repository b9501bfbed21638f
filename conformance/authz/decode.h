// What the cases of authorization have in common: policies, users, requests.
#ifndef GATEHOUSE_CONFORMANCE_AUTHZ_DECODE_H_
#define GATEHOUSE_CONFORMANCE_AUTHZ_DECODE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/optional.h"
#include "authz/attributes.h"
#include "authz/authorizer.h"
#include "base/user_info.h"
#include "conformance/check.h"
#include "conformance/fields.h"
#include "objects/object.h"
#include "proto/rbac.pb.h"
#include "rbac/policy.h"
#include "rbac/policy_objects.h"

namespace gatehouse::conformance {

// Reads the user at `key`; nothing if there is none.
absl::optional<UserInfo> DecodeUser(Fields& fields, absl::string_view key);
// Reads the user that `user` is.
UserInfo DecodeUser(Fields& user);

// Request is a request that owns what it asks about.
struct Request {
  absl::optional<UserInfo> user;
  bool resource_request = true;
  std::string verb;
  std::string namespace_;
  std::string api_group;
  std::string api_version;
  std::string resource;
  std::string subresource;
  std::string name;
  std::string path;

  // Borrows from this request.
  authz::Attributes attributes() const;
};
Request DecodeRequest(Fields fields);

// Reads a role or binding whose name, namespace, labels and annotations stand
// beside its rules.
k8s::Role DecodeRole(Fields& fields);
k8s::ClusterRole DecodeClusterRole(Fields& fields);
k8s::RoleBinding DecodeRoleBinding(Fields& fields);
k8s::ClusterRoleBinding DecodeClusterRoleBinding(Fields& fields);

// Reads the four lists of a policy, in the order of visit.
rbac::PolicyObjects DecodeState(Fields state);

// Returns a policy of one ClusterRole with one rule, bound to `user`.
rbac::PolicyObjects PolicyOfRule(const k8s::PolicyRule& rule,
                                 const std::string& user);

// Returns the objects, in their order.
std::vector<objects::Object> ToObjects(const rbac::PolicyObjects& policy);

// Compiles the policy; null, and the case fails, if that is not possible.
std::unique_ptr<rbac::Policy> Compile(const rbac::PolicyObjects& policy,
                                      Check& check);

// Asks the compiled policy in each of its ways and the reference evaluator
// about one request, fails the case where they differ, and returns the answer.
authz::Decision DecideInAllWays(const rbac::PolicyObjects& objects,
                                const authz::Attributes& attributes,
                                Check& check);

// Returns the message of a status; "" if it is OK.
std::string ErrorText(const absl::Status& status);

// Returns a status with this message; OK if it is "".
absl::Status StatusOf(const std::string& message);

// Reads "Allow", "Deny" or "NoOpinion" at `key`; anything else is a problem.
authz::Outcome DecodeOutcome(Fields& fields, absl::string_view key);
absl::optional<authz::Outcome> OutcomeOf(absl::string_view name);

}  // namespace gatehouse::conformance

#endif  // GATEHOUSE_CONFORMANCE_AUTHZ_DECODE_H_
