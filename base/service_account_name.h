// The user name and the groups of a service account.
#ifndef GATEHOUSE_BASE_SERVICE_ACCOUNT_NAME_H_
#define GATEHOUSE_BASE_SERVICE_ACCOUNT_NAME_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"

namespace gatehouse {

// ServiceAccountName is the parts of a service account's username.
struct ServiceAccountName {
  std::string namespace_;
  std::string name;
};

// Returns system:serviceaccount:<namespace>:<name>, without checking the parts.
std::string ServiceAccountUsername(absl::string_view namespace_,
                                   absl::string_view name);

// Splits the username of a service account, or returns nothing if it is none:
// exactly two parts after the prefix, the namespace a DNS label, the name a DNS
// subdomain. (Kubernetes behaviour.)
absl::optional<ServiceAccountName> ParseServiceAccountUsername(
    absl::string_view username);

// Returns the two groups of every service account of a namespace:
// system:serviceaccounts and system:serviceaccounts:<namespace>. Not
// system:authenticated, which the chain of authenticators adds.
std::vector<std::string> ServiceAccountGroups(absl::string_view namespace_);

}  // namespace gatehouse

#endif  // GATEHOUSE_BASE_SERVICE_ACCOUNT_NAME_H_
