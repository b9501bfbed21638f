#include "authn/oidc/discovery.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/fake_http_client.h"

namespace gatehouse::authn {
namespace {

using ::gatehouse::testing::FakeHttpClient;
using ::testing::HasSubstr;

TEST(DiscoveryUrlTest, BelowTheIssuerWithoutOneSlash) {
  constexpr struct {
    const char* issuer;
    const char* discovery_url;
    const char* want;
  } kCases[] = {
      {"https://a", "", "https://a/.well-known/openid-configuration"},
      {"https://a/", "", "https://a/.well-known/openid-configuration"},
      {"https://a//", "", "https://a//.well-known/openid-configuration"},
      {"https://a/b", "", "https://a/b/.well-known/openid-configuration"},
      {"https://a/b", "https://c/d", "https://c/d"},
      {"https://a/b", "https://c/d/", "https://c/d/"},
  };
  for (const auto& test : kCases) {
    EXPECT_EQ(DiscoveryUrl(test.issuer, test.discovery_url), test.want);
  }
}

struct DocumentCase {
  const char* name;
  const char* json;
  // "": it is good.
  const char* error;
};

class DocumentTest : public ::testing::TestWithParam<DocumentCase> {};

TEST_P(DocumentTest, IsReadStrictly) {
  const auto metadata = ParseProviderMetadata(GetParam().json, "https://a/b");
  if (*GetParam().error != '\0') {
    EXPECT_EQ(metadata.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(metadata.status().message()),
                HasSubstr(GetParam().error));
    EXPECT_NE(ReasonOf(metadata.status()), Reason::kNone);
    return;
  }
  ASSERT_TRUE(metadata.ok()) << metadata.status();
  EXPECT_EQ(metadata->issuer, "https://a/b");
  EXPECT_EQ(metadata->jwks_uri, "https://k/keys");
}

constexpr char kDecode[] = "failed to decode provider discovery object";
constexpr char kIssuer[] = "issuer did not match";
constexpr char kKeys[] = "jwks_uri of the provider is not an https URL";

INSTANTIATE_TEST_SUITE_P(
    All, DocumentTest,
    ::testing::Values(
        DocumentCase{"good",
                     R"({"issuer":"https://a/b","jwks_uri":"https://k/keys"})",
                     ""},
        DocumentCase{"further_members",
                     R"({"issuer":"https://a/b","x":[{"y":1}],)"
                     R"("jwks_uri":"https://k/keys"})",
                     ""},
        DocumentCase{"slash",
                     R"({"issuer":"https://a/b/","jwks_uri":"https://k/keys"})",
                     kIssuer},
        DocumentCase{"case",
                     R"({"issuer":"https://A/b","jwks_uri":"https://k/keys"})",
                     kIssuer},
        DocumentCase{"no_issuer", R"({"jwks_uri":"https://k/keys"})", kIssuer},
        DocumentCase{"issuer_no_string",
                     R"({"issuer":["https://a/b"],"jwks_uri":"https://k"})",
                     kIssuer},
        DocumentCase{"no_keys", R"({"issuer":"https://a/b"})", kKeys},
        DocumentCase{"keys_http",
                     R"({"issuer":"https://a/b","jwks_uri":"http://k/keys"})",
                     kKeys},
        DocumentCase{"keys_relative",
                     R"({"issuer":"https://a/b","jwks_uri":"/keys"})", kKeys},
        DocumentCase{"keys_with_user",
                     R"({"issuer":"https://a/b","jwks_uri":"https://u@k/"})",
                     kKeys},
        DocumentCase{"keys_no_string",
                     R"({"issuer":"https://a/b","jwks_uri":{}})", kKeys},
        DocumentCase{"twice",
                     R"({"issuer":"https://a/b","jwks_uri":"https://k/keys",)"
                     R"("jwks_uri":"https://l/keys"})",
                     kDecode},
        DocumentCase{"empty", "", kDecode},
        DocumentCase{"html", "<html></html>", kDecode},
        DocumentCase{"list", "[]", kDecode},
        DocumentCase{"cut", R"({"issuer":"https://a/b","jwks_uri":"htt)",
                     kDecode},
        DocumentCase{
            "more_behind_it",
            R"({"issuer":"https://a/b","jwks_uri":"https://k/keys"}{})",
            kDecode}),
    [](const auto& info) { return info.param.name; });

TEST(DocumentSizeTest, IsBounded) {
  const std::string json =
      absl::StrCat(R"({"issuer":"https://a/b","jwks_uri":"https://k/keys",)",
                   R"("x":")", std::string(kMaxDiscoveryBytes, 'x'), "\"}");
  EXPECT_EQ(ReasonOf(ParseProviderMetadata(json, "https://a/b").status()),
            Reason::kTooLarge);
}

TEST(DiscoverTest, FetchesOnceAndNamesTheUrl) {
  FakeHttpClient http;
  http.Answer("https://a/d", 200,
              R"({"issuer":"https://a/b","jwks_uri":"https://k/keys"})");
  const auto metadata =
      Discover(http, "https://a/d", "https://a/b", absl::Seconds(3));
  ASSERT_TRUE(metadata.ok()) << metadata.status();
  EXPECT_EQ(metadata->jwks_uri, "https://k/keys");
  ASSERT_EQ(http.requests().size(), 1u);
  EXPECT_EQ(http.requests()[0].timeout, absl::Seconds(3));
  EXPECT_EQ(http.requests()[0].max_response_bytes, kMaxDiscoveryBytes);

  const auto other =
      Discover(http, "https://a/d", "https://other", absl::Seconds(3));
  EXPECT_EQ(other.status().message(),
            "Get \"https://a/d\": oidc: issuer did not match the issuer "
            "returned by provider, expected \"https://other\" got "
            "\"https://a/b\"");
}

TEST(DiscoverTest, RedirectsAreNotFollowed) {
  FakeHttpClient http;
  HttpResponse redirect;
  redirect.status = 302;
  redirect.headers.Add("Location", "https://evil/");
  http.Answer("https://a/d", redirect);
  EXPECT_FALSE(
      Discover(http, "https://a/d", "https://a/b", absl::Seconds(3)).ok());
  EXPECT_EQ(http.calls(), 1u);
}

}  // namespace
}  // namespace gatehouse::authn
