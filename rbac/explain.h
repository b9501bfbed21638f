// Why a request is allowed, or what is missing for it.
#ifndef GATEHOUSE_RBAC_EXPLAIN_H_
#define GATEHOUSE_RBAC_EXPLAIN_H_

#include <cstddef>
#include <string>
#include <vector>

#include "authz/attributes.h"
#include "authz/authorizer.h"
#include "proto/rbac.pb.h"
#include "rbac/policy.h"

namespace gatehouse::rbac {

// Grant is the chain from a subject to a rule. A plain value.
struct Grant {
  std::string binding_kind;       // RoleBinding or ClusterRoleBinding.
  std::string binding_namespace;  // "" for a ClusterRoleBinding.
  std::string binding_name;
  k8s::RoleRef role_ref;
  k8s::Subject subject;  // As the binding has it.
  int rule_index = 0;    // Of `rule` in the role, from 0.
  k8s::PolicyRule rule;
};

// What stands between a binding that names the user and the request. In order
// of nearness, nearest first.
enum class MissKind {
  kNamespace,    // The rule matches; the binding is of another namespace.
  kName,         // All but the object's name matches.
  kVerb,         // All but the verb matches.
  kSubresource,  // The rule is about the object, or another subresource of it.
  kApiGroup,     // All but the API group matches.
  kSubjectKind,  // The rule matches; the subject has the user's name as a
                 // Group, or the other way round.
  kMissingRole,  // The role that the binding refers to does not exist.
};

// NearMiss is a binding that almost grants the request.
struct NearMiss {
  MissKind kind = MissKind::kVerb;
  Grant grant;  // Without rule where kind is kMissingRole.
  // For people: `RoleBinding "dev/read-pods" names User "jane", but its rule
  // grants list, not get, on pods`. Not to be parsed.
  std::string text;
};

// Explanation is an answer with its grounds. A plain value.
struct Explanation {
  authz::Outcome outcome = authz::Outcome::kNoOpinion;
  // All bindings that grant the request, each with its first rule that does,
  // in the order in which Kubernetes visits them. Up to the limit.
  std::vector<Grant> grants;
  // Without grants: what came near, nearest first. Up to the limit.
  std::vector<NearMiss> near_misses;
  // Roles that bindings of the user refer to and that could not be resolved,
  // in Kubernetes' words.
  std::vector<std::string> errors;
};

struct ExplainOptions {
  size_t max_grants = 10;
  size_t max_near_misses = 10;
};

// Explains what `policy` decides about `attributes`, from one version of it.
// Looks only at bindings that name the user; of those in other namespaces at
// the first thousand.
Explanation Explain(const Policy& policy, const authz::Attributes& attributes,
                    const ExplainOptions& options = {});

// Returns the grant in Kubernetes' words: `RoleBinding "read-pods/dev" of Role
// "pod-reader" to User "jane"`.
std::string GrantDescription(const Grant& grant);

}  // namespace gatehouse::rbac

#endif  // GATEHOUSE_RBAC_EXPLAIN_H_
