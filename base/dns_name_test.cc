#include "base/dns_name.h"

#include <string>

#include "gtest/gtest.h"

namespace gatehouse {
namespace {

TEST(DnsNameTest, LabelsAndSubdomains) {
  struct Case {
    std::string value;
    bool label;
    bool subdomain;
  };
  const std::string kLong(63, 'a');
  const Case kCases[] = {
      {"a", true, true},
      {"0", true, true},
      {"a-b", true, true},
      {"a--b", true, true},
      {"", false, false},
      {"-a", false, false},
      {"a-", false, false},
      {"A", false, false},
      {"a_b", false, false},
      {"a b", false, false},
      {"a:b", false, false},
      {"a/b", false, false},
      {std::string("a\0b", 3), false, false},
      {"\xc3\xa4", false, false},
      {"a.b", false, true},
      {"a..b", false, false},
      {".a", false, false},
      {"a.", false, false},
      {"a.-b", false, false},
      {kLong, true, true},
      {kLong + "a", false, true},
      {kLong + "." + kLong + "." + kLong + "." + kLong.substr(2), false, true},
      {kLong + "." + kLong + "." + kLong + "." + kLong.substr(1), false, false},
  };
  for (const Case& c : kCases) {
    EXPECT_EQ(IsDnsLabel(c.value), c.label) << c.value;
    EXPECT_EQ(IsDnsSubdomain(c.value), c.subdomain) << c.value;
  }
}

TEST(DnsNameTest, TheFormDoesNotLookAtTheLength) {
  const std::string kLong(300, 'a');
  EXPECT_TRUE(HasDnsLabelForm(kLong));
  EXPECT_TRUE(HasDnsSubdomainForm(kLong + "." + kLong));
  EXPECT_FALSE(HasDnsLabelForm(kLong + "-"));
}

}  // namespace
}  // namespace gatehouse
