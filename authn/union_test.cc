#include "authn/union.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/cord.h"
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

// What a member answers: "" is no credential, three words are rejections, and
// the rest are users.
Result Answer(const std::string& what) {
  if (what.empty()) return Result();
  if (what == "expired") return Refusal(Reason::kExpired, "too old");
  if (what == "unknown") return Refusal(Reason::kUnknownToken, "whose?");
  if (what == "expired again") return Refusal(Reason::kStale, "too old");
  return UserNamed(what);
}

struct UnionCase {
  std::vector<std::string> members;
  OnRejection on_rejection;
  const char* want;
  int calls;
};

constexpr auto kContinue = OnRejection::kContinue;
constexpr auto kStop = OnRejection::kStop;

const UnionCase kCases[] = {
    {{}, kContinue, "no credential", 0},
    {{}, kStop, "no credential", 0},
    {{""}, kContinue, "no credential", 1},
    {{"", ""}, kStop, "no credential", 2},
    {{"jane"}, kContinue, "jane  []", 1},
    {{"jane", "joe"}, kContinue, "jane  []", 1},
    {{"jane", "expired"}, kStop, "jane  []", 1},
    {{"", "joe", "jane"}, kContinue, "joe  []", 2},
    {{"expired", "joe"}, kContinue, "joe  []", 2},
    {{"expired", "joe"}, kStop, "Expired: too old", 1},
    {{"", "expired", "joe"}, kStop, "Expired: too old", 2},
    {{"expired"}, kContinue, "Expired: too old", 1},
    {{"", "expired", ""}, kContinue, "Expired: too old", 3},
    {{"expired", "unknown"}, kContinue, "Expired: [too old, whose?]", 2},
    {{"unknown", "", "expired"},
     kContinue,
     "UnknownToken: [whose?, too old]",
     3},
    {{"expired", "expired again"}, kContinue, "Expired: too old", 2},
    {{"expired", "unknown", "expired"},
     kContinue,
     "Expired: [too old, whose?]",
     3},
    {{"expired", "unknown"}, kStop, "Expired: too old", 1},
};

TEST(UnionTest, OfRequests) {
  for (const UnionCase& c : kCases) {
    std::vector<std::shared_ptr<const Authenticator>> members;
    std::vector<std::shared_ptr<FakeAuthenticator>> fakes;
    for (const std::string& member : c.members) {
      fakes.push_back(std::make_shared<FakeAuthenticator>(Answer(member)));
      members.push_back(fakes.back());
    }
    EXPECT_EQ(Describe(Union(members, c.on_rejection).Authenticate(Request())),
              c.want);
    int calls = 0;
    for (const auto& fake : fakes) calls += fake->calls();
    EXPECT_EQ(calls, c.calls) << c.want;
  }
}

TEST(UnionTest, OfTokens) {
  for (const UnionCase& c : kCases) {
    std::vector<std::shared_ptr<const TokenAuthenticator>> members;
    std::vector<std::shared_ptr<FakeTokens>> fakes;
    for (const std::string& member : c.members) {
      fakes.push_back(std::make_shared<FakeTokens>(Answer(member)));
      members.push_back(fakes.back());
    }
    TokenContext context;
    context.now = absl::FromUnixSeconds(7);
    EXPECT_EQ(Describe(TokenUnion(members, c.on_rejection)
                           .AuthenticateToken("tok", context)),
              c.want);
    int calls = 0;
    for (const auto& fake : fakes) {
      calls += static_cast<int>(fake->tokens().size());
      for (const std::string& token : fake->tokens()) EXPECT_EQ(token, "tok");
      if (!fake->tokens().empty()) {
        EXPECT_EQ(fake->context().now, context.now);
      }
    }
    EXPECT_EQ(calls, c.calls) << c.want;
  }
}

TEST(UnionTest, TheAnswerIsShared) {
  const Result answer = UserNamed("jane");
  const Union both({std::make_shared<FakeAuthenticator>(Result()),
                    std::make_shared<FakeAuthenticator>(answer)});
  EXPECT_EQ(both.Authenticate(Request()).shared_authentication(),
            answer.shared_authentication());
}

TEST(UnionTest, CodeAndPayloadsAreOfTheFirst) {
  absl::Status first(absl::StatusCode::kUnavailable, "down");
  first.SetPayload("more", absl::Cord("m"));
  const Union both(
      {std::make_shared<FakeAuthenticator>(first),
       std::make_shared<FakeAuthenticator>(Refusal(Reason::kExpired, "old"))});
  const absl::Status error = both.Authenticate(Request()).error();
  EXPECT_EQ(error.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(error.message(), "[down, old]");
  EXPECT_EQ(error.GetPayload("more"), absl::Cord("m"));
  EXPECT_EQ(ReasonOf(error), Reason::kNone);
}

}  // namespace
}  // namespace gatehouse::authn
