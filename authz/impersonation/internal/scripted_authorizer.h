// An authorizer for tests that follows a list of rules and writes down what it
// was asked.
#ifndef GATEHOUSE_AUTHZ_IMPERSONATION_INTERNAL_SCRIPTED_AUTHORIZER_H_
#define GATEHOUSE_AUTHZ_IMPERSONATION_INTERNAL_SCRIPTED_AUTHORIZER_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "authz/authorizer.h"
#include "base/mutex.h"

namespace gatehouse::authz::internal {

// Writes a question as "verb [namespace/]resource[/subresource][.group][ name]"
// or "verb path".
inline std::string Written(const Attributes& a) {
  if (!a.resource_request) return absl::StrCat(a.verb, " ", a.path);
  return absl::StrCat(a.verb, " ", a.namespace_,
                      a.namespace_.empty() ? "" : "/", a.resource,
                      a.subresource.empty() ? "" : "/", a.subresource,
                      a.api_group.empty() ? "" : ".", a.api_group,
                      a.name.empty() ? "" : " ", a.name);
}

// ScriptedAuthorizer allows what its list contains, as Written; all else is no
// opinion with the reason "not in the list". Any thread.
class ScriptedAuthorizer : public Authorizer {
 public:
  explicit ScriptedAuthorizer(std::vector<std::string> allowed)
      : allowed_(std::move(allowed)) {}

  Decision Authorize(const Attributes& attributes) const override {
    const std::string question = Written(attributes);
    const MutexLock lock(mutex_);
    asked_.push_back(question);
    if (attributes.user != nullptr) users_.push_back(*attributes.user);
    for (const std::string& allowed : allowed_) {
      if (allowed == question) return {Outcome::kAllow, "", error_};
    }
    return {Outcome::kNoOpinion, "not in the list", error_};
  }

  // What was asked since the last call, and as whom.
  std::vector<std::string> TakeAsked() ABSL_LOCKS_EXCLUDED(mutex_) {
    const MutexLock lock(mutex_);
    return std::exchange(asked_, {});
  }
  std::vector<UserInfo> TakeUsers() ABSL_LOCKS_EXCLUDED(mutex_) {
    const MutexLock lock(mutex_);
    return std::exchange(users_, {});
  }
  // From now on.
  void Allow(std::vector<std::string> allowed) ABSL_LOCKS_EXCLUDED(mutex_) {
    const MutexLock lock(mutex_);
    allowed_ = std::move(allowed);
  }
  // Beside every answer from now on.
  void AddError(absl::string_view text) ABSL_LOCKS_EXCLUDED(mutex_) {
    const MutexLock lock(mutex_);
    error_ = absl::UnknownError(text);
  }

 private:
  mutable Mutex mutex_;
  std::vector<std::string> allowed_ ABSL_GUARDED_BY(mutex_);
  absl::Status error_ ABSL_GUARDED_BY(mutex_);
  mutable std::vector<std::string> asked_ ABSL_GUARDED_BY(mutex_);
  mutable std::vector<UserInfo> users_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace gatehouse::authz::internal

#endif  // GATEHOUSE_AUTHZ_IMPERSONATION_INTERNAL_SCRIPTED_AUTHORIZER_H_
