// Questions about many subjects or many names at once.
#ifndef GATEHOUSE_RBAC_WHO_CAN_H_
#define GATEHOUSE_RBAC_WHO_CAN_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "authz/attributes.h"
#include "proto/rbac.pb.h"
#include "rbac/explain.h"
#include "rbac/policy.h"

namespace gatehouse::rbac {

// SubjectsResult answers "who can".
struct SubjectsResult {
  // In the order of Kubernetes' SubjectLocator and not made unique: the group
  // system:masters, the superuser, then the subjects of each binding.
  std::vector<k8s::Subject> subjects;
  // Names the roles that could not be resolved; the list is right all the same.
  absl::Status error;
};

// Returns who may make this request (attributes.user is not looked at), as
// Kubernetes' SubjectLocator does. `super_user` is a user who may do
// everything, "" if there is none. Members of groups are not enumerated: RBAC
// does not know them. Time is linear in the number of bindings.
SubjectsResult AllowedSubjects(const Policy& policy,
                               const authz::Attributes& attributes,
                               absl::string_view super_user = "");

// WhoCanResult is the same with the bindings that grant it.
struct WhoCanResult {
  std::vector<Grant> grants;  // One for each subject of each binding.
  std::vector<std::string> errors;
};
WhoCanResult WhoCan(const Policy& policy, const authz::Attributes& attributes);

// NamesResult is what of a collection a user may touch.
struct NamesResult {
  bool all = false;  // Any name, also one that does not exist yet.
  std::vector<std::string> names;  // Sorted, each once; unless `all`.
};

// Returns for which names of the collection in `attributes` (whose `name` is
// not looked at) the user may `verb`: what to keep of a list without asking
// once for each object.
NamesResult AllowedNames(const Policy& policy,
                         const authz::Attributes& attributes);

}  // namespace gatehouse::rbac

#endif  // GATEHOUSE_RBAC_WHO_CAN_H_
