// Authorizers that need no policy.
#ifndef GATEHOUSE_AUTHZ_BUILTIN_H_
#define GATEHOUSE_AUTHZ_BUILTIN_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "authz/attributes.h"
#include "authz/authorizer.h"
#include "base/user_info.h"

namespace gatehouse::authz {

// AlwaysAllow allows every request of everybody, even where no user was
// established, and lists one rule of stars of each sort. For tests and for
// `--authorization-mode=AlwaysAllow`.
//
// Has no state; any thread may call it. Kubernetes behaviour.
class AlwaysAllow : public Authorizer, public RuleResolver {
 public:
  Decision Authorize(const Attributes& attributes) const override;
  Outcome Decide(const Attributes& attributes) const override;
  Rules RulesFor(const UserInfo& user,
                 absl::string_view namespace_) const override;
};

// AlwaysDeny allows nothing and lists no rules. In spite of its name the
// outcome is kNoOpinion, with the reason "Everything is forbidden.": a member
// of a chain behind it may still allow. Kubernetes behaviour.
//
// Has no state; any thread may call it.
class AlwaysDeny : public Authorizer, public RuleResolver {
 public:
  Decision Authorize(const Attributes& attributes) const override;
  Outcome Decide(const Attributes& attributes) const override;
  Rules RulesFor(const UserInfo& user,
                 absl::string_view namespace_) const override;
};

// PrivilegedGroups allows everything to the members of given groups, and has
// no opinion about anybody else.
//
// Kubernetes puts one for `system:masters` in front of every chain: this, and
// no binding, is why a member of that group keeps all rights when the last
// binding of cluster-admin is gone, and why no policy can take them away.
//
// Immutable; any thread may call it. It lists no rules, as Kubernetes' does
// not, so SelfSubjectRulesReview does not show these rights.
class PrivilegedGroups : public Authorizer {
 public:
  // `groups` are compared exactly. Without any it never allows.
  explicit PrivilegedGroups(std::vector<std::string> groups);

  // Gives no reason. Where no user was established: kNoOpinion, reason
  // "Error", and the error "no user on request.".
  Decision Authorize(const Attributes& attributes) const override;
  Outcome Decide(const Attributes& attributes) const override;

 private:
  bool IsPrivileged(const UserInfo& user) const;

  const std::vector<std::string> groups_;
};

}  // namespace gatehouse::authz

#endif  // GATEHOUSE_AUTHZ_BUILTIN_H_
