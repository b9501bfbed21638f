// authz/rbac_authorize.json: one request against one policy.
#include "authz/authorizer.h"
#include "conformance/areas.h"
#include "conformance/authz/decode.h"

namespace gatehouse::conformance {

void RunRbacAuthorize(Check& check) {
  const rbac::PolicyObjects policy = DecodeState(check.input().Object("state"));
  const Request request = DecodeRequest(check.input().Object("request"));
  const authz::Decision decision =
      DecideInAllWays(policy, request.attributes(), check);
  check.Text("decision", authz::OutcomeName(decision.outcome));
  check.Text("reason", decision.reason);
  check.TextOrNull("error", ErrorText(decision.error));
}

}  // namespace gatehouse::conformance
