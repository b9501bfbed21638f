#include "authn/oidc/internal/claim_errors.h"

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"

namespace gatehouse::authn::internal {
namespace {

// As Go's decoder calls them.
absl::string_view KindName(ClaimKind kind) {
  switch (kind) {
    case ClaimKind::kBool:
      return "bool";
    case ClaimKind::kNumber:
      return "number";
    case ClaimKind::kString:
      return "string";
    case ClaimKind::kList:
      return "array";
    case ClaimKind::kObject:
      return "object";
    case ClaimKind::kAbsent:
    case ClaimKind::kNull:
      break;
  }
  return "null";
}

// Whether the failure says nothing of the token.
bool IsOfTheMoment(absl::StatusCode code) {
  return code == absl::StatusCode::kUnavailable ||
         code == absl::StatusCode::kDeadlineExceeded ||
         code == absl::StatusCode::kResourceExhausted ||
         code == absl::StatusCode::kInternal;
}

}  // namespace

absl::Status ClaimError(Reason reason, absl::string_view message) {
  return MakeError(absl::StatusCode::kUnauthenticated, reason, message);
}

std::string CannotUnmarshal(const ClaimValue& value, absl::string_view type) {
  return absl::StrCat("json: cannot unmarshal ", KindName(value.kind()),
                      " into Go value of type ", type);
}

absl::Status Rejected(absl::string_view context, const absl::Status& cause) {
  const absl::Status in_context = InContext(context, cause);
  if (IsOfTheMoment(cause.code())) return in_context;
  absl::Status rejection(absl::StatusCode::kUnauthenticated,
                         in_context.message());
  cause.ForEachPayload([&](absl::string_view url, const absl::Cord& payload) {
    rejection.SetPayload(url, payload);
  });
  return rejection;
}

}  // namespace gatehouse::authn::internal
