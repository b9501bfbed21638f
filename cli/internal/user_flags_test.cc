#include "cli/internal/user_flags.h"

#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "gtest/gtest.h"

namespace gatehouse::cli {
namespace {

struct UserRow {
  const char* as;
  std::vector<std::string> groups;
  const char* want;
};

TEST(UserFromTest, Groups) {
  const UserRow rows[] = {
      {"jane", {}, "system:authenticated"},
      {"jane", {"dev"}, "dev,system:authenticated"},
      {"jane", {"dev", "dev"}, "dev,dev,system:authenticated"},
      {"jane", {"system:authenticated"}, "system:authenticated"},
      {"jane", {"system:unauthenticated"}, "system:unauthenticated"},
      {"jane", {"system:masters"}, "system:masters,system:authenticated"},
      {"system:anonymous", {}, "system:unauthenticated"},
      {"system:anonymous", {"a"}, "a,system:unauthenticated"},
      {"system:anonymous",
       {"system:unauthenticated"},
       "system:unauthenticated"},
      {"system:serviceaccount:dev:bot",
       {},
       "system:serviceaccounts,system:serviceaccounts:dev,"
       "system:authenticated"},
      {"system:serviceaccount:dev:bot", {"a"}, "a,system:authenticated"},
      // No names of service accounts.
      {"system:serviceaccount:dev", {}, "system:authenticated"},
      {"system:serviceaccount:dev:bot:x", {}, "system:authenticated"},
      {"system:serviceaccount::bot", {}, "system:authenticated"},
  };
  for (const UserRow& row : rows) {
    SCOPED_TRACE(row.as);
    const auto user = UserFrom(UserFlags{row.as, row.groups, "7"});
    ASSERT_TRUE(user.ok());
    EXPECT_EQ(user->name, row.as);
    EXPECT_EQ(user->uid, "7");
    EXPECT_EQ(absl::StrJoin(user->groups, ","), row.want);
    EXPECT_TRUE(user->extra.empty());
  }
}

TEST(UserFromTest, NobodyIsAnError) {
  EXPECT_FALSE(UserFrom(UserFlags{"", {}, ""}).ok());
  EXPECT_FALSE(UserFrom(UserFlags{"", {"system:masters"}, ""}).ok());
}

TEST(ToMessageTest, AllFields) {
  const k8s::UserInfo message = ToMessage(UserInfo{"a", "1", {"g", "h"}, {}});
  EXPECT_EQ(message.username(), "a");
  EXPECT_EQ(message.uid(), "1");
  EXPECT_EQ(absl::StrJoin(message.groups(), ","), "g,h");
  EXPECT_FALSE(ToMessage(UserInfo{"a", "", {}, {}}).has_uid());
}

}  // namespace
}  // namespace gatehouse::cli
