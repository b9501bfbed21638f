// Quoting as Go's %q does it, which is how Kubernetes' messages quote.
#ifndef GATEHOUSE_BASE_GO_QUOTE_H_
#define GATEHOUSE_BASE_GO_QUOTE_H_

#include <string>

#include "absl/strings/string_view.h"

namespace gatehouse {

// Returns `text` in double quotes. Quotes and backslashes are escaped; control
// characters, invisible characters and bytes that are not UTF-8 are written as
// \n, \x00, \u00a0 or \U000e0001, so that no name can forge a line of a
// message. Code points that Unicode has not assigned stay as they are, where Go
// would escape them.
std::string GoQuote(absl::string_view text);

}  // namespace gatehouse

#endif  // GATEHOUSE_BASE_GO_QUOTE_H_
