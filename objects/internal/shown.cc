#include "objects/internal/shown.h"

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "base/go_quote.h"

namespace gatehouse::objects::internal {
namespace {

bool IsPrintableAscii(absl::string_view text) {
  return absl::c_all_of(text, [](char c) {
    return absl::ascii_isprint(static_cast<unsigned char>(c));
  });
}

// Whether quoting escapes anything but the quotes and backslashes.
bool NeedsEscapes(absl::string_view text) {
  if (IsPrintableAscii(text)) return false;
  const std::string rest = absl::StrReplaceAll(text, {{"\"", ""}, {"\\", ""}});
  return GoQuote(rest).size() != rest.size() + 2;
}

bool IsKeyCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' ||
         c == '_' || c == '-' || c == '/';
}

}  // namespace

std::string Shown(absl::string_view text) {
  return NeedsEscapes(text) ? GoQuote(text) : std::string(text);
}

std::string ShownKey(absl::string_view key) {
  const bool plain = !key.empty() && absl::c_all_of(key, IsKeyCharacter);
  return plain ? std::string(key) : GoQuote(key);
}

}  // namespace gatehouse::objects::internal
