#include "pki/internal/uri.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace gatehouse::pki::internal {
namespace {

struct Row {
  const char* text;
  const char* parts;  // "scheme|authority|host|path"; "-" if refused.
};
constexpr Row kRows[] = {
    {"spiffe://cluster.local/ns/dev/sa/john",
     "spiffe|cluster.local|cluster.local|/ns/dev/sa/john"},
    {"https://a.example:8443/p?q=1#f", "https|a.example:8443|a.example|/p"},
    {"https://a.example", "https|a.example|a.example|"},
    {"https://a.example:", "https|a.example:|a.example|"},
    {"https://u:p@a.example/", "https|u:p@a.example|a.example|/"},
    {"http://[::1]:80/x", "http|[::1]:80|[::1]|/x"},
    {"http://10.0.0.1/", "http|10.0.0.1|10.0.0.1|/"},
    {"urn:uuid:f81d4fae", "urn|||"},
    {"mailto:a@b.example", "mailto|||"},
    {"file:///etc/x", "file|||/etc/x"},
    {"a+b-c.1:/x", "a+b-c.1|||/x"},
    {"https://a.example/%41", "https|a.example|a.example|/%41"},
    {"https://a_b.example/", "https|a_b.example|a_b.example|/"},
    // No scheme, or a bad one.
    {"", "-"},
    {"/relative", "-"},
    {"a.example/x", "-"},
    {"1http://a.example", "-"},
    {"ht tp://a.example", "-"},
    {"://a.example", "-"},
    {"https:", "-"},
    // Hosts that are no domains.
    {"https://a..example/", "-"},
    {"https://a.example./", "-"},
    {"https://.example/", "-"},
    {"https://a b/", "-"},
    {"https://a%41/", "-"},
    {"https://a\"b/", "-"},
    {"https://[::1/", "-"},
    {"https://[x]/", "-"},
    {"https://[]/", "-"},
    {"https://[::1]x/", "-"},
    // Ports, escapes, control characters, user information.
    {"https://a.example:80x/", "-"},
    {"https://a.example:-1/", "-"},
    {"https://a.example/%4", "-"},
    {"https://a.example/%zz", "-"},
    {"https://a.example/#%", "-"},
    {"https://a.example/\n", "-"},
    {"https://a.example/\x7f", "-"},
    {"https://u[@a.example/", "-"},
    {"https://u%4@a.example/", "-"},
};

TEST(UriTest, Parses) {
  for (const Row& row : kRows) {
    const absl::optional<Uri> uri = ParseUri(row.text);
    const std::string parts =
        uri.has_value() ? absl::StrCat(uri->scheme, "|", uri->authority, "|",
                                       uri->host, "|", uri->path)
                        : "-";
    EXPECT_EQ(parts, row.parts) << row.text;
  }
}

TEST(UriTest, NulIsRefused) {
  EXPECT_FALSE(ParseUri(absl::string_view("https://a.example\0.b/", 21)));
}

struct DomainRow {
  const char* text;
  bool name;        // As a name.
  bool constraint;  // As a constraint.
};
constexpr DomainRow kDomains[] = {
    {"", true, true},
    {"a", true, true},
    {"a.example", true, true},
    {"*.example", true, true},
    {".example", false, true},
    {"..example", false, false},
    {".", false, false},
    {"a.example.", false, false},
    {"a..b", false, false},
    {"a b", false, false},
    {"m\xc3\xbc", false, false},
    {"a\x01", false, false},
};

TEST(DomainTest, Names) {
  for (const DomainRow& row : kDomains) {
    EXPECT_EQ(IsValidDomain(row.text, false), row.name) << row.text;
    EXPECT_EQ(IsValidDomain(row.text, true), row.constraint) << row.text;
  }
}

TEST(IpAddressTest, Text) {
  for (const char* text : {"10.0.0.1", "::1", "fe80::1", "::ffff:10.0.0.1"}) {
    EXPECT_TRUE(IsIpAddress(text)) << text;
  }
  for (const char* text : {"", "10.0.0", "10.0.0.256", "010.0.0.1", "a.example",
                           "[::1]", "::1%eth0", "10.0.0.1/8"}) {
    EXPECT_FALSE(IsIpAddress(text)) << text;
  }
}

}  // namespace
}  // namespace gatehouse::pki::internal
