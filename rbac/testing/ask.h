// Short ways to write policies and requests in the tables of tests.
#ifndef GATEHOUSE_RBAC_TESTING_ASK_H_
#define GATEHOUSE_RBAC_TESTING_ASK_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "objects/object.h"
#include "proto/rbac.pb.h"
#include "rbac/testing/generator.h"
#include "rbac/testing/make.h"

namespace gatehouse::rbac {

// Objects, ready to be put into a policy. A binding refers to "Role:name" or
// "ClusterRole:name" (any other kind, too), and names subjects "User:name",
// "Group:name", "ServiceAccount:name" or "ServiceAccount:name:namespace",
// joined by commas; kNone is no subject.
objects::Object ClusterRoleOf(absl::string_view name,
                              const std::vector<k8s::PolicyRule>& rules);
objects::Object RoleOf(absl::string_view namespace_, absl::string_view name,
                       const std::vector<k8s::PolicyRule>& rules);
objects::Object ClusterBindingOf(absl::string_view name, absl::string_view role,
                                 absl::string_view subjects);
objects::Object BindingOf(absl::string_view namespace_, absl::string_view name,
                          absl::string_view role, absl::string_view subjects);

// Returns a request. `who` is a user and groups, joined by commas; `what` is
// "resource", "resource/subresource", either with ".group" behind it, or a path
// that begins with "/".
Request Ask(absl::string_view who, absl::string_view verb,
            absl::string_view namespace_, absl::string_view what,
            absl::string_view name = "");

}  // namespace gatehouse::rbac

#endif  // GATEHOUSE_RBAC_TESTING_ASK_H_
