#include "authn/connection.h"

#include <memory>
#include <string>
#include <vector>

#include "authn/testing/test_client.h"
#include "authn/x509.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "pki/testing/certificate_builder.h"

namespace gatehouse::authn {
namespace {

using authn::testing::ConfigOf;
using authn::testing::Deny;
using authn::testing::Describe;
using authn::testing::TestClient;
using authn::testing::TestNow;
using pki::testing::Leaf;
using pki::testing::TestCa;
using pki::testing::TestCertificate;

// Fixture is an authenticator that counts how often it is asked about a
// certificate.
struct Fixture {
  Fixture() {
    X509Options options;
    options.observe_remaining_lifetime = [this](absl::Duration) { ++asked; };
    authenticator = std::make_unique<X509Authenticator>(options);
    EXPECT_TRUE(authenticator->Update(ConfigOf(TestCa("root"))).ok());
  }
  X509Connection Connect(const TestClient& client) const {
    return X509Connection(authenticator.get(),
                          client.At(TestNow()).peer_certificates);
  }
  int asked = 0;
  std::unique_ptr<X509Authenticator> authenticator;
};

TestCertificate Jane() {
  TestCertificate leaf = Leaf("jane", TestCa("root"));
  leaf.not_before = TestNow() - absl::Seconds(10);
  leaf.not_after = TestNow() + absl::Seconds(10);
  return leaf;
}

TEST(X509ConnectionTest, AsksOnceAndKeepsTheAnswer) {
  Fixture fixture;
  X509Connection connection = fixture.Connect(TestClient({Jane()}));
  const Result* first = &connection.Authenticate(TestNow());
  EXPECT_EQ(Describe(*first), "jane  []");
  for (int second = 0; second <= 10; ++second) {
    EXPECT_EQ(&connection.Authenticate(TestNow() + absl::Seconds(second)),
              first);
  }
  EXPECT_EQ(fixture.asked, 1);
}

TEST(X509ConnectionTest, ExpiresWhileOpen) {
  Fixture fixture;
  X509Connection connection = fixture.Connect(TestClient({Jane()}));
  const struct {
    absl::Duration at;
    Reason want;
  } kSteps[] = {
      {absl::ZeroDuration(), Reason::kNone},
      {absl::Seconds(10), Reason::kNone},
      {absl::Seconds(10) + absl::Nanoseconds(1), Reason::kExpired},
      {absl::Seconds(11), Reason::kExpired},
      {absl::Seconds(5), Reason::kNone},
      {-absl::Seconds(11), Reason::kNotYetValid},
      {-absl::Seconds(10), Reason::kNone},
      {absl::Seconds(10), Reason::kNone},
  };
  for (const auto& step : kSteps) {
    const Result& result = connection.Authenticate(TestNow() + step.at);
    EXPECT_EQ(ReasonOf(result.error()), step.want) << step.at;
  }
}

TEST(X509ConnectionTest, IsRevokedWhileOpen) {
  Fixture fixture;
  const TestClient client({Jane()});
  X509Connection connection = fixture.Connect(client);
  EXPECT_TRUE(connection.Authenticate(TestNow()).authenticated());
  X509Config config = ConfigOf(TestCa("root"));
  config.revocation = Deny(client.leaf());
  ASSERT_TRUE(fixture.authenticator->Update(config).ok());
  EXPECT_EQ(ReasonOf(connection.Authenticate(TestNow()).error()),
            Reason::kRevoked);
  ASSERT_TRUE(fixture.authenticator->Update(ConfigOf(TestCa("root"))).ok());
  EXPECT_TRUE(connection.Authenticate(TestNow()).authenticated());
}

TEST(X509ConnectionTest, RefusalsAreAskedAgain) {
  Fixture fixture;
  X509Connection connection =
      fixture.Connect(TestClient({Leaf("jane", TestCa("other"))}));
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(connection.Authenticate(TestNow()).rejected());
  }
  EXPECT_EQ(fixture.asked, 3);
}

TEST(X509ConnectionTest, WithoutCertificatesThereIsNoCredential) {
  Fixture fixture;
  X509Connection connection = fixture.Connect(TestClient());
  EXPECT_EQ(Describe(connection.Authenticate(TestNow())), "no credential");
}

TEST(X509ConnectionTest, OpenedBeforeTheFirstConfiguration) {
  X509Authenticator authenticator;
  const TestClient client({Jane()});
  X509Connection connection(&authenticator,
                            client.At(TestNow()).peer_certificates);
  EXPECT_EQ(Describe(connection.Authenticate(TestNow())), "no credential");
  ASSERT_TRUE(authenticator.Update(ConfigOf(TestCa("root"))).ok());
  EXPECT_EQ(Describe(connection.Authenticate(TestNow())), "jane  []");
}

TEST(X509ConnectionTest, CopiesWhatItIsGiven) {
  Fixture fixture;
  auto client = std::make_unique<TestClient>(std::vector{Jane()});
  X509Connection connection = fixture.Connect(*client);
  client.reset();
  EXPECT_EQ(Describe(connection.Authenticate(TestNow())), "jane  []");
}

}  // namespace
}  // namespace gatehouse::authn
