#include "authn/webhook/internal/conversion.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "base/extra_values.h"

namespace gatehouse::authn::internal {

k8s::UserInfo UserToMessage(const UserInfo& user) {
  k8s::UserInfo message;
  message.set_username(user.name);
  message.set_uid(user.uid);
  message.mutable_groups()->Assign(user.groups.begin(), user.groups.end());
  for (const auto& [key, values] : user.extra) {
    (*message.mutable_extra())[key].mutable_items()->Assign(values.begin(),
                                                            values.end());
  }
  return message;
}

UserInfo UserFromMessage(const k8s::UserInfo& message) {
  UserInfo user;
  user.name = message.username();
  user.uid = message.uid();
  user.groups.assign(message.groups().begin(), message.groups().end());
  std::vector<ExtraValues::value_type> extra;
  extra.reserve(message.extra().size());
  for (const auto& [key, values] : message.extra()) {
    extra.emplace_back(key, std::vector<std::string>(values.items().begin(),
                                                     values.items().end()));
  }
  user.extra = ExtraValues::FromUnordered(std::move(extra));
  return user;
}

std::vector<std::string> Intersection(const std::vector<std::string>& among,
                                      const std::vector<std::string>& of) {
  const std::set<std::string> members(among.begin(), among.end());
  std::vector<std::string> both;
  std::copy_if(
      of.begin(), of.end(), std::back_inserter(both),
      [&members](const std::string& one) { return members.count(one) > 0; });
  return both;
}

}  // namespace gatehouse::authn::internal
