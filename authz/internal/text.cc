#include "authz/internal/text.h"

#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/cord.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/types/optional.h"
#include "base/errors.h"

namespace gatehouse::authz::internal {
namespace {

// Under this key an aggregated error keeps the messages that it is made of,
// separated by NUL bytes.
constexpr char kPartsUrl[] = "gatehouse/aggregated";
constexpr char kSeparator = '\0';

// Returns the messages that `error` is made of. With a context before its text
// it is one, as wrapping makes one of it in Go.
std::vector<std::string> MessagesOf(const absl::Status& error) {
  const absl::optional<absl::Cord> parts = error.GetPayload(kPartsUrl);
  std::vector<std::string> messages;
  if (parts.has_value()) {
    messages = absl::StrSplit(std::string(*parts), kSeparator);
  }
  if (AggregateMessages(messages) == error.message()) return messages;
  return {std::string(error.message())};
}

void AppendMessages(const absl::Status& error, std::vector<std::string>* out) {
  std::vector<std::string> messages = MessagesOf(error);
  out->insert(out->end(), std::make_move_iterator(messages.begin()),
              std::make_move_iterator(messages.end()));
}

}  // namespace

absl::Status AggregateErrors(absl::Span<const absl::Status> errors) {
  std::vector<std::string> messages;
  const absl::Status* first = nullptr;
  for (const absl::Status& error : errors) {
    if (error.ok()) continue;
    if (first == nullptr) first = &error;
    AppendMessages(error, &messages);
  }
  if (first == nullptr) return absl::OkStatus();
  absl::Status all =
      MakeError(first->code(), ReasonOf(*first), AggregateMessages(messages));
  if (messages.size() > 1) {
    const std::string separator(1, kSeparator);
    all.SetPayload(kPartsUrl, absl::Cord(absl::StrJoin(messages, separator)));
  }
  return all;
}

}  // namespace gatehouse::authz::internal
