#include "authz/internal/label_key.h"

#include <cstddef>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace gatehouse::authz::internal {
namespace {

constexpr size_t kMaxName = 63;
constexpr size_t kMaxSubdomain = 253;

constexpr char kNameText[] =
    "must consist of alphanumeric characters, '-', '_' or '.', and must start "
    "and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or "
    "'123-abc', regex used for validation is "
    "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

constexpr char kSubdomainText[] =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric "
    "characters, '-' or '.', and must start and end with an alphanumeric "
    "character (e.g. 'example.com', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

bool IsName(absl::string_view name) {
  const auto is_inner = [](char c) {
    return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.';
  };
  return !name.empty() && absl::ascii_isalnum(name.front()) &&
         absl::ascii_isalnum(name.back()) && absl::c_all_of(name, is_inner);
}

bool IsDnsLabel(absl::string_view label) {
  const auto is_lower_alnum = [](char c) {
    return absl::ascii_islower(c) || absl::ascii_isdigit(c);
  };
  return !label.empty() && is_lower_alnum(label.front()) &&
         is_lower_alnum(label.back()) && absl::c_all_of(label, [&](char c) {
           return is_lower_alnum(c) || c == '-';
         });
}

std::string TooLong(absl::string_view part, size_t max) {
  return absl::StrCat(part, "must be no more than ", max, " bytes");
}

void CheckPrefix(absl::string_view prefix, std::vector<std::string>* errors) {
  if (prefix.empty()) {
    errors->push_back("prefix part must be non-empty");
    return;
  }
  if (prefix.size() > kMaxSubdomain) {
    errors->push_back(TooLong("prefix part ", kMaxSubdomain));
  }
  const std::vector<absl::string_view> labels = absl::StrSplit(prefix, '.');
  if (!absl::c_all_of(labels, IsDnsLabel)) {
    errors->push_back(absl::StrCat("prefix part ", kSubdomainText));
  }
}

void CheckName(absl::string_view name, std::vector<std::string>* errors) {
  if (name.empty()) {
    errors->push_back("name part must be non-empty");
  } else if (name.size() > kMaxName) {
    errors->push_back(TooLong("name part ", kMaxName));
  }
  if (!IsName(name)) errors->push_back(absl::StrCat("name part ", kNameText));
}

}  // namespace

std::vector<std::string> LabelKeyErrors(absl::string_view key) {
  const std::vector<absl::string_view> parts = absl::StrSplit(key, '/');
  std::vector<std::string> errors;
  if (parts.size() > 2) {
    errors.push_back(
        absl::StrCat("a valid label key ", kNameText,
                     " with an optional DNS subdomain prefix and '/' (e.g. "
                     "'example.com/MyName')"));
    return errors;
  }
  if (parts.size() == 2) CheckPrefix(parts[0], &errors);
  CheckName(parts.back(), &errors);
  return errors;
}

bool IsLabelValue(absl::string_view value) {
  return value.empty() || (value.size() <= kMaxName && IsName(value));
}

}  // namespace gatehouse::authz::internal
