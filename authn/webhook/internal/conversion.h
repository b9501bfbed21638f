// Users and audiences between reviews and authenticators.
#ifndef GATEHOUSE_AUTHN_WEBHOOK_INTERNAL_CONVERSION_H_
#define GATEHOUSE_AUTHN_WEBHOOK_INTERNAL_CONVERSION_H_

#include <string>
#include <vector>

#include "base/user_info.h"
#include "proto/authentication.pb.h"

namespace gatehouse::authn::internal {

// Return the same user, everything as it stands.
k8s::UserInfo UserToMessage(const UserInfo& user);
UserInfo UserFromMessage(const k8s::UserInfo& message);

// Returns those of `of` that are also in `among`, in the order of `of`, and as
// often (Kubernetes behaviour).
std::vector<std::string> Intersection(const std::vector<std::string>& among,
                                      const std::vector<std::string>& of);

}  // namespace gatehouse::authn::internal

#endif  // GATEHOUSE_AUTHN_WEBHOOK_INTERNAL_CONVERSION_H_
