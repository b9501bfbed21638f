// Who a request speaks for: the result of authentication, the input of
// authorization.
#ifndef GATEHOUSE_BASE_USER_INFO_H_
#define GATEHOUSE_BASE_USER_INFO_H_

#include <string>
#include <vector>

#include "base/extra_values.h"

namespace gatehouse {

// UserInfo is Kubernetes' user.Info: a name, an opaque uid, groups, and extra
// values by key. A plain value; owns what it holds.
struct UserInfo {
  std::string name;
  std::string uid;
  std::vector<std::string> groups;
  ExtraValues extra;
};

// Names with a meaning of their own in Kubernetes.
inline constexpr char kAnonymousUser[] = "system:anonymous";
inline constexpr char kMastersGroup[] = "system:masters";
inline constexpr char kAuthenticatedGroup[] = "system:authenticated";
inline constexpr char kUnauthenticatedGroup[] = "system:unauthenticated";
inline constexpr char kServiceAccountUserPrefix[] = "system:serviceaccount:";
inline constexpr char kServiceAccountsGroup[] = "system:serviceaccounts";

}  // namespace gatehouse

#endif  // GATEHOUSE_BASE_USER_INFO_H_
