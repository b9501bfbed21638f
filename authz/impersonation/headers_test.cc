#include "authz/impersonation/headers.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/errors.h"
#include "gtest/gtest.h"

namespace gatehouse::authz {
namespace {

std::string Dump(const UserInfo& user) {
  std::string text = absl::StrCat(user.name, "|", user.uid, "|",
                                  absl::StrJoin(user.groups, ","), "|");
  for (const auto& [key, values] : user.extra) {
    absl::StrAppend(&text, key, "=", absl::StrJoin(values, ","), ";");
  }
  return text;
}

// The user, "nobody", or "error <reason>: <text>".
std::string Parsed(const Headers& headers) {
  const auto user = ParseImpersonation(headers);
  if (!user.ok()) {
    return absl::StrCat("error ", ReasonName(ReasonOf(user.status())), ": ",
                        user.status().message());
  }
  return user->has_value() ? Dump(**user) : "nobody";
}

TEST(ImpersonationHeadersTest, WhatTheyAskFor) {
  struct Case {
    std::vector<Headers::Field> headers;
    const char* want;
  };
  const Case kCases[] = {
      {{}, "nobody"},
      {{{"Authorization", "Bearer x"}, {"Impersonate", "x"}}, "nobody"},
      {{{"Impersonate-Foo", "x"}}, "nobody"},
      {{{"Impersonate-User", ""}}, "nobody"},
      {{{"Impersonate-User", ""}, {"Impersonate-Uid", ""}}, "nobody"},
      {{{"Impersonate-User", "jane"}}, "jane|||"},
      {{{"impersonate-USER", "jane"}}, "jane|||"},
      // As it is: no trimming, no splitting.
      {{{"Impersonate-User", " a, b "}}, " a, b |||"},
      // The first counts, of user and uid.
      {{{"Impersonate-User", "a"}, {"Impersonate-User", "b"}}, "a|||"},
      {{{"Impersonate-User", ""}, {"Impersonate-User", "b"}}, "nobody"},
      {{{"Impersonate-User", "a"},
        {"Impersonate-Uid", "1"},
        {"Impersonate-Uid", "2"}},
       "a|1||"},
      {{{"Impersonate-User", "a"}, {"Impersonate-Uid", ""}}, "a|||"},
      // Groups, in order, with duplicates; an empty one is one.
      {{{"Impersonate-Group", "g2"},
        {"Impersonate-User", "a"},
        {"IMPERSONATE-GROUP", "g1"},
        {"Impersonate-Group", "g2"},
        {"Impersonate-Group", ""}},
       "a||g2,g1,g2,|"},
      // Extra.
      {{{"Impersonate-User", "a"},
        {"Impersonate-Extra-Scopes", "x"},
        {"impersonate-extra-scopes", "y"},
        {"Impersonate-Extra-dn", "cn=a,dc=b"}},
       "a|||dn=cn=a,dc=b;scopes=x,y;"},
      {{{"Impersonate-User", "a"}, {"Impersonate-Extra-Ex.com%2FKey", "x"}},
       "a|||ex.com/key=x;"},
      {{{"Impersonate-User", "a"}, {"Impersonate-Extra-A%42%zz", "x"}},
       "a|||a%42%zz=x;"},
      {{{"Impersonate-User", "a"}, {"Impersonate-Extra-A%42", "x"}},
       "a|||aB=x;"},
      {{{"Impersonate-User", "a"}, {"Impersonate-Extra-", "x"}}, "a|||=x;"},
      {{{"Impersonate-User", "a"}, {"Impersonate-Extra", "x"}}, "a|||"},
      // Without a user.
      {{{"Impersonate-Group", "g"}},
       "error Malformed: requested Impersonate-Group without impersonating a "
       "user name; set Impersonate-User"},
      {{{"Impersonate-Group", ""}},
       "error Malformed: requested Impersonate-Group without impersonating a "
       "user name; set Impersonate-User"},
      {{{"Impersonate-User", ""}, {"Impersonate-Uid", "1"}},
       "error Malformed: requested Impersonate-Uid without impersonating a "
       "user name; set Impersonate-User"},
      {{{"impersonate-extra-x", ""}, {"Impersonate-Group", "g"}},
       "error Malformed: requested Impersonate-Group, Impersonate-Extra-* "
       "without impersonating a user name; set Impersonate-User"},
  };
  for (const Case& c : kCases) EXPECT_EQ(Parsed(Headers(c.headers)), c.want);
}

TEST(ImpersonationHeadersTest, NoMoreThanTheCeiling) {
  Headers headers;
  headers.Add(kImpersonateUserHeader, "a");
  for (size_t i = 0; i < kMaxImpersonatedValues; ++i) {
    headers.Add(i % 2 == 0 ? "Impersonate-Group" : "Impersonate-Extra-k", "v");
  }
  EXPECT_TRUE(ParseImpersonation(headers).ok());
  headers.Add(kImpersonateGroupHeader, "one more");
  EXPECT_EQ(Parsed(headers),
            "error TooLarge: requested more than 1000 groups and extra values "
            "to impersonate");
}

TEST(ImpersonationHeadersTest, StripLeavesNothing) {
  Headers headers({{"Accept", "x"},
                   {"Impersonate-User", "a"},
                   {"impersonate-group", "b"},
                   {"IMPERSONATE-UID", "c"},
                   {"Impersonate-Extra-", "d"},
                   {"iMPERSONATE-eXTRA-k", "e"},
                   {"Impersonate-Invented-Tomorrow", "f"},
                   {"X-Impersonate-User", "g"},
                   {"Impersonate", "h"}});
  StripImpersonation(&headers);
  const std::vector<Headers::Field> kWant = {
      {"Accept", "x"}, {"X-Impersonate-User", "g"}, {"Impersonate", "h"}};
  EXPECT_EQ(headers.fields(), kWant);
}

TEST(ImpersonationHeadersTest, WhatIsAddedIsParsed) {
  const UserInfo kUsers[] = {
      {"jane", "", {}, {}},
      {"jane", "1", {"a", "", "a, b"}, {}},
      {"system:serviceaccount:a:b", "", {}, {{"", {""}}}},
      {"j", "", {}, {{"ex.com/Key %2f", {"x", "", "y=z"}}, {"\xff", {"v"}}}},
  };
  for (const UserInfo& user : kUsers) {
    Headers headers;
    AddImpersonation(user, &headers);
    EXPECT_EQ(Parsed(headers), Dump(user));
  }
}

}  // namespace
}  // namespace gatehouse::authz
