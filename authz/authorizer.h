// The authorizer interface: may this request be made?
#ifndef GATEHOUSE_AUTHZ_AUTHORIZER_H_
#define GATEHOUSE_AUTHZ_AUTHORIZER_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "authz/attributes.h"
#include "base/user_info.h"
#include "proto/authorization.pb.h"

namespace gatehouse::authz {

// Outcome has three values, never two: the absence of an opinion is neither a
// yes nor a veto. The zero value is kDeny, so that what nobody set refuses.
enum class Outcome { kDeny = 0, kAllow = 1, kNoOpinion = 2 };

// Returns "Deny", "Allow" or "NoOpinion".
absl::string_view OutcomeName(Outcome outcome);

// Decision is an outcome and what led to it. Only kAllow lets a request pass.
// An error beside kAllow does not revoke it; beside another outcome it means
// that the question could not be answered in full (HTTP 500, not 403).
struct Decision {
  Outcome outcome = Outcome::kDeny;
  // For people and audit logs: the rule and the binding that decided. Names
  // what the policy names; not stable, not to be parsed.
  std::string reason;
  absl::Status error;
};

// Authorizer answers requests. Implementations may be called from any thread
// at any time, and do not keep what the attributes borrow.
class Authorizer {
 public:
  virtual ~Authorizer() = default;

  // Answers with the reason.
  virtual Decision Authorize(const Attributes& attributes) const = 0;

  // Answers with the outcome alone: always the one that Authorize would give,
  // sooner where the reason costs something.
  virtual Outcome Decide(const Attributes& attributes) const {
    return Authorize(attributes).outcome;
  }
};

// Rules is what a user may do in a namespace, as far as it can be listed.
struct Rules {
  std::vector<k8s::ResourceRule> resource_rules;
  std::vector<k8s::NonResourceRule> non_resource_rules;
  // True if the user may have rights beyond these.
  bool incomplete = false;
  absl::Status error;
};

// RuleResolver lists rules, for SelfSubjectRulesReview. Same threading as
// Authorizer.
class RuleResolver {
 public:
  virtual ~RuleResolver() = default;
  virtual Rules RulesFor(const UserInfo& user,
                         absl::string_view namespace_) const = 0;
};

}  // namespace gatehouse::authz

#endif  // GATEHOUSE_AUTHZ_AUTHORIZER_H_
