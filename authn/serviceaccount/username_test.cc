#include "authn/serviceaccount/username.h"

#include "gtest/gtest.h"

namespace gatehouse::authn {
namespace {

TEST(ServiceAccountUsernameTest, Matches) {
  const struct {
    const char* object_namespace;
    const char* name;
    const char* username;
    bool matches;
  } kCases[] = {
      {"ns", "sa", "system:serviceaccount:ns:sa", true},
      {"ns", "a.b", "system:serviceaccount:ns:a.b", true},
      {"ns", "sa", "", false},
      {"ns", "sa", "sa", false},
      {"ns", "sa", "system:serviceaccount:ns", false},
      {"ns", "sa", "system:serviceaccount:ns:", false},
      {"ns", "sa", "system:serviceaccount:ns:sab", false},
      {"ns", "sa", "system:serviceaccount:ns:sa:", false},
      {"ns", "sa", "system:serviceaccount:nsa:sa", false},
      {"ns", "sa", "SYSTEM:serviceaccount:ns:sa", false},
      {"", "sa", "system:serviceaccount::sa", false},
      {"ns", "", "system:serviceaccount:ns:", false},
      {"ns:", "sa", "system:serviceaccount:ns::sa", false},
      {"ns", ":sa", "system:serviceaccount:ns::sa", false},
      {"a:b", "c", "system:serviceaccount:a:b:c", false},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(
        MatchesServiceAccountUsername(c.object_namespace, c.name, c.username),
        c.matches)
        << c.object_namespace << " " << c.name << " " << c.username;
  }
}

}  // namespace
}  // namespace gatehouse::authn
