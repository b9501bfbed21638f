#include "base/errors.h"

#include <cstddef>
#include <iterator>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/optional.h"

namespace gatehouse {
namespace {

constexpr char kPayloadUrl[] = "gatehouse/reason";

constexpr absl::string_view kNames[] = {
    "",
    "Malformed",
    "UnknownField",
    "Duplicate",
    "Invalid",
    "TooLarge",
    "NotFound",
    "Conflict",
    "Forbidden",
    "Expired",
    "Unsupported",
    "NotYetValid",
    "Revoked",
    "UnknownAuthority",
    "BadSignature",
    "IncompatibleUsage",
    "NotAuthorizedToSign",
    "NameNotPermitted",
    "UnhandledCritical",
    "WeakCryptography",
    "Stale",
    "NotAllowed",
    "UnknownToken",
    "WrongAudience",
    "WrongHolder",
    "ConnectionReset",
    "ServiceUnavailable",
};
static_assert(std::size(kNames) ==
                  static_cast<size_t>(Reason::kServiceUnavailable) + 1,
              "every Reason has a name");

}  // namespace

absl::string_view ReasonName(Reason reason) {
  return kNames[static_cast<int>(reason)];
}

absl::Status MakeError(absl::StatusCode code, Reason reason,
                       absl::string_view message) {
  absl::Status status(code, message);
  status.SetPayload(kPayloadUrl, absl::Cord(ReasonName(reason)));
  return status;
}

Reason ReasonOf(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(kPayloadUrl);
  if (!payload.has_value()) return Reason::kNone;
  const auto* it = absl::c_find(kNames, std::string(*payload));
  if (it == std::end(kNames)) return Reason::kNone;
  return static_cast<Reason>(it - std::begin(kNames));
}

absl::Status InContext(absl::string_view context, const absl::Status& status) {
  absl::Status copy(
      status.code(),
      absl::StrCat(context, context.empty() ? "" : ": ", status.message()));
  status.ForEachPayload([&](absl::string_view url, const absl::Cord& payload) {
    copy.SetPayload(url, absl::Cord(std::string(payload)));
  });
  return copy;
}

absl::Status Unshared(const absl::Status& status) {
  return InContext("", status);
}

std::string AggregateMessages(absl::Span<const std::string> messages) {
  std::vector<absl::string_view> unique;
  for (const std::string& message : messages) {
    if (!absl::c_linear_search(unique, message)) unique.push_back(message);
  }
  if (unique.empty()) return "";
  if (unique.size() == 1) return std::string(unique[0]);
  return absl::StrCat("[", absl::StrJoin(unique, ", "), "]");
}

}  // namespace gatehouse
