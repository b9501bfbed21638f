#include "authn/jose/jws.h"

#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "authn/jose/base64url.h"
#include "authn/jose/jose_error.h"
#include "base/errors.h"
#include "gtest/gtest.h"

namespace gatehouse::authn {
namespace {

using std::string_literals::operator""s;

// A token of that header; nobody signed it.
std::string Token(absl::string_view header, absl::string_view payload = "{}") {
  return absl::StrCat(Base64UrlEncode(header), ".", Base64UrlEncode(payload),
                      ".", Base64UrlEncode("signature"));
}

JoseError ErrorOf(absl::string_view token, const JwsLimits& limits = {}) {
  return JoseErrorOf(Jws::Parse(token, limits).status());
}

struct HeaderCase {
  std::string header;
  JoseError error;
};

class JwsHeaderTest : public testing::TestWithParam<HeaderCase> {};

TEST_P(JwsHeaderTest, Refused) {
  const std::string token = Token(GetParam().header);
  const auto jws = Jws::Parse(token);
  EXPECT_EQ(JoseErrorName(JoseErrorOf(jws.status())),
            JoseErrorName(GetParam().error))
      << jws.status();
}

INSTANTIATE_TEST_SUITE_P(
    Json, JwsHeaderTest,
    testing::Values(
        HeaderCase{"", JoseError::kNotJson},
        HeaderCase{"x", JoseError::kNotObject},
        HeaderCase{R"(["alg"])", JoseError::kNotObject},
        HeaderCase{R"({"alg":"RS256")", JoseError::kNotJson},
        HeaderCase{R"({"alg":"RS256",})", JoseError::kNotJson},
        HeaderCase{R"({"alg":"RS256"}{})", JoseError::kTrailingBytes},
        HeaderCase{R"({"alg":"RS256"} x)", JoseError::kTrailingBytes},
        HeaderCase{R"({"alg":"RS256","alg":"RS256"})",
                   JoseError::kDuplicateMember},
        HeaderCase{R"({"alg":"RS256","\u0061lg":"none"})",
                   JoseError::kDuplicateMember},
        HeaderCase{R"({"alg":"RS256","x":[{"a":1,"a":2}]})",
                   JoseError::kDuplicateMember},
        HeaderCase{"{\"alg\":\"RS256\",\"kid\":\"\xff\"}", JoseError::kNotUtf8},
        HeaderCase{R"({"alg":"RS256","kid":"a\u0000b"})",
                   JoseError::kNulCharacter},
        HeaderCase{"{\"alg\":\"RS256\",\"kid\":\"a\0b\"}"s,
                   JoseError::kNulCharacter},
        HeaderCase{R"({"alg":"RS256","x":[[[[[[[[]]]]]]]]})",
                   JoseError::kTooDeep}));

INSTANTIATE_TEST_SUITE_P(
    Members, JwsHeaderTest,
    testing::Values(
        HeaderCase{"{}", JoseError::kMissingAlgorithm},
        HeaderCase{R"({"typ":"JWT"})", JoseError::kMissingAlgorithm},
        HeaderCase{R"({"Alg":"RS256"})", JoseError::kMissingAlgorithm},
        HeaderCase{R"({"alg":"none"})", JoseError::kAlgorithmNone},
        HeaderCase{R"({"alg":"None"})", JoseError::kAlgorithmNone},
        HeaderCase{R"({"alg":"nOnE","kid":"k"})", JoseError::kAlgorithmNone},
        HeaderCase{R"({"alg":"\u006eone"})", JoseError::kAlgorithmNone},
        HeaderCase{R"({"alg":""})", JoseError::kUnsupportedAlgorithm},
        HeaderCase{R"({"alg":"rs256"})", JoseError::kUnsupportedAlgorithm},
        HeaderCase{R"({"alg":"RS256 "})", JoseError::kUnsupportedAlgorithm},
        HeaderCase{R"({"alg":"RS1"})", JoseError::kUnsupportedAlgorithm},
        HeaderCase{R"({"alg":"ES256K"})", JoseError::kUnsupportedAlgorithm},
        HeaderCase{R"({"alg":"RSA-OAEP"})", JoseError::kUnsupportedAlgorithm},
        HeaderCase{R"({"alg":256})", JoseError::kWrongType},
        HeaderCase{R"({"alg":null})", JoseError::kWrongType},
        HeaderCase{R"({"alg":["RS256"]})", JoseError::kWrongType},
        HeaderCase{R"({"alg":"RS256","kid":1})", JoseError::kWrongType},
        HeaderCase{R"({"alg":"RS256","kid":null})", JoseError::kWrongType},
        HeaderCase{R"({"alg":"RS256","typ":true})", JoseError::kWrongType},
        HeaderCase{R"({"alg":"RS256","cty":{}})", JoseError::kWrongType},
        HeaderCase{R"({"alg":"RS256","kid":""})", JoseError::kBadKeyId},
        HeaderCase{absl::StrCat(R"({"alg":"RS256","kid":")",
                                std::string(1025, 'k'), "\"}"),
                   JoseError::kBadKeyId},
        HeaderCase{R"({"alg":"RS256","crit":["exp"],"exp":1})",
                   JoseError::kUnknownCritical},
        HeaderCase{R"({"alg":"RS256","crit":[]})", JoseError::kUnknownCritical},
        HeaderCase{R"({"alg":"RS256","crit":"b64"})",
                   JoseError::kUnknownCritical},
        HeaderCase{R"({"alg":"RS256","crit":["b64"],"b64":false})",
                   JoseError::kUnknownCritical},
        HeaderCase{R"({"alg":"RS256","b64":false})",
                   JoseError::kUnencodedPayload},
        HeaderCase{R"({"alg":"RS256","b64":true})",
                   JoseError::kUnencodedPayload},
        HeaderCase{R"({"alg":"RS256","jku":"https://a/"})",
                   JoseError::kKeyUrlInHeader},
        HeaderCase{R"({"alg":"RS256","jwk":{"kty":"oct","k":""}})",
                   JoseError::kKeyInHeader},
        HeaderCase{R"({"alg":"RS256","jwk":null})", JoseError::kKeyInHeader},
        HeaderCase{R"({"alg":"RS256","x5u":"https://a/"})",
                   JoseError::kCertificateUrlInHeader},
        HeaderCase{R"({"alg":"RS256","x5c":[]})",
                   JoseError::kCertificateInHeader},
        HeaderCase{R"({"alg":"RS256","\u006aku":"https://a/"})",
                   JoseError::kKeyUrlInHeader},
        // Faults of the JSON come before what it says.
        HeaderCase{R"({"alg":"none","jku":"")", JoseError::kNotJson}));

TEST(JwsTest, Parses) {
  const std::string header =
      R"({"typ":"JWT","alg":"ES256","kid":"a\"\u00e9","cty":"x","x5t":"y"})";
  const std::string token = Token(header, "payload");
  auto jws = Jws::Parse(token);
  ASSERT_TRUE(jws.ok()) << jws.status();
  const Jws moved = *std::move(jws);
  EXPECT_EQ(moved.algorithm(), JwsAlgorithm::kEs256);
  EXPECT_EQ(moved.key_id(), "a\"\xc3\xa9");
  EXPECT_EQ(moved.type(), "JWT");
  EXPECT_EQ(moved.content_type(), "x");
  EXPECT_EQ(moved.unverified_payload(), "payload");
  EXPECT_EQ(moved.signature(), "signature");
  EXPECT_EQ(moved.signing_input(), token.substr(0, token.rfind('.')));
}

