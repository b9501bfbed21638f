#include "authn/user_conversion.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "authn/authenticator.h"
#include "authn/testing/test_client.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "pki/extensions.h"
#include "pki/testing/certificate_builder.h"
#include "pki/verify/verifier.h"

namespace gatehouse::authn {
namespace {

using pki::testing::Dns;
using pki::testing::kBmp;
using pki::testing::kIa5;
using pki::testing::kPrintable;
using pki::testing::kUtf8;
using pki::testing::Leaf;
using pki::testing::NameDer;
using pki::testing::SubjectAltNames;
using pki::testing::TestAttribute;
using pki::testing::TestCa;
using pki::testing::TestCertificate;
using pki::testing::TestName;
using pki::testing::Uri;

constexpr char kCn[] = "2.5.4.3";
constexpr char kO[] = "2.5.4.10";
constexpr char kOu[] = "2.5.4.11";
constexpr char kUid[] = "1.3.6.1.4.1.57683.2";
constexpr char kLdapUid[] = "0.9.2342.19200300.100.1.1";
constexpr uint8_t kBitString = 0x03;

std::string Say(const absl::StatusOr<absl::optional<UserInfo>>& user) {
  if (!user.ok()) {
    return absl::StrCat(ReasonName(ReasonOf(user.status())), ": ",
                        user.status().message());
  }
  if (!user->has_value()) return "no opinion";
  return absl::StrCat((*user)->name, " ", (*user)->uid, " [",
                      absl::StrJoin((*user)->groups, ", "), "]");
}

struct SubjectCase {
  const char* name;
  std::vector<TestAttribute> subject;
  const char* want;
  bool parse_uid = true;
};

class SubjectTest : public ::testing::TestWithParam<SubjectCase> {};

TEST_P(SubjectTest, IsTheUser) {
  const auto subject =
      pki::DistinguishedName::FromDer(NameDer(GetParam().subject));
  ASSERT_TRUE(subject.ok()) << subject.status();
  CommonNameOptions options;
  options.parse_uid = GetParam().parse_uid;
  const auto user = UserFromSubject(*subject, "X509SHA256=00", options);
  EXPECT_EQ(Say(user), GetParam().want);
  if (!user.ok() || !user->has_value()) return;
  const ExtraValues want = {{kCredentialIdKey, {"X509SHA256=00"}}};
  EXPECT_EQ((*user)->extra, want);
}

INSTANTIATE_TEST_SUITE_P(
    All, SubjectTest,
    ::testing::Values(
        SubjectCase{"common_name", {{kCn, "jane"}}, "jane  []"},
        SubjectCase{"empty_subject", {}, "no opinion"},
        SubjectCase{"no_common_name", {{kO, "system:masters"}}, "no opinion"},
        SubjectCase{"empty_common_name", {{kCn, ""}}, "no opinion"},
        SubjectCase{"last_common_name_wins",
                    {{kCn, "first"}, {kO, "o"}, {kCn, "last"}},
                    "last  [o]"},
        SubjectCase{
            "last_one_is_empty", {{kCn, "first"}, {kCn, ""}}, "no opinion"},
        SubjectCase{"last_one_within_an_rdn",
                    {{kCn, "a"}, {kCn, "b", kUtf8, true}},
                    "b  []"},
        SubjectCase{"all_organizations_in_order_with_duplicates",
                    {{kO, "b"}, {kO, "a"}, {kO, "b"}, {kCn, "jane"}},
                    "jane  [b, a, b]"},
        SubjectCase{"organizations_of_one_rdn",
                    {{kO, "a"}, {kO, "b", kUtf8, true}, {kCn, "jane"}},
                    "jane  [a, b]"},
        SubjectCase{"masters_are_not_filtered_here",
                    {{kO, "system:masters"}, {kCn, "jane"}},
                    "jane  [system:masters]"},
        SubjectCase{"organizational_unit_is_no_group",
                    {{kOu, "unit"}, {kCn, "jane"}},
                    "jane  []"},
        SubjectCase{"uid", {{kCn, "jane"}, {kUid, "u1"}}, "jane u1 []"},
        SubjectCase{"uid_printable",
                    {{kCn, "jane"}, {kUid, "u1", kPrintable}},
                    "jane u1 []"},
        SubjectCase{
            "uid_ia5", {{kCn, "jane"}, {kUid, "u1", kIa5}}, "jane u1 []"},
        SubjectCase{"uid_bmp",
                    {{kCn, "jane"}, {kUid, std::string("\0u\0\061", 4), kBmp}},
                    "jane u1 []"},
        SubjectCase{"ldap_uid_is_not_the_uid",
                    {{kCn, "jane"}, {kLdapUid, "u1"}},
                    "jane  []"},
        SubjectCase{"two_uids",
                    {{kCn, "jane"}, {kUid, "a"}, {kUid, "b"}},
                    "Invalid: expected 1 UID, but found multiple: [a b]"},
        SubjectCase{"the_same_uid_twice",
                    {{kCn, "jane"}, {kUid, "a"}, {kUid, "a"}},
                    "Invalid: expected 1 UID, but found multiple: [a a]"},
        SubjectCase{"empty_uid",
                    {{kCn, "jane"}, {kUid, ""}},
                    "Invalid: UID cannot be an empty string"},
        SubjectCase{"uid_that_is_no_string",
                    {{kCn, "jane"}, {kUid, std::string("\0u", 2), kBitString}},
                    "Invalid: unable to parse UID into a string"},
        SubjectCase{"common_name_is_looked_at_first",
                    {{kUid, ""}, {kUid, "b"}},
                    "no opinion"},
        SubjectCase{"gate_off_ignores_the_uid",
                    {{kCn, "jane"}, {kUid, "u1"}},
                    "jane  []",
                    false},
        SubjectCase{"gate_off_ignores_a_bad_uid",
                    {{kCn, "jane"}, {kUid, ""}, {kUid, "b"}},
                    "jane  []",
                    false}),
    [](const auto& info) { return std::string(info.param.name); });

// Verifies a leaf, whatever its usage, and converts it.
absl::StatusOr<absl::optional<UserInfo>> Convert(
    const UserConversion& conversion, const TestCertificate& ca,
    const pki::Certificate& leaf) {
  pki::VerifyOptions options;
  options.now = authn::testing::TestNow();
  options.key_usages = {pki::kAnyExtendedKeyUsage};
  const auto chain =
      pki::Verifier::VerifyOne(leaf, {}, *authn::testing::Trust({ca}), options);
  if (!chain.ok()) return chain.status();
  return conversion(*chain);
}

TEST(CommonNameConversionTest, TakesTheLeaf) {
  const TestCertificate ca = TestCa("root");
  const pki::Certificate leaf = Leaf("jane", ca).Build();
  const auto user = Convert(CommonNameConversion(), ca, leaf);
  EXPECT_EQ(Say(user), "jane  []");
  const ExtraValues want = {{kCredentialIdKey, {leaf.CredentialId()}}};
  EXPECT_EQ((*user)->extra, want);
}

struct SpiffeCase {
  const char* name;
  std::vector<TestName> names;
  std::string want;
  const char* user_name = "{id}";
  uint16_t key_usage = pki::kDigitalSignature;
  bool is_ca = false;
};

constexpr char kNotAnId[] = " is not the SPIFFE id of a workload";

std::string NotAnId(const std::string& uri) {
  return absl::StrCat("Invalid: URI SAN \"", uri, "\"", kNotAnId);
}

class SpiffeTest : public ::testing::TestWithParam<SpiffeCase> {};

TEST_P(SpiffeTest, IsTheUser) {
  const SpiffeCase& test = GetParam();
  UriSanOptions options;
  options.trust_domain = "example.org";
  options.user_name = test.user_name;
  options.groups = {"workloads"};
  const auto conversion = UriSanConversion(options);
  ASSERT_TRUE(conversion.ok()) << conversion.status();
  const TestCertificate ca = TestCa("root");
  TestCertificate leaf = Leaf("ignored", ca);
  leaf.Set(SubjectAltNames(test.names));
  leaf.Set(pki::testing::KeyUsageExtension(test.key_usage));
  if (test.is_ca) leaf.Set(pki::testing::BasicConstraintsExtension(true));
  const pki::Certificate built = leaf.Build();
  const auto user = Convert(*conversion, ca, built);
  EXPECT_EQ(Say(user), test.want);
  if (!user.ok()) return;
  EXPECT_EQ((*user)->extra.at(kCredentialIdKey)[0], built.CredentialId());
}

INSTANTIATE_TEST_SUITE_P(
    All, SpiffeTest,
    ::testing::Values(
        SpiffeCase{"the_uri_itself",
                   {Uri("spiffe://example.org/ns/a/sa/b")},
                   "spiffe://example.org/ns/a/sa/b  [workloads]"},
        SpiffeCase{"prefix_and_path",
                   {Uri("spiffe://example.org/ns/a")},
                   "spiffe:ns/a  [workloads]",
                   "spiffe:{path}"},
        SpiffeCase{"other_names_beside_it",
                   {Uri("spiffe://example.org/a"), Dns("a.example.org")},
                   "spiffe://example.org/a  [workloads]"},
        SpiffeCase{"every_character_of_a_path",
                   {Uri("spiffe://example.org/aZ09.-_/...")},
                   "spiffe://example.org/aZ09.-_/...  [workloads]"},
        SpiffeCase{"no_uri",
                   {Dns("a.example.org")},
                   "Invalid: expected 1 URI SAN, as in an X.509-SVID, but "
                   "found 0"},
        SpiffeCase{"two_uris",
                   {Uri("spiffe://example.org/a"), Uri("https://b")},
                   "Invalid: expected 1 URI SAN, as in an X.509-SVID, but "
                   "found 2"},
        SpiffeCase{"another_trust_domain",
                   {Uri("spiffe://example.com/a")},
                   "NotAllowed: SPIFFE id spiffe://example.com/a is not of "
                   "the trust domain example.org"},
        SpiffeCase{"a_subdomain_is_another_one",
                   {Uri("spiffe://a.example.org/a")},
                   "NotAllowed: SPIFFE id spiffe://a.example.org/a is not of "
                   "the trust domain example.org"},
        SpiffeCase{"another_scheme",
                   {Uri("https://example.org/a")},
                   NotAnId("https://example.org/a")},
        SpiffeCase{"upper_case_trust_domain",
                   {Uri("spiffe://Example.org/a")},
                   NotAnId("spiffe://Example.org/a")},
        SpiffeCase{"trust_domain_alone",
                   {Uri("spiffe://example.org")},
                   NotAnId("spiffe://example.org")},
        SpiffeCase{"root_path",
                   {Uri("spiffe://example.org/")},
                   NotAnId("spiffe://example.org/")},
        SpiffeCase{"trailing_slash",
                   {Uri("spiffe://example.org/a/")},
                   NotAnId("spiffe://example.org/a/")},
        SpiffeCase{"empty_segment",
                   {Uri("spiffe://example.org/a//b")},
                   NotAnId("spiffe://example.org/a//b")},
        SpiffeCase{"dot_segment",
                   {Uri("spiffe://example.org/a/../b")},
                   NotAnId("spiffe://example.org/a/../b")},
        SpiffeCase{"percent_escape",
                   {Uri("spiffe://example.org/a%2fb")},
                   NotAnId("spiffe://example.org/a%2fb")},
        SpiffeCase{"query",
                   {Uri("spiffe://example.org/a?b")},
                   NotAnId("spiffe://example.org/a?b")},
        SpiffeCase{"port",
                   {Uri("spiffe://example.org:80/a")},
                   NotAnId("spiffe://example.org:80/a")},
        SpiffeCase{"user_info",
                   {Uri("spiffe://u@example.org/a")},
                   NotAnId("spiffe://u@example.org/a")},
        SpiffeCase{"too_long",
                   {Uri("spiffe://example.org/" + std::string(2028, 'a'))},
                   NotAnId("spiffe://example.org/" + std::string(2028, 'a'))},
        SpiffeCase{
            "longest",
            {Uri("spiffe://example.org/" + std::string(2027, 'a'))},
            "spiffe://example.org/" + std::string(2027, 'a') + "  [workloads]"},
        SpiffeCase{"ca_certificate",
                   {Uri("spiffe://example.org/a")},
                   "Invalid: an X.509-SVID of a workload must not be a CA "
                   "certificate",
                   "{id}",
                   pki::kDigitalSignature,
                   true},
        SpiffeCase{"key_usage_without_signature",
                   {Uri("spiffe://example.org/a")},
                   "Invalid: key usage of an X.509-SVID must have "
                   "digitalSignature",
                   "{id}",
                   pki::kKeyEncipherment},
        SpiffeCase{"key_usage_of_a_ca",
                   {Uri("spiffe://example.org/a")},
                   "Invalid: key usage of a workload's X.509-SVID must not "
                   "have keyCertSign or cRLSign",
                   "{id}",
                   pki::kDigitalSignature | pki::kCrlSign}),
    [](const auto& info) { return std::string(info.param.name); });

UriSanOptions Options(const std::string& trust_domain,
                      const std::string& user_name = "{id}",
                      const std::vector<std::string>& groups = {}) {
  return {trust_domain, user_name, groups};
}

struct OptionsCase {
  const char* name;
  UriSanOptions options;
  const char* want;  // A part of the error; "" for none.
};

class UriSanOptionsTest : public ::testing::TestWithParam<OptionsCase> {};

TEST_P(UriSanOptionsTest, AreChecked) {
  const auto conversion = UriSanConversion(GetParam().options);
  ASSERT_EQ(conversion.ok(), *GetParam().want == '\0') << conversion.status();
  if (conversion.ok()) return;
  EXPECT_EQ(ReasonOf(conversion.status()), Reason::kInvalid);
  EXPECT_TRUE(absl::StrContains(conversion.status().message(), GetParam().want))
      << conversion.status();
}

INSTANTIATE_TEST_SUITE_P(
    All, UriSanOptionsTest,
    ::testing::Values(
        OptionsCase{"defaults", Options("example.org"), ""},
        OptionsCase{"both", Options("example.org", "{id} {path}"), ""},
        OptionsCase{"no_trust_domain", Options(""), "\"\" is not a SPIFFE"},
        OptionsCase{"a_uri", Options("spiffe://example.org"), "trust domain"},
        OptionsCase{"upper_case", Options("Example.org"), "trust domain"},
        OptionsCase{"long_domain", Options(std::string(256, 'a')),
                    "trust domain"},
        OptionsCase{"constant_name", Options("example.org", "jane"), "{id} or"},
        OptionsCase{"empty_name", Options("example.org", ""), "{id} or"},
        OptionsCase{"unknown_placeholder", Options("example.org", "{id}{x}"),
                    "{x}"},
        OptionsCase{"empty_group", Options("example.org", "{id}", {""}),
                    "groups"}),
    [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace gatehouse::authn
