#include "testing/test_ca.h"

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "pki/extensions.h"
#include "testing/fake_clock.h"

namespace gatehouse::testing {
namespace {

TEST(TestCaTest, ClientCertificatesNameTheUserAndTheGroups) {
  const absl::Time now = FakeClock::Start();
  const TestCa ca("kubernetes", now);
  const TestCertificate john = ca.Client("john", {"dev", "ops"});
  EXPECT_EQ(john.certificate.subject().common_name(), "john");
  EXPECT_EQ(john.certificate.subject().organizations(),
            (std::vector<std::string>{"dev", "ops"}));
  EXPECT_EQ(john.certificate.extensions().extended_key_usages,
            (std::vector<std::string>{pki::kClientAuth}));
  EXPECT_TRUE(john.certificate.SignedBy(ca.certificate().public_key()));
  EXPECT_EQ(john.certificate.public_key(), john.key.public_key());
  EXPECT_EQ(john.certificate.not_before(), now - absl::Minutes(5));
  EXPECT_EQ(john.certificate.not_after(), now + absl::Hours(24));
}

TEST(TestCaTest, ServerCertificatesNameTheHosts) {
  const TestCa ca("kubernetes", FakeClock::Start());
  const TestCertificate server =
      ca.Server({"a.example", "b.example"}, absl::Hours(1));
  ASSERT_TRUE(server.certificate.extensions().subject_alt_names.has_value());
  EXPECT_EQ(server.certificate.extensions().subject_alt_names->dns,
            (std::vector<std::string>{"a.example", "b.example"}));
  EXPECT_EQ(server.certificate.not_after(),
            FakeClock::Start() + absl::Hours(1));
}

TEST(TestCaTest, TwoAuthoritiesOfOneNameHaveNothingInCommon) {
  const TestCa first("kubernetes", FakeClock::Start());
  const TestCa second("kubernetes", FakeClock::Start());
  const TestCertificate john = first.Client("john");
  EXPECT_EQ(first.certificate().subject(), second.certificate().subject());
  EXPECT_FALSE(john.certificate.SignedBy(second.certificate().public_key()));
}

}  // namespace
}  // namespace gatehouse::testing