TEST(JwsTest, WhatIsAbsentIsEmpty) {
  const std::string token = Token(" { \"alg\" : \"PS512\" } ", "");
  const auto jws = Jws::Parse(token);
  ASSERT_TRUE(jws.ok()) << jws.status();
  EXPECT_FALSE(jws->key_id().has_value());
  EXPECT_EQ(jws->type(), "");
  EXPECT_EQ(jws->content_type(), "");
  EXPECT_EQ(jws->unverified_payload(), "");
}

struct FormCase {
  const char* token;
  JoseError error;
};

class JwsFormTest : public testing::TestWithParam<FormCase> {};

TEST_P(JwsFormTest, Refused) {
  EXPECT_EQ(JoseErrorName(ErrorOf(GetParam().token)),
            JoseErrorName(GetParam().error));
}

// {"alg":"RS256"}
#define HEADER "eyJhbGciOiJSUzI1NiJ9"

INSTANTIATE_TEST_SUITE_P(
    Form, JwsFormTest,
    testing::Values(
        FormCase{HEADER ".e30.c2ln", JoseError::kNone},
        FormCase{HEADER "..", JoseError::kNone},
        FormCase{"", JoseError::kNotCompact},
        FormCase{".", JoseError::kNotCompact},
        FormCase{"..", JoseError::kNotJson},
        FormCase{HEADER, JoseError::kNotCompact},
        FormCase{HEADER ".e30", JoseError::kNotCompact},
        FormCase{HEADER ".e30.c2ln.", JoseError::kNotCompact},
        FormCase{HEADER ".e30.c2ln.x.y", JoseError::kNotCompact},
        FormCase{R"({"payload":"e30","signatures":[]})",
                 JoseError::kNotCompact},
        FormCase{HEADER "=.e30.c2ln", JoseError::kBase64Padding},
        FormCase{HEADER ".e30=.c2ln", JoseError::kBase64Padding},
        FormCase{HEADER ".e30.c2lnbg==", JoseError::kBase64Padding},
        FormCase{HEADER ".e31.c2ln", JoseError::kBase64NotCanonical},
        FormCase{HEADER ".e30.c2lnbh", JoseError::kBase64NotCanonical},
        FormCase{HEADER ".e3.c2ln", JoseError::kBase64NotCanonical},
        FormCase{HEADER ". e30.c2ln", JoseError::kBase64Malformed},
        FormCase{HEADER ".e30.c2ln\n", JoseError::kBase64Malformed},
        FormCase{"\t" HEADER ".e30.c2ln", JoseError::kBase64Malformed},
        FormCase{HEADER ".e30.c2+n", JoseError::kBase64Malformed},
        FormCase{HEADER ".e30?.c2ln", JoseError::kBase64Malformed},
        FormCase{HEADER ".e.c2ln", JoseError::kBase64Malformed}));

