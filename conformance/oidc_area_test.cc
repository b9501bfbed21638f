// The area of JWT authenticators, with cases of the runner's own: they show
// that it compares, not what Kubernetes does.
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "authn/jose/jwk.h"
#include "base/secret.h"
#include "conformance/areas.h"
#include "conformance/report.h"
#include "conformance/test_directory.h"
#include "gtest/gtest.h"
#include "pki/private_key.h"

namespace gatehouse::conformance {
namespace {

constexpr char kPath[] = "authn/oidc.json";

const pki::PrivateKey& SigningKey() {
  static const auto* key = new pki::PrivateKey(
      *pki::PrivateKey::Generate(pki::KeyAlgorithm::kEcdsaP256));
  return *key;
}

// Returns a file with one case. The key of the file is "k"; its JWK has its
// "alg" from the case.
std::string File(const std::string& input, const std::string& expect) {
  const std::string jwk = absl::StrReplaceAll(
      authn::PublicJwk(SigningKey().public_key(), "kid-1"),
      {{R"("alg":"ES256",)", ""}, {R"(,"alg":"ES256")", ""}});
  return absl::StrCat(
      R"j({"keys": {"k": {"private_key_pem_file": "k.pem", "kid": "kid-1",)j",
      R"j( "jwk": )j", jwk, R"j(}}, "cases": [{"name": "x", "input": )j", input,
      R"j(, "expect": )j", expect, "}]}");
}

struct Counts {
  size_t failed;
  size_t needs_cel;
  std::string printed;
};

Counts RunOne(const std::string& input, const std::string& expect) {
  const TestDirectory directory;
  directory.Write("oidc.json", File(input, expect));
  directory.Write("k.pem", SigningKey().ToPem().Reveal(SecretAccess::Get()));
  FileReport report(kPath);
  RunCaseFile(directory.path() + "/oidc.json", *FindArea(kPath), &report);
  std::ostringstream out;
  report.Print(out, 20);
  return {report.failed(), report.needs_cel(), out.str()};
}

// What every case has; `more` is further keys, `mapping` the username's.
std::string Input(const std::string& more,
                  const std::string& mapping = R"j("claim": "sub", )j"
                                               R"j("prefix": "p:")j") {
  return absl::StrCat(
      R"j({"jwt_authenticator": {"issuer": {"url": "{{URL}}", )j",
      R"j("audiences": ["me"]}, "claimMappings": {"username": {)j", mapping,
      R"j(}, "groups": {"claim": "groups", "prefix": ""}}}, )j",
      R"j("now": "2009-11-10T23:00:00Z", "supported_signing_algs": ["ES256"], )j",
      R"j("signing_key": {"key": "k", "alg": "ES256"}, )j",
      R"j("jwks": [{"key": "k", "alg": "ES256"}], "discovery_document_json": )j",
      R"j("{\"issuer\": \"{{URL}}\", \"jwks_uri\": )j",
      R"j(\"{{URL}}/.testing/keys\"}", )j", more, "}");
}

std::string Claims(const std::string& more, int exp = 1257897600) {
  return absl::StrCat(
      R"j("claims_json": ")j",
      absl::CEscape(absl::StrCat(R"({"iss": "{{URL}}", "aud": "me", "exp": )",
                                 exp, R"(, "sub": "jane")", more, "}")),
      "\"");
}

struct AreaCase {
  const char* name;
  std::string input;
  std::string expect;
  std::vector<std::string> wrong;  // Each, instead of `expect`, fails.
};

class OidcAreaTest : public testing::TestWithParam<AreaCase> {};

TEST_P(OidcAreaTest, ComparesEverything) {
  const AreaCase& test = GetParam();
  const Counts right = RunOne(test.input, test.expect);
  EXPECT_EQ(right.failed, 0u) << right.printed;
  for (const std::string& wrong : test.wrong) {
    EXPECT_NE(RunOne(test.input, wrong).failed, 0u) << wrong;
  }
}

std::string User(const std::string& name, const std::string& groups,
                 const std::string& extra = "{}") {
  return absl::StrCat(R"j({"result": "ok", "user": {"name": ")j", name,
                      R"j(", "uid": "", "groups": )j", groups,
                      R"j(, "extra": )j", extra, "}}");
}

