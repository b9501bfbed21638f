// Keys of remembered decisions about impersonation.
#ifndef GATEHOUSE_AUTHZ_IMPERSONATION_INTERNAL_CACHE_KEY_H_
#define GATEHOUSE_AUTHZ_IMPERSONATION_INTERNAL_CACHE_KEY_H_

#include <cstddef>
#include <string>

#include "authz/attributes.h"
#include "base/user_info.h"

namespace gatehouse::authz::internal {

// Returns a text that two questions share only if everything in them is equal:
// each part is written with its length before it, each list with its size. The
// text itself is the key, not a hash of it: nobody can make two questions
// collide.
//
// The first is the question "may `requestor` act as `wanted` by this mode?",
// the second the same about one request; `request.user` is not looked at.
std::string UserKey(size_t mode, const UserInfo& requestor,
                    const UserInfo& wanted);
std::string RequestKey(size_t mode, const UserInfo& requestor,
                       const UserInfo& wanted, const Attributes& request);

}  // namespace gatehouse::authz::internal

#endif  // GATEHOUSE_AUTHZ_IMPERSONATION_INTERNAL_CACHE_KEY_H_
