#include "authn/config/internal/go_url.h"

#include <string>

#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "gtest/gtest.h"

namespace gatehouse::authn::internal {
namespace {

struct Good {
  const char* url;
  const char* scheme;
  bool has_user;
  const char* host;
  const char* query;
  const char* fragment;
};

TEST(GoUrlTest, TakesApart) {
  const Good kRows[] = {
      {"https://a", "https", false, "a", "", ""},
      {"HTTPS://a", "https", false, "a", "", ""},
      {"https://a/b/c", "https", false, "a", "", ""},
      {"https://a:443/b", "https", false, "a:443", "", ""},
      {"https://a:/b", "https", false, "a:", "", ""},
      {"https://u:p@a/b", "https", true, "a", "", ""},
      {"https://@a", "https", true, "a", "", ""},
      {"https://a?q", "https", false, "a", "q", ""},
      {"https://a?", "https", false, "a", "", ""},
      {"https://a/?q=1&r#f", "https", false, "a", "q=1&r", "f"},
      {"https://a#", "https", false, "a", "", ""},
      {"https://[::1]:8443/x", "https", false, "[::1]:8443", "", ""},
      {"https://[fe80::1%25en0]", "https", false, "[fe80::1%25en0]", "", ""},
      {"https://%c3%bc.example", "https", false, "%c3%bc.example", "", ""},
      {"https:///x", "https", false, "", "", ""},
      {"https:a", "https", false, "", "", ""},
      {"/x:y", "", false, "", "", ""},
      {"x/y:z", "", false, "", "", ""},
      {"//host/x", "", false, "host", "", ""},
      {"///x", "", false, "", "", ""},
      {"", "", false, "", "", ""},
      {"a+b-c.d1://x", "a+b-c.d1", false, "x", "", ""},
      {"1a", "", false, "", "", ""},
      {"https://a/%41?%zz", "https", false, "a", "%zz", ""},
  };
  for (const Good& row : kRows) {
    const absl::StatusOr<GoUrl> url = ParseGoUrl(row.url);
    ASSERT_TRUE(url.ok()) << row.url << ": " << url.status();
    EXPECT_EQ(url->scheme, row.scheme) << row.url;
    EXPECT_EQ(url->has_user, row.has_user) << row.url;
    EXPECT_EQ(url->host, row.host) << row.url;
    EXPECT_EQ(url->query, row.query) << row.url;
    EXPECT_EQ(url->fragment, row.fragment) << row.url;
  }
}

struct Bad {
  const char* url;
  const char* error;
};

TEST(GoUrlTest, RefusesInGosWords) {
  const Bad kRows[] = {
      {"https://a:b", R"(parse "https://a:b": invalid port ":b" after host)"},
      {"https://a:1:b",
       R"(parse "https://a:1:b": invalid port ":b" after host)"},
      {"https://[::1]x",
       R"(parse "https://[::1]x": invalid port "x" after host)"},
      {"https://[::1", R"(parse "https://[::1": missing ']' in host)"},
      {"https://a b",
       R"(parse "https://a b": invalid character " " in host name)"},
      {"https://a%41", R"(parse "https://a%41": invalid URL escape "%41")"},
      {"https://a/%4", R"(parse "https://a/%4": invalid URL escape "%4")"},
      {"https://a/%zz", R"(parse "https://a/%zz": invalid URL escape "%zz")"},
      {"https://a#%zz", R"(parse "https://a#%zz": invalid URL escape "%zz")"},
      {"https://u ser@a",
       R"(parse "https://u ser@a": net/url: invalid userinfo)"},
      {":a", R"(parse ":a": missing protocol scheme)"},
      {"1:a", R"(parse "1:a": first path segment in URL cannot contain colon)"},
      {"a b:c",
       R"(parse "a b:c": first path segment in URL cannot contain colon)"},
      {"https://a\n",
       R"(parse "https://a\n": net/url: invalid control character in URL)"},
      {"https://a\x7f",
       R"(parse "https://a\x7f": net/url: invalid control character in URL)"},
  };
  for (const Bad& row : kRows) {
    const absl::StatusOr<GoUrl> url = ParseGoUrl(row.url);
    ASSERT_FALSE(url.ok()) << row.url;
    EXPECT_EQ(url.status().message(), row.error);
    EXPECT_EQ(ReasonOf(url.status()), Reason::kMalformed);
  }
}

}  // namespace
}  // namespace gatehouse::authn::internal
