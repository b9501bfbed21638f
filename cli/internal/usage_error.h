// What is wrong with a command line, without what nobody should see of it.
#ifndef GATEHOUSE_CLI_INTERNAL_USAGE_ERROR_H_
#define GATEHOUSE_CLI_INTERNAL_USAGE_ERROR_H_

#include <cstddef>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/string_view.h"

namespace gatehouse::cli {

// The longest value that an error shows. Durations, moments and misspelled
// words are shorter; JSON Web Tokens, pasted in their place, are longer.
inline constexpr size_t kMaxShownValue = 40;

// Returns whether an argument may be a token: it is longer than kMaxShownValue,
// or a bootstrap token, which is not.
bool MayBeToken(absl::string_view text);

// Returns ", got " and `value` in quotes; "" for one that may be a token.
std::string GotValue(absl::string_view value);

// Returns `text` with "(a token)" in the place of each JSON Web Token: for what
// is printed of errors, wherever they come from.
std::string WithoutTokens(absl::string_view text);

// Returns what `error`, which the parser threw, says in one line: that of
// `selected`, the innermost command that was named, of `root`.
//
// An argument may be a token in the wrong place, and errors end up in logs. So
// of a flag that there is not only the name is shown, never the value; of a
// surplus argument that is longer than kMaxShownValue or a bootstrap token,
// only its length; no value that is longer; and below `gatehouse token`, no
// value at all.
std::string UsageErrorText(const CLI::App& root, const CLI::App& selected,
                           const CLI::ParseError& error);

}  // namespace gatehouse::cli

#endif  // GATEHOUSE_CLI_INTERNAL_USAGE_ERROR_H_
