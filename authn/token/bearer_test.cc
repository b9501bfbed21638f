#include "authn/token/bearer.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "authn/testing/fake_authenticator.h"
#include "authn/testing/test_client.h"
#include "base/errors.h"
#include "base/headers.h"
#include "gtest/gtest.h"
#include "pki/testing/certificate_builder.h"

namespace gatehouse::authn {
namespace {

using authn::testing::Describe;
using authn::testing::FakeTokens;
using authn::testing::Refusal;
using authn::testing::TestClient;
using authn::testing::TestNow;
using authn::testing::UserNamed;

constexpr char kWarning[] =
    "the provided Authorization header contains extra space before the bearer "
    "token, and is ignored";

struct BearerCase {
  const char* name;
  std::vector<std::string> values;
  absl::optional<std::string> token;  // That is asked about; nothing: none.
  bool warning = false;
};

class BearerTest : public ::testing::TestWithParam<BearerCase> {};

TEST_P(BearerTest, FindsTheToken) {
  const auto tokens = std::make_shared<FakeTokens>(UserNamed("jane"));
  Headers headers;
  headers.Add("Accept", "x");
  for (const std::string& value : GetParam().values) {
    headers.Add("authorization", value);
  }
  Notes notes;
  Request request;
  request.headers = &headers;
  request.notes = &notes;
  const Result result = BearerAuthenticator(tokens).Authenticate(request);
  const bool asked = GetParam().token.has_value();
  EXPECT_EQ(Describe(result), asked ? "jane  []" : "no credential");
  if (asked) {
    EXPECT_EQ(tokens->tokens(), std::vector<std::string>{*GetParam().token});
    EXPECT_FALSE(headers.Has("Authorization"));
  } else {
    EXPECT_TRUE(tokens->tokens().empty());
    EXPECT_EQ(headers.All("Authorization").size(), GetParam().values.size());
  }
  EXPECT_TRUE(headers.Has("Accept"));
  EXPECT_EQ(notes.warnings, GetParam().warning
                                ? std::vector<std::string>{kWarning}
                                : std::vector<std::string>());
}

INSTANTIATE_TEST_SUITE_P(
    All, BearerTest,
    ::testing::Values(
        BearerCase{"no_header", {}, {}}, BearerCase{"empty", {""}, {}},
        BearerCase{"only_spaces", {"   "}, {}},
        BearerCase{"scheme_alone", {"Bearer"}, {}},
        BearerCase{"no_token", {"Bearer "}, {}},
        BearerCase{"token", {"Bearer tok"}, "tok"},
        BearerCase{"lower_case", {"bearer tok"}, "tok"},
        BearerCase{"mixed_case", {"bEaReR tok"}, "tok"},
        BearerCase{"token_keeps_its_case", {"Bearer ToK"}, "ToK"},
        BearerCase{"other_scheme", {"Basic tok"}, {}},
        BearerCase{"shorter_scheme", {"Beare tok"}, {}},
        BearerCase{"longer_scheme", {"Bearers tok"}, {}},
        BearerCase{
            "scheme_behind_a_nul", {std::string("\0Bearer tok", 11)}, {}},
        BearerCase{"quoted_scheme", {"\"Bearer\" tok"}, {}},
        BearerCase{"colon", {"Bearer: tok"}, {}},
        BearerCase{"trimmed", {" \t Bearer tok \t\r\n"}, "tok"},
        BearerCase{"rest_is_nothing_to_it", {"Bearer tok a b"}, "tok"},
        BearerCase{"spaces_behind", {"Bearer tok   a"}, "tok"},
        BearerCase{"comma_is_part", {"Bearer a,b"}, "a,b"},
        BearerCase{"two_spaces", {"Bearer  tok"}, {}, true},
        BearerCase{"many_spaces", {"Bearer      tok"}, {}, true},
        BearerCase{"tab", {"Bearer\ttok"}, {}},
        BearerCase{"space_and_tab", {"Bearer \ttok"}, "\ttok"},
        BearerCase{"nul_within",
                   {std::string("Bearer to\0k", 11)},
                   std::string("to\0k", 4)},
        BearerCase{"not_utf8", {"Bearer \xff\xfe"}, "\xff\xfe"},
        BearerCase{"first_of_two", {"Bearer one", "Bearer two"}, "one"},
        BearerCase{"first_is_another_scheme", {"Basic x", "Bearer two"}, {}},
        BearerCase{"first_is_empty", {"", "Bearer two"}, {}},
        BearerCase{"as_long_as_may_be",
                   {absl::StrCat("Bearer ", std::string(kMaxTokenBytes, 'x'))},
                   std::string(kMaxTokenBytes, 'x')}),
    [](const auto& info) { return std::string(info.param.name); });

struct AnswerCase {
  Result answer;
  const char* want;
};

TEST(BearerAnswerTest, PassesOnWhatTokensSay) {
  const AnswerCase cases[] = {
      {Result(), "UnknownToken: invalid bearer token"},
      {Refusal(Reason::kExpired, "old"), "Expired: old"},
      {Refusal(Reason::kNone, "custom"), ": custom"},
      {UserNamed("jane", {"dev"}), "jane  [dev]"},
  };
  for (const AnswerCase& c : cases) {
    const auto tokens = std::make_shared<FakeTokens>(c.answer);
    Headers headers(std::vector<Headers::Field>{
        {"Authorization", "Bearer tok"}, {"Authorization", "Bearer other"}});
    Request request;
    request.headers = &headers;
    const Result result = BearerAuthenticator(tokens).Authenticate(request);
    EXPECT_EQ(Describe(result), c.want);
    EXPECT_EQ(headers.All("Authorization").size(),
              result.authenticated() ? 0u : 2u);
  }
}

TEST(BearerAnswerTest, LongerTokensAreNotAskedAbout) {
  const auto tokens = std::make_shared<FakeTokens>(UserNamed("jane"));
  Headers headers;
  headers.Add("Authorization",
              absl::StrCat("Bearer ", std::string(kMaxTokenBytes + 1, 'x')));
  Request request;
  request.headers = &headers;
  const Result result = BearerAuthenticator(tokens).Authenticate(request);
  EXPECT_EQ(Describe(result), "TooLarge: the token is longer than 65536 bytes");
  EXPECT_TRUE(tokens->tokens().empty());
  EXPECT_TRUE(headers.Has("Authorization"));
}

TEST(BearerAnswerTest, HandsOnWhatTheRequestSays) {
  const auto tokens = std::make_shared<FakeTokens>(UserNamed("jane"));
  const std::vector<std::string> audiences = {"api"};
  Headers headers;
  headers.Add("Authorization", "Bearer tok");
  Notes notes;
  Request request;
  request.headers = &headers;
  request.audiences = &audiences;
  request.notes = &notes;
  request.now = TestNow();
  BearerAuthenticator(tokens).Authenticate(request);
  EXPECT_EQ(tokens->context().now, TestNow());
  EXPECT_EQ(tokens->context().audiences, &audiences);
  EXPECT_EQ(tokens->context().notes, &notes);
}

TEST(BearerAnswerTest, NoHeadersAndNobodyWhoReadsNotes) {
  const auto tokens = std::make_shared<FakeTokens>(UserNamed("jane"));
  const BearerAuthenticator bearer(tokens);
  EXPECT_EQ(Describe(bearer.Authenticate(Request())), "no credential");
  Headers headers;
  headers.Add("Authorization", "Bearer  tok");
  Request request;
  request.headers = &headers;
  EXPECT_EQ(Describe(bearer.Authenticate(request)), "no credential");
}

TEST(BearerAnswerTest, BoundTokensAreTheHoldersAlone) {
  const TestClient jane(
      {pki::testing::Leaf("jane", pki::testing::TestCa("root"))});
  const TestClient joe(
      {pki::testing::Leaf("joe", pki::testing::TestCa("root"))});
  Authentication bound = UserNamed("jane");
  bound.certificate_thumbprint = jane.leaf().sha256();
  const BearerAuthenticator bearer(std::make_shared<FakeTokens>(bound));
  struct {
    Request request;
    const char* want;
  } const cases[] = {
      {jane.At(TestNow()), "jane  []"},
      {joe.At(TestNow()),
       "WrongHolder: the token is bound to another client certificate than the "
       "client's"},
      {Request(),
       "WrongHolder: the token is bound to a client certificate, and the "
       "client "
       "has shown none"},
  };
  for (const auto& c : cases) {
    Headers headers;
    headers.Add("Authorization", "Bearer tok");
    Request request = c.request;
    request.headers = &headers;
    const Result result = bearer.Authenticate(request);
    EXPECT_EQ(Describe(result), c.want);
    EXPECT_EQ(headers.Has("Authorization"), result.rejected());
  }
}

}  // namespace
}  // namespace gatehouse::authn
