#include "pki/verify/trust_bundle.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "pki/certificate.h"
#include "pki/testing/certificate_builder.h"
#include "pki/verify/verification_policy.h"

namespace gatehouse::pki {
namespace {

using testing::TestCa;
using testing::TestCertificate;
using testing::TestKey;

// Two CAs of one name, and one of another.
struct Rotation {
  Rotation() {
    TestCertificate next = TestCa("ca");
    next.key = TestKey::P256("next");
    next.signer = next.key;
    renewed = next.Build();
  }
  Certificate old = TestCa("ca").Build();
  Certificate renewed = old;
  Certificate other = TestCa("other").Build();
};

TEST(TrustBundleTest, FindsBySubjectInOrder) {
  const Rotation certificates;
  const auto bundle =
      TrustBundle::Create(
          {certificates.renewed, certificates.other, certificates.old})
          .value();
  const auto found = bundle->WithSubject(certificates.old.subject());
  ASSERT_EQ(found.size(), 2U);
  EXPECT_TRUE(found[0] == certificates.renewed);
  EXPECT_TRUE(found[1] == certificates.old);
  EXPECT_EQ(bundle->WithSubject(certificates.other.subject()).size(), 1U);
}

TEST(TrustBundleTest, UnknownSubjectFindsNothing) {
  const Rotation certificates;
  const auto bundle = TrustBundle::Create({certificates.old}).value();
  EXPECT_TRUE(bundle->WithSubject(certificates.other.subject()).empty());
  EXPECT_TRUE(bundle->WithSubject(DistinguishedName()).empty());
}

TEST(TrustBundleTest, ContainsTheVeryCertificate) {
  const Rotation certificates;
  const auto bundle = TrustBundle::Create({certificates.old}).value();
  EXPECT_TRUE(bundle->Contains(certificates.old));
  EXPECT_FALSE(bundle->Contains(certificates.renewed));
  EXPECT_FALSE(bundle->Contains(certificates.other));
}

TEST(TrustBundleTest, TheSameTwiceCountsOnce) {
  const Rotation certificates;
  const auto bundle = TrustBundle::Create({certificates.old, certificates.other,
                                           certificates.old, certificates.old})
                          .value();
  EXPECT_EQ(bundle->anchors().size(), 2U);
  EXPECT_EQ(bundle->WithSubject(certificates.old.subject()).size(), 1U);
}

TEST(TrustBundleTest, EmptyIsAnError) {
  EXPECT_EQ(ReasonOf(TrustBundle::Create({}).status()), Reason::kInvalid);
}

struct PemRow {
  const char* name;
  std::string pem;
  Reason reason;  // kNone: it is taken, with `anchors`.
  size_t anchors;
};

TEST(TrustBundleTest, FromPem) {
  const std::string ca = TestCa("ca").Build().ToPem();
  const std::string other = TestCa("other").Build().ToPem();
  const std::string key = TestKey::P256().PrivatePem();
  const std::string bad =
      "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  const std::vector<PemRow> rows = {
      {"one", ca, Reason::kNone, 1},
      {"two", ca + other, Reason::kNone, 2},
      {"twice", ca + ca, Reason::kNone, 1},
      {"text between", "a\n" + ca + "b\n" + other, Reason::kNone, 2},
      {"a key between", ca + key + other, Reason::kNone, 2},
      {"nothing", "", Reason::kNotFound, 0},
      {"a key alone", key, Reason::kNotFound, 0},
      {"one that does not parse", ca + bad, Reason::kMalformed, 0},
  };
  for (const PemRow& row : rows) {
    const auto bundle = TrustBundle::FromPem(row.pem, "ca.crt");
    EXPECT_EQ(ReasonOf(bundle.status()), row.reason) << row.name;
    if (row.reason != Reason::kNone) {
      EXPECT_NE(std::string(bundle.status().message()).find("ca.crt"),
                std::string::npos)
          << row.name << ": " << bundle.status();
      continue;
    }
    ASSERT_TRUE(bundle.ok()) << row.name << ": " << bundle.status();
    EXPECT_EQ((*bundle)->anchors().size(), row.anchors) << row.name;
  }
}

TEST(VerificationPolicyTest, NamedPolicies) {
  EXPECT_EQ(VerificationPolicy::Default().min_rsa_bits, 2048);
  EXPECT_EQ(VerificationPolicy::Kubernetes().min_rsa_bits, 1024);
  EXPECT_EQ(VerificationPolicy::Kubernetes().max_signatures,
            VerificationPolicy::Default().max_signatures);
}

}  // namespace
}  // namespace gatehouse::pki
