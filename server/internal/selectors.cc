#include "server/internal/selectors.h"

#include <cstddef>
#include <cstdint>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "objects/names.h"

namespace gatehouse::server::internal {
namespace {

// Splits at commas that no backslash stands before.
std::vector<absl::string_view> SplitTerms(absl::string_view text) {
  std::vector<absl::string_view> terms;
  size_t begin = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == ',') {
      terms.push_back(text.substr(begin, i - begin));
      begin = i + 1;
    }
  }
  terms.push_back(text.substr(begin));
  return terms;
}

// Takes the backslashes out; nothing if one stands before something else, or
// an equals sign stands without.
absl::optional<std::string> Unescape(absl::string_view value) {
  std::string out;
  for (size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '=') return absl::nullopt;
    if (value[i] == '\\') {
      ++i;
      if (i == value.size() || !absl::StrContains("\\,=", value[i])) {
        return absl::nullopt;
      }
    }
    out.push_back(value[i]);
  }
  return out;
}

absl::optional<FieldTerm> ParseTerm(absl::string_view term) {
  for (size_t i = 0; i < term.size(); ++i) {
    const absl::string_view rest = term.substr(i);
    size_t width = 0;
    if (absl::StartsWith(rest, "!=") || absl::StartsWith(rest, "==")) {
      width = 2;
    } else if (rest[0] == '=') {
      width = 1;
    } else {
      continue;
    }
    absl::optional<std::string> value = Unescape(rest.substr(width));
    if (!value.has_value()) return absl::nullopt;
    return FieldTerm{std::string(term.substr(0, i)), *std::move(value),
                     rest[0] != '!'};
  }
  return absl::nullopt;
}

bool IsKey(absl::string_view text) {
  return objects::CheckQualifiedName(text).empty();
}
bool IsValue(absl::string_view text) {
  return objects::CheckLabelValue(text).empty();
}

// "(a, b)"
bool IsValueList(absl::string_view text) {
  if (!absl::ConsumePrefix(&text, "(") || !absl::ConsumeSuffix(&text, ")")) {
    return false;
  }
  const std::vector<absl::string_view> values = absl::StrSplit(text, ',');
  return absl::c_all_of(values, [](absl::string_view value) {
    return IsValue(absl::StripAsciiWhitespace(value));
  });
}

// Splits at commas outside of parentheses.
std::vector<absl::string_view> SplitRequirements(absl::string_view text) {
  std::vector<absl::string_view> parts;
  size_t begin = 0;
  bool inside = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '(') inside = true;
    if (text[i] == ')') inside = false;
    if (text[i] != ',' || inside) continue;
    parts.push_back(text.substr(begin, i - begin));
    begin = i + 1;
  }
  parts.push_back(text.substr(begin));
  return parts;
}

bool IsRequirement(absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  if (absl::ConsumePrefix(&text, "!")) {
    return IsKey(absl::StripAsciiWhitespace(text));
  }
  const size_t end = text.find_first_of("!=<> \t(");
  const absl::string_view key = text.substr(0, end);
  if (!IsKey(key)) return false;
  if (end == absl::string_view::npos) return true;
  absl::string_view rest = absl::StripLeadingAsciiWhitespace(text.substr(end));
  if (absl::ConsumePrefix(&rest, "notin") || absl::ConsumePrefix(&rest, "in")) {
    return IsValueList(absl::StripAsciiWhitespace(rest));
  }
  if (absl::ConsumePrefix(&rest, "<") || absl::ConsumePrefix(&rest, ">")) {
    int64_t bound = 0;
    return absl::SimpleAtoi(absl::StripAsciiWhitespace(rest), &bound);
  }
  return (absl::ConsumePrefix(&rest, "==") ||
          absl::ConsumePrefix(&rest, "!=") ||
          absl::ConsumePrefix(&rest, "=")) &&
         IsValue(absl::StripAsciiWhitespace(rest));
}

}  // namespace

absl::optional<std::vector<FieldTerm>> ParseFieldSelector(
    absl::string_view text) {
  std::vector<FieldTerm> terms;
  for (const absl::string_view part : SplitTerms(text)) {
    if (part.empty()) continue;
    absl::optional<FieldTerm> term = ParseTerm(part);
    if (!term.has_value()) return absl::nullopt;
    terms.push_back(*std::move(term));
  }
  return terms;
}

bool IsLabelSelector(absl::string_view text) {
  if (absl::StripAsciiWhitespace(text).empty()) return true;
  return absl::c_all_of(SplitRequirements(text), IsRequirement);
}

}  // namespace gatehouse::server::internal
