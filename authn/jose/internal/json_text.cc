#include "authn/jose/internal/json_text.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "authn/jose/internal/strict_json.h"
#include "authn/jose/jose_error.h"

namespace gatehouse::authn::internal {

void AppendJsonString(absl::string_view text, std::string* out) {
  out->push_back('"');
  for (const char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    if (byte < 0x20) {
      absl::StrAppend(out, "\\u00", absl::Hex(byte, absl::kZeroPad2));
    } else {
      if (c == '"' || c == '\\') out->push_back('\\');
      out->push_back(c);
    }
  }
  out->push_back('"');
}

void AppendMember(absl::string_view name, absl::string_view value,
                  std::string* out) {
  absl::StrAppend(out, out->empty() ? "{" : ",", "\"", name, "\":");
  AppendJsonString(value, out);
}

bool FinishObject(std::string* out) {
  out->push_back('}');
  std::string copy = *out;
  return ScanJsonObject(absl::MakeSpan(copy), JsonCeilings(),
                        [](absl::string_view, JsonKind, absl::string_view) {
                        }) == JoseError::kNone;
}

}  // namespace gatehouse::authn::internal
