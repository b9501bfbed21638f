// A server's own door, with Gatehouse behind it.
#ifndef DOOR_H_
#define DOOR_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "rbac/policy.h"

// Returns the policy that the manifests in `text` make.
absl::StatusOr<std::unique_ptr<gatehouse::rbac::Policy>> PolicyFrom(
    absl::string_view text);

// Returns true if `user` may read the prices of the shop; `*reason` says why.
bool MayReadPrices(const gatehouse::rbac::Policy& policy,
                   const std::string& user, std::string* reason);

#endif  // DOOR_H_
