#include "authn/config/internal/flag_values.h"

#include <cstdint>
#include <limits>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/go_quote.h"

namespace gatehouse::authn::internal {
namespace {

absl::Status Malformed(absl::string_view text) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kMalformed,
                   text);
}

bool IsDigit(char c) {
  return absl::ascii_isdigit(static_cast<unsigned char>(c));
}

// Takes digits from `*text`; returns them.
absl::string_view TakeDigits(absl::string_view* text) {
  size_t end = 0;
  while (end < text->size() && IsDigit((*text)[end])) ++end;
  const absl::string_view digits = text->substr(0, end);
  text->remove_prefix(end);
  return digits;
}

// Returns the nanoseconds of a unit; 0 for none.
int64_t UnitOf(absl::string_view name) {
  struct Unit {
    absl::string_view name;
    int64_t nanoseconds;
  };
  // The micro sign and the Greek letter.
  static constexpr Unit kUnits[] = {
      {"ns", 1},          {"us", 1000},         {"\u00b5s", 1000},
      {"\u03bcs", 1000},  {"ms", 1000000},      {"s", 1000000000},
      {"m", 60000000000}, {"h", 3600000000000},
  };
  for (const Unit& unit : kUnits) {
    if (unit.name == name) return unit.nanoseconds;
  }
  return 0;
}

// Returns the nanoseconds of "whole.fraction" units; false if they are too
// many. Fractions of nanoseconds are cut off, as in Go.
bool Multiply(absl::string_view whole, absl::string_view fraction, int64_t unit,
              absl::uint128* nanoseconds) {
  uint64_t count = 0;
  if (!whole.empty() && !absl::SimpleAtoi(whole, &count)) return false;
  *nanoseconds = absl::uint128(count) * static_cast<uint64_t>(unit);
  int64_t scale = unit;
  absl::uint128 numerator = 0;
  absl::uint128 denominator = 1;
  // More digits than the largest unit has cannot make a nanosecond.
  constexpr size_t kDigits = 18;
  for (const char c : fraction.substr(0, kDigits)) {
    numerator = numerator * 10 + static_cast<uint64_t>(c - '0');
    denominator *= 10;
  }
  *nanoseconds += numerator * static_cast<uint64_t>(scale) / denominator;
  return true;
}

// Takes one number with its unit from `*text`.
absl::Status TakePart(absl::string_view original, absl::string_view* text,
                      absl::uint128* nanoseconds) {
  const auto invalid = [original] {
    return Malformed(
        absl::StrCat("time: invalid duration ", GoQuote(original)));
  };
  const absl::string_view whole = TakeDigits(text);
  absl::string_view fraction;
  if (!text->empty() && text->front() == '.') {
    text->remove_prefix(1);
    fraction = TakeDigits(text);
  }
  if (whole.empty() && fraction.empty()) return invalid();
  size_t end = 0;
  while (end < text->size() && (*text)[end] != '.' && !IsDigit((*text)[end])) {
    ++end;
  }
  const absl::string_view name = text->substr(0, end);
  text->remove_prefix(end);
  if (name.empty()) {
    return Malformed(
        absl::StrCat("time: missing unit in duration ", GoQuote(original)));
  }
  const int64_t unit = UnitOf(name);
  if (unit == 0) {
    return Malformed(absl::StrCat("time: unknown unit ", GoQuote(name),
                                  " in duration ", GoQuote(original)));
  }
  return Multiply(whole, fraction, unit, nanoseconds) ? absl::OkStatus()
                                                      : invalid();
}

// Takes a quoted entry, whose first quote is gone, from `*text`.
absl::StatusOr<std::string> TakeQuoted(absl::string_view* text) {
  std::string entry;
  while (true) {
    const size_t quote = text->find('"');
    if (quote == absl::string_view::npos) {
      return Malformed("extraneous or missing \" in quoted-field");
    }
    absl::StrAppend(&entry, text->substr(0, quote));
    text->remove_prefix(quote + 1);
    if (text->empty() || text->front() == ',') return entry;
    if (text->front() != '"') {
      return Malformed("extraneous or missing \" in quoted-field");
    }
    entry.push_back('"');
    text->remove_prefix(1);
  }
}

absl::StatusOr<std::string> TakeEntry(absl::string_view* text) {
  if (!text->empty() && text->front() == '"') {
    text->remove_prefix(1);
    return TakeQuoted(text);
  }
  const absl::string_view entry = text->substr(0, text->find(','));
  if (entry.find('"') != absl::string_view::npos) {
    return Malformed("bare \" in non-quoted-field");
  }
  text->remove_prefix(entry.size());
  return std::string(entry);
}

}  // namespace

absl::StatusOr<bool> ParseGoBool(absl::string_view text) {
  for (const char* name : {"1", "t", "T", "true", "True", "TRUE"}) {
    if (text == name) return true;
  }
  for (const char* name : {"0", "f", "F", "false", "False", "FALSE"}) {
    if (text == name) return false;
  }
  return Malformed(absl::StrCat("strconv.ParseBool: parsing ", GoQuote(text),
                                ": invalid syntax"));
}

absl::StatusOr<absl::Duration> ParseGoDuration(absl::string_view text) {
  const absl::string_view original = text;
  const bool negative = !text.empty() && text.front() == '-';
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    text.remove_prefix(1);
  }
  if (text == "0") return absl::ZeroDuration();
  absl::uint128 total = 0;
  do {
    absl::uint128 part = 0;
    absl::Status status = TakePart(original, &text, &part);
    if (!status.ok()) return status;
    total += part;
    if (total > absl::uint128(std::numeric_limits<int64_t>::max())) {
      return Malformed(
          absl::StrCat("time: invalid duration ", GoQuote(original)));
    }
  } while (!text.empty());
  const absl::Duration value =
      absl::Nanoseconds(static_cast<int64_t>(absl::Uint128Low64(total)));
  return negative ? -value : value;
}

absl::StatusOr<std::vector<std::string>> ParseGoList(absl::string_view text) {
  std::vector<std::string> entries;
  if (text.empty()) return entries;
  if (text.find_first_of("\r\n") != absl::string_view::npos) {
    return Malformed("a line break in a list");
  }
  while (true) {
    absl::StatusOr<std::string> entry = TakeEntry(&text);
    if (!entry.ok()) return entry.status();
    entries.push_back(*std::move(entry));
    if (text.empty()) return entries;
    text.remove_prefix(1);
  }
}

absl::StatusOr<std::pair<std::string, std::string>> ParseGoPair(
    absl::string_view text) {
  const size_t equals = text.find('=');
  if (equals == absl::string_view::npos) {
    return Malformed("malformed pair, expect string=string");
  }
  return std::make_pair(
      std::string(absl::StripAsciiWhitespace(text.substr(0, equals))),
      std::string(absl::StripAsciiWhitespace(text.substr(equals + 1))));
}

}  // namespace gatehouse::authn::internal
