// Authenticators that give one answer, for tests.
#ifndef GATEHOUSE_AUTHN_TESTING_FAKE_AUTHENTICATOR_H_
#define GATEHOUSE_AUTHN_TESTING_FAKE_AUTHENTICATOR_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "authn/authenticator.h"
#include "authn/token/token_authenticator.h"
#include "base/errors.h"

namespace gatehouse::authn::testing {

// Returns an authentication of this user.
inline Authentication UserNamed(const std::string& name,
                                std::vector<std::string> groups = {}) {
  Authentication found;
  found.user.name = name;
  found.user.groups = std::move(groups);
  return found;
}

// Returns a rejection.
inline absl::Status Refusal(Reason reason, absl::string_view text) {
  return MakeError(absl::StatusCode::kUnauthenticated, reason, text);
}

// Gives one answer to every request, and counts them. For one thread.
class FakeAuthenticator : public Authenticator {
 public:
  explicit FakeAuthenticator(Result answer) : answer_(std::move(answer)) {}
  Result Authenticate(const Request&) const override {
    ++calls_;
    return answer_;
  }
  int calls() const { return calls_; }

 private:
  const Result answer_;
  mutable int calls_ = 0;
};

// Gives one answer for every token, and remembers them. For one thread.
class FakeTokens : public TokenAuthenticator {
 public:
  explicit FakeTokens(Result answer) : answer_(std::move(answer)) {}
  Result AuthenticateToken(absl::string_view token,
                           const TokenContext& context) const override {
    tokens_.emplace_back(token);
    context_ = context;
    return answer_;
  }
  const std::vector<std::string>& tokens() const { return tokens_; }
  // The last one; what it points to may be gone.
  const TokenContext& context() const { return context_; }

 private:
  const Result answer_;
  mutable std::vector<std::string> tokens_;
  mutable TokenContext context_;
};

}  // namespace gatehouse::authn::testing

#endif  // GATEHOUSE_AUTHN_TESTING_FAKE_AUTHENTICATOR_H_
