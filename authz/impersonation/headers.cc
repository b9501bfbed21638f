#include "authz/impersonation/headers.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "base/percent.h"

namespace gatehouse::authz {
namespace {

constexpr absl::string_view kCommonPrefix = "Impersonate-";

absl::Status WithoutUser(const UserInfo& asked) {
  std::vector<std::string> names;
  if (!asked.groups.empty()) names.emplace_back(kImpersonateGroupHeader);
  if (!asked.extra.empty()) {
    names.push_back(absl::StrCat(kImpersonateExtraPrefix, "*"));
  }
  if (!asked.uid.empty()) names.emplace_back(kImpersonateUidHeader);
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kMalformed,
                   absl::StrCat("requested ", absl::StrJoin(names, ", "),
                                " without impersonating a user name; set ",
                                kImpersonateUserHeader));
}

}  // namespace

absl::StatusOr<absl::optional<UserInfo>> ParseImpersonation(
    const Headers& headers) {
  UserInfo asked;
  asked.name = std::string(headers.First(kImpersonateUserHeader).value_or(""));
  asked.uid = std::string(headers.First(kImpersonateUidHeader).value_or(""));
  size_t values = 0;
  for (const auto& [name, value] : headers.fields()) {
    if (absl::EqualsIgnoreCase(name, kImpersonateGroupHeader)) {
      asked.groups.push_back(value);
    } else if (absl::StartsWithIgnoreCase(name, kImpersonateExtraPrefix)) {
      const absl::string_view suffix =
          absl::string_view(name).substr(sizeof(kImpersonateExtraPrefix) - 1);
      asked.extra[ExtraKeyFromHeader(suffix)].push_back(value);
    } else {
      continue;
    }
    if (++values > kMaxImpersonatedValues) {
      return MakeError(
          absl::StatusCode::kInvalidArgument, Reason::kTooLarge,
          absl::StrCat("requested more than ", kMaxImpersonatedValues,
                       " groups and extra values to impersonate"));
    }
  }
  if (!asked.name.empty()) return absl::make_optional(std::move(asked));
  if (values == 0 && asked.uid.empty()) return absl::optional<UserInfo>();
  return WithoutUser(asked);
}

void StripImpersonation(Headers* headers) {
  headers->RemovePrefix(kCommonPrefix);
}

void AddImpersonation(const UserInfo& user, Headers* headers) {
  headers->Add(kImpersonateUserHeader, user.name);
  if (!user.uid.empty()) headers->Add(kImpersonateUidHeader, user.uid);
  for (const std::string& group : user.groups) {
    headers->Add(kImpersonateGroupHeader, group);
  }
  for (const auto& [key, values] : user.extra) {
    const std::string name =
        absl::StrCat(kImpersonateExtraPrefix, ExtraKeyToHeader(key));
    for (const std::string& value : values) headers->Add(name, value);
  }
}

}  // namespace gatehouse::authz
