// The values of flags as Go's pflag reads them.
#ifndef GATEHOUSE_AUTHN_CONFIG_INTERNAL_FLAG_VALUES_H_
#define GATEHOUSE_AUTHN_CONFIG_INTERNAL_FLAG_VALUES_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace gatehouse::authn::internal {

// Each function returns the value, or an error kMalformed with Go's text, such
// as `strconv.ParseBool: parsing "yes": invalid syntax`.

// strconv.ParseBool: 1, t, T, true, True, TRUE and their opposites.
absl::StatusOr<bool> ParseGoBool(absl::string_view text);

// time.ParseDuration: "0", or numbers with a unit each, such as "1h2.5m".
// Within what 64 bits of nanoseconds hold.
absl::StatusOr<absl::Duration> ParseGoDuration(absl::string_view text);

// One line of CSV (RFC 4180): `a,"b,c"`. "" is no entry.
absl::StatusOr<std::vector<std::string>> ParseGoList(absl::string_view text);

// "key=value"; the key is what stands before the first "=". Both are trimmed.
absl::StatusOr<std::pair<std::string, std::string>> ParseGoPair(
    absl::string_view text);

}  // namespace gatehouse::authn::internal

#endif  // GATEHOUSE_AUTHN_CONFIG_INTERNAL_FLAG_VALUES_H_
