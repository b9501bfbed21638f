// Why a request is allowed or not, in the words of a failed test.
#ifndef GATEHOUSE_TESTING_INTERNAL_GROUNDS_H_
#define GATEHOUSE_TESTING_INTERNAL_GROUNDS_H_

#include <string>

#include "authz/attributes.h"
#include "authz/authorizer.h"
#include "rbac/policy.h"

namespace gatehouse::testing::internal {

// Returns every binding that grants the request with its rule, or what came
// near and the roles that are missing; several are joined by "; ".
std::string Grounds(const rbac::Policy& policy,
                    const authz::Attributes& attributes);

// The same if `authorizer` is a policy, else its reason and its error.
std::string Grounds(const authz::Authorizer& authorizer,
                    const authz::Attributes& attributes);

}  // namespace gatehouse::testing::internal

#endif  // GATEHOUSE_TESTING_INTERNAL_GROUNDS_H_
