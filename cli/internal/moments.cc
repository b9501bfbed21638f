#include "cli/internal/moments.h"

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/rfc3339.h"
#include "cli/internal/usage_error.h"

namespace gatehouse::cli {

namespace {

// Returns a duration as Go prints those of whole seconds: "8760h0m0s".
std::string GoDuration(absl::Duration duration) {
  const int64_t seconds = absl::ToInt64Seconds(duration);
  return absl::StrCat(seconds / 3600, "h", seconds / 60 % 60, "m", seconds % 60,
                      "s");
}

CLI::Option* AddDuration(CLI::App& app, const std::string& name,
                         const char* want, bool (*is_good)(absl::Duration),
                         absl::Duration* value,
                         const std::string& description) {
  const auto assign = [=](const std::string& text) {
    absl::Duration duration;
    if (!absl::ParseDuration(text, &duration) ||
        duration == absl::InfiniteDuration() || !is_good(duration)) {
      throw CLI::ValidationError(name, absl::StrCat(want, GotValue(text)));
    }
    *value = duration;
  };
  return app.add_option_function<std::string>(name, assign, description)
      ->type_name("DURATION");
}

}  // namespace

absl::StatusOr<absl::Time> ParseMoment(absl::string_view text,
                                       absl::string_view what) {
  const absl::optional<absl::Time> time = ParseRfc3339(text);
  if (time.has_value()) return *time;
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                   absl::StrCat(what,
                                ": want a time such as "
                                "2006-01-02T15:04:05Z (RFC 3339)",
                                GotValue(text)));
}

std::string FormatMoment(absl::Time time) {
  if (time == absl::InfiniteFuture() || time == absl::InfinitePast()) {
    return "never";
  }
  return absl::FormatTime("%E4Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

void AddDurationFlag(CLI::App& app, const std::string& name,
                     absl::Duration* value, const std::string& description) {
  AddDuration(
      app, name, "want a duration such as 24h or 90m",
      [](absl::Duration d) { return d > absl::ZeroDuration(); }, value,
      description)
      ->default_str(GoDuration(*value));
}

void AddDurationOrZeroFlag(CLI::App& app, const std::string& name,
                           absl::Duration* value,
                           const std::string& description) {
  AddDuration(
      app, name, "want a duration such as 24h or 90m, or 0",
      [](absl::Duration d) { return d >= absl::ZeroDuration(); }, value,
      description);
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
