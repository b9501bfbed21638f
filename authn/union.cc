#include "authn/union.h"

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/cord.h"
#include "base/errors.h"

namespace gatehouse::authn {
namespace {

// Returns one error for several: the first, payloads included, with the texts
// of all.
absl::Status Aggregate(const std::vector<absl::Status>& errors) {
  std::vector<std::string> messages;
  for (const absl::Status& error : errors) {
    messages.emplace_back(error.message());
  }
  const absl::Status& first = errors.front();
  absl::Status all(first.code(), AggregateMessages(messages));
  first.ForEachPayload(
      [&all](absl::string_view type, const absl::Cord& payload) {
        all.SetPayload(type, payload);
      });
  return all;
}

// Asks each of `members` by `ask`, as Union says.
template <typename Members, typename Ask>
Result AskEach(const Members& members, OnRejection on_rejection,
               const Ask& ask) {
  std::vector<absl::Status> errors;
  for (const auto& member : members) {
    Result result = ask(*member);
    if (result.authenticated()) return result;
    if (!result.rejected()) continue;
    if (on_rejection == OnRejection::kStop) return result;
    errors.push_back(result.error());
  }
  if (errors.empty()) return Result();
  return Aggregate(errors);
}

}  // namespace

Union::Union(std::vector<std::shared_ptr<const Authenticator>> members,
             OnRejection on_rejection)
    : members_(std::move(members)), on_rejection_(on_rejection) {}

Result Union::Authenticate(const Request& request) const {
  return AskEach(members_, on_rejection_, [&](const Authenticator& member) {
    return member.Authenticate(request);
  });
}

TokenUnion::TokenUnion(
    std::vector<std::shared_ptr<const TokenAuthenticator>> members,
    OnRejection on_rejection)
    : members_(std::move(members)), on_rejection_(on_rejection) {}

Result TokenUnion::AuthenticateToken(absl::string_view token,
                                     const TokenContext& context) const {
  return AskEach(members_, on_rejection_,
                 [&](const TokenAuthenticator& member) {
                   return member.AuthenticateToken(token, context);
                 });
}

}  // namespace gatehouse::authn
