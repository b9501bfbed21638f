#include "authn/token/token_file.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "authn/testing/test_client.h"
#include "base/errors.h"
#include "gtest/gtest.h"

namespace gatehouse::authn {
namespace {

using authn::testing::Describe;

using Texts = std::vector<std::string>;

TokenFile Parse(absl::string_view contents) {
  absl::StatusOr<TokenFile> file = TokenFile::Parse(contents, "tokens.csv");
  EXPECT_TRUE(file.ok()) << file.status();
  return file.ok() ? *std::move(file) : *TokenFile::Parse("", "");
}

std::string Ask(const TokenFileAuthenticator& authenticator,
                absl::string_view token) {
  return Describe(authenticator.AuthenticateToken(token, TokenContext()));
}

struct RowCase {
  const char* name;
  std::string contents;
  std::string token;
  const char* want;
};

class TokenFileTest : public ::testing::TestWithParam<RowCase> {};

TEST_P(TokenFileTest, KnowsItsTokens) {
  EXPECT_EQ(
      Ask(TokenFileAuthenticator(Parse(GetParam().contents)), GetParam().token),
      GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    All, TokenFileTest,
    ::testing::Values(
        RowCase{"three_columns", "tok,jane,7\n", "tok", "jane 7 []"},
        RowCase{"one_group", "tok,jane,7,dev\n", "tok", "jane 7 [dev]"},
        RowCase{"groups", "tok,jane,7,\"dev,ops,dev\"\n", "tok",
                "jane 7 [dev, ops, dev]"},
        RowCase{"groups_are_not_trimmed", "tok,jane,7,\" a, b\"\n", "tok",
                "jane 7 [ a,  b]"},
        RowCase{"groups_that_were_not_quoted", "tok,jane,7,dev,ops\n", "tok",
                "jane 7 [dev]"},
        RowCase{"empty_groups_are_one", "tok,jane,7,\n", "tok", "jane 7 []"},
        RowCase{"further_columns", "tok,jane,7,dev,x,y,z\n", "tok",
                "jane 7 [dev]"},
        RowCase{"no_line_end", "tok,jane,7", "tok", "jane 7 []"},
        RowCase{"crlf", "tok,jane,7\r\n", "tok", "jane 7 []"},
        RowCase{"second_row", "a,b,c\n\ntok,jane,7\n", "tok", "jane 7 []"},
        RowCase{"last_of_a_token", "tok,a,1\ntok,b,2\n", "tok", "b 2 []"},
        RowCase{"empty_user", "tok,,7\n", "tok", " 7 []"},
        RowCase{"empty_uid", "tok,jane,\n", "tok", "jane  []"},
        RowCase{"comma_in_a_token", "\"a,b\",jane,7\n", "a,b", "jane 7 []"},
        RowCase{"line_break_in_a_token", "\"a\nb\",jane,7\n", "a\nb",
                "jane 7 []"},
        RowCase{"quote_in_a_token", "\"a\"\"b\",jane,7\n", "a\"b", "jane 7 []"},
        RowCase{"comment", "#tok,jane,7\n", "tok", "no credential"},
        RowCase{"unknown", "tok,jane,7\n", "to", "no credential"},
        RowCase{"longer", "tok,jane,7\n", "tokk", "no credential"},
        RowCase{"case", "tok,jane,7\n", "TOK", "no credential"},
        RowCase{"space", "tok,jane,7\n", "tok ", "no credential"},
        RowCase{"nul", "tok,jane,7\n", std::string("tok\0", 4),
                "no credential"},
        RowCase{"empty_token", ",jane,7\n", "", "no credential"},
        RowCase{"quoted_empty_token", "\"\",jane,7\n", "", "no credential"},
        RowCase{"empty_file", "", "", "no credential"},
        RowCase{"user_for_a_token", "tok,jane,7\n", "jane", "no credential"}),
    [](const auto& info) { return std::string(info.param.name); });

struct ErrorCase {
  const char* contents;
  Reason reason;
  const char* want;
};

TEST(TokenFileErrorTest, SaysWhereAndNeverWhat) {
  const ErrorCase cases[] = {
      {"SECRET\n", Reason::kInvalid,
       "t.csv:1:1: token file 't.csv' must have at least 3 columns (token, "
       "user "
       "name, user uid), found 1"},
      {"a,b,c\n\nSECRET,jane\n", Reason::kInvalid,
       "t.csv:3:1: token file 't.csv' must have at least 3 columns (token, "
       "user "
       "name, user uid), found 2"},
      {",\n", Reason::kInvalid,
       "t.csv:1:1: token file 't.csv' must have at least 3 columns (token, "
       "user "
       "name, user uid), found 2"},
      {"a,b,c\nSEC\"RET,b,c\n", Reason::kMalformed,
       "t.csv:2:4: a quote within a field that has none"},
      {"\"SECRET,b,c\n", Reason::kMalformed,
       "t.csv:1:1: a quote that is not closed"},
      {"\"SECRET\"x,b,c\n", Reason::kMalformed,
       "t.csv:1:9: something between a closing quote and a comma"},
  };
  for (const ErrorCase& c : cases) {
    const auto file = TokenFile::Parse(c.contents, "t.csv");
    ASSERT_FALSE(file.ok()) << c.contents;
    EXPECT_EQ(ReasonOf(file.status()), c.reason);
    EXPECT_EQ(file.status().message(), c.want);
    EXPECT_FALSE(absl::StrContains(file.status().message(), "SEC"));
  }
}

TEST(TokenFileWarningTest, SaysWhatIsPassedOver) {
  const TokenFile file = Parse(
      "tok,a,1\n"
      ",nobody,2\n"
      "other,b,3\n"
      "tok,c,4\n");
  EXPECT_EQ(file.size(), 2u);
  EXPECT_EQ(file.warnings(),
            (Texts{"tokens.csv:2:1: the token is empty; the row is skipped",
                   "tokens.csv:4:1: this token stands in the file before; only "
                   "this row counts"}));
  EXPECT_TRUE(Parse("tok,a,1\n").warnings().empty());
}

TEST(TokenFileWarningTest, AreBounded) {
  std::string contents;
  for (int i = 0; i < 1000; ++i) contents += ",a,1\n";
  EXPECT_EQ(Parse(contents).warnings().size(), 100u);
}

TEST(TokenFileAuthenticatorTest, SaysWhichRowItWas) {
  const TokenFileAuthenticator authenticator(
      Parse("t1,jane,7\nt2,joe,8\n,jane,7\nt3,jane,7\n"));
  const std::pair<const char*, const char*> cases[] = {
      {"t1", "STATIC=jane#1"}, {"t2", "STATIC=joe#1"}, {"t3", "STATIC=jane#3"}};
  for (const auto& [token, want] : cases) {
    const Authentication found =
        authenticator.AuthenticateToken(token, TokenContext()).authentication();
    EXPECT_EQ(found.credential_id, want);
    EXPECT_EQ(found.authenticator, "token-file");
    EXPECT_TRUE(found.user.extra.empty());
    EXPECT_FALSE(found.audiences.has_value());
    EXPECT_EQ(found.not_after, absl::InfiniteFuture());
  }
}

TEST(TokenFileAuthenticatorTest, TheIdStaysWhenOthersChange) {
  const auto id = [](const std::string& contents) {
    return TokenFileAuthenticator(Parse(contents))
        .AuthenticateToken("tok", TokenContext())
        .authentication()
        .credential_id;
  };
  const std::string want = id("tok,jane,7\n");
  EXPECT_EQ(id("x,joe,1\n\ny,joe,1\ntok,jane,7\n"), want);
  EXPECT_EQ(id("tok,jane,7\nx,jane,7\n"), want);
  EXPECT_NE(id("x,jane,7\ntok,jane,7\n"), want);
}

TEST(TokenFileAuthenticatorTest, UpdateReplacesAll) {
  TokenFileAuthenticator authenticator;
  EXPECT_EQ(authenticator.generation(), 0u);
  EXPECT_EQ(Ask(authenticator, "tok"), "no credential");
  authenticator.Update(Parse("tok,jane,7\n"));
  EXPECT_EQ(authenticator.generation(), 1u);
  EXPECT_EQ(Ask(authenticator, "tok"), "jane 7 []");
  const Result before = authenticator.AuthenticateToken("tok", TokenContext());
  authenticator.Update(Parse("new,jane,7\n"));
  EXPECT_EQ(authenticator.generation(), 2u);
  EXPECT_EQ(Ask(authenticator, "tok"), "no credential");
  EXPECT_EQ(Ask(authenticator, "new"), "jane 7 []");
  // What was handed out stays.
  EXPECT_EQ(Describe(before), "jane 7 []");
  EXPECT_EQ(TokenFileAuthenticator(Parse("")).generation(), 1u);
}

TEST(TokenFileAuthenticatorTest, AnEmptyColumnIsOneEmptyGroup) {
  const TokenFileAuthenticator authenticator(Parse("a,u,1\nb,u,1,\n"));
  const auto groups = [&](absl::string_view token) {
    return authenticator.AuthenticateToken(token, TokenContext())
        .authentication()
        .user.groups;
  };
  EXPECT_EQ(groups("a"), Texts());
  EXPECT_EQ(groups("b"), Texts{""});
}

TEST(TokenFileAuthenticatorTest, AnswersAreShared) {
  const TokenFileAuthenticator authenticator(Parse("tok,jane,7\n"));
  EXPECT_EQ(authenticator.AuthenticateToken("tok", TokenContext())
                .shared_authentication(),
            authenticator.AuthenticateToken("tok", TokenContext())
                .shared_authentication());
}

TEST(TokenFileAuthenticatorTest, TenThousandTokens) {
  std::string contents;
  for (int i = 0; i < 10000; ++i)
    absl::StrAppend(&contents, "t", i, ",u,", i, "\n");
  const TokenFileAuthenticator authenticator(Parse(contents));
  for (const int i : {0, 1, 4999, 9999}) {
    EXPECT_EQ(Ask(authenticator, absl::StrCat("t", i)),
              absl::StrCat("u ", i, " []"));
  }
  EXPECT_EQ(Ask(authenticator, "t10000"), "no credential");
}

}  // namespace
}  // namespace gatehouse::authn
