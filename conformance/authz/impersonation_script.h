// What the two files of cases of impersonation have in common.
#ifndef GATEHOUSE_CONFORMANCE_AUTHZ_IMPERSONATION_SCRIPT_H_
#define GATEHOUSE_CONFORMANCE_AUTHZ_IMPERSONATION_SCRIPT_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "authz/attributes.h"
#include "authz/authorizer.h"
#include "authz/impersonation/impersonation.h"
#include "base/mutex.h"
#include "base/user_info.h"
#include "conformance/fields.h"

namespace gatehouse::conformance {

// ScriptRule answers questions that are as it says; what is not set matches
// all.
struct ScriptRule {
  absl::optional<std::string> user, user_not, group0, group1, verb, verb_prefix,
      resource, subresource, name, name_not, api_group;
  std::vector<std::string> verb_suffixes;  // Any of them; empty: all.
  authz::Decision decision;

  bool Matches(const authz::Attributes& a) const;
};

// One question and its answer, as text.
struct ScriptCall {
  std::string text;  // The attributes.
  std::string user;
  std::string mode_and_answer;  // Such as "user-info/allowed".
};

// Returns attributes, and a user, as text to compare. Selectors are no part of
// Attributes, so they are no part of it.
std::string CallText(absl::string_view outcome, const authz::Attributes& a);
std::string UserText(const UserInfo& user);

// ScriptAuthorizer answers by the first rule that matches, with no opinion and
// "deny by default" if there is none, and writes down what it was asked. Any
// thread.
class ScriptAuthorizer : public authz::Authorizer {
 public:
  explicit ScriptAuthorizer(std::vector<ScriptRule> rules);

  authz::Decision Authorize(const authz::Attributes& attributes) const override;

  // What was asked since the last time.
  std::vector<ScriptCall> TakeCalls();

 private:
  const std::vector<ScriptRule> rules_;
  mutable Mutex mutex_;
  mutable std::vector<ScriptCall> calls_ ABSL_GUARDED_BY(mutex_);
};

// Returns the calls counted by mode and answer, "mode/answer: n" in order.
std::vector<std::string> CountCalls(const std::vector<ScriptCall>& calls);

// Reads such counts from an object.
std::vector<std::string> ReadCounts(Fields counts);

// Returns the name of the mode that allowed, "" if none did.
std::string ModeOf(const authz::ImpersonationResult& result);

// "allowed" or "denied".
std::string AttemptOf(const authz::ImpersonationResult& result);

// Returns an impersonator of the filter "classic" (or "legacy") or
// "constrained"; null if there is none of this name.
std::unique_ptr<authz::Impersonator> MakeImpersonator(
    absl::string_view filter,
    std::shared_ptr<const authz::Authorizer> authorizer);

}  // namespace gatehouse::conformance

#endif  // GATEHOUSE_CONFORMANCE_AUTHZ_IMPERSONATION_SCRIPT_H_
