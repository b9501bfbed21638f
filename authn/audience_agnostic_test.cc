#include "authn/audience_agnostic.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "authn/audiences.h"
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

using Texts = std::vector<std::string>;

struct IntersectCase {
  Texts had;
  Texts requested;
  Texts want;
};

TEST(AudiencesTest, IntersectInTheOrderOfTheSecond) {
  const IntersectCase cases[] = {
      {{}, {}, {}},
      {{"a"}, {}, {}},
      {{}, {"a"}, {}},
      {{"a", "b"}, {"b", "a"}, {"b", "a"}},
      {{"a"}, {"a", "b", "a"}, {"a", "a"}},
      {{"a", "a"}, {"a"}, {"a"}},
      {{"a"}, {"A"}, {}},
      {{""}, {""}, {""}},
      {{"https://a"}, {"https://a/"}, {}},
  };
  for (const IntersectCase& c : cases) {
    EXPECT_EQ(IntersectAudiences(c.had, c.requested), c.want);
  }
}

TEST(AudiencesTest, AreShownQuoted) {
  EXPECT_EQ(ShowAudiences({}), "[]");
  EXPECT_EQ(ShowAudiences(Texts{"a", "b\n"}), R"(["a" "b\n"])");
}

// Returns an answer in one line, with its audiences if it has any.
std::string DescribeAll(const Result& result) {
  const Audiences& audiences = result.authentication().audiences;
  return absl::StrCat(Describe(result),
                      audiences.has_value()
                          ? absl::StrCat(" ", ShowAudiences(*audiences))
                          : "");
}

struct AgnosticCase {
  Texts implicit;
  absl::optional<Texts> requested;
  Result answer;
  const char* want;
  int calls;
};

Result For(const Texts& audiences) {
  Authentication found = UserNamed("jane");
  found.audiences = audiences;
  return found;
}

TEST(AudienceAgnosticTest, LimitsToTheImplicitOnes) {
  const Result jane = UserNamed("jane", {"dev"});
  const Result bad = Refusal(Reason::kExpired, "old");
  const AgnosticCase cases[] = {
      {{"api"}, absl::nullopt, jane, "jane  [dev]", 1},
      {{}, absl::nullopt, jane, "jane  [dev]", 1},
      {{"api"}, absl::nullopt, bad, "Expired: old", 1},
      {{"api"}, Texts{"api"}, jane, R"(jane  [dev] ["api"])", 1},
      {{"api", "b"},
       Texts{"b", "x", "api"},
       jane,
       R"(jane  [dev] ["b" "api"])",
       1},
      {{"api"}, Texts{"api"}, Result(), "no credential", 1},
      {{"api"}, Texts{"api"}, bad, "Expired: old", 1},
      // Nothing in common: not even asked, so a bad token is no error.
      {{"api"}, Texts{"vault"}, jane, "no credential", 0},
      {{"api"}, Texts{"vault"}, bad, "no credential", 0},
      {{"api"}, Texts{"API"}, jane, "no credential", 0},
      {{"api"}, Texts{}, jane, "no credential", 0},
      {{}, Texts{}, jane, "no credential", 0},
      {{}, Texts{"api"}, jane, "no credential", 0},
      // Who names audiences itself is in the wrong place; an empty list is
      // none.
      {{"api"}, Texts{"api"}, For({}), R"(jane  [] ["api"])", 1},
      {{"api"},
       Texts{"api"},
       For({"api", "x"}),
       "Invalid: audience agnostic authenticator wrapped an authenticator that "
       R"(returned audiences: ["api" "x"])",
       1},
      {{"api"}, absl::nullopt, For({"x"}), R"(jane  [] ["x"])", 1},
  };
  for (const AgnosticCase& c : cases) {
    const Texts* requested = c.requested.has_value() ? &*c.requested : nullptr;
    Request request;
    request.audiences = requested;
    const auto fake = std::make_shared<FakeAuthenticator>(c.answer);
    EXPECT_EQ(
        DescribeAll(AudienceAgnostic(c.implicit, fake).Authenticate(request)),
        c.want);
    EXPECT_EQ(fake->calls(), c.calls) << c.want;
    TokenContext context;
    context.audiences = requested;
    const auto tokens = std::make_shared<FakeTokens>(c.answer);
    EXPECT_EQ(DescribeAll(TokenAudienceAgnostic(c.implicit, tokens)
                              .AuthenticateToken("tok", context)),
              c.want);
    EXPECT_EQ(tokens->tokens(), Texts(static_cast<size_t>(c.calls), "tok"));
  }
}

TEST(AudienceAgnosticTest, DoesNotChangeWhatIsShared) {
  const Result answer = UserNamed("jane");
  const Texts requested = {"api"};
  Request request;
  request.audiences = &requested;
  const AudienceAgnostic agnostic({"api"},
                                  std::make_shared<FakeAuthenticator>(answer));
  EXPECT_EQ(DescribeAll(agnostic.Authenticate(request)), R"(jane  [] ["api"])");
  EXPECT_EQ(DescribeAll(answer), "jane  []");
}

}  // namespace
}  // namespace gatehouse::authn
