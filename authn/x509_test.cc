// The rules of client certificates: each numbered rule of Kubernetes has a row.
#include "authn/x509.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "authn/testing/test_client.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pki/testing/certificate_builder.h"

namespace gatehouse::authn {
namespace {

using authn::testing::ConfigOf;
using authn::testing::Deny;
using authn::testing::DenyUser;
using authn::testing::Describe;
using authn::testing::MakeClientCa;
using authn::testing::TestClient;
using authn::testing::TestNow;
using authn::testing::Trust;
using pki::testing::BasicConstraintsExtension;
using pki::testing::ExtendedKeyUsageExtension;
using pki::testing::KeyUsageExtension;
using pki::testing::Leaf;
using pki::testing::NameDer;
using pki::testing::SubjectAltNames;
using pki::testing::TestAttribute;
using pki::testing::TestCa;
using pki::testing::TestCertificate;
using pki::testing::TestKey;
using pki::testing::UnknownExtension;
using pki::testing::Uri;

constexpr char kEkuOid[] = "2.5.29.37";

TestCertificate Root() { return TestCa("root"); }
TestCertificate Intermediate() { return TestCa("intermediate", Root()); }
TestCertificate Jane() { return Leaf("jane", Root()); }

TestCertificate With(TestCertificate leaf, pki::testing::TestExtension value) {
  leaf.Set(std::move(value));
  return leaf;
}

TestCertificate Named(const std::vector<TestAttribute>& subject) {
  TestCertificate leaf = Jane();
  leaf.subject = NameDer(subject);
  return leaf;
}

// Scenario is a request and what it meets.
struct Scenario {
  X509Config config = ConfigOf(Root());
  TestClient client{{Jane()}};
  absl::Time now = TestNow();
  bool tls = true;

