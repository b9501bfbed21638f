#include "authz/internal/text.h"

#include <cstdint>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/types/optional.h"
#include "base/errors.h"

namespace gatehouse::authz::internal {
namespace {

// Under this key an aggregated error keeps the messages that it is made of,
// separated by NUL bytes.
constexpr char kPartsUrl[] = "gatehouse/aggregated";
constexpr char kSeparator = '\0';

struct Rune {
  uint32_t code;
  size_t size;  // In bytes; 0 if `text` does not begin with valid UTF-8.
};

// Decodes the first character of `text`, which is not empty. Overlong forms,
// surrogates and what is beyond U+10FFFF are not valid.
Rune DecodeRune(absl::string_view text) {
  const unsigned char lead = text[0];
  if (lead < 0x80) return {lead, 1};
  const size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return {0, 0};
  uint32_t code = lead & (0xFF >> (size + 1));
  for (size_t i = 1; i < size; ++i) {
    const unsigned char next = text[i];
    if ((next & 0xC0) != 0x80) return {0, 0};
    code = code << 6 | (next & 0x3F);
  }
  constexpr uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (code < kSmallest[size] || code > 0x10FFFF) return {0, 0};
  if (code >= 0xD800 && code <= 0xDFFF) return {0, 0};
  return {code, size};
}

// Ranges above ASCII that Unicode calls control, format, space, separator or
// private use; Go prints none of them plainly.
constexpr uint32_t kUnprintable[][2] = {
    {0x80, 0xA0},        {0xAD, 0xAD},       {0x600, 0x605},
    {0x61C, 0x61C},      {0x6DD, 0x6DD},     {0x70F, 0x70F},
    {0x890, 0x891},      {0x8E2, 0x8E2},     {0x1680, 0x1680},
    {0x180E, 0x180E},    {0x2000, 0x200F},   {0x2028, 0x202F},
    {0x205F, 0x206F},    {0x3000, 0x3000},   {0xE000, 0xF8FF},
    {0xFEFF, 0xFEFF},    {0xFFF0, 0xFFFB},   {0xFFFE, 0xFFFF},
    {0x110BD, 0x110BD},  {0x110CD, 0x110CD}, {0x13430, 0x1343F},
    {0x1BCA0, 0x1BCA3},  {0x1D173, 0x1D17A}, {0xE0000, 0xE007F},
    {0xF0000, 0x10FFFF},
};

bool IsPrintable(uint32_t code) {
  if (code < 0x7F) return code >= 0x20;
  if (code == 0x7F) return false;
  for (const auto& range : kUnprintable) {
    if (code >= range[0] && code <= range[1]) return false;
  }
  return true;
}

// Appends an unprintable character as Go escapes it.
void AppendEscaped(uint32_t code, std::string* out) {
  constexpr absl::string_view kNamed = "\a\b\f\n\r\t\v";
  constexpr absl::string_view kLetters = "abfnrtv";
  const size_t named = code < 0x80 ? kNamed.find(static_cast<char>(code))
                                   : absl::string_view::npos;
  if (named != absl::string_view::npos) {
    absl::StrAppend(out, "\\", kLetters.substr(named, 1));
  } else if (code < 0x80) {
    absl::StrAppend(out, "\\x", absl::Hex(code, absl::kZeroPad2));
  } else if (code < 0x10000) {
    absl::StrAppend(out, "\\u", absl::Hex(code, absl::kZeroPad4));
  } else {
    absl::StrAppend(out, "\\U", absl::Hex(code, absl::kZeroPad8));
  }
}

// Appends a byte that is no UTF-8.
void AppendByte(unsigned char byte, std::string* out) {
  absl::StrAppend(out, "\\x", absl::Hex(byte, absl::kZeroPad2));
}

// Appends the messages that `error` is made of.
void AppendMessages(const absl::Status& error, std::vector<std::string>* out) {
  const absl::optional<absl::Cord> parts = error.GetPayload(kPartsUrl);
  if (!parts.has_value()) {
    out->emplace_back(error.message());
    return;
  }
  std::vector<std::string> messages =
      absl::StrSplit(std::string(*parts), kSeparator);
  out->insert(out->end(), std::make_move_iterator(messages.begin()),
              std::make_move_iterator(messages.end()));
}

}  // namespace

std::string Quote(absl::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const Rune rune = DecodeRune(text);
    if (rune.size == 0) {
      AppendByte(text[0], &out);
      text.remove_prefix(1);
      continue;
    }
    if (rune.code == '"' || rune.code == '\\') out.push_back('\\');
    if (IsPrintable(rune.code)) {
      absl::StrAppend(&out, text.substr(0, rune.size));
    } else {
      AppendEscaped(rune.code, &out);
    }
    text.remove_prefix(rune.size);
  }
  out.push_back('"');
  return out;
}

absl::Status AggregateErrors(absl::Span<const absl::Status> errors) {
  std::vector<std::string> messages;
  const absl::Status* first = nullptr;
  for (const absl::Status& error : errors) {
    if (error.ok()) continue;
    if (first == nullptr) first = &error;
    AppendMessages(error, &messages);
  }
  if (first == nullptr) return absl::OkStatus();
  absl::Status all =
      MakeError(first->code(), ReasonOf(*first), AggregateMessages(messages));
  if (messages.size() > 1) {
    const std::string separator(1, kSeparator);
    all.SetPayload(kPartsUrl, absl::Cord(absl::StrJoin(messages, separator)));
  }
  return all;
}

absl::Status PrefixError(absl::string_view prefix, const absl::Status& error) {
  if (error.ok()) return error;
  return MakeError(error.code(), ReasonOf(error),
                   absl::StrCat(prefix, ": ", error.message()));
}

}  // namespace gatehouse::authz::internal
