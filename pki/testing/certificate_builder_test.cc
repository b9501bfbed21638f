#include "pki/testing/certificate_builder.h"

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "pki/certificate.h"
#include "pki/extensions.h"

namespace gatehouse::pki::testing {
namespace {

TEST(CertificateBuilderTest, SignsWithEveryKeyAndDigest) {
  struct Row {
    TestKey key;
    TestSignature signature;
    const char* algorithm;
  };
  const std::vector<Row> rows = {
      {TestKey::P256(), TestSignature::kFitting, "ecdsa-with-SHA256"},
      {TestKey::P256(), TestSignature::kSha512, "ecdsa-with-SHA512"},
      {TestKey::P384(), TestSignature::kFitting, "ecdsa-with-SHA384"},
      {TestKey::Ed25519(), TestSignature::kFitting, "ED25519"},
      {TestKey::Rsa(), TestSignature::kFitting, "sha256WithRSAEncryption"},
      {TestKey::Rsa(), TestSignature::kSha384, "sha384WithRSAEncryption"},
      {TestKey::Rsa(), TestSignature::kSha512, "sha512WithRSAEncryption"},
      {TestKey::Rsa(), TestSignature::kPssSha256, "rsassaPss"},
  };
  for (const Row& row : rows) {
    TestCertificate ca = TestCa("ca");
    ca.key = row.key;
    ca.signer = row.key;
    ca.signature = row.signature;
    const Certificate certificate = ca.Build();
    EXPECT_EQ(certificate.signature_algorithm(), row.algorithm);
    EXPECT_TRUE(certificate.SignedBy(certificate.public_key()))
        << row.algorithm;
  }
}

TEST(CertificateBuilderTest, DamageBreaksTheSignature) {
  for (const Damage damage :
       {Damage::kFlipBit, Damage::kCut, Damage::kExtend, Damage::kEmpty}) {
    TestCertificate ca = TestCa("ca");
    ca.damage = damage;
    const absl::StatusOr<Certificate> certificate =
        Certificate::FromDer(ca.Der());
    if (!certificate.ok()) continue;  // Broken enough not to parse.
    EXPECT_FALSE(certificate->SignedBy(certificate->public_key()));
  }
}

TEST(CertificateBuilderTest, TheSameSpecIsTheSameCertificate) {
  EXPECT_EQ(TestCa("ca").Der(), TestCa("ca").Der());
  EXPECT_NE(TestCa("ca").Der(), TestCa("cb").Der());
}

TEST(CertificateBuilderTest, KeysAreMadeOnceForEachName) {
  EXPECT_EQ(TestKey::P256("a").Spki(), TestKey::P256("a").Spki());
  EXPECT_NE(TestKey::P256("a").Spki(), TestKey::P256("b").Spki());
}

TEST(CertificateBuilderTest, LeafOfACa) {
  const TestCertificate ca = TestCa("ca");
  const Certificate leaf = Leaf("john", ca).Build();
  EXPECT_EQ(leaf.subject().common_name(), "john");
  EXPECT_TRUE(leaf.issuer() == ca.Build().subject());
  EXPECT_TRUE(leaf.SignedBy(ca.Build().public_key()));
  const Extensions& extensions = leaf.extensions();
  EXPECT_EQ(extensions.key_usage, kDigitalSignature);
  EXPECT_EQ(extensions.extended_key_usages,
            std::vector<std::string>{kClientAuth});
  EXPECT_EQ(extensions.authority_key_id, ca.key.KeyId());
  EXPECT_EQ(ca.key.KeyId(), ca.Build().public_key().SubjectKeyId());
}

TEST(CertificateBuilderTest, NamesOfEveryType) {
  TestCertificate spec = Leaf("john", TestCa("ca"));
  spec.Set(SubjectAltNames({Dns("a.com"), Email("a@b.com"), Uri("urn:a"),
                            IpText("10.0.0.1"), Directory(NameDer("x")),
                            OtherName(), RegisteredId()}));
  const GeneralNames names = *spec.Build().extensions().subject_alt_names;
  EXPECT_EQ(names.dns, std::vector<std::string>{"a.com"});
  EXPECT_EQ(names.emails, std::vector<std::string>{"a@b.com"});
  EXPECT_EQ(names.uris, std::vector<std::string>{"urn:a"});
  EXPECT_EQ(names.ips, std::vector<std::string>{std::string("\x0a\0\0\1", 4)});
  EXPECT_EQ(names.directory_names, std::vector<std::string>{NameDer("x")});
  EXPECT_EQ(names.other_types,
            (std::vector<std::string>{"otherName", "registeredID"}));
}

TEST(CertificateBuilderTest, SetReplacesAndRemoveTakesAway) {
  TestCertificate ca = TestCa("ca");
  ca.Set(BasicConstraintsExtension(true, 3));
  EXPECT_EQ(ca.Build().extensions().basic_constraints->path_length, 3);
  ca.Remove("2.5.29.19");
  EXPECT_FALSE(ca.Build().extensions().basic_constraints.has_value());
}

TEST(CertificateBuilderTest, Versions) {
  for (const int version : {1, 2, 3}) {
    TestCertificate ca = TestCa("ca");
    ca.version = version;
    if (version < 3) ca.extensions.clear();
    EXPECT_EQ(ca.Build().version(), version);
  }
}

TEST(CertificateBuilderTest, TimesOnBothSidesOf2050) {
  TestCertificate ca = TestCa("ca");
  for (const int year : {1950, 2049, 2050, 9999}) {
    const absl::Time time = absl::FromCivil(
        absl::CivilSecond(year, 12, 31, 23, 59, 59), absl::UTCTimeZone());
    ca.not_after = time;
    ca.not_before = time;
    EXPECT_EQ(ca.Build().not_after(), time) << year;
  }
}

TEST(CertificateBuilderTest, NamesWithSets) {
  TestCertificate ca = TestCa("ca");
  ca.subject = NameDer({{"2.5.4.10", "b"},
                        {"2.5.4.10", "a", kPrintable, true},
                        {"2.5.4.3", "ca"}});
  const Certificate certificate = ca.Build();
  const std::vector<NameAttribute>& attributes =
      certificate.subject().attributes();
  ASSERT_EQ(attributes.size(), 3U);
  EXPECT_EQ(attributes[0].rdn, attributes[1].rdn);
  EXPECT_NE(attributes[1].rdn, attributes[2].rdn);
}

}  // namespace
}  // namespace gatehouse::pki::testing
