#include "authn/token/unverified_issuer.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "authn/jose/base64url.h"
#include "authn/token/token_authenticator.h"
#include "gtest/gtest.h"

namespace gatehouse::authn {
namespace {

std::string TokenOf(absl::string_view payload) {
  return absl::StrCat("e30.", Base64UrlEncode(payload), ".c2ln");
}

struct PayloadCase {
  const char* name;
  std::string payload;
  bool found;
  const char* issuer;
};

std::string Filler(size_t bytes) { return std::string(bytes, 'x'); }

TEST(UnverifiedIssuerTest, ReadsThePayload) {
  const PayloadCase kCases[] = {
      {"alone", R"({"iss":"a"})", true, "a"},
      {"empty string", R"({"iss":""})", true, ""},
      {"behind others", R"({"aud":["x","y"],"exp":1,"iss":"a"})", true, "a"},
      {"behind an object", R"({"k":{"iss":"b","l":[{}]},"iss":"a"})", true,
       "a"},
      {"behind words", R"({"a":null,"b":true,"c":-1.5e3,"iss":"a"})", true,
       "a"},
      {"white space", "\n{ \"n\" : 1 ,\t\"iss\" : \"a\" }\r\n", true, "a"},
      {"escape in the value", R"({"iss":"https:\/\/a"})", true, "https://a"},
      {"escape in the name", R"({"\u0069ss":"a"})", true, "a"},
      {"escape before it", R"({"b":"\"","iss":"a"})", true, "a"},
      {"far behind", absl::StrCat(R"({"f":")", Filler(4000), R"(","iss":"a"})"),
       true, "a"},
      {"across what is read first",
       absl::StrCat(R"({"f":")", Filler(76), R"(","iss":"https://issuer"})"),
       true, "https://issuer"},
      {"behind what is read first",
       absl::StrCat(R"({"f":")", Filler(96), R"(","iss":"a"})"), true, "a"},
      {"across the start",
       absl::StrCat(R"({"f":")", Filler(360), R"(","iss":"https://issuer"})"),
       true, "https://issuer"},
      {"ends with the start",
       absl::StrCat(R"({"f":")", Filler(384), R"(","iss":"a"})"), true, "a"},
      {"none", R"({"sub":"a"})", false, ""},
      {"no members", "{}", false, ""},
      {"in an object only", R"({"k":{"iss":"a"}})", false, ""},
      {"other case of letters", R"({"ISS":"a","Iss":"b"})", false, ""},
      {"a number", R"({"iss":1})", false, ""},
      {"a list", R"({"iss":["a"]})", false, ""},
      {"null", R"({"iss":null})", false, ""},
      {"a list, not an object", R"(["iss","a"])", false, ""},
      {"a string", R"("iss")", false, ""},
      {"no JSON", "iss=a", false, ""},
      {"nothing", "", false, ""},
      {"cut off", R"({"iss":"a)", false, ""},
      {"a brace too many before it", R"({"a":1},"iss":"a"})", false, ""},
      {"a name without a value", R"({"a","iss":"b"})", false, ""},
      {"a bracket closed that was not opened", R"({"a":],"iss":"b"})", false,
       ""},
      {"an escape, twice", R"({"a":"\\","iss":"a","iss":"b"})", false, ""},
  };
  for (const PayloadCase& c : kCases) {
    const UnverifiedIssuer issuer(TokenOf(c.payload));
    EXPECT_EQ(issuer.found(), c.found) << c.name;
    EXPECT_EQ(issuer.value(), c.issuer) << c.name;
    EXPECT_EQ(issuer.Is(c.issuer), c.found) << c.name;
    EXPECT_FALSE(issuer.Is("another")) << c.name;
  }
}

struct FormCase {
  const char* name;
  std::string token;
  bool found;
};

TEST(UnverifiedIssuerTest, WantsTheCompactForm) {
  const std::string payload = Base64UrlEncode(R"({"iss":"a"})");
  const FormCase kCases[] = {
      {"three parts", absl::StrCat("e30.", payload, ".c2ln"), true},
      {"no signature", absl::StrCat("e30.", payload, "."), true},
      {"no header", absl::StrCat(".", payload, ".c2ln"), false},
      {"space before it", absl::StrCat(" e30.", payload, ".c2ln"), false},
      {"two parts", absl::StrCat("e30.", payload), false},
      {"one part", payload, false},
      {"four parts", absl::StrCat("e30.", payload, ".c2ln."), false},
      {"nothing", "", false},
      {"dots", "..", false},
      {"padded", absl::StrCat("e30.", payload, "=.c2ln"), false},
      {"space", absl::StrCat("e30. ", payload, ".c2ln"), false},
      {"line break", absl::StrCat("e30.", payload, "\n.c2ln"), false},
      {"standard alphabet", absl::StrCat("e30.", payload, "+/+/.c2ln"), false},
      {"standard alphabet first", absl::StrCat("e30.+/+/", payload, ".c2ln"),
       false},
      {"JSON form", R"({"x":".eyJpc3MiOiJhIn0.","payload":"e30"})", false},
      {"too large",
       absl::StrCat("e30.", payload, ".", std::string(kMaxTokenBytes, 'a')),
       false},
  };
  for (const FormCase& c : kCases) {
    EXPECT_EQ(UnverifiedIssuer(c.token).found(), c.found) << c.name;
  }
}

// A payload of nothing but members costs no more than the ceiling allows.
TEST(UnverifiedIssuerTest, StopsAtManyMembers) {
  std::string payload = "{\"e\":\"\\n\"";
  for (int i = 0; i < 600; ++i) absl::StrAppend(&payload, ",\"", i, "\":1");
  payload += ",\"iss\":\"a\"}";
  EXPECT_FALSE(UnverifiedIssuer(TokenOf(payload)).found());
}

}  // namespace
}  // namespace gatehouse::authn
