// Chains of authorizers and of rule resolvers.
#ifndef GATEHOUSE_AUTHZ_UNION_H_
#define GATEHOUSE_AUTHZ_UNION_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "authz/attributes.h"
#include "authz/authorizer.h"
#include "base/user_info.h"

namespace gatehouse::authz {

// NamedAuthorizer is a member of a chain. The name shows in reasons and must
// be unique in its chain.
struct NamedAuthorizer {
  std::string name;
  std::shared_ptr<const Authorizer> authorizer;
};

// Union asks its members in order. The first that allows or denies decides,
// and the rest is not asked. Kubernetes behaviour since 1.37, where reasons
// bear the members' names.
//
// Immutable; any thread may call it. Shares its members.
class Union : public Authorizer {
 public:
  // An empty chain is allowed: it has no opinion about anything.
  //
  // Errors are kInvalidArgument: `empty AuthorizerName in union.New is
  // invalid` and a null member (Reason::kInvalid), `duplicate AuthorizerName
  // "x" in union.New` (Reason::kDuplicate).
  static absl::StatusOr<std::unique_ptr<Union>> Create(
      std::vector<NamedAuthorizer> chain);

  // Returns the deciding member's own reason and error, as they are: what
  // earlier members said is dropped. Where nobody decides: kNoOpinion, the
  // non-empty reasons as lines `name: reason`, and the errors aggregated, as
  // `[e1, e2]` where there are several.
  Decision Authorize(const Attributes& attributes) const override;

  // Asks the members' Decide in the same order. Allocates nothing itself.
  Outcome Decide(const Attributes& attributes) const override;

 private:
  explicit Union(std::vector<NamedAuthorizer> chain);

  const std::vector<NamedAuthorizer> chain_;
};

// UnionResolver puts the rules of several resolvers together: lists in the
// resolvers' order, duplicates kept; incomplete if one of them is; errors
// aggregated as in Union. A failing resolver does not hide the others' rules.
//
// Immutable; any thread may call it. Shares its members. Kubernetes behaviour.
class UnionResolver : public RuleResolver {
 public:
  // Null resolvers are left out.
  explicit UnionResolver(
      std::vector<std::shared_ptr<const RuleResolver>> resolvers);

  Rules RulesFor(const UserInfo& user,
                 absl::string_view namespace_) const override;

 private:
  const std::vector<std::shared_ptr<const RuleResolver>> resolvers_;
};

}  // namespace gatehouse::authz

#endif  // GATEHOUSE_AUTHZ_UNION_H_
