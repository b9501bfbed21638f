#include "authn/client_ca.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "authn/testing/test_client.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "pki/testing/certificate_builder.h"

namespace gatehouse::authn {
namespace {

using authn::testing::ConfigOf;
using pki::testing::Dns;
using pki::testing::Email;
using pki::testing::Leaf;
using pki::testing::NameDer;
using pki::testing::SubjectAltNames;
using pki::testing::TestCa;
using pki::testing::TestCertificate;
using pki::testing::Uri;

using Texts = std::vector<std::string>;

AllowList List(Texts common_names, Texts dns_names = {}, Texts uris = {},
               Texts emails = {}) {
  return {std::move(common_names), std::move(dns_names), std::move(uris),
          std::move(emails)};
}

struct AllowCase {
  const char* name;
  AllowList list;
  bool want;
};

class AllowListTest : public ::testing::TestWithParam<AllowCase> {};

TEST_P(AllowListTest, Admits) {
  TestCertificate leaf = Leaf("jane", TestCa("root"));
  leaf.Set(SubjectAltNames({Dns("a.example.org"), Dns("b.example.org"),
                            Uri("spiffe://example.org/a"),
                            Email("jane@example.org")}));
  EXPECT_EQ(GetParam().list.Admits(leaf.Build()), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    All, AllowListTest,
    ::testing::Values(
        AllowCase{"empty", List({}), true},
        AllowCase{"common_name", List({"john", "jane"}), true},
        AllowCase{"another", List({"john"}), false},
        AllowCase{"case_of_a_common_name", List({"Jane"}), false},
        AllowCase{"prefix", List({"jan"}), false},
        AllowCase{"dns", List({}, {"b.example.org"}), true},
        AllowCase{"dns_in_any_case", List({}, {"B.Example.ORG"}), true},
        AllowCase{"no_wildcards", List({}, {"*.example.org"}), false},
        AllowCase{"common_name_is_no_dns_name", List({}, {"jane"}), false},
        AllowCase{"dns_name_is_no_common_name", List({"a.example.org"}), false},
        AllowCase{"uri", List({}, {}, {"spiffe://example.org/a"}), true},
        AllowCase{"case_of_a_uri", List({}, {}, {"spiffe://Example.org/a"}),
                  false},
        AllowCase{"email", List({}, {}, {}, {"jane@example.org"}), true},
        AllowCase{"another_email", List({}, {}, {}, {"x@example.org"}), false},
        AllowCase{"one_of_several_is_enough",
                  List({"john"}, {"x"}, {"y"}, {"jane@example.org"}), true}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(AllowListTest, EmptyCommonNameIsNotListed) {
  TestCertificate leaf = Leaf("", TestCa("root"));
  leaf.subject = NameDer(std::vector<pki::testing::TestAttribute>());
  AllowList list;
  EXPECT_TRUE(list.Admits(leaf.Build()));
  list.common_names = {"jane"};
  EXPECT_FALSE(list.Admits(leaf.Build()));
}

struct ConfigCase {
  const char* name;
  std::function<void(X509Config&)> change;
  Reason reason;
  const char* text;
};

class ConfigTest : public ::testing::TestWithParam<ConfigCase> {};

TEST_P(ConfigTest, IsChecked) {
  X509Config config = ConfigOf(TestCa("root"));
  GetParam().change(config);
  const absl::Status status = ValidateX509Config(config);
  EXPECT_EQ(ReasonOf(status), GetParam().reason) << status;
  EXPECT_EQ(status.message(), GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(
    All, ConfigTest,
    ::testing::Values(
        ConfigCase{"good", [](X509Config&) {}, Reason::kNone, ""},
        ConfigCase{"no_ca", [](X509Config& c) { c.client_cas.clear(); },
                   Reason::kInvalid,
                   "client certificates: there is no client CA"},
        ConfigCase{"no_name", [](X509Config& c) { c.client_cas[0].name = ""; },
                   Reason::kInvalid, "client CA \"\": it needs a name"},
        ConfigCase{
            "no_trust", [](X509Config& c) { c.client_cas[0].trust = nullptr; },
            Reason::kInvalid, "client CA \"ca\": it has no certificates"},
        ConfigCase{"no_conversion",
                   [](X509Config& c) { c.client_cas[0].conversion = nullptr; },
                   Reason::kInvalid,
                   "client CA \"ca\": it has no user conversion"},
        ConfigCase{"same_name_twice",
                   [](X509Config& c) {
                     c.client_cas.push_back(ClientCa(c.client_cas[0]));
                   },
                   Reason::kDuplicate,
                   "client CA \"ca\": there are two of them"},
        ConfigCase{"empty_key_usage",
                   [](X509Config& c) { c.client_cas[0].key_usages = {""}; },
                   Reason::kInvalid,
                   "client CA \"ca\": key usages: an entry is empty"},
        ConfigCase{"no_key_usages_are_fine",
                   [](X509Config& c) { c.client_cas[0].key_usages = {}; },
                   Reason::kNone, ""},
        ConfigCase{"empty_common_name",
                   [](X509Config& c) {
                     c.client_cas[0].allowed.common_names = {"a", ""};
                   },
                   Reason::kInvalid,
                   "client CA \"ca\": allowed common names: an entry is empty"},
        ConfigCase{
            "empty_dns_name",
            [](X509Config& c) { c.client_cas[0].allowed.dns_names = {""}; },
            Reason::kInvalid,
            "client CA \"ca\": allowed DNS names: an entry is empty"},
        ConfigCase{"empty_uri",
                   [](X509Config& c) { c.client_cas[0].allowed.uris = {""}; },
                   Reason::kInvalid,
                   "client CA \"ca\": allowed URIs: an entry is empty"},
        ConfigCase{"empty_email",
                   [](X509Config& c) { c.client_cas[0].allowed.emails = {""}; },
                   Reason::kInvalid,
                   "client CA \"ca\": allowed emails: an entry is empty"},
        ConfigCase{"empty_group",
                   [](X509Config& c) { c.client_cas[0].refused_groups = {""}; },
                   Reason::kInvalid,
                   "client CA \"ca\": refused groups: an entry is empty"}),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace gatehouse::authn
