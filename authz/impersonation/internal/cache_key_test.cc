#include "authz/impersonation/internal/cache_key.h"

#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace gatehouse::authz::internal {
namespace {

// Users that a careless encoding would take for each other.
std::vector<UserInfo> Users() {
  return {
      {},
      {"a", "", {}, {}},
      {"", "a", {}, {}},
      {"", "", {"a"}, {}},
      {"", "", {}, {{"a", {}}}},
      {"", "", {}, {{"a", {""}}}},
      {"", "", {}, {{"", {"a"}}}},
      {"a", "b", {}, {}},
      {"ab", "", {}, {}},
      {"a1:b", "", {}, {}},
      {"", "", {"a", "b"}, {}},
      {"", "", {"b", "a"}, {}},
      {"", "", {"ab"}, {}},
      {"", "", {"a,b"}, {}},
      {"", "", {"", ""}, {}},
      {"", "", {""}, {}},
      {"", "", {"a1:b"}, {}},
      {"", "", {}, {{"a", {"b", "c"}}}},
      {"", "", {}, {{"a", {"b"}}, {"c", {}}}},
      {"", "", {}, {{"a", {}}, {"b", {"c"}}}},
      {"", "", {"a"}, {{"b", {}}}},
      {"1;1:a", "", {}, {}},
  };
}

TEST(CacheKeyTest, DifferentUsersHaveDifferentKeys) {
  std::set<std::string> keys;
  size_t questions = 0;
  for (const UserInfo& requestor : Users()) {
    for (const UserInfo& wanted : Users()) {
      for (const size_t mode : {size_t{0}, size_t{1}, size_t{10}}) {
        keys.insert(UserKey(mode, requestor, wanted));
        keys.insert(RequestKey(mode, requestor, wanted, Attributes()));
        questions += 2;
      }
    }
  }
  EXPECT_EQ(keys.size(), questions);
}

TEST(CacheKeyTest, EveryPartOfARequestCounts) {
  const std::vector<absl::string_view Attributes::*> kParts = {
      &Attributes::verb,      &Attributes::namespace_,
      &Attributes::api_group, &Attributes::api_version,
      &Attributes::resource,  &Attributes::subresource,
      &Attributes::name,      &Attributes::path};
  std::set<std::string> keys;
  size_t questions = 0;
  for (const bool resource_request : {true, false}) {
    for (const auto first : kParts) {
      for (const absl::string_view value : {"a", "b", "1:a", "a0:"}) {
        Attributes request;
        request.resource_request = resource_request;
        request.*first = value;
        keys.insert(RequestKey(1, {}, {}, request));
        ++questions;
      }
    }
    Attributes nothing;
    nothing.resource_request = resource_request;
    keys.insert(RequestKey(1, {}, {}, nothing));
    ++questions;
  }
  EXPECT_EQ(keys.size(), questions);
}

TEST(CacheKeyTest, EqualQuestionsHaveEqualKeys) {
  for (const UserInfo& user : Users()) {
    EXPECT_EQ(UserKey(2, user, {}), UserKey(2, UserInfo(user), {}));
  }
}

}  // namespace
}  // namespace gatehouse::authz::internal
