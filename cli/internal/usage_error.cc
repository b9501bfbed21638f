#include "cli/internal/usage_error.h"

#include <algorithm>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "authn/token/bootstrap_token.h"
#include "base/go_quote.h"
#include "cli/internal/arguments.h"

namespace gatehouse::cli {

namespace {

constexpr absl::string_view kGot = ", got ";
// Longer than any flag's here.
constexpr size_t kMaxFlagName = 64;

bool IsBelowToken(const CLI::App& app) {
  return app.get_name() == "token" ||
         (app.get_parent() != nullptr && IsBelowToken(*app.get_parent()));
}

// Returns the name of a flag, "--flag" or "-f"; "" for what is none, which may
// be anything.
std::string FlagName(absl::string_view argument) {
  if (argument.size() < 2 || argument[0] != '-') return "";
  if (argument[1] != '-') return std::string(argument.substr(0, 2));
  const absl::string_view name = argument.substr(0, argument.find('='));
  const bool is_name =
      name.size() <= kMaxFlagName && absl::c_all_of(name, [](unsigned char c) {
        return absl::ascii_islower(c) || c == '-';
      });
  return is_name ? std::string(name) : "";
}

std::string NotExpected(const std::vector<std::string>& arguments) {
  return absl::StrCat("The following argument",
                      arguments.size() > 1 ? "s were" : " was",
                      " not expected: ", absl::StrJoin(arguments, " "));
}

// What is surplus where a token may be among it.
std::string CountExtras(const CLI::App& selected,
                        const std::vector<std::string>& extras) {
  std::vector<std::string> flags;
  for (const std::string& extra : extras) {
    const std::string name = FlagName(extra);
    if (!name.empty()) flags.push_back(name);
  }
  const size_t others = extras.size() - flags.size();
  std::vector<std::string> texts;
  if (!flags.empty()) texts.push_back(NotExpected(flags));
  if (others > 0 && !selected.get_subcommands(nullptr).empty()) {
    texts.emplace_back("there is no such command");
  } else if (others > 0) {
    texts.push_back(
        absl::StrCat(others, " argument", others > 1 ? "s" : "", " too many"));
  }
  return absl::StrJoin(texts, "; ");
}

std::string ShowExtras(const std::vector<std::string>& extras) {
  std::vector<std::string> shown;
  for (const std::string& extra : extras) {
    std::string text = FlagName(extra);
    if (text.empty()) {
      text = MayBeToken(extra) ? absl::StrCat("(", extra.size(), " bytes)")
                               : extra;
    }
    shown.push_back(text);
  }
  return NotExpected(shown);
}

// Whether a text of the parser or of a check has a value that is not shown. The
// values that a flag takes, in braces, may be many.
bool HasLongValue(absl::string_view text) {
  for (const absl::string_view word : absl::StrSplit(text, ' ')) {
    if (word.size() > kMaxShownValue && word[0] != '{' &&
        FlagName(absl::StripSuffix(word, ":")).empty()) {
      return true;
    }
  }
  return false;
}

bool IsOfToken(unsigned char c) {
  return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.';
}

// Takes the value out of the texts of parser and checks: "NAME: want ..., got
// VALUE", "NAME: VALUE not in {A,B}", "Could not convert: NAME = VALUE".
std::string WithoutValue(absl::string_view text) {
  const size_t got = text.find(kGot);
  if (got != absl::string_view::npos) return std::string(text.substr(0, got));
  const absl::string_view name = text.substr(0, text.find(':'));
  const size_t choice = text.rfind(" not in {");
  if (choice != absl::string_view::npos) {
    return absl::StrCat(name, ": not one of ", text.substr(text.rfind('{')));
  }
  // What stands first, of the words that may be a flag's name, is one.
  for (const absl::string_view word : absl::StrSplit(text, ' ')) {
    const std::string flag = FlagName(absl::StripSuffix(word, ":"));
    if (!flag.empty()) {
      return absl::StrCat(flag, ": not a value that it takes");
    }
  }
  return "a flag has a value that it does not take";
}

}  // namespace

bool MayBeToken(absl::string_view text) {
  return text.size() > kMaxShownValue ||
         authn::ParseBootstrapToken(text).has_value();
}

std::string WithoutTokens(absl::string_view text) {
  // How "{" and a quote begin in base64url, and so every header.
  constexpr absl::string_view kStart = "eyJ";
  std::string shown;
  while (true) {
    const size_t start = std::min(text.find(kStart), text.size());
    const absl::string_view rest = text.substr(start);
    const size_t size = absl::c_find_if_not(rest, IsOfToken) - rest.begin();
    const absl::string_view word = rest.substr(0, size);
    absl::StrAppend(&shown, text.substr(0, start),
                    absl::c_count(word, '.') >= 2 ? "(a token)" : word);
    if (size == rest.size()) return shown;
    text = rest.substr(size);
  }
}

std::string GotValue(absl::string_view value) {
  if (MayBeToken(value)) return "";
  return absl::StrCat(kGot, GoQuote(value));
}

std::string UsageErrorText(const CLI::App& root, const CLI::App& selected,
                           const CLI::ParseError& error) {
  const bool may_be_token = IsBelowToken(selected);
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    std::vector<std::string> extras = root.remaining(/*recurse=*/true);
    for (std::string& extra : extras) extra = AsTyped(extra);
    return may_be_token ? CountExtras(selected, extras) : ShowExtras(extras);
  }
  const std::string text = AsTyped(error.what());
  const bool has_value =
      dynamic_cast<const CLI::ValidationError*>(&error) != nullptr ||
      dynamic_cast<const CLI::ConversionError*>(&error) != nullptr;
  return has_value && (may_be_token || HasLongValue(text)) ? WithoutValue(text)
                                                           : text;
}

}  // namespace gatehouse::cli
