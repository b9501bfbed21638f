#include "authn/serviceaccount/username.h"

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "base/user_info.h"

namespace gatehouse::authn {

bool MatchesServiceAccountUsername(absl::string_view object_namespace,
                                   absl::string_view name,
                                   absl::string_view username) {
  return !object_namespace.empty() && !name.empty() &&
         !absl::StrContains(object_namespace, ":") &&
         !absl::StrContains(name, ":") &&
         absl::ConsumePrefix(&username, kServiceAccountUserPrefix) &&
         absl::ConsumePrefix(&username, object_namespace) &&
         absl::ConsumePrefix(&username, ":") && username == name;
}

}  // namespace gatehouse::authn
