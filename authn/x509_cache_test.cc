// What is remembered: the same answers as without, at every moment and after
// every change.
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "authn/connection.h"
#include "authn/testing/test_client.h"
#include "authn/x509.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pki/private_key.h"
#include "pki/revocation/crl_set.h"
#include "pki/revocation/crl_writer.h"
#include "pki/revocation/ocsp_writer.h"
#include "pki/testing/certificate_builder.h"
#include "testing/allocation_count.h"

namespace gatehouse::authn {
namespace {

using authn::testing::ConfigOf;
using authn::testing::Deny;
using authn::testing::DenyUser;
using authn::testing::Describe;
using authn::testing::MakeClientCa;
using authn::testing::TestClient;
using authn::testing::TestNow;
using pki::testing::Leaf;
using pki::testing::TestCa;
using pki::testing::TestCertificate;
using pki::testing::TestKey;

TestCertificate Root() { return TestCa("root"); }
TestCertificate Other() { return TestCa("other"); }

std::unique_ptr<X509Authenticator> Make(X509Config config, size_t entries) {
  X509Options options;
  options.cache_entries = entries;
  auto authenticator = X509Authenticator::Create(std::move(config), options);
  EXPECT_TRUE(authenticator.ok()) << authenticator.status();
  return *std::move(authenticator);
}

TestCertificate Between(TestCertificate leaf, int from, int until) {
  leaf.not_before = TestNow() + absl::Seconds(from);
  leaf.not_after = TestNow() + absl::Seconds(until);
  return leaf;
}

std::vector<TestClient> Clients() {
  TestCertificate intermediate = TestCa("intermediate", Root());
  intermediate = Between(intermediate, -5, 5);
  TestCertificate strong = Leaf("strong", Root());
  strong.key = TestKey::P384();
  return {
      TestClient({Leaf("jane", Root())}),
      TestClient({Between(Leaf("short", Root()), -3, 3)}),
      TestClient({Leaf("chained", intermediate), intermediate}),
      TestClient({Leaf("other", Other())}),
      TestClient({Leaf("stranger", TestCa("nobody"))}),
      TestClient({strong}),
      TestClient({Between(Leaf("gone", Root()), -9, -4)}),
  };
}

std::shared_ptr<const pki::RevocationLists> CrlOf(
    const TestCertificate& ca, const std::vector<std::string>& serials,
    absl::Time next_update) {
  pki::CrlTemplate request;
  request.this_update = TestNow() - absl::Seconds(8);
  request.next_update = next_update;
  for (const std::string& serial : serials) {
    request.entries.emplace_back();
    request.entries.back().serial = serial;
    request.entries.back().revoked_at = request.this_update;
  }
  const pki::Certificate issuer = ca.Build();
  auto crl = pki::WriteCrl(request, issuer,
                           *pki::PrivateKey::FromPem(ca.key.PrivatePem()));
  EXPECT_TRUE(crl.ok()) << crl.status();
  auto crls = pki::CrlSet::Create({*crl}, {issuer});
  EXPECT_TRUE(crls.ok()) << crls.status();
  return std::make_shared<const pki::RevocationLists>(*crls, nullptr, nullptr,
                                                      pki::RevocationOptions());
}

std::vector<X509Config> Configs() {
  std::vector<X509Config> configs = {ConfigOf(Root()), ConfigOf(Other())};
  configs.push_back(ConfigOf(Root()));
  configs.back().client_cas.push_back(MakeClientCa("other", {Other()}));
  configs.push_back(configs.back());
  configs.back().revocation = Deny(Leaf("jane", Root()).Build());
  configs.push_back(configs[2]);
  configs.back().client_cas[1].revocation = DenyUser("other");
  configs.push_back(ConfigOf(Root()));
  configs.back().revocation = CrlOf(Root(), {}, TestNow() + absl::Seconds(2));
  configs.push_back(ConfigOf(Root()));
  configs.back().client_cas[0].allowed.common_names = {"short", "chained"};
  return configs;
}

// A random walk over clients, moments and configurations.
class Walk {
 public:
  explicit Walk(int seed) : random_(seed) {
    for (const TestClient& client : clients_) {
      const Request request = client.At(TestNow());
      connections_.push_back(std::make_unique<X509Connection>(
          remembers_.get(), request.peer_certificates));
    }
  }

  void Step() {
    if (random_() % 20 == 0) {
      const X509Config& config = configs_[random_() % configs_.size()];
      ASSERT_TRUE(remembers_->Update(config).ok());
      ASSERT_TRUE(forgets_->Update(config).ok());
    }
    const size_t which = random_() % clients_.size();
    // Every quarter of a second around the edges of what is valid.
    const absl::Time now =
        TestNow() + absl::Milliseconds(250) * (int(random_() % 80) - 40);
    const Result want = forgets_->Authenticate(clients_[which].At(now));
    const Result got = remembers_->Authenticate(clients_[which].At(now));
    const Result& open = connections_[which]->Authenticate(now);
    ASSERT_EQ(Describe(got), Describe(want)) << now;
    ASSERT_EQ(Describe(open), Describe(want)) << now;
    ASSERT_EQ(got.authentication().credential_id,
              want.authentication().credential_id);
    ASSERT_EQ(got.authentication().not_after, want.authentication().not_after);
    authenticated_ += want.authenticated() ? 1 : 0;
  }

