#include "authn/oidc/internal/cache_control.h"

#include <algorithm>
#include <cstdint>
#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace gatehouse::authn::internal {
namespace {

// Returns delta-seconds (RFC 9111 section 1.2.2): too many are very many.
absl::optional<absl::Duration> Seconds(absl::string_view text) {
  if (text.empty() ||
      !std::all_of(text.begin(), text.end(), absl::ascii_isdigit)) {
    return absl::nullopt;
  }
  int64_t seconds = 0;
  if (!absl::SimpleAtoi(text, &seconds)) {
    seconds = std::numeric_limits<int32_t>::max();
  }
  return absl::Seconds(seconds);
}

absl::optional<absl::Duration> MaxAgeOf(absl::string_view directive) {
  directive = absl::StripAsciiWhitespace(directive);
  const absl::string_view name = directive.substr(0, directive.find('='));
  if (absl::EqualsIgnoreCase(name, "no-store") ||
      absl::EqualsIgnoreCase(name, "no-cache")) {
    return absl::ZeroDuration();
  }
  if (!absl::EqualsIgnoreCase(name, "max-age") || name == directive) {
    return absl::nullopt;
  }
  absl::string_view value = directive.substr(name.size() + 1);
  // The quoted form should not be sent and should be understood.
  if (absl::ConsumePrefix(&value, "\"")) absl::ConsumeSuffix(&value, "\"");
  return Seconds(value);
}

}  // namespace

absl::optional<absl::Duration> MaxAge(const Headers& headers) {
  absl::optional<absl::Duration> max_age;
  for (const absl::string_view field : headers.All("Cache-Control")) {
    for (const absl::string_view directive : absl::StrSplit(field, ',')) {
      const absl::optional<absl::Duration> said = MaxAgeOf(directive);
      if (!said.has_value()) continue;
      max_age = max_age.has_value() ? std::min(*max_age, *said) : *said;
    }
  }
  if (!max_age.has_value()) return max_age;
  const absl::optional<absl::string_view> age = headers.First("Age");
  const auto spent = age.has_value() ? Seconds(*age) : absl::nullopt;
  return std::max(absl::ZeroDuration(),
                  *max_age - spent.value_or(absl::ZeroDuration()));
}

}  // namespace gatehouse::authn::internal
