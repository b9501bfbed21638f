#include "pki/verify/internal/name_match.h"

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "pki/distinguished_name.h"
#include "pki/testing/certificate_builder.h"

namespace gatehouse::pki::internal {
namespace {

using testing::NameDer;

struct Row {
  absl::string_view name;
  absl::string_view constraint;
  bool permitted;  // In the subtree, if it is a permitted one.
  bool excluded;   // If it is an excluded one.
};

TEST(NameMatchTest, Dns) {
  const std::vector<Row> rows = {
      {"example.com", "example.com", true, true},
      {"a.example.com", "example.com", true, true},
      {"a.b.example.com", "Example.COM", true, true},
      {"example.com", "a.example.com", false, false},
      {"badexample.com", "example.com", false, false},
      {"com", "example.com", false, false},
      {"example.com", "", true, true},
      {"a.example.com", ".example.com", true, true},
      {"example.com", ".example.com", false, false},
      {"*.example.com", "example.com", true, true},
      {"*.example.com", "a.example.com", false, true},
      {"*.example.com", "b.a.example.com", false, false},
      {"*.example.com", ".a.example.com", false, false},
      {"*", "com", false, true},
      {"*.com", "example.org", false, false},
      {"f*.example.com", "foo.example.com", false, true},
      {"a.*.com", "example.com", false, true},
      {"foo.example.com", "*.example.com", false, true},
      {"*.example.com", "*.example.com", true, true},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(DnsMatches(row.name, row.constraint, Subtree::kPermitted),
              row.permitted)
        << row.name << " " << row.constraint;
    EXPECT_EQ(DnsMatches(row.name, row.constraint, Subtree::kExcluded),
              row.excluded)
        << row.name << " " << row.constraint;
  }
}

TEST(NameMatchTest, Host) {
  const std::vector<Row> rows = {
      {"example.com", "example.com", true, true},
      {"EXAMPLE.com", "example.COM", true, true},
      {"a.example.com", "example.com", false, true},
      {"badexample.com", "example.com", false, false},
      {"a.example.com", ".example.com", true, true},
      {"b.a.example.com", ".example.com", true, true},
      {"example.com", ".example.com", false, false},
      {"example.com", "", true, true},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(HostMatches(row.name, row.constraint, Subtree::kPermitted),
              row.permitted)
        << row.name << " " << row.constraint;
    EXPECT_EQ(HostMatches(row.name, row.constraint, Subtree::kExcluded),
              row.excluded)
        << row.name << " " << row.constraint;
  }
}

TEST(NameMatchTest, Email) {
  const std::vector<Row> rows = {
      {"a@example.com", "a@example.com", true, true},
      {"a@example.com", "a@EXAMPLE.com", true, true},
      {"A@example.com", "a@example.com", false, false},
      {"a@example.org", "a@example.com", false, false},
      {"b@example.com", "a@example.com", false, false},
      {"a@example.com", "example.com", true, true},
      {"a@b.example.com", "example.com", false, true},
      {"a@b.example.com", ".example.com", true, true},
      {"a@example.com", "", true, true},
      {"a@example.com", "@example.com", false, false},
  };
  for (const Row& row : rows) {
    const absl::optional<Mailbox> mailbox = ParseMailbox(row.name);
    ASSERT_TRUE(mailbox.has_value()) << row.name;
    EXPECT_EQ(EmailMatches(*mailbox, row.constraint, Subtree::kPermitted),
              row.permitted)
        << row.name << " " << row.constraint;
    EXPECT_EQ(EmailMatches(*mailbox, row.constraint, Subtree::kExcluded),
              row.excluded)
        << row.name << " " << row.constraint;
  }
}

TEST(NameMatchTest, Mailboxes) {
  for (const absl::string_view good :
       {"a@b", "a.b@example.com", "a+b@example.com", "o'brien@example.com"}) {
    EXPECT_TRUE(ParseMailbox(good).has_value()) << good;
  }
  for (const absl::string_view bad :
       {"", "a", "@", "a@", "@b", "a@b.", "a@.b", ".a@b", "a.@b", "a..b@c",
        "a b@c", "\"a\"@b", "a\\@b", "a@b c", "a@b@c", "a(b)@c",
        "a@b\xc3\xa9.com", "<a@b>"}) {
    EXPECT_FALSE(ParseMailbox(bad).has_value()) << bad;
  }
}

TEST(NameMatchTest, DomainNames) {
  for (const absl::string_view good :
       {"a", "a.b", "*.a", "xn--a.com", "_a.b", "1.2"}) {
    EXPECT_TRUE(IsDomainName(good)) << good;
    EXPECT_TRUE(IsDomainConstraint(good)) << good;
  }
  for (const absl::string_view bad :
       {".", "a.", "a..b", "..a", "a b", "a\n", "a\x7f", "caf\xc3\xa9.com"}) {
    EXPECT_FALSE(IsDomainName(bad)) << bad;
    EXPECT_FALSE(IsDomainConstraint(bad)) << bad;
  }
  for (const absl::string_view constraint : {"", ".a", ".a.b"}) {
    EXPECT_FALSE(IsDomainName(constraint)) << constraint;
    EXPECT_TRUE(IsDomainConstraint(constraint)) << constraint;
  }
  EXPECT_FALSE(IsDomainName(absl::string_view("a\0b", 3)));
}

struct UriRow {
  absl::string_view uri;
  absl::string_view host;  // "": none that may be matched.
};

TEST(NameMatchTest, UriHosts) {
  const std::vector<UriRow> rows = {
      {"spiffe://example.com/a", "example.com"},
      {"spiffe://example.com", "example.com"},
      {"https://example.com:8443?a=b", "example.com"},
      {"https://example.com#f", "example.com"},
      {"https://u:p@example.com/", "example.com"},
      {"https://good.com@evil.org/", "evil.org"},
      {"https://evil.org/@good.com", "evil.org"},
      {"https://evil.org?@good.com", "evil.org"},
      {"https://evil.org#@good.com", "evil.org"},
      {"https://7eleven.com/", "7eleven.com"},
      {"https://evil.org\\@good.com/", "good.com"},
      {"https://good.com\\.evil.org/", ""},
      {"urn:a:b", ""},
      {"https:/example.com", ""},
      {"https:example.com", ""},
      {"//example.com", ""},
      {"://example.com", ""},
      {"example.com", ""},
      {"https://", ""},
      {"https:///a", ""},
      {"https://@/a", ""},
      {"https://:80/", ""},
      {"https://10.0.0.1/", ""},
      {"https://0x7f.1/", ""},
      {"https://2130706433/", ""},
      {"https://a.0x7f/", ""},
      {"https://10.0.0.1:80/", ""},
      {"https://[::1]/", ""},
      {"https://[fe80::1%25a.com]/", ""},
      {"https://[fe80::1%25a.com]:80/", ""},
      {"https://exam%70le.com/", ""},
      {"https://example.com./", ""},
      {"https://a..b/", ""},
      {"https://caf\xc3\xa9.com/", ""},
      {"https://a b/", ""},
  };
  for (const UriRow& row : rows) {
    EXPECT_EQ(UriHost(row.uri).value_or(""), row.host) << row.uri;
  }
}

TEST(NameMatchTest, Ip) {
  const std::vector<Row> rows = {
      {"10.1.2.3", "10.0.0.0/8", true, true},
      {"10.1.2.3", "10.9.9.9/8", true, true},
      {"11.1.2.3", "10.0.0.0/8", false, false},
      {"10.1.2.3", "0.0.0.0/0", true, true},
      {"10.1.2.3", "10.1.2.3/32", true, true},
      {"10.1.2.2", "10.1.2.3/32", false, false},
      {"10.1.2.3", "10.1.2.2/31", true, true},
      {"10.1.2.3", "::/0", false, false},
      {"2001:db8::1", "0.0.0.0/0", false, false},
      {"2001:db8::1", "2001:db8::/32", true, true},
      {"2001:db9::1", "2001:db8::/32", false, false},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(IpMatches(testing::IpText(row.name).value,
                        testing::IpText(row.constraint).value),
              row.permitted)
        << row.name << " " << row.constraint;
  }
}

TEST(NameMatchTest, IpTexts) {
  for (const absl::string_view text :
       {"10.0.0.1", "10.0.0.0/8", "2001:db8::1", "2001:db8::/33", "::/0"}) {
    EXPECT_EQ(IpText(testing::IpText(text).value), text);
  }
  EXPECT_EQ(IpText("123"), "");
  EXPECT_TRUE(IsMappedIpv4(testing::IpText("::ffff:10.0.0.1").value));
  EXPECT_FALSE(IsMappedIpv4(testing::IpText("::10.0.0.1").value));
  EXPECT_FALSE(IsMappedIpv4(testing::IpText("10.0.0.1").value));
}

DistinguishedName Name(const std::vector<testing::TestAttribute>& attributes) {
  return DistinguishedName::FromDer(NameDer(attributes)).value();
}

struct DirectoryRow {
  const char* name;
  std::vector<testing::TestAttribute> subject;
  std::vector<testing::TestAttribute> constraint;
  bool permitted;
  bool excluded;
};

TEST(NameMatchTest, Directory) {
  const std::string o = "2.5.4.10";
  const std::string cn = "2.5.4.3";
  std::vector<DirectoryRow> rows = {
      {"the same", {{o, "a"}}, {{o, "a"}}, true, true},
      {"longer", {{o, "a"}, {cn, "b"}}, {{o, "a"}}, true, true},
      {"shorter", {{o, "a"}}, {{o, "a"}, {cn, "b"}}, false, false},
      {"empty constraint", {{o, "a"}}, {}, true, true},
      {"empty subject", {}, {{o, "a"}}, false, false},
      {"another value", {{o, "a"}}, {{o, "b"}}, false, false},
      {"another type", {{o, "a"}}, {{cn, "a"}}, false, false},
      {"another order", {{o, "a"}, {cn, "b"}}, {{cn, "b"}}, false, false},
      {"case", {{o, "A b"}}, {{o, "a B"}}, true, true},
      {"spaces elsewhere", {{o, "ab"}}, {{o, "a b"}}, false, false},
      {"a prefix", {{o, "ab"}}, {{o, "a"}}, false, false},
      {"spaces", {{o, " a  b "}}, {{o, "a b"}}, true, true},
      {"string type",
       {{o, "a", testing::kUtf8}},
       {{o, "a", testing::kPrintable}},
       true,
       true},
      {"wide string type",
       {{o, std::string("\0a", 2), testing::kBmp}},
       {{o, "a"}},
       true,
       true},
      {"not ASCII, the same", {{o, "\xc3\xa9"}}, {{o, "\xc3\xa9"}}, true, true},
      {"not ASCII, another", {{o, "\xc3\xa9"}}, {{o, "\xc3\x89"}}, false, true},
      {"not ASCII, another type", {{o, "\xc3\xa9"}}, {{cn, "a"}}, false, false},
      {"set, other order",
       {{o, "a"}, {o, "b", testing::kUtf8, true}},
       {{o, "b"}, {o, "a", testing::kUtf8, true}},
       true,
       true},
      {"set, one of two",
       {{o, "a"}, {o, "b", testing::kUtf8, true}},
       {{o, "a"}},
       false,
       false},
      {"set, one twice",
       {{o, "a"}, {o, "b", testing::kUtf8, true}},
       {{o, "a"}, {o, "A", testing::kUtf8, true}},
       false,
       false},
  };
  std::vector<testing::TestAttribute> large(17, {o, "a", testing::kUtf8, true});
  rows.push_back({"set too large to compare", large, large, false, true});
  for (const DirectoryRow& row : rows) {
    const DistinguishedName subject = Name(row.subject);
    const DistinguishedName constraint = Name(row.constraint);
    EXPECT_EQ(DirectoryMatches(subject, constraint, Subtree::kPermitted),
              row.permitted)
        << row.name;
    EXPECT_EQ(DirectoryMatches(subject, constraint, Subtree::kExcluded),
              row.excluded)
        << row.name;
  }
}

}  // namespace
}  // namespace gatehouse::pki::internal