constexpr char kRemote[] = R"j("keys_from_remote": true, )j";
constexpr char kGiven[] = R"j("keys_from_remote": false, )j";
constexpr char kUnhealthy[] =
    R"j({"result": "unhealthy", "health_error_prefix": )j"
    R"j("oidc: authenticator for issuer \"{{URL}}\" is not healthy: Get "})j";

INSTANTIATE_TEST_SUITE_P(
    All, OidcAreaTest,
    testing::Values(
        AreaCase{"fetched_keys",
                 Input(kRemote + Claims(R"(, "groups": ["a"], "jti": "1")")),
                 User("p:jane", R"(["a"])",
                      R"({"authentication.kubernetes.io/credential-id": )"
                      R"(["JTI=1"]})"),
                 {User("jane", R"(["a"])"), User("p:jane", R"(["a"])"),
                  R"j({"result": "error"})j", R"j({"result": "no_opinion"})j",
                  R"j({"result": "ok", "surprise": 1})j"}},
        AreaCase{"given_keys",
                 Input(kGiven + Claims("")),
                 User("p:jane", "[]"),
                 {User("p:jane", R"(["a"])"), User("p:john", "[]")}},
        AreaCase{"expired",
                 Input(kGiven + Claims("", 1257890400)),
                 R"j({"result": "error", "error_class": "expired", "error": )j"
                 R"j("oidc: verify token: oidc: token is expired )j"
                 R"j((Token Expiry: {{EXPIRED}})"})j",
                 {R"j({"result": "error", "error_class": "audience"})j",
                  R"j({"result": "error", "error": "expired"})j",
                  R"j({"result": "ok"})j"}},
        AreaCase{"another_issuer",
                 absl::StrReplaceAll(Input(kGiven + Claims("")),
                                     {{R"j("url": "{{URL}}")j",
                                       R"j("url": "https://b.example")j"}}),
                 R"j({"result": "no_opinion"})j",
                 {R"j({"result": "error"})j"}},
        AreaCase{"broken_configuration",
                 Input(absl::StrCat(kGiven, R"j("claims_json": null)j"),
                       R"j("prefix": "")j"),
                 R"j({"result": "init_error", "error": )j"
                 R"j("claimMappings.username: Required value: claim or )j"
                 R"j(expression is required"})j",
                 {R"j({"result": "init_error", "error": "other"})j",
                  R"j({"result": "error"})j"}},
        AreaCase{"unhealthy",
                 absl::StrReplaceAll(Input(kRemote + Claims("")),
                                     {{R"j(\"issuer\": \"{{URL}}\")j",
                                       R"j(\"issuer\": \"https://b\")j"}}),
                 kUnhealthy,
                 {R"j({"result": "unhealthy", "health_error_prefix": "x"})j",
                  R"j({"result": "ok"})j"}},
        AreaCase{
            "distributed",
            Input(absl::StrCat(kRemote,
                               Claims(R"(, "_claim_names": {"groups": "s"}, )"
                                      R"("_claim_sources": {"s": {"endpoint": )"
                                      R"("{{URL}}/g", "access_token": "t"}})"),
                               R"j(, "distributed_endpoints": {"/g": {)j"
                               R"j("require_authorization": "Bearer t", )j"
                               R"j("signed_with": "signing_key", )j",
                               Claims(R"(, "groups": "b")"), "}}")),
            User("p:jane", R"(["b"])"),
            {User("p:jane", "[]"), R"j({"result": "error"})j"}}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(OidcAreaCelTest, IsCountedApart) {
  const std::string input =
      Input(kGiven + Claims(""), R"j("expression": "claims.sub")j");
  for (const char* expect :
       {R"j({"result": "ok"})j", R"j({"result": "error"})j"}) {
    const Counts counts = RunOne(input, expect);
    EXPECT_EQ(counts.failed, 0u) << counts.printed;
    EXPECT_EQ(counts.needs_cel, 1u);
  }
  EXPECT_EQ(RunOne(Input(kGiven + Claims("")), User("p:jane", "[]")).needs_cel,
            0u);
}

}  // namespace
}  // namespace gatehouse::conformance
