// Start here: matchers for unit tests of a policy.
//
//   EXPECT_THAT(*policy, Allows("jane", "get", "pods",
//   InNamespace("default"))); EXPECT_THAT(*policy, DoesNotAllow("jane", "get",
//   "/metrics"));
//
// A failure says which bindings grant the request, or which came near:
//
//   Expected: allows user "jane" to get pods in namespace "kube-system"
//     Actual: a policy, generation 1, which does not: RoleBinding
//     "default/read-pods" names User "jane", but only in namespace "default"
#ifndef GATEHOUSE_TESTING_MATCHERS_H_
#define GATEHOUSE_TESTING_MATCHERS_H_

#include <ostream>
#include <type_traits>
#include <utility>

#include "absl/strings/string_view.h"
#include "authz/authorizer.h"
#include "gmock/gmock.h"
#include "rbac/policy.h"
#include "testing/request.h"

namespace gatehouse::testing {

// AccessMatcher is what Allows and DoesNotAllow return.
class AccessMatcher {
 public:
  AccessMatcher(Request request, bool allowed)
      : request_(std::move(request)), allowed_(allowed) {}

  // Matches an authz::Authorizer, or a pointer of any sort to one.
  template <typename T>
  bool MatchAndExplain(const T& value,
                       ::testing::MatchResultListener* listener) const {
    if constexpr (std::is_base_of_v<authz::Authorizer, T>) {
      return Matches(value, listener);
    } else {
      if (value == nullptr) {
        *listener << "which is null";
        return false;
      }
      return MatchAndExplain(*value, listener);
    }
  }

  void DescribeTo(std::ostream* out) const;
  void DescribeNegationTo(std::ostream* out) const;

 private:
  bool Matches(const authz::Authorizer& authorizer,
               ::testing::MatchResultListener* listener) const;

  Request request_;
  bool allowed_;  // What is expected.
};

// Allows matches what allows the request; MakeRequest (request.h) says what
// `user`, `verb` and `what` are. `options` are of InNamespace, Named and
// WithGroups.
//
// It matches any authz::Authorizer, and pointers to one. An rbac::Policy is
// asked alone, so it answers for system:masters like for any group; put it
// behind authz::PrivilegedGroups in an authz::Union to ask as an API server
// does.
template <typename... Options>
::testing::PolymorphicMatcher<AccessMatcher> Allows(absl::string_view user,
                                                    absl::string_view verb,
                                                    absl::string_view what,
                                                    Options... options) {
  return ::testing::MakePolymorphicMatcher(AccessMatcher(
      MakeRequest(user, verb, what, {std::move(options)...}), true));
}

// DoesNotAllow matches what denies the request or has no opinion about it. A
// null pointer matches neither this nor Allows.
template <typename... Options>
::testing::PolymorphicMatcher<AccessMatcher> DoesNotAllow(
    absl::string_view user, absl::string_view verb, absl::string_view what,
    Options... options) {
  return ::testing::MakePolymorphicMatcher(AccessMatcher(
      MakeRequest(user, verb, what, {std::move(options)...}), false));
}

}  // namespace gatehouse::testing

namespace gatehouse::rbac {

// Lets GoogleTest print a policy; without it, it would print bytes.
void PrintTo(const Policy& policy, std::ostream* out);

}  // namespace gatehouse::rbac

#endif  // GATEHOUSE_TESTING_MATCHERS_H_
