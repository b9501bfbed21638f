#include "authn/x509_verifier.h"

#include <functional>
#include <memory>
#include <string>

#include "authn/testing/test_client.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "pki/testing/certificate_builder.h"

namespace gatehouse::authn {
namespace {

using authn::testing::ConfigOf;
using authn::testing::Deny;
using authn::testing::DenyUser;
using authn::testing::Describe;
using authn::testing::TestClient;
using authn::testing::TestNow;
using pki::testing::ExtendedKeyUsageExtension;
using pki::testing::Leaf;
using pki::testing::NameDer;
using pki::testing::TestAttribute;
using pki::testing::TestCa;
using pki::testing::TestCertificate;

// Says that everybody is "inner", and counts.
class Inner : public Authenticator {
 public:
  Result Authenticate(const Request&) const override {
    ++calls;
    Authentication authentication;
    authentication.user.name = "inner";
    return authentication;
  }
  mutable int calls = 0;
};

struct Scenario {
  X509Config config = ConfigOf(TestCa("root"));
  TestCertificate leaf = Leaf("proxy", TestCa("root"));
  bool tls = true;
};

struct VerifierCase {
  const char* name;
  std::function<void(Scenario&)> change;
  const char* want;
};

class VerifierTest : public ::testing::TestWithParam<VerifierCase> {};

TEST_P(VerifierTest, Guards) {
  Scenario scenario;
  GetParam().change(scenario);
  const auto inner = std::make_shared<Inner>();
  X509Verifier verifier(inner);
  ASSERT_TRUE(verifier.Update(scenario.config).ok());
  const TestClient client({scenario.leaf});
  Request request = client.At(TestNow());
  request.tls = scenario.tls;
  const bool passes = std::string(GetParam().want) == "inner  []";
  for (int calls = 1; calls <= 2; ++calls) {
    EXPECT_EQ(Describe(verifier.Authenticate(request)), GetParam().want);
    EXPECT_EQ(inner->calls, passes ? calls : 0);
  }
}

void Allow(Scenario& s, const std::string& name) {
  s.config.client_cas[0].allowed.common_names.push_back(name);
}

INSTANTIATE_TEST_SUITE_P(
    All, VerifierTest,
    ::testing::Values(
        VerifierCase{"any_of_the_ca", [](Scenario&) {}, "inner  []"},
        VerifierCase{"no_tls", [](Scenario& s) { s.tls = false; },
                     "no credential"},
        VerifierCase{"listed",
                     [](Scenario& s) {
                       Allow(s, "other");
                       Allow(s, "proxy");
                     },
                     "inner  []"},
        VerifierCase{"not_listed", [](Scenario& s) { Allow(s, "other"); },
                     "NotAllowed: x509: subject with cn=proxy is not in the "
                     "allowed list"},
        VerifierCase{"chain_before_list",
                     [](Scenario& s) {
                       Allow(s, "other");
                       s.leaf = Leaf("proxy", TestCa("stranger"));
                     },
                     "UnknownAuthority: x509: certificate signed by unknown "
                     "authority"},
        VerifierCase{"usage",
                     [](Scenario& s) {
                       s.leaf.Set(
                           ExtendedKeyUsageExtension({pki::kServerAuth}));
                     },
                     "IncompatibleUsage: x509: certificate specifies an "
                     "incompatible key usage"},
        VerifierCase{"server_usage_where_none_is_required",
                     [](Scenario& s) {
                       s.config.client_cas[0].key_usages = {};
                       s.leaf.Set(
                           ExtendedKeyUsageExtension({pki::kServerAuth}));
                     },
                     "inner  []"},
        VerifierCase{"no_common_name_and_no_list",
                     [](Scenario& s) {
                       s.leaf.subject = NameDer(std::vector<TestAttribute>());
                     },
                     "inner  []"},
        VerifierCase{"no_common_name_and_a_list",
                     [](Scenario& s) {
                       Allow(s, "proxy");
                       s.leaf.subject = NameDer(std::vector<TestAttribute>());
                     },
                     "NotAllowed: x509: subject with cn= is not in the allowed "
                     "list"},
        VerifierCase{"conversion_is_not_asked",
                     [](Scenario& s) {
                       s.config.client_cas[0].conversion =
                           [](const pki::VerifiedChain&) {
                             return absl::optional<UserInfo>();
                           };
                     },
                     "inner  []"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST(X509VerifierTest, NoCredentialBeforeTheFirstConfiguration) {
  const auto inner = std::make_shared<Inner>();
  const X509Verifier verifier(inner);
  const TestClient client({Leaf("proxy", TestCa("root"))});
  EXPECT_EQ(Describe(verifier.Authenticate(client.At(TestNow()))),
            "no credential");
  EXPECT_EQ(inner->calls, 0);
}

TEST(X509VerifierTest, RevokedProxyIsRefused) {
  X509Verifier verifier(std::make_shared<Inner>());
  const TestClient client({Leaf("proxy", TestCa("root"))});
  const struct {
    std::shared_ptr<const pki::RevocationLists> lists;
    Reason want;
  } kSteps[] = {
      {nullptr, Reason::kNone},
      {Deny(client.leaf()), Reason::kRevoked},
      {DenyUser("proxy"), Reason::kRevoked},
      {DenyUser("other"), Reason::kNone},
  };
  uint64_t generation = 0;
  for (const auto& step : kSteps) {
    X509Config config = ConfigOf(TestCa("root"));
    config.revocation = step.lists;
    ASSERT_TRUE(verifier.Update(config).ok());
    EXPECT_EQ(verifier.generation(), ++generation);
    const Result result = verifier.Authenticate(client.At(TestNow()));
    EXPECT_EQ(ReasonOf(result.error()), step.want) << result.error();
  }
  EXPECT_EQ(ReasonOf(verifier.Update({})), Reason::kInvalid);
  EXPECT_EQ(verifier.generation(), generation);
}

}  // namespace
}  // namespace gatehouse::authn