  int authenticated() const { return authenticated_; }

 private:
  std::mt19937 random_;
  const std::vector<TestClient> clients_ = Clients();
  const std::vector<X509Config> configs_ = Configs();
  // Room for one set, so that identities are put out, too.
  const std::unique_ptr<X509Authenticator> remembers_ =
      Make(ConfigOf(Root()), 4);
  const std::unique_ptr<X509Authenticator> forgets_ = Make(ConfigOf(Root()), 0);
  std::vector<std::unique_ptr<X509Connection>> connections_;
  int authenticated_ = 0;
};

TEST(X509CacheLawTest, AnswersAsWithoutMemory) {
  for (const int seed : {1, 2, 3, 4}) {
    Walk walk(seed);
    for (int step = 0; step < 400; ++step) {
      walk.Step();
      if (HasFatalFailure()) FAIL() << "seed " << seed << ", step " << step;
    }
    EXPECT_GT(walk.authenticated(), 50);
  }
}

// How often the certificates were verified: an observer of the conversion.
struct Counted {
  Counted() {
    X509Config config = ConfigOf(Root());
    config.client_cas[0].conversion = [this, convert = CommonNameConversion()](
                                          const pki::VerifiedChain& chain) {
      ++verified;
      return convert(chain);
    };
    authenticator = Make(std::move(config), 16);
  }
  int verified = 0;
  std::unique_ptr<X509Authenticator> authenticator;
};

TEST(X509CacheTest, VerifiesOnce) {
  Counted counted;
  const TestClient client({Leaf("jane", Root())});
  for (int i = 0; i < 5; ++i) {
    const absl::Time now = TestNow() + absl::Hours(i);
    EXPECT_EQ(Describe(counted.authenticator->Authenticate(client.At(now))),
              "jane  []");
  }
  EXPECT_EQ(counted.verified, 1);
}

TEST(X509CacheTest, HoldsForTheLeafWhateverIntermediatesComeAlong) {
  Counted counted;
  const TestCertificate intermediate = TestCa("intermediate", Root());
  const TestCertificate jane = Leaf("jane", intermediate);
  const TestClient alone({jane});
  EXPECT_TRUE(
      counted.authenticator->Authenticate(alone.At(TestNow())).rejected());
  const TestClient both({jane, intermediate});
  EXPECT_TRUE(
      counted.authenticator->Authenticate(both.At(TestNow())).authenticated());
  EXPECT_TRUE(
      counted.authenticator->Authenticate(alone.At(TestNow())).authenticated());
  EXPECT_EQ(counted.verified, 1);
}

TEST(X509CacheTest, AnEarlierMomentIsVerifiedAgain) {
  Counted counted;
  const TestClient client({Between(Leaf("jane", Root()), -10, 10)});
  const struct {
    int second;
    bool want;
    int verified;
  } kSteps[] = {
      {5, true, 1},   {-5, true, 2},   {5, true, 2},  {-5, true, 2},
      {-10, true, 3}, {-11, false, 3}, {10, true, 3}, {11, false, 3},
  };
  for (const auto& step : kSteps) {
    const absl::Time now = TestNow() + absl::Seconds(step.second);
    EXPECT_EQ(
        counted.authenticator->Authenticate(client.At(now)).authenticated(),
        step.want)
        << step.second;
    EXPECT_EQ(counted.verified, step.verified) << step.second;
  }
}

TEST(X509CacheTest, EveryChangeIsSeenByTheNextCall) {
  const auto authenticator = Make(ConfigOf(Root()), 16);
  const TestClient client({Leaf("jane", Root())});
  X509Connection connection(authenticator.get(),
                            client.At(TestNow()).peer_certificates);
  X509Config revoked = ConfigOf(Root());
  revoked.revocation = Deny(client.leaf());
  X509Config user_revoked = ConfigOf(Root());
  user_revoked.revocation = DenyUser("jane");
  X509Config on_crl = ConfigOf(Root());
  on_crl.revocation = CrlOf(Root(), {std::string(client.leaf().serial())},
                            TestNow() + absl::Hours(1));
  X509Config not_listed = ConfigOf(Root());
  not_listed.client_cas[0].allowed.common_names = {"john"};
  const struct {
    X509Config config;
    Reason want;
  } kSteps[] = {
      {ConfigOf(Root()), Reason::kNone},
      {revoked, Reason::kRevoked},
      {ConfigOf(Root()), Reason::kNone},
      {user_revoked, Reason::kRevoked},
      {ConfigOf(Root()), Reason::kNone},
      {on_crl, Reason::kRevoked},
      {ConfigOf(Root()), Reason::kNone},
      {not_listed, Reason::kNotAllowed},
      {ConfigOf(Root()), Reason::kNone},
      {ConfigOf(Other()), Reason::kUnknownAuthority},
  };
  for (const auto& step : kSteps) {
    ASSERT_TRUE(authenticator->Update(step.config).ok());
    for (int i = 0; i < 2; ++i) {
      const Result result = authenticator->Authenticate(client.At(TestNow()));
      EXPECT_EQ(ReasonOf(result.error()), step.want) << result.error();
      const Result& open = connection.Authenticate(TestNow());
      EXPECT_EQ(ReasonOf(open.error()), step.want) << open.error();
    }
  }
}

TEST(X509CacheTest, EndsWhenARevocationListTurnsStale) {
  X509Config config = ConfigOf(Root());
  config.revocation = CrlOf(Root(), {}, TestNow() + absl::Seconds(60));
  const auto authenticator = Make(std::move(config), 16);
  const TestClient client({Leaf("jane", Root())});
  X509Connection connection(authenticator.get(),
                            client.At(TestNow()).peer_certificates);
  for (const auto& [second, want] : std::vector<std::pair<int, Reason>>{
           {0, Reason::kNone}, {59, Reason::kNone}, {61, Reason::kStale}}) {
    const absl::Time now = TestNow() + absl::Seconds(second);
    const Result result = authenticator->Authenticate(client.At(now));
    EXPECT_EQ(ReasonOf(result.error()), want) << second << result.error();
    EXPECT_EQ(ReasonOf(connection.Authenticate(now).error()), want) << second;
  }
}

std::string Staple(const TestCertificate& leaf, pki::OcspStatus status) {
  pki::OcspTemplate request;
  request.status = status;
  request.revoked_at = TestNow() - absl::Hours(1);
  request.this_update = TestNow() - absl::Hours(1);
  request.next_update = TestNow() + absl::Hours(1);
  const TestCertificate root = Root();
  auto response =
      pki::WriteOcspResponse(request, leaf.Build().serial(), root.Build(),
                             *pki::PrivateKey::FromPem(root.key.PrivatePem()));
  EXPECT_TRUE(response.ok()) << response.status();
  return *response;
}

// What one connection stapled says nothing of the next one.
TEST(X509CacheTest, StapledAnswersAreNotRemembered) {
  pki::RevocationOptions options;
  options.require_coverage = true;
  X509Config config = ConfigOf(Root());
  config.revocation = std::make_shared<const pki::RevocationLists>(
      nullptr, nullptr, nullptr, options);
  const auto authenticator = Make(std::move(config), 16);
  const TestCertificate jane = Leaf("jane", Root());
  const TestClient client({jane});
  const std::string good = Staple(jane, pki::OcspStatus::kGood);
  const std::string revoked = Staple(jane, pki::OcspStatus::kRevoked);
  const struct {
    absl::string_view staple;
    Reason want;
  } kSteps[] = {
      {"", Reason::kStale},        {good, Reason::kNone}, {"", Reason::kStale},
      {revoked, Reason::kRevoked}, {good, Reason::kNone},
  };
  for (const auto& step : kSteps) {
    Request request = client.At(TestNow());
    request.stapled_ocsp = step.staple;
    const Result result = authenticator->Authenticate(request);
    EXPECT_EQ(ReasonOf(result.error()), step.want) << result.error();
  }
}

TEST(X509CacheTest, StapledAnswerHoldsForItsConnectionUntilItTurnsStale) {
  pki::RevocationOptions options;
  options.require_coverage = true;
  X509Config config = ConfigOf(Root());
  config.revocation = std::make_shared<const pki::RevocationLists>(
      nullptr, nullptr, nullptr, options);
  const auto authenticator = Make(std::move(config), 16);
  const TestCertificate jane = Leaf("jane", Root());
  const TestClient client({jane});
  X509Connection connection(authenticator.get(),
                            client.At(TestNow()).peer_certificates,
                            Staple(jane, pki::OcspStatus::kGood));
  for (const auto& [minute, want] : std::vector<std::pair<int, Reason>>{
           {0, Reason::kNone}, {59, Reason::kNone}, {61, Reason::kStale}}) {
    const absl::Time now = TestNow() + absl::Minutes(minute);
    EXPECT_EQ(ReasonOf(connection.Authenticate(now).error()), want) << minute;
  }
}

TEST(X509CacheTest, AnAnswerThatIsRememberedAllocatesNothing) {
  const auto authenticator = Make(ConfigOf(Root()), 16);
  TestCertificate leaf = Leaf("jane", Root());
  leaf.subject = pki::testing::NameDer(
      {{"2.5.4.10", std::string(40, 'g')}, {"2.5.4.3", std::string(40, 'j')}});
  const TestClient client({leaf});
  const Request request = client.At(TestNow());
  const Result first = authenticator->Authenticate(request);
  ASSERT_TRUE(first.authenticated()) << Describe(first);
  for (int i = 0; i < 3; ++i) {
    const size_t before = gatehouse::testing::AllocationCount();
    const Result again = authenticator->Authenticate(request);
    Result copy;
    copy = again;
    EXPECT_EQ(gatehouse::testing::AllocationCount(), before);
    EXPECT_EQ(&copy.authentication(), &first.authentication());
  }
}

}  // namespace
}  // namespace gatehouse::authn
