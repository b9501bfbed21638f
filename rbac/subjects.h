// Subjects of bindings: whom they name.
#ifndef GATEHOUSE_RBAC_SUBJECTS_H_
#define GATEHOUSE_RBAC_SUBJECTS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "base/service_account_name.h"
#include "base/user_info.h"
#include "google/protobuf/repeated_field.h"
#include "proto/rbac.pb.h"

namespace gatehouse::rbac {

// The API group of roles and bindings, and of User and Group subjects.
inline constexpr char kRbacGroup[] = "rbac.authorization.k8s.io";

// The kinds of subjects. Any other kind names nobody.
inline constexpr char kUserKind[] = "User";
inline constexpr char kGroupKind[] = "Group";
inline constexpr char kServiceAccountKind[] = "ServiceAccount";

// Returns true if `subject` names `user`. A User subject is compared with the
// name, a Group subject with the groups, a ServiceAccount subject with the name
// system:serviceaccount:<namespace>:<name>, where a subject without namespace
// takes `binding_namespace`; if that is empty too ("" is the cluster scope), it
// names nobody. No wildcards; the API group is not looked at.
// (Kubernetes behaviour.)
bool SubjectApplies(const UserInfo& user, const k8s::Subject& subject,
                    absl::string_view binding_namespace);

// Returns the index of the first subject that names `user`, or nothing.
absl::optional<int> AppliesTo(
    const UserInfo& user,
    const google::protobuf::RepeatedPtrField<k8s::Subject>& subjects,
    absl::string_view binding_namespace);

// Returns true if the subjects are equal field by field; a field that is unset
// equals an empty one.
bool SameSubject(const k8s::Subject& a, const k8s::Subject& b);

// Returns the subject as Kubernetes' reasons name it: `User "jane"`,
// `ServiceAccount "bot/dev"` (the name before the namespace).
std::string SubjectDescription(const k8s::Subject& subject,
                               absl::string_view binding_namespace);

// Users of this room know them by these names.
using gatehouse::ParseServiceAccountUsername;
using gatehouse::ServiceAccountName;
using gatehouse::ServiceAccountUsername;

}  // namespace gatehouse::rbac

#endif  // GATEHOUSE_RBAC_SUBJECTS_H_