TEST(JwsTest, SizesHaveCeilings) {
  JwsLimits limits;
  const std::string token = HEADER ".e30.c2ln";
  limits.max_token_bytes = token.size();
  EXPECT_EQ(ErrorOf(token, limits), JoseError::kNone);
  limits.max_token_bytes = token.size() - 1;
  EXPECT_EQ(ErrorOf(token, limits), JoseError::kTokenTooLarge);
  limits = JwsLimits();
  limits.max_header_bytes = 14;
  EXPECT_EQ(ErrorOf(token, limits), JoseError::kTokenTooLarge);
  limits = JwsLimits();
  limits.max_header_members = 1;
  EXPECT_EQ(ErrorOf(Token(R"({"alg":"RS256","a":1})"), limits),
            JoseError::kTooManyMembers);
  EXPECT_EQ(ErrorOf(std::string(64 << 10, '.')), JoseError::kNotCompact);
  EXPECT_EQ(ErrorOf(std::string((64 << 10) + 1, '.')),
            JoseError::kTokenTooLarge);
}

TEST(JwsTest, LongestKeyIdIsTaken) {
  EXPECT_EQ(ErrorOf(Token(absl::StrCat(R"({"alg":"RS256","kid":")",
                                       std::string(1024, 'k'), "\"}"))),
            JoseError::kNone);
}

