// The user names of service accounts, compared.
#ifndef GATEHOUSE_AUTHN_SERVICEACCOUNT_USERNAME_H_
#define GATEHOUSE_AUTHN_SERVICEACCOUNT_USERNAME_H_

#include "absl/strings/string_view.h"

namespace gatehouse::authn {

// Returns whether `username` is that of the account, as
// base/service_account_name.h makes it, without allocating. Never for an empty
// namespace or name, or one with a colon in it, which could be read as
// another's.
bool MatchesServiceAccountUsername(absl::string_view object_namespace,
                                   absl::string_view name,
                                   absl::string_view username);

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_SERVICEACCOUNT_USERNAME_H_
