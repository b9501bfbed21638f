// Times as Kubernetes writes them.
#ifndef GATEHOUSE_BASE_RFC3339_H_
#define GATEHOUSE_BASE_RFC3339_H_

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"

namespace gatehouse {

// Returns the moment that `text` is by RFC 3339, "2026-11-22T18:00:00Z" with or
// without a fraction and an offset; nothing for anything else. absl::ParseTime
// also takes white space around it, "infinite-future" and years of any length.
absl::optional<absl::Time> ParseRfc3339(absl::string_view text);

}  // namespace gatehouse

#endif  // GATEHOUSE_BASE_RFC3339_H_
