// SubjectAccessReview and its Local and Self forms: validate, ask, answer.
#ifndef GATEHOUSE_AUTHZ_REVIEW_H_
#define GATEHOUSE_AUTHZ_REVIEW_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "authz/attributes.h"
#include "authz/authorizer.h"
#include "base/user_info.h"
#include "proto/authorization.pb.h"

namespace gatehouse::authz {

// ValidateReview returns what a Kubernetes API server finds wrong with a
// review: kInvalidArgument (Reason::kInvalid) with all field errors in its
// words, `[a, b]` where there are several.
//
// Exactly one of resourceAttributes and nonResourceAttributes; a user or a
// group, save in the Self form; a selector is rawSelector or requirements.
// The metadata must be empty; a Local review's has its namespace, which must
// equal that of its resourceAttributes, and nonResourceAttributes are
// forbidden there. What an API server itself takes out of new objects before
// it looks (managedFields, creationTimestamp, deletionTimestamp,
// deletionGracePeriodSeconds, uid, selfLink) is not looked at.
absl::Status ValidateReview(const k8s::SubjectAccessReview& review);
absl::Status ValidateReview(const k8s::LocalSubjectAccessReview& review);
absl::Status ValidateReview(const k8s::SelfSubjectAccessReview& review);

// AttributesFrom returns the question that a valid review asks. It borrows
// from `spec` and from `user`, both of which must outlive it.
//
// The first form overwrites `*user` with the review's user, uid, groups and
// extra; the second asks for `user`, the one who sent the review. An empty
// version stands for all of them: "*". Selectors are not part of Attributes;
// without them the question is only broader (Kubernetes' RBAC ignores them).
Attributes AttributesFrom(const k8s::SubjectAccessReviewSpec& spec,
                          UserInfo* user);
Attributes AttributesFrom(const k8s::SelfSubjectAccessReviewSpec& spec,
                          const UserInfo& user);

// FillStatus returns the answer: `allowed`, `denied` only for kDeny (no
// opinion is neither), the reason, and the error's text as evaluationError.
//
// If `resource` is not null and has selector requirements that Kubernetes
// would drop, evaluationError also says for each selector `spec.
// resourceAttributes.fieldSelector ignored due to parse error`, or `partially
// ignored` where others remain, joined by "; ". rawSelector is not parsed.
k8s::SubjectAccessReviewStatus FillStatus(
    const Decision& decision,
    const k8s::ResourceAttributes* resource = nullptr);

// ReviewSubjectAccess validates `review`, asks `authorizer`, and sets the
// status. On an error the review is unchanged. A refusal is no error: an API
// server answers 201 to it. The groups asked about are those of the review:
// nothing such as system:authenticated is added.
absl::Status ReviewSubjectAccess(const Authorizer& authorizer,
                                 k8s::SubjectAccessReview* review);

// The same within one namespace. `request_namespace` is that of the request;
// it must not be empty and must equal the review's.
absl::Status ReviewSubjectAccess(const Authorizer& authorizer,
                                 absl::string_view request_namespace,
                                 k8s::LocalSubjectAccessReview* review);

// The same for the one who asks, `user`.
absl::Status ReviewSubjectAccess(const Authorizer& authorizer,
                                 const UserInfo& user,
                                 k8s::SelfSubjectAccessReview* review);

}  // namespace gatehouse::authz

#endif  // GATEHOUSE_AUTHZ_REVIEW_H_
