// Text of strangers in errors.
#ifndef GATEHOUSE_AUTHN_INTERNAL_SHOWN_TEXT_H_
#define GATEHOUSE_AUTHN_INTERNAL_SHOWN_TEXT_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace gatehouse::authn::internal {

// The longest text of somebody else's that an error shows: errors are logged
// and remembered, and must not be what fills memory.
inline constexpr size_t kMaxShownBytes = 1024;

// Returns `text`; of one that is longer than kMaxShownBytes the beginning and
// "...". UTF-8 stays UTF-8.
std::string ShownText(absl::string_view text);

}  // namespace gatehouse::authn::internal

#endif  // GATEHOUSE_AUTHN_INTERNAL_SHOWN_TEXT_H_
