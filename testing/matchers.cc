#include "testing/matchers.h"

#include "authz/attributes.h"
#include "testing/internal/grounds.h"

namespace gatehouse::testing {

bool AccessMatcher::Matches(const authz::Authorizer& authorizer,
                            ::testing::MatchResultListener* listener) const {
  const authz::Attributes attributes = AttributesOf(request_);
  const bool allowed = authorizer.Decide(attributes) == authz::Outcome::kAllow;
  // Grounds cost more than the decision, and are shown for a failure only.
  if (listener->IsInterested()) {
    *listener << "which " << (allowed ? "does" : "does not") << ": "
              << internal::Grounds(authorizer, attributes);
  }
  return allowed == allowed_;
}

void AccessMatcher::DescribeTo(std::ostream* out) const {
  *out << (allowed_ ? "allows " : "does not allow ") << Describe(request_);
}

void AccessMatcher::DescribeNegationTo(std::ostream* out) const {
  *out << (allowed_ ? "does not allow " : "allows ") << Describe(request_);
}

}  // namespace gatehouse::testing

namespace gatehouse::rbac {

void PrintTo(const Policy& policy, std::ostream* out) {
  *out << "a policy, generation " << policy.generation();
}

}  // namespace gatehouse::rbac
