#include "base/rfc3339.h"

#include <cstddef>
#include <string>

#include "absl/strings/ascii.h"

namespace gatehouse {

absl::optional<absl::Time> ParseRfc3339(absl::string_view text) {
  constexpr absl::string_view kShape = "0000-00-00T00:00:00";
  if (text.size() <= kShape.size()) return absl::nullopt;
  for (size_t i = 0; i < kShape.size(); ++i) {
    const bool digit = absl::ascii_isdigit(text[i]);
    if (kShape[i] == '0' ? !digit : text[i] != kShape[i]) return absl::nullopt;
  }
  const absl::string_view zone = text.substr(kShape.size());
  if (zone.find_first_not_of("0123456789.:+-Z") != absl::string_view::npos) {
    return absl::nullopt;
  }
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, text, &time, &error)) {
    return absl::nullopt;
  }
  return time;
}

}  // namespace gatehouse
