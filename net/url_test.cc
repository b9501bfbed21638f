#include "net/url.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "gtest/gtest.h"

namespace gatehouse::net {
namespace {

std::string Labels(int count, int length) {
  std::string host;
  for (int i = 0; i < count; ++i) {
    absl::StrAppend(&host, i == 0 ? "" : ".", std::string(length, 'a'));
  }
  return host;
}

TEST(UrlTest, Parses) {
  const struct {
    std::string text;
    Url url;
    std::string authority;
  } kCases[] = {
      {"https://example.com", {"example.com", false, 443, "/"}, "example.com"},
      {"HTTPS://Example.COM/", {"example.com", false, 443, "/"}, "example.com"},
      {"https://example.com:443/a",
       {"example.com", false, 443, "/a"},
       "example.com"},
      {"https://example.com:6443/a/b?c=d&e=%20/?",
       {"example.com", false, 6443, "/a/b?c=d&e=%20/?"},
       "example.com:6443"},
      {"https://example.com?a=b",
       {"example.com", false, 443, "/?a=b"},
       "example.com"},
      {"https://localhost:1", {"localhost", false, 1, "/"}, "localhost:1"},
      {"https://a_b.c-d.1e:65535/",
       {"a_b.c-d.1e", false, 65535, "/"},
       "a_b.c-d.1e:65535"},
      {"https://127.0.0.1/", {"127.0.0.1", true, 443, "/"}, "127.0.0.1"},
      {"https://[::1]:8443/", {"::1", true, 8443, "/"}, "[::1]:8443"},
      {"https://[2001:DB8:0:0::1]",
       {"2001:db8::1", true, 443, "/"},
       "[2001:db8::1]"},
      {"https://[::ffff:127.0.0.1]/",
       {"::ffff:127.0.0.1", true, 443, "/"},
       "[::ffff:127.0.0.1]"},
      {"https://x/-._~!$&'()*+,;=:@",
       {"x", false, 443, "/-._~!$&'()*+,;=:@"},
       "x"},
      {"https://x/../a//b", {"x", false, 443, "/../a//b"}, "x"},
      {absl::StrCat("https://", Labels(1, 63)),
       {Labels(1, 63), false, 443, "/"},
       Labels(1, 63)},
      {absl::StrCat("https://", Labels(127, 1)),
       {Labels(127, 1), false, 443, "/"},
       Labels(127, 1)},
  };
  for (const auto& test : kCases) {
    const auto url = ParseHttpsUrl(test.text);
    ASSERT_TRUE(url.ok()) << test.text << ": " << url.status();
    EXPECT_EQ(*url, test.url) << test.text << ": " << url->ToString();
    EXPECT_EQ(url->Authority(), test.authority);
    const auto again = ParseHttpsUrl(url->ToString());
    ASSERT_TRUE(again.ok()) << url->ToString();
    EXPECT_EQ(*again, *url);
  }
}

TEST(UrlTest, Refuses) {
  const struct {
    std::string text;
    Reason reason;
  } kCases[] = {
      {"", Reason::kUnsupported},
      {"example.com", Reason::kUnsupported},
      {"http://example.com", Reason::kUnsupported},
      {"https:/example.com", Reason::kUnsupported},
      {" https://example.com", Reason::kUnsupported},
      {"https://", Reason::kMalformed},
      {"https:///a", Reason::kMalformed},
      {"https://:443/", Reason::kMalformed},
      {"https://user@example.com/", Reason::kMalformed},
      {"https://user:password@example.com/", Reason::kMalformed},
      {"https://example.com\\@evil.example.com/", Reason::kMalformed},
      {"https://example.com#a", Reason::kMalformed},
      {"https://example.com/#", Reason::kMalformed},
      {"https://example.com:/", Reason::kMalformed},
      {"https://example.com:0/", Reason::kMalformed},
      {"https://example.com:0443/", Reason::kMalformed},
      {"https://example.com:65536/", Reason::kMalformed},
      {"https://example.com:99999999999/", Reason::kMalformed},
      {"https://example.com:+1/", Reason::kMalformed},
      {"https://example.com:1:2/", Reason::kMalformed},
      {"https://example.com./", Reason::kMalformed},
      {"https://.example.com/", Reason::kMalformed},
      {"https://a..b/", Reason::kMalformed},
      {"https://-a.b/", Reason::kMalformed},
      {"https://a-.b/", Reason::kMalformed},
      {"https://a%2eb/", Reason::kMalformed},
      {"https://a b/", Reason::kMalformed},
      {"https://ex\xc3\xa4mple.com/", Reason::kMalformed},
      {"https://*.example.com/", Reason::kMalformed},
      {"https://127.1/", Reason::kMalformed},
      {"https://2130706433/", Reason::kMalformed},
      {"https://0x7f000001/", Reason::kMalformed},
      {"https://0X7F.0.0.1/", Reason::kMalformed},
      {"https://127.0.0.0x1/", Reason::kMalformed},
      {"https://127.0.0.01/", Reason::kMalformed},
      {"https://127.0.0.256/", Reason::kMalformed},
      {"https://1.2.3.4.5/", Reason::kMalformed},
      {"https://[::1/", Reason::kMalformed},
      {"https://::1/", Reason::kMalformed},
      {"https://[::1]x/", Reason::kMalformed},
      {"https://[::1]:/", Reason::kMalformed},
      {"https://[fe80::1%25eth0]/", Reason::kMalformed},
      {"https://[127.0.0.1]/", Reason::kMalformed},
      {"https://[]/", Reason::kMalformed},
      {"https://x/a b", Reason::kMalformed},
      {"https://x/a\r\nHost: y", Reason::kMalformed},
      {std::string("https://x/a\0", 12), Reason::kMalformed},
      {std::string("https://x\0.y/", 13), Reason::kMalformed},
      {"https://x/\xc3\xa4", Reason::kMalformed},
      {"https://x/a\\b", Reason::kMalformed},
      {"https://x/%", Reason::kMalformed},
      {"https://x/%2", Reason::kMalformed},
      {"https://x/%zz", Reason::kMalformed},
      {"https://x/?%zz", Reason::kMalformed},
      {absl::StrCat("https://", Labels(1, 64)), Reason::kMalformed},
      {absl::StrCat("https://", Labels(128, 1)), Reason::kMalformed},
      {absl::StrCat("https://x/", std::string(8192, 'a')), Reason::kTooLarge},
  };
  for (const auto& test : kCases) {
    const auto url = ParseHttpsUrl(test.text);
    ASSERT_FALSE(url.ok()) << test.text;
    EXPECT_EQ(url.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(ReasonOf(url.status()), test.reason) << test.text;
    EXPECT_EQ(url.status().message().find("password"), absl::string_view::npos);
  }
}

}  // namespace
}  // namespace gatehouse::net