  ClientCa& ca() { return config.client_cas[0]; }
};

// Returns the outcome, with Kubernetes' "verifying certificate SN=..., failed:"
// as "V:".
std::string Outcome(Scenario& scenario, const X509Options& options = {}) {
  auto authenticator =
      X509Authenticator::Create(std::move(scenario.config), options);
  if (!authenticator.ok()) return std::string(authenticator.status().message());
  Request request = scenario.client.At(scenario.now);
  request.tls = scenario.tls;
  const std::string first = Describe((*authenticator)->Authenticate(request));
  // The second time perhaps from memory: the same.
  EXPECT_EQ(Describe((*authenticator)->Authenticate(request)), first);
  if (scenario.client.ders().empty()) return first;
  const auto leaf = pki::Certificate::FromDer(scenario.client.ders()[0]);
  if (!leaf.ok()) return first;
  return absl::StrReplaceAll(
      first,
      {{absl::StrCat("verifying certificate ", leaf->Identifier(), " failed:"),
        "V:"}});
}

struct X509Case {
  const char* name;
  std::function<void(Scenario&)> change;
  std::string want;
};

class X509Test : public ::testing::TestWithParam<X509Case> {};

TEST_P(X509Test, Authenticates) {
  Scenario scenario;
  GetParam().change(scenario);
  EXPECT_EQ(Outcome(scenario), GetParam().want);
}

std::string Name(const ::testing::TestParamInfo<X509Case>& info) {
  return info.param.name;
}

constexpr char kUnknownAuthority[] =
    "UnknownAuthority: V: x509: certificate signed by unknown authority";
constexpr char kUsage[] =
    "IncompatibleUsage: V: x509: certificate specifies an incompatible key "
    "usage";

// What is no credential, and what is in the request.
INSTANTIATE_TEST_SUITE_P(
    Request, X509Test,
    ::testing::Values(
        X509Case{"authenticated", [](Scenario&) {}, "jane  []"},
        X509Case{"no_tls", [](Scenario& s) { s.tls = false; }, "no credential"},
        X509Case{"no_certificates",
                 [](Scenario& s) { s.client = TestClient(); }, "no credential"},
        X509Case{"intermediate_comes_along",
                 [](Scenario& s) {
                   s.client = TestClient(
                       {Leaf("jane", Intermediate()), Intermediate()});
                 },
                 "jane  []"},
        X509Case{"intermediates_in_any_order_and_unrelated_ones",
                 [](Scenario& s) {
                   s.client = TestClient(
                       {Leaf("jane", TestCa("second", Intermediate())),
                        TestCa("unrelated"), Intermediate(),
                        TestCa("second", Intermediate()), Jane()});
                 },
                 "jane  []"},
        X509Case{"intermediate_is_missing",
                 [](Scenario& s) {
                   s.client = TestClient({Leaf("jane", Intermediate())});
                 },
                 kUnknownAuthority},
        X509Case{"leaf_must_come_first",
                 [](Scenario& s) {
                   s.client = TestClient({Intermediate(), Jane()});
                 },
                 "intermediate  []"},
        X509Case{"too_many",
                 [](Scenario& s) {
                   s.client =
                       TestClient(std::vector<TestCertificate>(102, Jane()));
                 },
                 "TooLarge: the client presented 102 certificates; at most 101 "
                 "are looked at"}),
    Name);

// Verification is the verifier's; here is what users see of it.
INSTANTIATE_TEST_SUITE_P(
    Verification, X509Test,
    ::testing::Values(
        X509Case{"unknown_authority",
                 [](Scenario& s) {
                   s.client = TestClient({Leaf("jane", TestCa("other"))});
                 },
                 kUnknownAuthority},
        X509Case{"self_signed",
                 [](Scenario& s) { s.client = TestClient({TestCa("x")}); },
                 kUnknownAuthority},
        X509Case{"last_second", [](Scenario& s) { s.now = Jane().not_after; },
                 "jane  []"},
        X509Case{"a_second_later",
                 [](Scenario& s) {
                   TestCertificate leaf = Jane();
                   leaf.not_after = TestNow() - absl::Seconds(1);
                   s.client = TestClient({leaf});
                 },
                 "Expired: V: x509: certificate has expired or is not yet "
                 "valid: current time 2030-01-01T00:00:00Z is after "
                 "2029-12-31T23:59:59Z"},
        X509Case{"within_the_last_second",
                 [](Scenario& s) {
                   TestCertificate leaf = Jane();
                   leaf.not_after = TestNow();
                   s.client = TestClient({leaf});
                   s.now = TestNow() + absl::Milliseconds(1);
                 },
                 "Expired: V: x509: certificate has expired or is not yet "
                 "valid: current time 2030-01-01T00:00:00Z is after "
                 "2030-01-01T00:00:00Z"},
        X509Case{"first_second", [](Scenario& s) { s.now = Jane().not_before; },
                 "jane  []"},
        X509Case{"not_yet",
                 [](Scenario& s) {
                   TestCertificate leaf = Jane();
                   leaf.not_before = TestNow() + absl::Seconds(1);
                   s.client = TestClient({leaf});
                 },
                 "NotYetValid: V: x509: certificate has expired or is not yet "
                 "valid: current time 2030-01-01T00:00:00Z is before "
                 "2030-01-01T00:00:01Z"},
        X509Case{"no_eku_allows_everything",
                 [](Scenario& s) {
                   TestCertificate leaf = Jane();
                   leaf.Remove(kEkuOid);
                   s.client = TestClient({leaf});
                 },
                 "jane  []"},
        X509Case{"any_eku",
                 [](Scenario& s) {
                   s.client = TestClient(
                       {With(Jane(), ExtendedKeyUsageExtension(
                                         {pki::kAnyExtendedKeyUsage}))});
                 },
                 "jane  []"},
        X509Case{"server_eku",
                 [](Scenario& s) {
                   s.client = TestClient({With(
                       Jane(), ExtendedKeyUsageExtension({pki::kServerAuth}))});
                 },
                 kUsage},
        X509Case{"intermediate_restricted_to_servers",
                 [](Scenario& s) {
                   const TestCertificate ca =
                       With(Intermediate(),
                            ExtendedKeyUsageExtension({pki::kServerAuth}));
                   s.client = TestClient({Leaf("jane", ca), ca});
                 },
                 kUsage},
        X509Case{"no_required_usages_mean_server_auth",
                 [](Scenario& s) { s.ca().key_usages = {}; }, kUsage},
        X509Case{"key_usage_of_the_leaf_is_not_looked_at",
                 [](Scenario& s) {
                   s.client = TestClient(
                       {With(Jane(), KeyUsageExtension(pki::kCrlSign))});
                 },
                 "jane  []"},
        X509Case{"a_ca_certificate_can_authenticate",
                 [](Scenario& s) { s.client = TestClient({Intermediate()}); },
                 "intermediate  []"},
        X509Case{"an_anchor_can_authenticate",
                 [](Scenario& s) { s.client = TestClient({Root()}); },
                 "root  []"},
        X509Case{"unknown_critical_extension",
                 [](Scenario& s) {
                   s.client =
                       TestClient({With(Jane(), UnknownExtension(true))});
                 },
                 "UnhandledCritical: V: x509: unhandled critical extension"},
        X509Case{"unknown_extension",
                 [](Scenario& s) {
                   s.client =
                       TestClient({With(Jane(), UnknownExtension(false))});
                 },
                 "jane  []"},
        X509Case{"kubernetes_policy_takes_small_rsa_keys",
                 [](Scenario& s) {
                   s.ca().policy = pki::VerificationPolicy::Kubernetes();
                   TestCertificate leaf = Jane();
                   leaf.key = TestKey::Rsa(1024);
                   s.client = TestClient({leaf});
                 },
                 "jane  []"}),
    Name);

INSTANTIATE_TEST_SUITE_P(
    Conversion, X509Test,
    ::testing::Values(
        X509Case{"groups_and_uid",
                 [](Scenario& s) {
                   s.client = TestClient({Named({{"2.5.4.10", "b"},
                                                 {"2.5.4.10", "a"},
                                                 {"2.5.4.3", "jane"},
                                                 {pki::kUserUidOid, "u1"}})});
                 },
                 "jane u1 [b, a]"},
        X509Case{
            "no_common_name_is_no_credential",
            [](Scenario& s) {
              s.client = TestClient({Named({{"2.5.4.10", "system:masters"}})});
            },
            "no credential"},
        X509Case{"error_of_the_conversion_stands_bare",
                 [](Scenario& s) {
                   s.client = TestClient(
                       {Named({{"2.5.4.3", "jane"}, {pki::kUserUidOid, ""}})});
                 },
                 "Invalid: UID cannot be an empty string"},
        X509Case{"custom",
                 [](Scenario& s) {
                   s.ca().conversion = [](const pki::VerifiedChain&) {
                     UserInfo user;
                     user.name = "custom";
                     return absl::optional<UserInfo>(user);
                   };
                 },
                 "custom  []"},
        X509Case{"uri_san",
                 [](Scenario& s) {
                   s.ca().conversion =
                       *UriSanConversion({"example.org", "{path}", {"g"}});
                   s.client = TestClient({With(
                       Jane(),
                       SubjectAltNames({Uri("spiffe://example.org/a/b")}))});
                 },
                 "a/b  [g]"},
        X509Case{"refused_group",
                 [](Scenario& s) {
                   s.ca().refused_groups = {"system:masters"};
                   s.client = TestClient({Named({{"2.5.4.10", "a"},
                                                 {"2.5.4.10", "system:masters"},
                                                 {"2.5.4.3", "jane"}})});
                 },
                 "NotAllowed: V: client CA \"ca\" may not give the group "
                 "\"system:masters\""},
        X509Case{"other_groups_are_fine",
                 [](Scenario& s) {
                   s.ca().refused_groups = {"system:masters"};
                   s.client = TestClient({Named(
                       {{"2.5.4.10", "system:master"}, {"2.5.4.3", "jane"}})});
                 },
                 "jane  [system:master]"}),
    Name);

constexpr char kNotListed[] =
    "NotAllowed: V: x509: subject with cn=jane is not in the allowed list";

INSTANTIATE_TEST_SUITE_P(
    Order, X509Test,
    ::testing::Values(
        X509Case{"listed",
                 [](Scenario& s) {
                   s.ca().allowed.common_names = {"john", "jane"};
                 },
                 "jane  []"},
        X509Case{"not_listed",
                 [](Scenario& s) { s.ca().allowed.common_names = {"john"}; },
                 kNotListed},
        X509Case{"chain_before_allow_list",
                 [](Scenario& s) {
                   s.ca().allowed.common_names = {"john"};
                   s.client = TestClient({Leaf("jane", TestCa("other"))});
                 },
                 kUnknownAuthority},
        X509Case{"allow_list_before_revocation",
                 [](Scenario& s) {
                   s.ca().allowed.common_names = {"john"};
                   s.config.revocation = Deny(s.client.leaf());
                 },
                 kNotListed},
        X509Case{"allow_list_before_conversion",
                 [](Scenario& s) {
                   s.ca().allowed.common_names = {"john"};
                   s.client = TestClient({Named({{"2.5.4.10", "o"}})});
                 },
                 "NotAllowed: V: x509: subject with cn= is not in the allowed "
                 "list"}),
    Name);

// ---- Revocation ----

struct RevokedCase {
  const char* name;
  std::function<void(Scenario&)> change;
  bool revoked;
};

class RevokedTest : public ::testing::TestWithParam<RevokedCase> {};

TEST_P(RevokedTest, IsRefused) {
  Scenario scenario;
  GetParam().change(scenario);
  const std::string outcome = Outcome(scenario);
  if (GetParam().revoked) {
    EXPECT_THAT(outcome, ::testing::StartsWith("Revoked: V: "));
  } else {
    EXPECT_EQ(outcome, "jane  []");
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, RevokedTest,
    ::testing::Values(
        RevokedCase{
            "certificate, everywhere",
            [](Scenario& s) { s.config.revocation = Deny(s.client.leaf()); },
            true},
        RevokedCase{
            "certificate, by its CA",
            [](Scenario& s) { s.ca().revocation = Deny(s.client.leaf()); },
            true},
        RevokedCase{"another certificate",
                    [](Scenario& s) {
                      s.config.revocation = Deny(Leaf("john", Root()).Build());
                    },
                    false},
        RevokedCase{"intermediate",
                    [](Scenario& s) {
                      s.client = TestClient(
                          {Leaf("jane", Intermediate()), Intermediate()});
                      s.config.revocation = Deny(Intermediate().Build());
                    },
                    true},
        RevokedCase{"user",
                    [](Scenario& s) { s.config.revocation = DenyUser("jane"); },
                    true},
        RevokedCase{"user, by the CA",
                    [](Scenario& s) { s.ca().revocation = DenyUser("jane"); },
                    true},
        RevokedCase{"another user",
                    [](Scenario& s) { s.config.revocation = DenyUser("john"); },
                    false},
        RevokedCase{"user, as the conversion calls her",
                    [](Scenario& s) {
                      s.config.revocation = DenyUser("x:a");
                      s.ca().conversion =
                          *UriSanConversion({"example.org", "x:{path}", {}});
                      s.client = TestClient({With(
                          Jane(),
                          SubjectAltNames({Uri("spiffe://example.org/a")}))});
                    },
                    true}),
    [](const auto& info) {
      return absl::StrReplaceAll(info.param.name, {{",", ""}, {" ", "_"}});
    });

// ---- Several CAs ----

// Two CAs that both vouch for jane: "first" by the root, "second" as well.
void TwoCas(Scenario& s) {
  s.config.client_cas = {MakeClientCa("first", {Root()}),
                         MakeClientCa("second", {Root()})};
}

UserConversion Constant(const std::string& name) {
  return [name](const pki::VerifiedChain&) {
    UserInfo user;
    user.name = name;
    return absl::optional<UserInfo>(user);
  };
}

UserConversion Failing(const std::string& text) {
  return [text](const pki::VerifiedChain&)
             -> absl::StatusOr<absl::optional<UserInfo>> {
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                     text);
  };
}

UserConversion Silent() {
  return [](const pki::VerifiedChain&) { return absl::optional<UserInfo>(); };
}

INSTANTIATE_TEST_SUITE_P(
    SeveralCas, X509Test,
    ::testing::Values(
        X509Case{"first_that_says_ok_wins",
                 [](Scenario& s) {
                   TwoCas(s);
                   s.config.client_cas[0].conversion = Constant("a");
                   s.config.client_cas[1].conversion = Constant("b");
                 },
                 "a  []"},
        X509Case{"no_opinion_goes_on",
                 [](Scenario& s) {
                   TwoCas(s);
                   s.config.client_cas[0].conversion = Silent();
                   s.config.client_cas[1].conversion = Constant("b");
                 },
                 "b  []"},
        X509Case{"error_goes_on",
                 [](Scenario& s) {
                   TwoCas(s);
                   s.config.client_cas[0].conversion = Failing("bad");
                   s.config.client_cas[1].conversion = Constant("b");
                 },
                 "b  []"},
        X509Case{"not_listed_goes_on",
                 [](Scenario& s) {
                   TwoCas(s);
                   s.config.client_cas[0].allowed.common_names = {"john"};
                 },
                 "jane  []"},
        X509Case{"error_and_no_opinion",
                 [](Scenario& s) {
                   TwoCas(s);
                   s.config.client_cas[0].conversion = Failing("bad");
                   s.config.client_cas[1].conversion = Silent();
                 },
                 "Invalid: bad"},
        X509Case{"two_errors",
                 [](Scenario& s) {
                   TwoCas(s);
                   s.config.client_cas[0].conversion = Failing("bad");
                   s.config.client_cas[1].conversion = Failing("worse");
                 },
                 "Invalid: [bad, worse]"},
        X509Case{"the_same_error_twice",
                 [](Scenario& s) {
                   TwoCas(s);
                   s.config.client_cas[0].conversion = Failing("bad");
                   s.config.client_cas[1].conversion = Failing("bad");
                 },
                 "Invalid: bad"},
        X509Case{"no_opinion_at_all",
                 [](Scenario& s) {
                   TwoCas(s);
                   s.config.client_cas[0].conversion = Silent();
                   s.config.client_cas[1].conversion = Silent();
                 },
                 "no credential"},
        X509Case{"unknown_to_both",
                 [](Scenario& s) {
                   TwoCas(s);
                   s.client = TestClient({Leaf("jane", TestCa("other"))});
                 },
                 kUnknownAuthority},
        X509Case{"known_to_the_second",
                 [](Scenario& s) {
                   TwoCas(s);
                   s.config.client_cas[0].trust = Trust({TestCa("other")});
                 },
                 "jane  []"},
        X509Case{"unknown_to_the_one_no_opinion_of_the_other",
                 [](Scenario& s) {
                   TwoCas(s);
                   s.config.client_cas[0].trust = Trust({TestCa("other")});
                   s.config.client_cas[1].conversion = Silent();
                 },
                 "no credential"},
        X509Case{"who_knows_the_certificate_says_why",
                 [](Scenario& s) {
                   TwoCas(s);
                   s.config.client_cas[0].trust = Trust({TestCa("other")});
                   s.config.client_cas[1].key_usages = {pki::kServerAuth};
                 },
                 kUsage},
        X509Case{"lists_of_one_ca_do_not_speak_for_the_other",
                 [](Scenario& s) {
                   TwoCas(s);
                   s.config.client_cas[0].revocation = DenyUser("jane");
                 },
                 "jane  []"},
        X509Case{"two_anchors_of_one_name",
                 [](Scenario& s) {
                   TestCertificate other = Root();
                   other.key = other.signer = TestKey::P256("other");
                   s.ca().trust = Trust({other, Root()});
                 },
                 "jane  []"}),
    Name);

// ---- The rest ----

TEST(X509AuthenticatorTest, NamesTheCredential) {
  const auto authenticator = X509Authenticator::Create(ConfigOf(Root()));
  ASSERT_TRUE(authenticator.ok());
  const TestClient client({Jane()});
  const Result result = (*authenticator)->Authenticate(client.At(TestNow()));
  ASSERT_TRUE(result.authenticated());
  const Authentication& got = result.authentication();
  EXPECT_EQ(got.authenticator, "x509");
  EXPECT_EQ(got.credential_id, client.leaf().CredentialId());
  EXPECT_EQ(got.user.extra.at(kCredentialIdKey)[0], got.credential_id);
  EXPECT_FALSE(got.audiences.has_value());
  EXPECT_EQ(got.not_after, Jane().not_after);
}

TEST(X509AuthenticatorTest, ErrorNamesTheCertificateAsKubernetesDoes) {
  const auto authenticator = X509Authenticator::Create(ConfigOf(Root()));
  const TestClient client({Leaf("jane", TestCa("other"))});
  const Result result = (*authenticator)->Authenticate(client.At(TestNow()));
  EXPECT_EQ(result.error().message(),
            absl::StrCat("verifying certificate ", client.leaf().Identifier(),
                         " failed: x509: certificate signed by unknown "
                         "authority"));
}

TEST(X509AuthenticatorTest, BareErrors) {
  X509Options options;
  options.bare_errors = true;
  const auto authenticator =
      X509Authenticator::Create(ConfigOf(Root()), options);
  const TestClient client({Leaf("jane", TestCa("other"))});
  EXPECT_EQ(Describe((*authenticator)->Authenticate(client.At(TestNow()))),
            "UnknownAuthority: x509: certificate signed by unknown authority");
}

TEST(X509AuthenticatorTest, MalformedCertificatesAreRefused) {
  const auto authenticator = X509Authenticator::Create(ConfigOf(Root()));
  const std::string good = Jane().Der();
  const std::string large(pki::Certificate::kMaxBytes + 1, '\x30');
  const struct {
    std::vector<absl::string_view> certificates;
    Reason reason;
  } kCases[] = {
      {{""}, Reason::kMalformed},
      {{"rubbish"}, Reason::kMalformed},
      {{absl::string_view(good).substr(0, 100)}, Reason::kMalformed},
      {{large}, Reason::kTooLarge},
      {{good, "rubbish"}, Reason::kMalformed},
  };
  for (const auto& test : kCases) {
    Request request;
    request.tls = true;
    request.peer_certificates = test.certificates;
    request.now = TestNow();
    const Result result = (*authenticator)->Authenticate(request);
    EXPECT_EQ(ReasonOf(result.error()), test.reason) << result.error();
  }
}

TEST(X509AuthenticatorTest, DefaultPolicyIsStricterThanKubernetes) {
  const auto authenticator = X509Authenticator::Create(ConfigOf(Root()));
  TestCertificate leaf = Jane();
  leaf.key = TestKey::Rsa(1024);
  const TestClient client({leaf});
  const Result result = (*authenticator)->Authenticate(client.At(TestNow()));
  EXPECT_EQ(ReasonOf(result.error()), Reason::kWeakCryptography)
      << result.error();
}

TEST(X509AuthenticatorTest, NoCredentialBeforeTheFirstConfiguration) {
  X509Authenticator authenticator;
  const TestClient client({Jane()});
  EXPECT_EQ(Describe(authenticator.Authenticate(client.At(TestNow()))),
            "no credential");
  EXPECT_EQ(authenticator.generation(), 0u);
  ASSERT_TRUE(authenticator.Update(ConfigOf(Root())).ok());
  EXPECT_EQ(Describe(authenticator.Authenticate(client.At(TestNow()))),
            "jane  []");
  EXPECT_EQ(authenticator.generation(), 1u);
}

TEST(X509AuthenticatorTest, BadConfigurationLeavesTheGoodOne) {
  EXPECT_FALSE(X509Authenticator::Create({}).ok());
  const auto authenticator = X509Authenticator::Create(ConfigOf(Root()));
  const TestClient client({Jane()});
  EXPECT_EQ(ReasonOf((*authenticator)->Update({})), Reason::kInvalid);
  EXPECT_EQ((*authenticator)->generation(), 1u);
  EXPECT_EQ(Describe((*authenticator)->Authenticate(client.At(TestNow()))),
            "jane  []");
}

TEST(X509AuthenticatorTest, ObservesTheTimeLeftOfBadCertificatesToo) {
  std::vector<absl::Duration> seen;
  X509Options options;
  options.observe_remaining_lifetime = [&seen](absl::Duration left) {
    seen.push_back(left);
  };
  const auto authenticator =
      X509Authenticator::Create(ConfigOf(Root()), options);
  const TestClient good({Jane()});
  const TestClient bad({Leaf("jane", TestCa("other"))});
  const absl::Duration left = Jane().not_after - TestNow();
  (*authenticator)->Authenticate(good.At(TestNow()));
  (*authenticator)->Authenticate(good.At(TestNow() + absl::Hours(1)));
  (*authenticator)->Authenticate(bad.At(TestNow()));
  (*authenticator)->Authenticate(bad.At(Jane().not_after + absl::Hours(2)));
  (*authenticator)->Authenticate(Request());
  EXPECT_THAT(seen, ::testing::ElementsAre(left, left - absl::Hours(1), left,
                                           -absl::Hours(2)));
}

}  // namespace
}  // namespace gatehouse::authn
