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

absl::Status WithPayload(const absl::Status& from, absl::Status to) {
  from.ForEachPayload([&](absl::string_view url, const absl::Cord& payload) {
    to.SetPayload(url, payload);
  });
  return to;
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

absl::Status InContext(absl::string_view context, const absl::Status& status) {
  return WithPayload(
      status,
      absl::Status(status.code(), absl::StrCat(context, status.message())));
}

absl::Status Rejected(absl::string_view context, const absl::Status& cause) {
  const absl::StatusCode code = IsOfTheMoment(cause.code())
                                    ? cause.code()
                                    : absl::StatusCode::kUnauthenticated;
  return WithPayload(
      cause, absl::Status(code, absl::StrCat(context, cause.message())));
}

}  // namespace gatehouse::authn::internal
