#include "authn/internal/shown_text.h"

#include "absl/strings/str_cat.h"

namespace gatehouse::authn::internal {

std::string ShownText(absl::string_view text) {
  if (text.size() <= kMaxShownBytes) return std::string(text);
  size_t end = kMaxShownBytes;
  // Not within a character: its further bytes are 10xxxxxx, three at most.
  for (int i = 0; i < 3 && (static_cast<unsigned char>(text[end]) >> 6) == 2;
       ++i) {
    --end;
  }
  return absl::StrCat(text.substr(0, end), "...");
}

}  // namespace gatehouse::authn::internal
