// Times and durations as they are typed and printed.
#ifndef GATEHOUSE_CLI_INTERNAL_MOMENTS_H_
#define GATEHOUSE_CLI_INTERNAL_MOMENTS_H_

#include <string>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"

namespace gatehouse::cli {

// Parses RFC 3339, "2026-11-22T18:00:00Z", and nothing else. `what` names the
// input in errors (kInvalid), which show no long text: it may be a token.
absl::StatusOr<absl::Time> ParseMoment(absl::string_view text,
                                       absl::string_view what);

// Returns RFC 3339 in UTC, to the second; "never" for an infinite time.
std::string FormatMoment(absl::Time time);

// Adds a flag that takes a duration as Go writes it, "24h" or "1h30m": finite
// and longer than nothing. `value` keeps its default if the flag is not given.
void AddDurationFlag(CLI::App& app, const std::string& name,
                     absl::Duration* value, const std::string& description);

// The same, and nothing is good too: "0" or "0s", which is also what the flag
// means where it is not given.
void AddDurationOrZeroFlag(CLI::App& app, const std::string& name,
                           absl::Duration* value,
                           const std::string& description);

// Adds a flag that takes a moment in RFC 3339.
void AddMomentFlag(CLI::App& app, const std::string& name,
                   absl::optional<absl::Time>* value,
                   const std::string& description);

}  // namespace gatehouse::cli

#endif  // GATEHOUSE_CLI_INTERNAL_MOMENTS_H_
