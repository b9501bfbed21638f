// The Impersonate-* headers.
#ifndef GATEHOUSE_AUTHZ_IMPERSONATION_HEADERS_H_
#define GATEHOUSE_AUTHZ_IMPERSONATION_HEADERS_H_

#include <cstddef>

#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "base/headers.h"
#include "base/user_info.h"

namespace gatehouse::authz {

// The names, in the spelling that clients send; case does not matter.
inline constexpr char kImpersonateUserHeader[] = "Impersonate-User";
inline constexpr char kImpersonateUidHeader[] = "Impersonate-Uid";
inline constexpr char kImpersonateGroupHeader[] = "Impersonate-Group";
inline constexpr char kImpersonateExtraPrefix[] = "Impersonate-Extra-";

// The most groups and extra values together that one request may ask for: each
// costs a question to the authorizer. Kubernetes has no such ceiling.
inline constexpr size_t kMaxImpersonatedValues = 1000;

// Returns whom the headers ask for, exactly as they say: nothing is filled in.
// Nothing if they ask for nobody: no such header, or an empty user alone.
//
// Of user and uid the first header counts. Groups keep their order; an empty
// one counts. The key of an extra value is the rest of the header's name,
// lower-cased and then percent-decoded; if it does not decode, lower-cased
// alone. (Kubernetes behaviour.)
//
// kInvalidArgument with kMalformed for groups, extra values or a uid that is
// not empty without a user, with kTooLarge over kMaxImpersonatedValues: both
// are answered by 400.
absl::StatusOr<absl::optional<UserInfo>> ParseImpersonation(
    const Headers& headers);

// Removes every header whose name begins with "Impersonate-".
void StripImpersonation(Headers* headers);

// Appends the headers from which ParseImpersonation reads `user` again, as a
// client does. Extra keys without values are left out: no header says them.
// Values are written as they are: what no header can carry (line breaks, NUL)
// is the caller's to keep out.
void AddImpersonation(const UserInfo& user, Headers* headers);

}  // namespace gatehouse::authz

#endif  // GATEHOUSE_AUTHZ_IMPERSONATION_HEADERS_H_
