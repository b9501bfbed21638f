#include "base/go_quote.h"

#include <cstddef>
#include <cstdint>

#include "absl/strings/str_cat.h"

namespace gatehouse {
namespace {

struct Rune {
  uint32_t value = 0;
  size_t size = 1;
  bool valid = false;
};

// Decodes the first code point of `text`, which is not empty. Overlong forms,
// surrogates and values over U+10FFFF are not valid.
Rune DecodeRune(absl::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = byte(0);
  if (first < 0x80) return {first, 1, true};
  const size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < size) return {};
  uint32_t value = first & (0xff >> (size + 1));
  for (size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    value = value << 6 | (byte(i) & 0x3f);
  }
  const bool overlong =
      (size == 3 && value < 0x800) || (size == 4 && value < 0x10000);
  const bool surrogate = value >= 0xd800 && value <= 0xdfff;
  if (overlong || surrogate || value > 0x10ffff) return {};
  return {value, size, true};
}

struct Range {
  uint32_t first;
  uint32_t last;
};

// Code points beyond ASCII that do not show as themselves: controls, spaces
// other than U+0020, format characters, private use, noncharacters.
constexpr Range kInvisible[] = {
    {0x80, 0xa0},       {0xad, 0xad},       {0x600, 0x605},
    {0x61c, 0x61c},     {0x6dd, 0x6dd},     {0x70f, 0x70f},
    {0x890, 0x891},     {0x8e2, 0x8e2},     {0x1680, 0x1680},
    {0x180e, 0x180e},   {0x2000, 0x200f},   {0x2028, 0x202f},
    {0x205f, 0x206f},   {0x3000, 0x3000},   {0xe000, 0xf8ff},
    {0xfdd0, 0xfdef},   {0xfeff, 0xfeff},   {0xfff0, 0xfffb},
    {0xfffe, 0xffff},   {0x110bd, 0x110bd}, {0x110cd, 0x110cd},
    {0x13430, 0x1343f}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a},
    {0xe0000, 0xe00ff}, {0xe01f0, 0x10ffff}};

bool IsPrintable(uint32_t rune) {
  if (rune < 0x80) return rune >= 0x20 && rune != 0x7f;
  for (const Range& range : kInvisible) {
    if (rune >= range.first && rune <= range.last) return false;
  }
  return true;
}

// Appends the escape of an unprintable code point.
void AppendEscape(uint32_t rune, std::string& out) {
  constexpr absl::string_view kNamed = "abtnvfr";  // From 0x07 on.
  if (rune >= 0x07 && rune <= 0x0d) {
    absl::StrAppend(&out, "\\", kNamed.substr(rune - 0x07, 1));
  } else if (rune < 0x80) {
    absl::StrAppend(&out, "\\x", absl::Hex(rune, absl::kZeroPad2));
  } else if (rune < 0x10000) {
    absl::StrAppend(&out, "\\u", absl::Hex(rune, absl::kZeroPad4));
  } else {
    absl::StrAppend(&out, "\\U", absl::Hex(rune, absl::kZeroPad8));
  }
}

}  // namespace

std::string GoQuote(absl::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const Rune rune = DecodeRune(text);
    if (!rune.valid) {
      absl::StrAppend(
          &out, "\\x",
          absl::Hex(static_cast<uint8_t>(text[0]), absl::kZeroPad2));
    } else if (rune.value == '"' || rune.value == '\\') {
      absl::StrAppend(&out, "\\", text.substr(0, 1));
    } else if (IsPrintable(rune.value)) {
      absl::StrAppend(&out, text.substr(0, rune.size));
    } else {
      AppendEscape(rune.value, out);
    }
    text.remove_prefix(rune.size);
  }
  out += '"';
  return out;
}

}  // namespace gatehouse
