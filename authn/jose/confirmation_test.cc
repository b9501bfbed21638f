#include "authn/jose/confirmation.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "authn/jose/base64url.h"
#include "authn/jose/jose_error.h"
#include "gtest/gtest.h"

namespace gatehouse::authn {
namespace {

constexpr char kThumbprint[] = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA";

// Returns "none", the thumbprint in base64url, or the error's name.
std::string Read(absl::string_view json) {
  const auto claims = Claims::Parse(json);
  EXPECT_TRUE(claims.ok()) << claims.status();
  const auto thumbprint = CertificateThumbprint(*claims);
  if (!thumbprint.ok()) {
    return std::string(JoseErrorName(JoseErrorOf(thumbprint.status())));
  }
  if (!thumbprint->has_value()) return "none";
  return Base64UrlEncode(
      absl::string_view(reinterpret_cast<const char*>((*thumbprint)->data()),
                        (*thumbprint)->size()));
}

struct Case {
  std::string json;
  std::string want;
};

class CertificateThumbprintTest : public testing::TestWithParam<Case> {};

TEST_P(CertificateThumbprintTest, IsRead) {
  EXPECT_EQ(Read(GetParam().json), GetParam().want);
}

// An object with "x5t#S256" of that value.
Case Of(absl::string_view value, absl::string_view want) {
  return {absl::StrCat(R"({"cnf":{"x5t#S256":)", value, "}}"),
          std::string(want)};
}

INSTANTIATE_TEST_SUITE_P(
    Read, CertificateThumbprintTest,
    testing::Values(Case{"{}", "none"}, Case{R"({"x5t#S256":"AQ"})", "none"},
                    Case{R"({"x":{"cnf":{"jkt":"AQ"}}})", "none"},
                    Of(absl::StrCat("\"", kThumbprint, "\""), kThumbprint),
                    // Others beside it, as by RFC 7800.
                    Case{absl::StrCat(R"({"cnf":{"jkt":"AQ","x5t#S256":")",
                                      kThumbprint, R"("},"iss":"a"})"),
                         kThumbprint}));

INSTANTIATE_TEST_SUITE_P(
    NotUnderstood, CertificateThumbprintTest,
    testing::Values(Case{R"({"cnf":{}})", "MissingMember"},
                    Case{R"({"cnf":{"jkt":"AQ"}})", "MissingMember"},
                    Case{R"({"cnf":{"kid":"a","jwk":{}}})", "MissingMember"},
                    Case{R"({"cnf":{"x5t":"AQ"}})", "MissingMember"},
                    Case{absl::StrCat(R"({"cnf":{"X5T#S256":")", kThumbprint,
                                      "\"}}"),
                         "MissingMember"}));

INSTANTIATE_TEST_SUITE_P(
    Malformed, CertificateThumbprintTest,
    testing::Values(
        Case{R"({"cnf":null})", "WrongType"},
        Case{R"({"cnf":[]})", "WrongType"}, Case{R"({"cnf":"a"})", "WrongType"},
        Of("null", "WrongType"), Of("1", "WrongType"),
        Of(absl::StrCat("[\"", kThumbprint, "\"]"), "WrongType"),
        Of("\"\"", "Base64Malformed"), Of("\"AQ\"", "Base64Malformed"),
        // A byte less, a byte more, the digits of hexadecimal.
        Of(absl::StrCat("\"", std::string(42, 'A'), "\""), "Base64Malformed"),
        Of(absl::StrCat("\"", std::string(44, 'A'), "\""), "Base64Malformed"),
        Of(absl::StrCat("\"", std::string(64, 'a'), "\""), "Base64Malformed"),
        // Padding, the other alphabet, white space, stray bits.
        Of(absl::StrCat("\"", kThumbprint, "=\""), "Base64Malformed"),
        Of(absl::StrCat("\"", std::string(42, 'A'), "=\""), "Base64Padding"),
        Of(absl::StrCat("\"", std::string(42, '+'), "A\""), "Base64Malformed"),
        Of(absl::StrCat("\"", std::string(42, 'A'), " \""), "Base64Malformed"),
        Of(absl::StrCat("\"", std::string(42, 'A'), "B\""),
           "Base64NotCanonical")));

}  // namespace
}  // namespace gatehouse::authn