TEST(JwsTest, ErrorsShowNothingOfTheToken) {
  const auto status =
      Jws::Parse(
          Token(R"({"alg":"SECRET1","kid":"SECRET2","typ":3})", "SECRET"))
          .status();
  EXPECT_EQ(ReasonOf(status), Reason::kMalformed);
  EXPECT_EQ(status.message().find("SECRET"), absl::string_view::npos) << status;
}

struct TypeCase {
  const char* typ;
  const char* asked;
  bool same;
};

TEST(JwsTest, TypesAreComparedAsMediaTypes) {
  constexpr TypeCase kCases[] = {
      {"JWT", "JWT", true},
      {"jwt", "JWT", true},
      {"application/at+jwt", "at+jwt", true},
      {"at+jwt", "Application/AT+JWT", true},
      {"application/a/b", "a/b", false},
      {"", "JWT", false},
      {"JWT ", "JWT", false},
      {"at+jwt", "JWT", false},
  };
  for (const TypeCase& each : kCases) {
    const std::string token =
        Token(absl::StrCat(R"({"alg":"RS256","typ":")", each.typ, "\"}"));
    const auto jws = Jws::Parse(token);
    ASSERT_TRUE(jws.ok());
    EXPECT_EQ(jws->IsType(each.asked), each.same) << each.typ;
  }
}

struct ClaimsCase {
  std::string payload;
  JoseError error;
};

class JwsClaimsTest : public testing::TestWithParam<ClaimsCase> {};

TEST_P(JwsClaimsTest, AreStrict) {
  const std::string token = Token(R"({"alg":"RS256"})", GetParam().payload);
  auto jws = Jws::Parse(token);
  ASSERT_TRUE(jws.ok());
  const auto claims = jws->UnverifiedClaims();
  EXPECT_EQ(JoseErrorName(JoseErrorOf(claims.status())),
            JoseErrorName(GetParam().error));
  // Again, and moved.
  Jws moved = *std::move(jws);
  EXPECT_EQ(moved.UnverifiedClaims().status(), claims.status());
}

INSTANTIATE_TEST_SUITE_P(
    Claims, JwsClaimsTest,
    testing::Values(
        ClaimsCase{R"({"iss":"a","aud":["b"]})", JoseError::kNone},
        ClaimsCase{R"({"a":"\\u0000"})", JoseError::kNone},
        ClaimsCase{"", JoseError::kNotJson},
        ClaimsCase{"foo", JoseError::kNotObject},
        ClaimsCase{"[]", JoseError::kNotObject},
        ClaimsCase{R"({"iss":"a"}x)", JoseError::kTrailingBytes},
        ClaimsCase{R"({"iss":"a","iss":"b"})", JoseError::kDuplicateMember},
        ClaimsCase{R"({"a":{"b":[{"c":1,"c":1}]}})",
                   JoseError::kDuplicateMember},
        ClaimsCase{"{\"iss\":\"\xc0\xaf\"}", JoseError::kNotUtf8},
        ClaimsCase{R"({"iss":"a\u0000"})", JoseError::kNulCharacter},
        ClaimsCase{R"({"a\u0000":1})", JoseError::kNulCharacter},
        ClaimsCase{absl::StrCat("{\"a\":", std::string(40, '['),
                                std::string(40, ']'), "}"),
                   JoseError::kTooDeep},
        ClaimsCase{R"({"exp":01})", JoseError::kNotJson}));

TEST(JwsTest, ClaimsHaveACeilingOnValues) {
  std::string list = "{\"a\":[0";
  for (int i = 0; i < 9000; ++i) list += ",0";
  const std::string token = Token(R"({"alg":"RS256"})", list + "]}");
  auto jws = Jws::Parse(token);
  ASSERT_TRUE(jws.ok());
  EXPECT_EQ(JoseErrorOf(jws->UnverifiedClaims().status()),
            JoseError::kTooManyMembers);
}

}  // namespace
}  // namespace gatehouse::authn
