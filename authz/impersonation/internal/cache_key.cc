#include "authz/impersonation/internal/cache_key.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace gatehouse::authz::internal {
namespace {

void AddText(absl::string_view text, std::string& key) {
  absl::StrAppend(&key, text.size(), ":", text);
}

void AddTexts(const std::vector<std::string>& texts, std::string& key) {
  absl::StrAppend(&key, texts.size(), ";");
  for (const std::string& text : texts) AddText(text, key);
}

void AddUser(const UserInfo& user, std::string& key) {
  AddText(user.name, key);
  AddText(user.uid, key);
  AddTexts(user.groups, key);
  absl::StrAppend(&key, user.extra.size(), ";");
  for (const auto& [extra_key, values] : user.extra) {
    AddText(extra_key, key);
    AddTexts(values, key);
  }
}

}  // namespace

std::string UserKey(size_t mode, const UserInfo& requestor,
                    const UserInfo& wanted) {
  std::string key = absl::StrCat(mode, ";");
  AddUser(requestor, key);
  AddUser(wanted, key);
  return key;
}

std::string RequestKey(size_t mode, const UserInfo& requestor,
                       const UserInfo& wanted, const Attributes& request) {
  std::string key = UserKey(mode, requestor, wanted);
  absl::StrAppend(&key, request.resource_request ? "r" : "p");
  for (const absl::string_view part :
       {request.verb, request.namespace_, request.api_group,
        request.api_version, request.resource, request.subresource,
        request.name, request.path}) {
    AddText(part, key);
  }
  return key;
}

}  // namespace gatehouse::authz::internal
