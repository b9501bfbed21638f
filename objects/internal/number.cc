#include "objects/internal/number.h"

#include <cmath>
#include <cstdint>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"

namespace gatehouse::objects::internal {
namespace {

// Takes the digits at the front of `*text`; returns how many.
size_t TakeDigits(absl::string_view* text) {
  size_t count = 0;
  while (count < text->size() && absl::ascii_isdigit((*text)[count])) ++count;
  text->remove_prefix(count);
  return count;
}

bool TakeAnyOf(absl::string_view* text, absl::string_view characters) {
  if (text->empty() || !absl::StrContains(characters, text->front())) {
    return false;
  }
  text->remove_prefix(1);
  return true;
}

// Takes an exponent if one is there; false if it is broken.
bool TakeExponent(absl::string_view* text) {
  if (!TakeAnyOf(text, "eE")) return true;
  TakeAnyOf(text, "+-");
  return TakeDigits(text) > 0;
}

// Whether `text` is a YAML 1.1 float in base 10; integers among them.
bool IsYamlFloat(absl::string_view text) {
  TakeAnyOf(&text, "+-");
  const size_t whole = TakeDigits(&text);
  const bool point = TakeAnyOf(&text, ".");
  const size_t fraction = point ? TakeDigits(&text) : 0;
  if (whole == 0 && fraction == 0) return false;
  return TakeExponent(&text) && text.empty();
}

const absl::flat_hash_map<absl::string_view, absl::string_view>& Words() {
  static const auto* const words =
      new absl::flat_hash_map<absl::string_view, absl::string_view>{
          {"", "null"},       {"~", "null"},      {"null", "null"},
          {"Null", "null"},   {"NULL", "null"},   {"true", "true"},
          {"True", "true"},   {"TRUE", "true"},   {"y", "true"},
          {"Y", "true"},      {"yes", "true"},    {"Yes", "true"},
          {"YES", "true"},    {"on", "true"},     {"On", "true"},
          {"ON", "true"},     {"false", "false"}, {"False", "false"},
          {"FALSE", "false"}, {"n", "false"},     {"N", "false"},
          {"no", "false"},    {"No", "false"},    {"NO", "false"},
          {"off", "false"},   {"Off", "false"},   {"OFF", "false"},
          {".nan", ""},       {".NaN", ""},       {".NAN", ""},
          {".inf", ""},       {".Inf", ""},       {".INF", ""},
          {"+.inf", ""},      {"+.Inf", ""},      {"+.INF", ""},
          {"-.inf", ""},      {"-.Inf", ""},      {"-.INF", ""},
      };
  return *words;
}

// Returns the value of digits in `base`; none if they are not all digits of
// it, or over 64 bits.
absl::optional<uint64_t> Digits(absl::string_view text, unsigned base) {
  if (text.empty()) return absl::nullopt;
  uint64_t value = 0;
  for (const char c : text) {
    unsigned digit = 99;
    if (absl::ascii_isdigit(c)) digit = c - '0';
    if (absl::ascii_isalpha(c)) digit = absl::ascii_tolower(c) - 'a' + 10;
    if (digit >= base || value > (UINT64_MAX - digit) / base) {
      return absl::nullopt;
    }
    value = value * base + digit;
  }
  return value;
}

// Returns an integer in Go's notation, in JSON's form.
absl::optional<std::string> Integer(absl::string_view text) {
  const bool negative = absl::ConsumePrefix(&text, "-");
  if (!negative) absl::ConsumePrefix(&text, "+");
  unsigned base = 10;
  if (absl::StartsWithIgnoreCase(text, "0x")) base = 16;
  if (absl::StartsWithIgnoreCase(text, "0b")) base = 2;
  if (absl::StartsWithIgnoreCase(text, "0o")) base = 8;
  if (base != 10) {
    text.remove_prefix(2);
  } else if (text.size() > 1 && text[0] == '0') {
    base = 8;
  }
  const absl::optional<uint64_t> value = Digits(text, base);
  constexpr uint64_t kLowest = uint64_t{1} << 63;
  if (!value || (negative && *value > kLowest)) return absl::nullopt;
  return absl::StrCat(negative && *value != 0 ? "-" : "", *value);
}

// Returns a float as Go's encoding/json writes it, or nearly.
absl::optional<std::string> Float(absl::string_view text) {
  double value = 0;
  // Abseil's parser, unlike Go's, takes no plus sign.
  absl::ConsumePrefix(&text, "+");
  if (!absl::SimpleAtod(text, &value) || !std::isfinite(value)) {
    return absl::nullopt;
  }
  if (std::fabs(value) < 1e15 && value == std::floor(value)) {
    return absl::StrCat(static_cast<int64_t>(value));
  }
  for (int digits = 15; digits < 17; ++digits) {
    const std::string shorter = absl::StrFormat("%.*g", digits, value);
    double back = 0;
    if (absl::SimpleAtod(shorter, &back) && back == value) return shorter;
  }
  return absl::StrFormat("%.17g", value);
}

bool StartsLikeDate(absl::string_view text) {
  return TakeDigits(&text) == 4 && TakeAnyOf(&text, "-");
}

// Whether YAML 1.1 takes `text` for a number in base 60, as in 1:30.
bool IsBase60(absl::string_view text) {
  TakeAnyOf(&text, "+-");
  if (TakeDigits(&text) == 0 || !absl::StartsWith(text, ":")) return false;
  return text.find_first_not_of("0123456789:._") == absl::string_view::npos;
}

}  // namespace

bool IsJsonNumber(absl::string_view text) {
  TakeAnyOf(&text, "-");
  if (!TakeAnyOf(&text, "0") && TakeDigits(&text) == 0) return false;
  if (TakeAnyOf(&text, ".") && TakeDigits(&text) == 0) return false;
  return TakeExponent(&text) && text.empty();
}

absl::optional<PlainScalar> ResolvePlain(absl::string_view scalar) {
  constexpr absl::string_view kFirst = "0123456789+-.yYnNtTfFoO~";
  if (!scalar.empty() && !absl::StrContains(kFirst, scalar.front())) {
    return PlainScalar{};
  }
  const auto word = Words().find(scalar);
  if (word != Words().end()) {
    if (word->second.empty()) return absl::nullopt;
    if (word->second == "null") return PlainScalar{NodeKind::kNull, ""};
    return PlainScalar{NodeKind::kBool, std::string(word->second)};
  }
  const bool number = absl::StrContains("0123456789+-.", scalar.front());
  if (!number || StartsLikeDate(scalar)) return PlainScalar{};
  // Underscores may group digits, though not after a leading point.
  const std::string plain = scalar.front() == '.'
                                ? std::string(scalar)
                                : absl::StrReplaceAll(scalar, {{"_", ""}});
  absl::optional<std::string> text = Integer(plain);
  if (text) return PlainScalar{NodeKind::kNumber, *std::move(text)};
  if (!IsYamlFloat(plain)) return PlainScalar{};
  text = Float(plain);
  if (!text) return PlainScalar{};
  return PlainScalar{NodeKind::kNumber, *std::move(text)};
}

bool NeedsQuotes(absl::string_view text) {
  if (text == "<<" || text == "=" || StartsLikeDate(text) || IsBase60(text)) {
    return true;
  }
  const absl::optional<PlainScalar> plain = ResolvePlain(text);
  return !plain || plain->kind != NodeKind::kString;
}

}  // namespace gatehouse::objects::internal
