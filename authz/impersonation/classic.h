// Impersonation as Kubernetes had it before 1.36: one verb, no constraint.
#ifndef GATEHOUSE_AUTHZ_IMPERSONATION_CLASSIC_H_
#define GATEHOUSE_AUTHZ_IMPERSONATION_CLASSIC_H_

#include <memory>

#include "authz/authorizer.h"
#include "authz/impersonation/impersonation.h"

namespace gatehouse::authz {

// ClassicImpersonator asks for the verb "impersonate" on each thing that is
// asked for: on users, or on serviceaccounts if the name is a service
// account's; on every group; on userextras/<key> for every extra value; on the
// uid. Users, groups and service accounts are of the core group, the others of
// authentication.k8s.io. All must be allowed; an error beside an allow refuses.
//
// Groups that are asked for replace all; without them a service account gets
// its own two. system:authenticated is added, or system:unauthenticated for
// system:anonymous. (Kubernetes behaviour with the feature gate
// ConstrainedImpersonation off.)
//
// Prefer ConstrainedImpersonator, which knows this form too. Any thread.
class ClassicImpersonator final : public Impersonator {
 public:
  // `authorizer` must not be null.
  explicit ClassicImpersonator(std::shared_ptr<const Authorizer> authorizer);

  ImpersonationResult Decide(const UserInfo& wanted,
                             const Attributes& request) const override;

 private:
  const std::shared_ptr<const Authorizer> authorizer_;
};

}  // namespace gatehouse::authz

#endif  // GATEHOUSE_AUTHZ_IMPERSONATION_CLASSIC_H_
