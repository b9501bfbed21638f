// Trees of unions whose members answer with conditions.
#ifndef GATEHOUSE_CONFORMANCE_AUTHZ_AUTHORIZER_TREE_H_
#define GATEHOUSE_CONFORMANCE_AUTHZ_AUTHORIZER_TREE_H_

#include "conformance/check.h"

namespace gatehouse::conformance {

// Runs a case of the op conditionsAwareThenEvaluate: builds the unions of
// input.tree over input.authorizers, asks the outermost one, and evaluates the
// conditions that it answers with.
void CheckAuthorizerTree(Check& check);

}  // namespace gatehouse::conformance

#endif  // GATEHOUSE_CONFORMANCE_AUTHZ_AUTHORIZER_TREE_H_
