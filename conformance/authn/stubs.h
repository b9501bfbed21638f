// Authenticators that give one answer, and how answers are compared.
#ifndef GATEHOUSE_CONFORMANCE_AUTHN_STUBS_H_
#define GATEHOUSE_CONFORMANCE_AUTHN_STUBS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "authn/authenticator.h"
#include "authn/token/token_authenticator.h"
#include "base/headers.h"
#include "base/user_info.h"
#include "conformance/check.h"
#include "conformance/fields.h"

namespace gatehouse::conformance {

// Reads {"result": "ok|no|error", "user", "error", "audiences"}. The user is a
// name.
authn::Result DecodeAnswer(Fields& fields);

// Gives one answer, whatever is asked, and counts. For one thread.
class Stub : public authn::Authenticator {
 public:
  explicit Stub(authn::Result answer) : answer_(std::move(answer)) {}
  authn::Result Authenticate(const authn::Request&) const override {
    ++calls_;
    return answer_;
  }
  int calls() const { return calls_; }

 private:
  const authn::Result answer_;
  mutable int calls_ = 0;
};

// The same for tokens, remembering them.
class StubTokens : public authn::TokenAuthenticator {
 public:
  explicit StubTokens(authn::Result answer) : answer_(std::move(answer)) {}
  authn::Result AuthenticateToken(absl::string_view token,
                                  const authn::TokenContext&) const override {
    tokens_.emplace_back(token);
    return answer_;
  }
  const std::vector<std::string>& tokens() const { return tokens_; }

 private:
  const authn::Result answer_;
  mutable std::vector<std::string> tokens_;
};

// Holds `ok`, `error`, `error_text`, `user`, `user_name` and `audiences`
// against a result, as far as the case expects them.
void CompareResult(const authn::Result& result, Check& check);

// Holds users against each other; nothing stands for nobody.
void CompareUsers(const absl::optional<UserInfo>& want,
                  const absl::optional<UserInfo>& got, Check& check);

// Returns who was authenticated.
absl::optional<UserInfo> UserOf(const authn::Result& result);

}  // namespace gatehouse::conformance

#endif  // GATEHOUSE_CONFORMANCE_AUTHN_STUBS_H_
