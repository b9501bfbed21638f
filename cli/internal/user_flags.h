// The user in whose name a question is asked.
#ifndef GATEHOUSE_CLI_INTERNAL_USER_FLAGS_H_
#define GATEHOUSE_CLI_INTERNAL_USER_FLAGS_H_

#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"
#include "base/user_info.h"
#include "proto/authentication.pb.h"

namespace gatehouse::cli {

// UserFlags is kubectl's flags of impersonation.
struct UserFlags {
  std::string as;
  std::vector<std::string> as_groups;
  std::string as_uid;
};

// Adds --as, --as-group and --as-uid.
void AddUserFlags(CLI::App& app, UserFlags* flags);

// Returns the user whom an API server takes the flags for:
//   - the groups given;
//   - a service account without any: system:serviceaccounts and
//     system:serviceaccounts:<namespace>;
//   - system:anonymous: system:unauthenticated; everybody else:
//     system:authenticated, unless one of the two is given.
// (Kubernetes behaviour.) kInvalid without --as: a cluster knows who asks, but
// here there is none.
absl::StatusOr<UserInfo> UserFrom(const UserFlags& flags);

// Returns the user as the message of a review.
k8s::UserInfo ToMessage(const UserInfo& user);

}  // namespace gatehouse::cli

#endif  // GATEHOUSE_CLI_INTERNAL_USER_FLAGS_H_
