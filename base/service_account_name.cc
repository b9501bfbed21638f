#include "base/service_account_name.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/dns_name.h"
#include "base/user_info.h"

namespace gatehouse {

std::string ServiceAccountUsername(absl::string_view namespace_,
                                   absl::string_view name) {
  return absl::StrCat(kServiceAccountUserPrefix, namespace_, ":", name);
}

absl::optional<ServiceAccountName> ParseServiceAccountUsername(
    absl::string_view username) {
  if (!absl::ConsumePrefix(&username, kServiceAccountUserPrefix)) {
    return absl::nullopt;
  }
  const size_t colon = username.find(':');
  if (colon == absl::string_view::npos) return absl::nullopt;
  const absl::string_view namespace_ = username.substr(0, colon);
  // A second colon is no character of a DNS name.
  const absl::string_view name = username.substr(colon + 1);
  if (!IsDnsLabel(namespace_) || !IsDnsSubdomain(name)) return absl::nullopt;
  return ServiceAccountName{std::string(namespace_), std::string(name)};
}

std::vector<std::string> ServiceAccountGroups(absl::string_view namespace_) {
  // Not from a list in braces, of which the strings would be copied.
  std::vector<std::string> groups;
  groups.reserve(2);
  groups.emplace_back(kServiceAccountsGroup);
  groups.push_back(absl::StrCat(kServiceAccountsGroup, ":", namespace_));
  return groups;
}

}  // namespace gatehouse
