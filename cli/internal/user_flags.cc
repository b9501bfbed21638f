#include "cli/internal/user_flags.h"

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "cli/internal/arguments.h"
#include "rbac/subjects.h"

namespace gatehouse::cli {

void AddUserFlags(CLI::App& app, UserFlags* flags) {
  app.add_option("--as", flags->as,
                 "User to ask for; a service account is "
                 "system:serviceaccount:NAMESPACE:NAME")
      ->type_name("USER");
  AddStrings(app, "--as-group", &flags->as_groups,
             "Group of that user; may be repeated")
      ->type_name("GROUP")
      ->allow_extra_args(false);
  app.add_option("--as-uid", flags->as_uid, "UID of that user")
      ->type_name("UID");
}

absl::StatusOr<UserInfo> UserFrom(const UserFlags& flags) {
  if (flags.as.empty()) {
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                     "--as USER is required: there is no cluster here that "
                     "knows who you are");
  }
  UserInfo user{flags.as, flags.as_uid, flags.as_groups, {}};
  if (user.groups.empty()) {
    if (const auto account = rbac::ParseServiceAccountUsername(flags.as)) {
      user.groups = {
          kServiceAccountsGroup,
          absl::StrCat(kServiceAccountsGroup, ":", account->namespace_)};
    }
  }
  const bool unauthenticated =
      absl::c_linear_search(user.groups, kUnauthenticatedGroup);
  if (flags.as == kAnonymousUser) {
    if (!unauthenticated) user.groups.emplace_back(kUnauthenticatedGroup);
  } else if (!unauthenticated &&
             !absl::c_linear_search(user.groups, kAuthenticatedGroup)) {
    user.groups.emplace_back(kAuthenticatedGroup);
  }
  return user;
}

k8s::UserInfo ToMessage(const UserInfo& user) {
  k8s::UserInfo message;
  message.set_username(user.name);
  if (!user.uid.empty()) message.set_uid(user.uid);
  for (const std::string& group : user.groups) message.add_groups(group);
  for (const auto& [key, values] : user.extra) {
    k8s::ExtraValue& extra = (*message.mutable_extra())[key];
    for (const std::string& value : values) extra.add_items(value);
  }
  return message;
}

}  // namespace gatehouse::cli
