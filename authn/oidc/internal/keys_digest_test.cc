#include "authn/oidc/internal/keys_digest.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "authn/jose/key_set.h"
#include "gtest/gtest.h"
#include "pki/certificate.h"
#include "testing/test_issuer.h"

namespace gatehouse::authn::internal {
namespace {

using ::gatehouse::testing::TestIssuer;

pki::Sha256Digest DigestOf(const std::string& jwks) {
  KeySetOptions options;
  options.key_ids = KeyIdRule::kOptional;
  const auto keys = KeySet::FromJwks(jwks, "test", options);
  EXPECT_TRUE(keys.ok()) << keys.status();
  return keys.ok() ? KeysDigest(*keys) : pki::Sha256Digest();
}

// The one key of a new issuer, and a set of some.
std::string NewKey() {
  const std::string jwks = TestIssuer("https://a.example").jwks();
  const size_t begin = jwks.find('[') + 1;
  return jwks.substr(begin, jwks.rfind(']') - begin);
}

template <typename... Keys>
std::string Set(const Keys&... keys) {
  const std::vector<std::string> all = {keys...};
  return absl::StrCat(R"({"keys":[)", absl::StrJoin(all, ","), "]}");
}

std::string Renamed(const std::string& key, absl::string_view name) {
  return absl::StrReplaceAll(key, {{"key-1", name}});
}

TEST(KeysDigestTest, IsOfTheKeysAlone) {
  const std::string a = NewKey();
  const std::string b = Renamed(NewKey(), "b");
  const std::string nameless =
      absl::StrReplaceAll(a, {{R"("kid")", R"("name")"}});
  const std::string unbound = absl::StrReplaceAll(a, {{R"("alg")", R"("al")"}});
  ASSERT_NE(nameless, a);
  const std::string with_more = absl::StrCat(
      R"({ "x5t":"abc", "use":"sig",)",
      absl::StrReplaceAll(a, {{R"("use")", R"("used")"}}).substr(1));
  const struct {
    const char* name;
    std::string one;
    std::string other;
    bool same;
  } kCases[] = {
      {"the same text", Set(a), Set(a), true},
      {"order of the keys", Set(a, b), Set(b, a), true},
      {"other members of a key", Set(a), Set(with_more), true},
      {"white space", Set(a), absl::StrCat(" ", Set(a), "\n"), true},
      {"twice", Set(a, b), Set(a, b, a), true},
      {"a bad one beside it", Set(a), Set(R"({"kty":"x"})", a), true},
      {"nameless twice", Set(nameless), Set(nameless, nameless), true},
      {"one less", Set(a, b), Set(a), false},
      {"none left", Set(a), Set(), false},
      {"another key of that name", Set(a), Set(NewKey()), false},
      {"another name", Set(a), Set(Renamed(a, "b")), false},
      {"names changed about", Set(a, b),
       Set(Renamed(a, "b"), absl::StrReplaceAll(b, {{R"("b")", R"("key-1")"}})),
       false},
      {"no name", Set(a), Set(nameless), false},
      {"a name that looks like none", Set(nameless), Set(Renamed(a, "-")),
       false},
      {"for something else", Set(a),
       Set(absl::StrReplaceAll(a, {{R"("sig")", R"("enc")"}})), false},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(DigestOf(c.one) == DigestOf(c.other), c.same) << c.name;
  }
  // P-256 is for ES256 only, whether it says so or not.
  EXPECT_EQ(DigestOf(Set(a)), DigestOf(Set(unbound)));
}

// An RSA key that is for one algorithm only, from now on.
TEST(KeysDigestTest, AlgorithmsCount) {
  const std::string modulus = absl::StrCat(std::string(341, 'x'), "Q");
  const auto rsa = [&modulus](absl::string_view members) {
    return Set(absl::StrCat(R"({"kty":"RSA","kid":"a","e":"AQAB","n":")",
                            modulus, "\"", members, "}"));
  };
  const auto any = DigestOf(rsa(""));
  const auto pkcs1 = DigestOf(rsa(R"(,"alg":"RS256")"));
  const auto pss = DigestOf(rsa(R"(,"alg":"PS256")"));
  EXPECT_NE(any, DigestOf(Set()));
  EXPECT_NE(any, pkcs1);
  EXPECT_NE(any, pss);
  EXPECT_NE(pkcs1, pss);
}

}  // namespace
}  // namespace gatehouse::authn::internal
