// The reference evaluator: RBAC as Kubernetes walks it, to test against.
#ifndef GATEHOUSE_RBAC_TESTING_REFERENCE_H_
#define GATEHOUSE_RBAC_TESTING_REFERENCE_H_

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "authz/attributes.h"
#include "authz/authorizer.h"
#include "google/protobuf/repeated_field.h"
#include "proto/rbac.pb.h"
#include "rbac/policy_objects.h"

namespace gatehouse::rbac {

// AllowedSubjectsResult answers "who can".
struct AllowedSubjectsResult {
  // In visit order, not made unique, as the bindings state them: a service
  // account without namespace keeps it empty.
  std::vector<k8s::Subject> subjects;
  // The roles that could not be resolved, kNotFound or kUnsupported; the
  // subjects are right as far as they go.
  absl::Status error;
};

// ReferenceAuthorizer answers by walking all ClusterRoleBindings, then the
// RoleBindings of the request's namespace (given one, for a path too, though a
// server gives none), in list order, comparing strings.
// It shares no code with the compiled matcher, which is held against it in
// tests, in fuzzing and in the benchmarks: it is meant to be read, and checked
// by eye. Time is linear in the size of the policy.
//
// Immutable after construction; any thread may call it.
class ReferenceAuthorizer : public authz::Authorizer,
                            public authz::RuleResolver {
 public:
  explicit ReferenceAuthorizer(PolicyObjects policy);
  ReferenceAuthorizer(const ReferenceAuthorizer&) = delete;
  ReferenceAuthorizer& operator=(const ReferenceAuthorizer&) = delete;

  // kAllow with the first binding that grants, else kNoOpinion; never kDeny.
  // Roles that are missing are named in the reason of a kNoOpinion, and are no
  // error. A request without user has no rights.
  authz::Decision Authorize(const authz::Attributes& request) const override;

  // Every rule of every binding that names the user, in visit order, with
  // duplicates; Rules::error names the roles that could not be resolved.
  authz::Rules RulesFor(const UserInfo& user,
                        absl::string_view namespace_) const override;

  // The same rules as they stand in the roles. `error` may be null.
  std::vector<k8s::PolicyRule> PolicyRulesFor(const UserInfo& user,
                                              absl::string_view namespace_,
                                              absl::Status* error) const;

  // Who may make this request (request.user is not looked at): the group
  // system:masters, then the user `super_user` unless it is "", then the
  // subjects of each binding that grants it.
  AllowedSubjectsResult AllowedSubjects(const authz::Attributes& request,
                                        absl::string_view super_user) const;

 private:
  // A binding of either kind; `namespace_` is "" for a ClusterRoleBinding.
  struct Binding {
    absl::string_view kind;
    absl::string_view namespace_;
    absl::string_view name;
    const k8s::RoleRef& role_ref;
    const google::protobuf::RepeatedPtrField<k8s::Subject>& subjects;
  };

  // Calls `visit` with each binding in effect in the namespace, in order, until
  // it returns false.
  void Walk(absl::string_view namespace_,
            const std::function<bool(const Binding&)>& visit) const;

  // Returns the rules of the role that the binding refers to, or null and the
  // error in Kubernetes' words.
  const google::protobuf::RepeatedPtrField<k8s::PolicyRule>* RulesOf(
      const Binding& binding, std::vector<std::string>& errors) const;

  const PolicyObjects policy_;
  // Roles by key and bindings by namespace, as in the API server's caches; they
  // point into policy_. Of two roles with one key the first counts.
  std::map<std::pair<std::string, std::string>, const k8s::Role*> roles_;
  std::map<std::string, const k8s::ClusterRole*> cluster_roles_;
  std::map<std::string, std::vector<const k8s::RoleBinding*>> role_bindings_;
};

}  // namespace gatehouse::rbac

#endif  // GATEHOUSE_RBAC_TESTING_REFERENCE_H_
