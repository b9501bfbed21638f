#include "authn/oidc/claim_checks.h"

#include <ostream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "authn/jose/claims.h"
#include "base/errors.h"
#include "gtest/gtest.h"

namespace gatehouse::authn {
namespace {

// "exp" of 1000 is good, to the second.
const absl::Time kNow = absl::FromUnixSeconds(1000);

struct CheckCase {
  const char* name;
  const char* claims;
  Reason reason = Reason::kNone;
  const char* error = "";
  std::vector<std::string> audiences = {"me"};
};

class CheckClaimsTest : public ::testing::TestWithParam<CheckCase> {};

TEST_P(CheckClaimsTest, AsKubernetes) {
  const CheckCase& test = GetParam();
  const auto claims = Claims::Parse(test.claims);
  ASSERT_TRUE(claims.ok()) << claims.status();
  const auto until = CheckClaims(*claims, "https://a", test.audiences, kNow);
  EXPECT_EQ(ReasonOf(until.status()), test.reason) << until.status();
  EXPECT_EQ(until.status().message(), test.error);
  if (until.ok()) {
    EXPECT_EQ(*until, kNow);
  } else {
    EXPECT_EQ(until.status().code(), absl::StatusCode::kUnauthenticated);
  }
}

#define GOOD R"("iss":"https://a","aud":"me","exp":1000)"
#define NO_SOURCE "oidc: source does not exist"
#define UNMARSHAL "oidc: failed to unmarshal claims: json: cannot unmarshal "

INSTANTIATE_TEST_SUITE_P(
    Times, CheckClaimsTest,
    ::testing::Values(
        CheckCase{"to_the_second", "{" GOOD "}"},
        CheckCase{"one_second_late",
                  R"({"iss":"https://a","aud":"me","exp":999})",
                  Reason::kExpired,
                  "oidc: token is expired (Token Expiry: 1970-01-01 00:16:39 "
                  "+0000 UTC)"},
        CheckCase{"fraction_cut_off",
                  R"({"iss":"https://a","aud":"me","exp":1000.9})"},
        CheckCase{"fraction_expired",
                  R"({"iss":"https://a","aud":"me","exp":999.9})",
                  Reason::kExpired,
                  "oidc: token is expired (Token Expiry: 1970-01-01 00:16:39 "
                  "+0000 UTC)"},
        CheckCase{"no_exp", R"({"iss":"https://a","aud":"me"})",
                  Reason::kExpired,
                  "oidc: token is expired (Token Expiry: 0001-01-01 00:00:00 "
                  "+0000 UTC)"},
        CheckCase{"null_exp", R"({"iss":"https://a","aud":"me","exp":null})",
                  Reason::kExpired,
                  "oidc: token is expired (Token Expiry: 0001-01-01 00:00:00 "
                  "+0000 UTC)"},
        CheckCase{"exp_string",
                  R"({"iss":"https://a","aud":"me","exp":"9999"})",
                  Reason::kMalformed,
                  UNMARSHAL "string into Go value of type oidc.jsonTime"},
        CheckCase{"exp_out_of_range",
                  R"({"iss":"https://a","aud":"me","exp":1e300})",
                  Reason::kMalformed,
                  UNMARSHAL "number into Go value of type oidc.jsonTime"},
        CheckCase{"nbf_now", "{" GOOD R"(,"nbf":1000})"},
        CheckCase{"nbf_in_a_minute", "{" GOOD R"(,"nbf":1060})"},
        CheckCase{"nbf_fraction_cut_off", "{" GOOD R"(,"nbf":1060.9})"},
        CheckCase{"nbf_in_more", "{" GOOD R"(,"nbf":1061})",
                  Reason::kNotYetValid,
                  "oidc: current time 1970-01-01 00:16:40 +0000 UTC before the "
                  "nbf (not before) time: 1970-01-01 00:17:41 +0000 UTC"},
        CheckCase{"nbf_null", "{" GOOD R"(,"nbf":null})"},
        CheckCase{"nbf_string", "{" GOOD R"(,"nbf":"1"})", Reason::kMalformed,
                  UNMARSHAL "string into Go value of type oidc.jsonTime"},
        CheckCase{"iat_is_not_looked_at", "{" GOOD R"(,"iat":99999})"}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Audiences, CheckClaimsTest,
    ::testing::Values(
        CheckCase{"list", R"({"iss":"https://a","aud":["x","me"],"exp":1000})"},
        CheckCase{"any_of_ours", "{" GOOD "}", Reason::kNone, "", {"b", "me"}},
        CheckCase{"other", R"({"iss":"https://a","aud":"you","exp":1000})",
                  Reason::kWrongAudience,
                  R"(oidc: expected audience "me" got ["you"])"},
        CheckCase{"others",
                  R"({"iss":"https://a","aud":["x","y"],"exp":1000})",
                  Reason::kWrongAudience,
                  R"(oidc: expected audience in ["b" "me"] got ["x" "y"])",
                  {"me", "b"}},
        CheckCase{"none", R"({"iss":"https://a","exp":1000})",
                  Reason::kWrongAudience,
                  R"(oidc: expected audience "me" got [])"},
        CheckCase{"null", R"({"iss":"https://a","aud":null,"exp":1000})",
                  Reason::kWrongAudience,
                  R"(oidc: expected audience "me" got [])"},
        CheckCase{"empty_list", R"({"iss":"https://a","aud":[],"exp":1000})",
                  Reason::kWrongAudience,
                  R"(oidc: expected audience "me" got [])"},
        CheckCase{"part", R"({"iss":"https://a","aud":"m","exp":1000})",
                  Reason::kWrongAudience,
                  R"(oidc: expected audience "me" got ["m"])"},
        CheckCase{"case", R"({"iss":"https://a","aud":"ME","exp":1000})",
                  Reason::kWrongAudience,
                  R"(oidc: expected audience "me" got ["ME"])"},
        CheckCase{
            "not_strings", R"({"iss":"https://a","aud":["me",1],"exp":1000})",
            Reason::kMalformed, UNMARSHAL "array into Go value of type string"},
        CheckCase{"number", R"({"iss":"https://a","aud":1,"exp":1000})",
                  Reason::kMalformed,
                  UNMARSHAL "number into Go value of type string"},
        CheckCase{"nobody_is_ours", "{" GOOD "}", Reason::kWrongAudience,
                  R"(oidc: expected audience in [] got ["me"])",
                  std::vector<std::string>{}}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Issuers, CheckClaimsTest,
    ::testing::Values(
        CheckCase{"other", R"({"iss":"https://b","aud":"me","exp":1000})",
                  Reason::kInvalid,
                  "oidc: id token issued by a different provider, expected "
                  "\"https://a\" got \"https://b\""},
        CheckCase{"slash", R"({"iss":"https://a/","aud":"me","exp":1000})",
                  Reason::kInvalid,
                  "oidc: id token issued by a different provider, expected "
                  "\"https://a\" got \"https://a/\""},
        CheckCase{"none", R"({"aud":"me","exp":1000})", Reason::kInvalid,
                  "oidc: id token issued by a different provider, expected "
                  "\"https://a\" got \"\""},
        CheckCase{"not_a_string",
                  R"({"iss":["https://a"],"aud":"me","exp":1000})",
                  Reason::kInvalid,
                  "oidc: id token issued by a different provider, expected "
                  "\"https://a\" got \"\""}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Sources, CheckClaimsTest,
    ::testing::Values(
        CheckCase{"there", "{" GOOD R"(,"_claim_names":{"g":"s"},)"
                           R"("_claim_sources":{"s":{}}})"},
        CheckCase{"no_names", "{" GOOD R"(,"_claim_names":{}})"},
        CheckCase{"null_names", "{" GOOD R"(,"_claim_names":null})"},
        CheckCase{"no_sources", "{" GOOD R"(,"_claim_names":{"g":"s"}})",
                  Reason::kInvalid, NO_SOURCE},
        CheckCase{"another_source",
                  "{" GOOD R"(,"_claim_names":{"g":"s"},)"
                  R"("_claim_sources":{"t":{}}})",
                  Reason::kInvalid, NO_SOURCE},
        CheckCase{"one_of_two_missing",
                  "{" GOOD R"(,"_claim_names":{"g":"s","h":"t"},)"
                  R"("_claim_sources":{"s":{}}})",
                  Reason::kInvalid, NO_SOURCE},
        CheckCase{"sources_no_object",
                  "{" GOOD R"(,"_claim_names":{"g":"s"},)"
                  R"("_claim_sources":"s"})",
                  Reason::kInvalid, NO_SOURCE},
        CheckCase{"empty_name",
                  "{" GOOD R"(,"_claim_names":{"g":""},)"
                  R"("_claim_sources":{"":{}}})",
                  Reason::kInvalid,
                  "oidc: failed to obtain source from claim name"},
        CheckCase{"name_no_string", "{" GOOD R"(,"_claim_names":{"g":1}})",
                  Reason::kMalformed,
                  UNMARSHAL "number into Go value of type string"},
        CheckCase{"names_no_object", "{" GOOD R"(,"_claim_names":["g"]})",
                  Reason::kMalformed,
                  UNMARSHAL "array into Go value of type map[string]string"}),
    [](const auto& info) { return info.param.name; });

// What is wrong first is what is said.
TEST(CheckClaimsOrderTest, SourcesIssuerAudienceExpiryNotBefore) {
  constexpr struct {
    const char* claims;
    Reason reason;
  } kCases[] = {
      {R"({"_claim_names":{"g":"s"}})", Reason::kInvalid},
      {R"({"iss":"https://b"})", Reason::kInvalid},
      {R"({"iss":"https://a","exp":1,"nbf":9999})", Reason::kWrongAudience},
      {R"({"iss":"https://a","aud":"me","exp":1,"nbf":9999})",
       Reason::kExpired},
      {R"({"iss":"https://a","aud":"me","exp":1000,"nbf":9999})",
       Reason::kNotYetValid},
  };
  for (const auto& test : kCases) {
    const auto claims = Claims::Parse(test.claims);
    ASSERT_TRUE(claims.ok());
    EXPECT_EQ(
        ReasonOf(CheckClaims(*claims, "https://a", {"me"}, kNow).status()),
        test.reason)
        << test.claims;
  }
}

TEST(NormalizedIssuerTest, GoogleHasTwoNames) {
  EXPECT_EQ(NormalizedIssuer("accounts.google.com"),
            "https://accounts.google.com");
  EXPECT_EQ(NormalizedIssuer("https://accounts.google.com"),
            "https://accounts.google.com");
  EXPECT_EQ(NormalizedIssuer("accounts.google.com/"), "accounts.google.com/");
  EXPECT_EQ(NormalizedIssuer("a"), "a");
  const auto claims =
      Claims::Parse(R"({"iss":"accounts.google.com","aud":"me","exp":1000})");
  ASSERT_TRUE(claims.ok());
  EXPECT_TRUE(
      CheckClaims(*claims, "https://accounts.google.com", {"me"}, kNow).ok());
}

TEST(CheckClaimsTextTest, AudiencesOfStrangersDoNotFillLogs) {
  const auto claims = Claims::Parse(R"({"iss":"https://a","aud":")" +
                                    std::string(60000, 'x') + "\"}");
  ASSERT_TRUE(claims.ok());
  const auto until = CheckClaims(*claims, "https://a", {"me"}, kNow);
  EXPECT_EQ(ReasonOf(until.status()), Reason::kWrongAudience);
  EXPECT_LT(until.status().message().size(), 1100u);
}

TEST(CheckClaimsTextTest, IssuersOfStrangersDoNotFillLogs) {
  const auto claims = Claims::Parse(
      absl::StrCat(R"({"iss":")", std::string(60000, 'x'), "\"}"));
  ASSERT_TRUE(claims.ok());
  const auto until = CheckClaims(*claims, "https://a", {"me"}, kNow);
  EXPECT_EQ(ReasonOf(until.status()), Reason::kInvalid);
  EXPECT_LT(until.status().message().size(), 1200u);
}

TEST(CheckClaimsNowTest, PartsOfSecondsCount) {
  const auto claims = Claims::Parse("{" GOOD "}");
  ASSERT_TRUE(claims.ok());
  EXPECT_FALSE(
      CheckClaims(*claims, "https://a", {"me"}, kNow + absl::Milliseconds(1))
          .ok());
}

// Names `count` claims, each with a source of its own.
std::string ManySources(int count) {
  std::string names;
  std::string sources;
  for (int i = 0; i < count; ++i) {
    const absl::string_view comma = i == 0 ? "" : ",";
    absl::StrAppend(&names, comma, "\"c", i, "\":\"s", i, "\"");
    absl::StrAppend(&sources, comma, "\"s", i, "\":{}");
  }
  return absl::StrCat("{" GOOD R"(,"_claim_names":{)", names,
                      R"(},"_claim_sources":{)", sources, "}}");
}

// Thousands of them took milliseconds of quadratic work for a token that nobody
// had signed.
TEST(CheckClaimsWorkTest, SourcesAreFew) {
  for (const int count : {64, 65, 2000}) {
    const auto claims = Claims::Parse(ManySources(count));
    ASSERT_TRUE(claims.ok()) << claims.status();
    const absl::Status status =
        CheckClaims(*claims, "https://a", {"me"}, kNow).status();
    EXPECT_EQ(ReasonOf(status), count > 64 ? Reason::kTooLarge : Reason::kNone)
        << status;
  }
}

}  // namespace
}  // namespace gatehouse::authn
