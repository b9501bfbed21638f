#include "pki/revocation/crl_writer.h"

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pki/extensions.h"
#include "pki/revocation/crl_set.h"
#include "pki/revocation/internal/test_support.h"
#include "pki/testing/certificate_builder.h"

namespace gatehouse::pki {
namespace {

using internal::At;
using internal::Directory;
using internal::FromHex;
using internal::JulyCrl;
using internal::KeyOf;
using internal::MakeCrl;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::TestCertificate;
using testing::TestKey;

TestCertificate CaWith(const TestKey& key) {
  TestCertificate ca = testing::TestCa("ca");
  ca.key = key;
  ca.signer = key;
  ca.Set(testing::SubjectKeyIdExtension(key.KeyId()));
  return ca;
}

struct Reading {
  const char* what;
  std::function<void(CrlTemplate*)> change;
  std::vector<const char*> printed;  // By openssl crl -text.
};

TEST(CrlWriter, IsReadByOpenssl) {
  const std::vector<Reading> kCases = {
      {"an empty list",
       [](CrlTemplate*) {},
       {"Version 2 (0x1)", "Issuer: CN = ca",
        "Last Update: Jul  1 00:00:00 2026",
        "Next Update: Aug  1 00:00:00 2026",
        "X509v3 CRL Number: \n                1",
        "X509v3 Authority Key Identifier", "No Revoked Certificates"}},
      {"entries",
       [](CrlTemplate* t) {
         *t = JulyCrl({FromHex("00f00d"), "\x05"});
         t->entries[1].reason = CrlReason::kUnspecified;
         t->entries[1].invalid_since = At("2026-06-30T12:00:00Z");
       },
       {"Serial Number: F00D", "Serial Number: 05",
        "Revocation Date: Jul  2 00:00:00 2026", "Key Compromise",
        "Invalidity Date", "Jun 30 12:00:00 2026"}},
      {"a number of twenty octets",
       [](CrlTemplate* t) { t->number = std::string(20, '\xf0'); },
       {"0xF0F0F0F0F0F0F0F0F0F0F0F0F0F0F0F0F0F0F0F0"}},
      {"number nought",
       [](CrlTemplate* t) { t->number = ""; },
       {"X509v3 CRL Number: \n                0"}},
      {"a delta list",
       [](CrlTemplate* t) {
         *t = JulyCrl({"\x05"});
         t->number = "\7";
         t->delta_base = "\5";
         t->entries[0].reason = CrlReason::kRemoveFromCrl;
       },
       {"X509v3 Delta CRL Indicator: critical\n                5",
        "Remove From CRL"}},
      {"a scope",
       [](CrlTemplate* t) {
         t->distribution_point.emplace();
         t->distribution_point->names = {internal::Tlv(0x86, "http://crl/1")};
         t->distribution_point->only_user_certificates = true;
         t->distribution_point->only_some_reasons = (1 << 1) | (1 << 8);
       },
       {"X509v3 Issuing Distribution Point: critical", "URI:http://crl/1",
        "Only User Certificates", "Key Compromise, AA Compromise"}},
      {"years from 2050 on",
       [](CrlTemplate* t) { t->next_update = At("2051-01-01T00:00:00Z"); },
       {"Next Update: Jan  1 00:00:00 2051"}},
  };
  const TestCertificate ca = testing::TestCa("ca");
  const Directory directory;
  directory.Write("ca.crt", ca.Build().ToPem());
  for (const Reading& c : kCases) {
    CrlTemplate request = JulyCrl({});
    c.change(&request);
    directory.Write("ca.crl", MakeCrl(request, ca).ToPem());
    const std::string text = directory.Run(
        "openssl crl -in ca.crl -CAfile ca.crt -noout -text -verify");
    EXPECT_THAT(text, HasSubstr("verify OK")) << c.what;
    for (const char* line : c.printed) {
      EXPECT_THAT(text, HasSubstr(line)) << c.what;
    }
  }
}

TEST(CrlWriter, SignsWithEveryKindOfKey) {
  const struct {
    TestKey key;
    const char* algorithm;
  } kCases[] = {
      {TestKey::P256(), "ecdsa-with-SHA256"},
      {TestKey::P384(), "ecdsa-with-SHA384"},
      {TestKey::Rsa(), "sha256WithRSAEncryption"},
      {TestKey::Ed25519(), "ED25519"},
  };
  const Directory directory;
  for (const auto& c : kCases) {
    const TestCertificate ca = CaWith(c.key);
    const Crl crl = MakeCrl(JulyCrl({"\x05"}), ca);
    EXPECT_TRUE(CrlSet::Create({crl}, {ca.Build()}).ok()) << c.algorithm;
    directory.Write("ca.crt", ca.Build().ToPem());
    directory.Write("ca.crl", crl.ToPem());
    const std::string text = directory.Run(
        "openssl crl -in ca.crl -CAfile ca.crt -noout -text -verify");
    EXPECT_THAT(text, HasSubstr("verify OK"));
    EXPECT_THAT(text, HasSubstr(c.algorithm));
  }
}

TEST(CrlWriter, OpensslRefusesTheRevokedCertificate) {
  const TestCertificate ca = testing::TestCa("ca");
  const Directory directory;
  const auto put = [&](const char* name, const std::string& serial) {
    TestCertificate leaf = testing::Leaf(name, ca);
    leaf.serial = serial;
    directory.Write(absl::StrCat(name, ".crt"), leaf.Build().ToPem());
  };
  put("john", FromHex("00ffeeddccbbaa99887766554433221100"));
  put("mary", FromHex("7feeddccbbaa99887766554433221100"));
  directory.Write("ca.crt", ca.Build().ToPem());
  directory.Write(
      "ca.crl",
      MakeCrl(JulyCrl({FromHex("00ffeeddccbbaa99887766554433221100")}), ca)
          .ToPem());
  const std::string verify =
      "openssl verify -CAfile ca.crt -CRLfile ca.crl -crl_check -attime "
      "1784073600 ";  // 2026-07-15
  EXPECT_THAT(directory.Run(verify + "john.crt", 2),
              HasSubstr("certificate revoked"));
  EXPECT_THAT(directory.Run(verify + "mary.crt"), HasSubstr("mary.crt: OK"));
}

struct RefuseCase {
  const char* what;
  std::function<void(CrlTemplate*)> change;
  const char* text;
};

TEST(CrlWriter, RefusesContradictions) {
  const TestCertificate ca = testing::TestCa("ca");
  const std::vector<RefuseCase> kCases = {
      {"no time", [](CrlTemplate* t) { t->next_update = t->this_update; },
       "nextUpdate is not after"},
      {"a serial twice",
       [](CrlTemplate* t) {
         *t = JulyCrl({"\5", "\5"});
       },
       "serial number 5 stands in it twice"},
      {"a serial without octets", [](CrlTemplate* t) { *t = JulyCrl({""}); },
       "shortest form"},
      {"a padded serial",
       [](CrlTemplate* t) { *t = JulyCrl({FromHex("0005")}); },
       "shortest form"},
      {"a serial that is too long",
       [](CrlTemplate* t) { *t = JulyCrl({std::string(65, '\5')}); },
       "shortest form"},
      {"removeFromCRL",
       [](CrlTemplate* t) {
         *t = JulyCrl({"\5"});
         t->entries[0].reason = CrlReason::kRemoveFromCrl;
       },
       "for delta lists"},
      {"a date that has no encoding",
       [](CrlTemplate* t) {
         t->next_update = At("9999-12-31T23:59:59Z") + absl::Seconds(1);
       },
       "cannot be encoded"},
      {"an empty scope",
       [](CrlTemplate* t) { t->distribution_point.emplace(); },
       "issuingDistributionPoint"},
      {"a delta below its base",
       [](CrlTemplate* t) {
         t->number = "\1";
         t->delta_base = "\2";
       },
       "below its base"},
  };
  for (const RefuseCase& c : kCases) {
    CrlTemplate request = JulyCrl({});
    c.change(&request);
    const auto crl = WriteCrl(request, ca.Build(), KeyOf(ca.key));
    ASSERT_FALSE(crl.ok()) << c.what;
    EXPECT_THAT(std::string(crl.status().message()), HasSubstr(c.text))
        << c.what;
  }
}

TEST(CrlWriter, RefusesAKeyThatMayNotSign) {
  TestCertificate ca = testing::TestCa("ca");
  const auto other = WriteCrl(JulyCrl({}), ca.Build(), KeyOf(TestKey::P384()));
  EXPECT_EQ(ReasonOf(other.status()), Reason::kInvalid);
  EXPECT_THAT(std::string(other.status().message()), Not(HasSubstr("BEGIN")));
  ca.Set(testing::KeyUsageExtension(kKeyCertSign));
  const auto usage = WriteCrl(JulyCrl({}), ca.Build(), KeyOf(ca.key));
  EXPECT_EQ(ReasonOf(usage.status()), Reason::kIncompatibleUsage);
}

TEST(CrlWriter, BeginsTheNextListWithTheLast) {
  const TestCertificate ca = testing::TestCa("ca");
  CrlTemplate first = JulyCrl({"\5", FromHex("00ff")});
  first.number = FromHex("00ff").substr(1);
  first.entries[1].invalid_since = At("2026-06-01T00:00:00Z");
  const auto next = NextCrl(MakeCrl(first, ca));
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_EQ(next->number, FromHex("0100"));
  ASSERT_EQ(next->entries.size(), 2u);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(next->entries[i].serial, first.entries[i].serial);
    EXPECT_EQ(next->entries[i].revoked_at, first.entries[i].revoked_at);
    EXPECT_EQ(next->entries[i].reason, first.entries[i].reason);
    EXPECT_EQ(next->entries[i].invalid_since, first.entries[i].invalid_since);
  }
  CrlTemplate delta = JulyCrl({});
  delta.delta_base = "\1";
  EXPECT_EQ(ReasonOf(NextCrl(MakeCrl(delta, ca)).status()), Reason::kInvalid);
  CrlTemplate scoped = JulyCrl({});
  scoped.distribution_point.emplace().only_ca_certificates = true;
  EXPECT_EQ(ReasonOf(NextCrl(MakeCrl(scoped, ca)).status()), Reason::kInvalid);
}

TEST(CrlWriter, CountsOn) {
  const struct {
    const char *number, *next;
  } kCases[] = {{"", "01"},       {"01", "02"},       {"ff", "0100"},
                {"01ff", "0200"}, {"ffff", "010000"}, {"7f", "80"}};
  for (const auto& c : kCases) {
    EXPECT_EQ(NextCrlNumber(FromHex(c.number)), FromHex(c.next)) << c.number;
  }
}

// The other way round: openssl's own lists.
constexpr char kOpensslConfig[] = R"([ca]
default_ca = ca_default
[ca_default]
dir = .
database = index.txt
certificate = ca.crt
private_key = ca.key
crlnumber = crlnumber
default_md = sha256
default_crl_days = 30
crl_extensions = crl_ext
[crl_ext]
authorityKeyIdentifier = keyid
)";

