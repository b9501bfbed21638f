// Text of the input as messages show it.
#ifndef GATEHOUSE_OBJECTS_INTERNAL_SHOWN_H_
#define GATEHOUSE_OBJECTS_INTERNAL_SHOWN_H_

#include <string>

#include "absl/strings/string_view.h"

namespace gatehouse::objects::internal {

// Returns `text` as it is if every character of it shows as itself, else in
// Go's quotes: no file name, tag or token can forge a line of a message or
// send escape codes to a terminal. For text that messages do not quote as a
// rule; what they do, goes through GoQuote.
std::string Shown(absl::string_view text);

// Returns a map key as field paths have it between brackets: as it is if it
// has the characters of a label's or an annotation's key and no others, else
// in Go's quotes.
std::string ShownKey(absl::string_view key);

}  // namespace gatehouse::objects::internal

#endif  // GATEHOUSE_OBJECTS_INTERNAL_SHOWN_H_
