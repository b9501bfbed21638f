#include "objects/names.h"

#include <cstddef>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/dns_name.h"

namespace gatehouse::objects {
namespace {

constexpr char kLabelText[] =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric "
    "characters or '-', and must start and end with an alphanumeric character "
    "(e.g. 'my-name',  or '123-abc', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
constexpr char kSubdomainText[] =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric "
    "characters, '-' or '.', and must start and end with an alphanumeric "
    "character (e.g. 'example.com', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
constexpr char kNameText[] =
    "must consist of alphanumeric characters, '-', '_' or '.', and must start "
    "and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or "
    "'123-abc', regex used for validation is "
    "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
constexpr char kLabelValueText[] =
    "a valid label must be an empty string or consist of alphanumeric "
    "characters, '-', '_' or '.', and must start and end with an alphanumeric "
    "character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for "
    "validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

std::string TooLongText(size_t max) {
  return absl::StrCat("must be no more than ", max, " bytes");
}

// ([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]
bool IsName(absl::string_view value) {
  return !value.empty() && absl::ascii_isalnum(value.front()) &&
         absl::ascii_isalnum(value.back()) && absl::c_all_of(value, [](char c) {
           return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.';
         });
}

}  // namespace

std::vector<std::string> CheckDnsLabel(absl::string_view value) {
  std::vector<std::string> out;
  if (value.size() > kMaxDnsLabel) out.push_back(TooLongText(kMaxDnsLabel));
  if (!HasDnsLabelForm(value)) out.push_back(kLabelText);
  return out;
}

std::vector<std::string> CheckDnsSubdomain(absl::string_view value) {
  std::vector<std::string> out;
  if (value.size() > kMaxDnsSubdomain)
    out.push_back(TooLongText(kMaxDnsSubdomain));
  if (!HasDnsSubdomainForm(value)) out.push_back(kSubdomainText);
  return out;
}

std::vector<std::string> CheckPathSegment(absl::string_view value) {
  if (value == "." || value == "..") {
    return {absl::StrCat("may not be '", value, "'")};
  }
  std::vector<std::string> out;
  for (const absl::string_view illegal : {"/", "%"}) {
    if (absl::StrContains(value, illegal)) {
      out.push_back(absl::StrCat("may not contain '", illegal, "'"));
    }
  }
  return out;
}

std::vector<std::string> CheckQualifiedName(absl::string_view value) {
  const std::vector<absl::string_view> parts = absl::StrSplit(value, '/');
  if (parts.size() > 2) {
    return {absl::StrCat("a qualified name ", kNameText,
                         " with an optional DNS subdomain prefix and '/' (e.g. "
                         "'example.com/MyName')")};
  }
  std::vector<std::string> out;
  if (parts.size() == 2 && parts[0].empty()) {
    out.push_back("prefix part must be non-empty");
  } else if (parts.size() == 2) {
    for (const std::string& text : CheckDnsSubdomain(parts[0])) {
      out.push_back(absl::StrCat("prefix part ", text));
    }
  }
  const absl::string_view name = parts.back();
  if (name.empty()) out.push_back("name part must be non-empty");
  if (name.size() > kMaxDnsLabel) {
    out.push_back(absl::StrCat("name part ", TooLongText(kMaxDnsLabel)));
  }
  if (!IsName(name)) out.push_back(absl::StrCat("name part ", kNameText));
  return out;
}

std::vector<std::string> CheckLabelValue(absl::string_view value) {
  std::vector<std::string> out;
  if (value.size() > kMaxDnsLabel) out.push_back(TooLongText(kMaxDnsLabel));
  if (!value.empty() && !IsName(value)) out.push_back(kLabelValueText);
  return out;
}

}  // namespace gatehouse::objects
