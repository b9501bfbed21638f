// Whom a credential is good for.
#ifndef GATEHOUSE_AUTHN_AUDIENCES_H_
#define GATEHOUSE_AUTHN_AUDIENCES_H_

#include <string>
#include <vector>

#include "absl/types/span.h"

namespace gatehouse::authn {

// Returns those of `requested` that are among `had`, in the order of
// `requested`, repetitions kept (Kubernetes behaviour). Compared byte by byte.
std::vector<std::string> IntersectAudiences(
    absl::Span<const std::string> had, absl::Span<const std::string> requested);

// Returns the audiences as Kubernetes' errors show them: ["a" "b"].
std::string ShowAudiences(absl::Span<const std::string> audiences);

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_AUDIENCES_H_
