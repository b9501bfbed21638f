// Numbers and words as JSON and YAML 1.1 write them.
#ifndef GATEHOUSE_OBJECTS_INTERNAL_NUMBER_H_
#define GATEHOUSE_OBJECTS_INTERNAL_NUMBER_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "objects/node.h"

namespace gatehouse::objects::internal {

// Whether `text` is a number of RFC 8259, section 6.
bool IsJsonNumber(absl::string_view text);

// What a plain YAML scalar means.
struct PlainScalar {
  NodeKind kind = NodeKind::kString;
  // The number in JSON's form; "true" or "false"; else empty.
  std::string text;
};

// Returns the meaning of a plain scalar as sigs.k8s.io/yaml gives it; none if
// it is a number that JSON does not have.
absl::optional<PlainScalar> ResolvePlain(absl::string_view scalar);

// Whether a string must be quoted to stay one: it would be read here as
// something else, or is by other readers of YAML 1.1 (dates, base 60).
bool NeedsQuotes(absl::string_view text);

}  // namespace gatehouse::objects::internal

#endif  // GATEHOUSE_OBJECTS_INTERNAL_NUMBER_H_
