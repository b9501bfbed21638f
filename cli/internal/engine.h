// The policy and the chain of authorizers that a command asks.
#ifndef GATEHOUSE_CLI_INTERNAL_ENGINE_H_
#define GATEHOUSE_CLI_INTERNAL_ENGINE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "authz/attributes.h"
#include "authz/authorizer.h"
#include "authz/union.h"
#include "base/user_info.h"
#include "cli/internal/command.h"
#include "cli/internal/policy_flags.h"
#include "objects/object.h"
#include "rbac/policy.h"

namespace gatehouse::cli {

// The names under which the members of the chain appear in reasons; those of
// Kubernetes. The other members' are their modes in lower case.
inline constexpr char kPrivilegedGroupName[] =
    "system-privileged-group.authorizer.kubernetes.io";
inline constexpr char kAlwaysAllowPathsName[] =
    "kubernetes.io/always-allow-paths";
inline constexpr char kRbacName[] = "rbac";
inline constexpr char kAlwaysAllowName[] = "alwaysallow";

// Verdict is a decision and the member of the chain that made it.
struct Verdict {
  authz::Decision decision;
  std::string decided_by;  // "" if nobody decided.
};

// Engine is a loaded policy behind the chain that kube-apiserver would build:
// the privileged group, the always allowed paths if there are any, and the
// modes in their order. Any thread may ask.
class Engine {
 public:
  // Loads the policy that `flags` names and builds the chain. Warnings, and
  // progress on a terminal, go to streams.err. Errors: what does not load;
  // objects that an API server would refuse (--validate=strict), a line for
  // each; a mode unknown here, or twice; RBAC without any source of policy.
  static absl::StatusOr<Engine> Load(const PolicyFlags& flags,
                                     const Streams& streams);

  const authz::Authorizer& authorizer() const { return *chain_; }
  const rbac::Policy& policy() const { return *policy_; }

  // Returns the objects of the policy, aggregated roles filled in.
  const std::vector<objects::Object>& objects() const { return objects_; }

  // Asks the chain, and says who in it decided.
  Verdict Judge(const authz::Attributes& attributes) const;

  // Returns the rules that the modes list for the user, as an API server
  // answers a SelfSubjectRulesReview.
  authz::Rules RulesFor(const UserInfo& user,
                        absl::string_view namespace_) const;

  // Returns true if the chain has this member.
  bool HasMember(absl::string_view name) const;

 private:
  Engine() = default;

  absl::Status BuildChain(const PolicyFlags& flags);

  std::vector<objects::Object> objects_;
  std::shared_ptr<const rbac::Policy> policy_;
  std::vector<authz::NamedAuthorizer> members_;
  std::vector<std::shared_ptr<const authz::RuleResolver>> resolvers_;
  std::unique_ptr<authz::Union> chain_;
};

// Loads the objects of `paths` as Engine::Load does: warnings to streams.err,
// aggregation not yet done, no default policy.
absl::StatusOr<std::vector<objects::Object>> LoadObjects(
    const std::vector<std::string>& paths, absl::string_view validate,
    const Streams& streams);

// Complains of `objects`, read from `paths`, if there is no role or binding
// among them: with "strict" by an error, otherwise in a line on streams.err.
absl::Status CheckNotEmpty(const std::vector<objects::Object>& objects,
                           const std::vector<std::string>& paths,
                           absl::string_view validate, const Streams& streams);

// Validates the RBAC objects among `objects` as an API server would at their
// creation. With "strict" returns an error with one line for each fault; with
// "warn" writes those lines to streams.err; with "ignore" does nothing.
absl::Status ValidateObjects(const std::vector<objects::Object>& objects,
                             absl::string_view validate,
                             const Streams& streams);

}  // namespace gatehouse::cli

#endif  // GATEHOUSE_CLI_INTERNAL_ENGINE_H_
