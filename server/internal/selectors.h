// The selectors in the query of a list: as much of them as says what is asked.
#ifndef GATEHOUSE_SERVER_INTERNAL_SELECTORS_H_
#define GATEHOUSE_SERVER_INTERNAL_SELECTORS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"

namespace gatehouse::server::internal {

// FieldTerm is "field=value" or "field!=value".
struct FieldTerm {
  std::string field;
  std::string value;
  bool equal = true;
};

// Parses a field selector: terms with "=", "==" or "!=", joined by commas, all
// of which must hold; empty ones are skipped. In values a backslash stands
// before a backslash, a comma or an equals sign. Nothing if it does not parse.
absl::optional<std::vector<FieldTerm>> ParseFieldSelector(
    absl::string_view text);

// Returns whether a label selector parses: requirements joined by commas, each
// "key", "!key", "key=v", "key==v", "key!=v", "key in (v, v)", "key notin (v)",
// "key<1" or "key>1".
bool IsLabelSelector(absl::string_view text);

}  // namespace gatehouse::server::internal

#endif  // GATEHOUSE_SERVER_INTERNAL_SELECTORS_H_
