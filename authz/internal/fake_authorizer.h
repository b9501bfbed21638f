// An authorizer for tests that always answers the same.
#ifndef GATEHOUSE_AUTHZ_INTERNAL_FAKE_AUTHORIZER_H_
#define GATEHOUSE_AUTHZ_INTERNAL_FAKE_AUTHORIZER_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "authz/authorizer.h"

namespace gatehouse::authz::internal {

// Returns the error `text`; OK if it is empty.
inline absl::Status ErrorOf(absl::string_view text) {
  return text.empty() ? absl::OkStatus() : absl::UnknownError(text);
}

// FakeAuthorizer answers with a fixed decision and counts how often it was
// asked. For one thread.
class FakeAuthorizer : public Authorizer {
 public:
  explicit FakeAuthorizer(Decision decision) : decision_(std::move(decision)) {}

  Decision Authorize(const Attributes& attributes) const override {
    ++calls_;
    return decision_;
  }
  Outcome Decide(const Attributes& attributes) const override {
    ++calls_;
    return decision_.outcome;
  }

  int calls() const { return calls_; }

 private:
  const Decision decision_;
  mutable int calls_ = 0;
};

}  // namespace gatehouse::authz::internal

#endif  // GATEHOUSE_AUTHZ_INTERNAL_FAKE_AUTHORIZER_H_
