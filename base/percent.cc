#include "base/percent.h"

#include <cstddef>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"

namespace gatehouse {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

int HexValue(char c) {
  if (absl::ascii_isdigit(c)) return c - '0';
  return absl::ascii_tolower(c) - 'a' + 10;
}

bool IsEscape(absl::string_view text) {
  return text.size() >= 3 && absl::ascii_isxdigit(text[1]) &&
         absl::ascii_isxdigit(text[2]);
}

}  // namespace

absl::optional<std::string> PercentDecode(absl::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i]);
      continue;
    }
    if (!IsEscape(text.substr(i))) return absl::nullopt;
    out.push_back(
        static_cast<char>(HexValue(text[i + 1]) * 16 + HexValue(text[i + 2])));
    i += 2;
  }
  return out;
}

absl::optional<std::string> QueryDecode(absl::string_view text) {
  return PercentDecode(absl::StrReplaceAll(text, {{"+", " "}}));
}

std::string ExtraKeyFromHeader(absl::string_view suffix) {
  std::string key = absl::AsciiStrToLower(suffix);
  const absl::optional<std::string> decoded = PercentDecode(key);
  return decoded.has_value() ? *decoded : key;
}

std::string ExtraKeyToHeader(absl::string_view key) {
  std::string out;
  for (const char c : key) {
    if (absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-' ||
        c == '.' || c == '_' || c == '~') {
      out.push_back(c);
      continue;
    }
    const auto byte = static_cast<uint8_t>(c);
    out.push_back('%');
    out.push_back(kHexDigits[byte >> 4]);
    out.push_back(kHexDigits[byte & 15]);
  }
  return out;
}

}  // namespace gatehouse
