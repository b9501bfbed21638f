// Strings as JSON writes them.
#ifndef GATEHOUSE_AUTHN_JOSE_INTERNAL_JSON_TEXT_H_
#define GATEHOUSE_AUTHN_JOSE_INTERNAL_JSON_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"

namespace gatehouse::authn::internal {

// Appends `text` as a JSON string, in quotes; of what is no UTF-8 or has U+0000
// it makes what readers refuse.
void AppendJsonString(absl::string_view text, std::string* out);

// Appends `"name":"value"` to the JSON object being written in `*out`, with the
// comma or brace before it. Only `value` is escaped. It should be UTF-8 without
// U+0000: ScanJsonObject says so of the whole.
void AppendMember(absl::string_view name, absl::string_view value,
                  std::string* out);

// Closes the object. Returns false if ScanJsonObject would refuse it.
bool FinishObject(std::string* out);

}  // namespace gatehouse::authn::internal

#endif  // GATEHOUSE_AUTHN_JOSE_INTERNAL_JSON_TEXT_H_
