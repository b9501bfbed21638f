#include "cli/internal/moments.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/go_quote.h"

namespace gatehouse::cli {

namespace {

// Abseil's parser also takes white space, "infinite-future" and years of any
// length.
bool LooksLikeRfc3339(absl::string_view text) {
  return text.size() >= 20 && absl::ascii_isdigit(text[0]) && text[4] == '-' &&
         text[10] == 'T' && !absl::ascii_isspace(text.back());
}

// Returns a duration as Go prints those of whole seconds: "8760h0m0s".
std::string GoDuration(absl::Duration duration) {
  const int64_t seconds = absl::ToInt64Seconds(duration);
  return absl::StrCat(seconds / 3600, "h", seconds / 60 % 60, "m", seconds % 60,
                      "s");
}

}  // namespace

absl::StatusOr<absl::Time> ParseMoment(absl::string_view text,
                                       absl::string_view what) {
  absl::Time time;
  std::string ignored;
  if (LooksLikeRfc3339(text) &&
      absl::ParseTime(absl::RFC3339_full, text, &time, &ignored)) {
    return time;
  }
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                   absl::StrCat(what,
                                ": want a time such as "
                                "2006-01-02T15:04:05Z (RFC 3339), got ",
                                GoQuote(text)));
}

std::string FormatMoment(absl::Time time) {
  if (time == absl::InfiniteFuture() || time == absl::InfinitePast()) {
    return "never";
  }
  return absl::FormatTime("%E4Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

void AddDurationFlag(CLI::App& app, const std::string& name,
                     absl::Duration* value, const std::string& description) {
  const auto assign = [value, name](const std::string& text) {
    absl::Duration duration;
    if (!absl::ParseDuration(text, &duration) ||
        duration == absl::InfiniteDuration() ||
        duration <= absl::ZeroDuration()) {
      throw CLI::ValidationError(
          name, absl::StrCat("want a duration such as 24h or 90m, got ",
                             GoQuote(text)));
    }
    *value = duration;
  };
  app.add_option_function<std::string>(name, assign, description)
      ->type_name("DURATION")
      ->default_str(GoDuration(*value));
}

void AddMomentFlag(CLI::App& app, const std::string& name,
                   absl::optional<absl::Time>* value,
                   const std::string& description) {
  const auto assign = [value, name](const std::string& text) {
    const absl::StatusOr<absl::Time> time = ParseMoment(text, name);
    if (!time.ok()) {
      throw CLI::ValidationError(std::string(time.status().message()));
    }
    *value = *time;
  };
  app.add_option_function<std::string>(name, assign, description)
      ->type_name("TIME");
}

}  // namespace gatehouse::cli
