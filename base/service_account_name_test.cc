#include "base/service_account_name.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace gatehouse {
namespace {

TEST(ServiceAccountNameTest, Usernames) {
  struct Case {
    const char* username;
    const char* want;  // "namespace/name", or "" for none.
  };
  const Case kCases[] = {
      {"system:serviceaccount:dev:ci", "dev/ci"},
      {"system:serviceaccount:dev:a.b-c", "dev/a.b-c"},
      {"system:serviceaccount:a-1:0", "a-1/0"},
      {"", ""},
      {"jane", ""},
      {"system:serviceaccount", ""},
      {"system:serviceaccount:", ""},
      {"system:serviceaccount:dev", ""},
      {"system:serviceaccount:dev:", ""},
      {"system:serviceaccount::ci", ""},
      {"system:serviceaccount:dev:ci:x", ""},
      {"system:serviceaccount:dev:ci:", ""},
      {"system:serviceaccount:d.v:ci", ""},
      {"system:serviceaccount:DEV:ci", ""},
      {"system:serviceaccount:dev:CI", ""},
      {"System:serviceaccount:dev:ci", ""},
      {" system:serviceaccount:dev:ci", ""},
      {"system:serviceaccounts:dev:ci", ""},
  };
  for (const Case& c : kCases) {
    const auto parsed = ParseServiceAccountUsername(c.username);
    EXPECT_EQ(parsed.has_value()
                  ? absl::StrCat(parsed->namespace_, "/", parsed->name)
                  : "",
              c.want)
        << c.username;
    if (parsed.has_value()) {
      EXPECT_EQ(ServiceAccountUsername(parsed->namespace_, parsed->name),
                c.username);
    }
  }
}

TEST(ServiceAccountNameTest, Groups) {
  const std::vector<std::string> kWant = {"system:serviceaccounts",
                                          "system:serviceaccounts:dev"};
  EXPECT_EQ(ServiceAccountGroups("dev"), kWant);
}

}  // namespace
}  // namespace gatehouse