TEST(Crl, ReadsWhatOpensslWrites) {
  const Directory directory;
  directory.Write("ca.conf", kOpensslConfig);
  directory.Write("crlnumber", "10A0\n");
  // Revoked: one with a reason, one without, one on hold, one compromised at
  // a time; and one that is valid.
  directory.Write(
      "index.txt",
      "R\t400101000000Z\t260702000000Z,keyCompromise\t0F00\tunknown\t/CN=john\n"
      "R\t400101000000Z\t260703000000Z\t"
      "9CF3F4680011223344556677889900AABBCCDD\tunknown\t/CN=old\n"
      "R\t400101000000Z\t260704000000Z,holdInstruction,holdInstructionReject\t"
      "03\tunknown\t/CN=held\n"
      "R\t400101000000Z\t260705000000Z,keyTime,20260601000000Z\t04\tunknown\t"
      "/CN=stolen\n"
      "V\t400101000000Z\t\t05\tunknown\t/CN=mary\n");
  const TestCertificate ca = testing::TestCa("ca");
  directory.Write("ca.crt", ca.Build().ToPem());
  directory.Write("ca.key", ca.key.PrivatePem());
  directory.Run("openssl ca -gencrl -config ca.conf -out ca.crl");
  const auto lists = Crl::FromPem(directory.Read("ca.crl"), "ca.crl");
  ASSERT_TRUE(lists.ok()) << lists.status();
  EXPECT_EQ(lists->front().info().number, FromHex("10a0"));
  EXPECT_TRUE(lists->front().info().authority_key_id.has_value());
  EXPECT_EQ(lists->front().info().entry_count, 4u);
  const auto set = CrlSet::Create(*lists, {ca.Build()});
  ASSERT_TRUE(set.ok()) << set.status();
  const struct {
    const char* serial;
    CrlAnswer::State state;
    CrlReason reason;
    const char* date;
  } kCases[] = {
      {"0f00", CrlAnswer::State::kRevoked, CrlReason::kKeyCompromise,
       "2026-07-02T00:00:00Z"},
      {"009cf3f4680011223344556677889900aabbccdd", CrlAnswer::State::kRevoked,
       CrlReason::kUnspecified, "2026-07-03T00:00:00Z"},
      {"03", CrlAnswer::State::kRevoked, CrlReason::kCertificateHold,
       "2026-07-04T00:00:00Z"},
      {"04", CrlAnswer::State::kRevoked, CrlReason::kKeyCompromise,
       "2026-07-05T00:00:00Z"},
      {"05", CrlAnswer::State::kGood, CrlReason::kUnspecified, ""},
  };
  for (const auto& c : kCases) {
    TestCertificate leaf = testing::Leaf("leaf", ca);
    leaf.serial = FromHex(c.serial);
    const CrlAnswer answer = (*set)->Find(leaf.Build(), ca.Build());
    EXPECT_EQ(answer.state, c.state) << c.serial;
    EXPECT_EQ(answer.reason, c.reason) << c.serial;
    if (c.state == CrlAnswer::State::kRevoked) {
      EXPECT_EQ(answer.revoked_at, At(c.date)) << c.serial;
    }
  }
  // Its version 1 lists too, in DER.
  directory.Run(
      "sed -i /crl_extensions/d ca.conf && sed -i /crlnumber/d ca.conf && "
      "sed -i '/,hold/d;/,key/d' index.txt && "
      "openssl ca -gencrl -config ca.conf -out v1.pem && "
      "openssl crl -in v1.pem -outform DER -out v1.crl");
  const auto first = Crl::FromDer(directory.Read("v1.crl"));
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_EQ(first->info().version, 1);
  EXPECT_EQ(first->info().entry_count, 1u);
  EXPECT_TRUE(CrlSet::Create({*first}, {ca.Build()}).ok());
}

}  // namespace
}  // namespace gatehouse::pki
