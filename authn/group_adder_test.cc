#include "authn/group_adder.h"

#include <memory>
#include <string>
#include <vector>

#include "authn/testing/fake_authenticator.h"
#include "authn/testing/test_client.h"
#include "base/errors.h"
#include "gtest/gtest.h"

namespace gatehouse::authn {
namespace {

using authn::testing::Describe;
using authn::testing::FakeAuthenticator;
using authn::testing::FakeTokens;
using authn::testing::Refusal;
using authn::testing::UserNamed;

Result Everything() {
  Authentication all = UserNamed("jane", {"dev"});
  all.user.uid = "7";
  all.user.extra["k"] = {"v", ""};
  all.audiences = std::vector<std::string>{"api"};
  all.authenticator = "test";
  all.credential_id = "TEST=1";
  all.not_after = absl::FromUnixSeconds(7);
  all.certificate_thumbprint.emplace();
  return all;
}

// All that must not change.
void ExpectSameButGroups(const Authentication& got) {
  const Authentication want = Everything().authentication();
  EXPECT_EQ(got.user.name, want.user.name);
  EXPECT_EQ(got.user.uid, want.user.uid);
  EXPECT_EQ(got.user.extra, want.user.extra);
  EXPECT_EQ(got.audiences, want.audiences);
  EXPECT_EQ(got.authenticator, want.authenticator);
  EXPECT_EQ(got.credential_id, want.credential_id);
  EXPECT_EQ(got.not_after, want.not_after);
  EXPECT_EQ(got.certificate_thumbprint, want.certificate_thumbprint);
}

struct GroupCase {
  Result answer;
  const char* want;
};

TEST(AuthenticatedGroupTest, IsAddedWhereItIsMissing) {
  const GroupCase cases[] = {
      {UserNamed("jane"), "jane  [system:authenticated]"},
      {UserNamed("jane", {"dev"}), "jane  [dev, system:authenticated]"},
      {UserNamed("jane", {"dev", "dev"}),
       "jane  [dev, dev, system:authenticated]"},
      {UserNamed(""), "  [system:authenticated]"},
      {UserNamed("jane", {"system:authenticated", "dev"}),
       "jane  [system:authenticated, dev]"},
      {UserNamed("jane", {"system:unauthenticated"}),
       "jane  [system:unauthenticated]"},
      {UserNamed("jane", {"System:Authenticated"}),
       "jane  [System:Authenticated, system:authenticated]"},
      {UserNamed("system:anonymous", {"dev"}), "system:anonymous  [dev]"},
      {UserNamed("system:anonymous"), "system:anonymous  []"},
      {Result(), "no credential"},
      {Refusal(Reason::kExpired, "old"), "Expired: old"},
  };
  for (const GroupCase& c : cases) {
    const auto fake = std::make_shared<FakeAuthenticator>(c.answer);
    EXPECT_EQ(Describe(AuthenticatedGroupAdder(fake).Authenticate(Request())),
              c.want);
    const auto tokens = std::make_shared<FakeTokens>(c.answer);
    EXPECT_EQ(Describe(TokenAuthenticatedGroupAdder(tokens).AuthenticateToken(
                  "tok", TokenContext())),
              c.want);
    EXPECT_EQ(fake->calls(), 1);
    EXPECT_EQ(tokens->tokens(), std::vector<std::string>{"tok"});
  }
}

TEST(AuthenticatedGroupTest, LeavesTheRestAndWhatIsShared) {
  const Result answer = Everything();
  const Result result = WithAuthenticatedGroup(answer);
  ExpectSameButGroups(result.authentication());
  EXPECT_EQ(Describe(answer), "jane 7 [dev]");
  // The second time there is nothing to do, and nothing is copied.
  EXPECT_EQ(WithAuthenticatedGroup(result).shared_authentication(),
            result.shared_authentication());
}

TEST(GroupAdderTest, AddsWhateverIsThere) {
  const std::vector<std::string> groups = {"dev", "ops"};
  const GroupCase cases[] = {
      {UserNamed("jane"), "jane  [dev, ops]"},
      {UserNamed("jane", {"dev"}), "jane  [dev, dev, ops]"},
      {UserNamed("system:anonymous"), "system:anonymous  [dev, ops]"},
      {Result(), "no credential"},
      {Refusal(Reason::kExpired, "old"), "Expired: old"},
  };
  for (const GroupCase& c : cases) {
    EXPECT_EQ(Describe(GroupAdder(std::make_shared<FakeAuthenticator>(c.answer),
                                  groups)
                           .Authenticate(Request())),
              c.want);
    EXPECT_EQ(
        Describe(TokenGroupAdder(std::make_shared<FakeTokens>(c.answer), groups)
                     .AuthenticateToken("tok", TokenContext())),
        c.want);
  }
}

TEST(GroupAdderTest, LeavesTheRestAndWhatIsShared) {
  const Result answer = Everything();
  ExpectSameButGroups(WithGroups(answer, {"ops"}).authentication());
  EXPECT_EQ(Describe(answer), "jane 7 [dev]");
  EXPECT_EQ(WithGroups(answer, {}).shared_authentication(),
            answer.shared_authentication());
}

}  // namespace
}  // namespace gatehouse::authn
