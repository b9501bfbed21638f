// Errors as Kubernetes' aggregated errors print them.
#ifndef GATEHOUSE_AUTHZ_INTERNAL_TEXT_H_
#define GATEHOUSE_AUTHZ_INTERNAL_TEXT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace gatehouse::authz::internal {

// Returns one error out of many, OK ones left out: the text is that of
// AggregateMessages over all of them, with errors that this function itself
// made taken apart again, as Kubernetes does; code and reason are the first
// error's. OK if there is none.
absl::Status AggregateErrors(absl::Span<const absl::Status> errors);

}  // namespace gatehouse::authz::internal

#endif  // GATEHOUSE_AUTHZ_INTERNAL_TEXT_H_
