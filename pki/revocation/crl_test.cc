#include "pki/revocation/crl.h"

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "pki/pem.h"
#include "pki/revocation/internal/test_support.h"
#include "pki/testing/certificate_builder.h"

namespace gatehouse::pki {
namespace {

using internal::At;
using internal::FromHex;
using internal::ListExtensions;
using internal::RawCrl;
using internal::RawEntries;
using internal::RawEntry;
using internal::RawExtensionDer;
using internal::Tlv;
using ::testing::HasSubstr;

const testing::TestCertificate& Ca() {
  static const auto* ca = new testing::TestCertificate(testing::TestCa("ca"));
  return *ca;
}

// Extensions, by the octets of their OIDs.
std::string Number(absl::string_view integer_hex) {
  return RawExtensionDer("551d14", false, FromHex(integer_hex));
}
std::string Delta(absl::string_view integer_hex) {
  return RawExtensionDer("551d1b", true, FromHex(integer_hex));
}
std::string Point(absl::string_view body_hex) {
  return RawExtensionDer("551d1c", true, Tlv(0x30, FromHex(body_hex)));
}
std::string Why(absl::string_view enumerated_hex) {
  return RawExtensionDer("551d15", false, FromHex(enumerated_hex));
}
std::string Since(absl::string_view value) {
  return RawExtensionDer("551d18", false, value);
}
std::string IssuedBy(absl::string_view names) {
  return RawExtensionDer("551d1d", true, Tlv(0x30, names));
}
std::string Unknown(bool critical) {
  return RawExtensionDer("2a0304", critical, "anything");
}

struct BadCase {
  const char* what;
  std::function<void(RawCrl*)> change;
  Reason reason;
  const char* text;
};

void ExpectRefused(const BadCase& c, const std::string& der) {
  const auto crl = Crl::FromDer(der, "file.crl");
  ASSERT_FALSE(crl.ok()) << c.what;
  EXPECT_EQ(ReasonOf(crl.status()), c.reason) << c.what << crl.status();
  EXPECT_THAT(std::string(crl.status().message()), HasSubstr("file.crl: CRL: "))
      << c.what;
  EXPECT_THAT(std::string(crl.status().message()), HasSubstr(c.text)) << c.what;
}

TEST(Crl, RefusesListsThatAreWrong) {
  const std::vector<BadCase> kCases = {
      {"version 1 written out",
       [](RawCrl* c) { c->version = FromHex("020100"); }, Reason::kMalformed,
       "version"},
      {"version 3", [](RawCrl* c) { c->version = FromHex("020102"); },
       Reason::kMalformed, "version"},
      {"version of 9 octets",
       [](RawCrl* c) { c->version = FromHex("0209010000000000000000"); },
       Reason::kMalformed, "version"},
      {"another algorithm inside",
       [](RawCrl* c) { c->algorithm = FromHex("300506032b6570"); },
       Reason::kMalformed, "algorithms differ"},
      {"an algorithm that is none",
       [](RawCrl* c) { c->algorithm = FromHex("0500"); }, Reason::kMalformed,
       "algorithm is malformed"},
      {"no issuer", [](RawCrl* c) { c->issuer = FromHex("3000"); },
       Reason::kInvalid, "issuer is empty"},
      {"an issuer that is no name",
       [](RawCrl* c) { c->issuer = FromHex("3003020101"); }, Reason::kMalformed,
       "issuer is malformed"},
      {"a thisUpdate that does not exist",
       [](RawCrl* c) { c->this_update = Tlv(0x17, "260230000000Z"); },
       Reason::kMalformed, "thisUpdate"},
      {"a thisUpdate without seconds",
       [](RawCrl* c) { c->this_update = Tlv(0x17, "2607010000Z"); },
       Reason::kMalformed, "thisUpdate"},
      {"a thisUpdate with an offset",
       [](RawCrl* c) { c->this_update = Tlv(0x17, "260701000000+0100"); },
       Reason::kMalformed, "thisUpdate"},
      {"no nextUpdate", [](RawCrl* c) { c->next_update = ""; },
       Reason::kInvalid, "no nextUpdate"},
      {"a nextUpdate that is none",
       [](RawCrl* c) { c->next_update = Tlv(0x18, "20260801000000.5Z"); },
       Reason::kMalformed, "nextUpdate"},
      {"nextUpdate first",
       [](RawCrl* c) { c->next_update = Tlv(0x17, "260630235959Z"); },
       Reason::kInvalid, "nextUpdate is before thisUpdate"},
      {"something after the extensions",
       [](RawCrl* c) { c->tail = FromHex("0500"); }, Reason::kMalformed,
       "something else"},
      {"extensions in version 1",
       [](RawCrl* c) {
         c->version = "";
         c->extensions = ListExtensions({Number("020101")});
       },
       Reason::kMalformed, "extensions are malformed"},
      {"an empty list of extensions",
       [](RawCrl* c) { c->extensions = ListExtensions({}); },
       Reason::kMalformed, "extensions are malformed"},
      {"an extension twice",
       [](RawCrl* c) {
         c->extensions = ListExtensions({Number("020101"), Number("020101")});
       },
       Reason::kMalformed, "there twice"},
      {"an unknown critical extension",
       [](RawCrl* c) { c->extensions = ListExtensions({Unknown(true)}); },
       Reason::kUnhandledCritical, "1.2.3.4"},
      {"criticality FALSE written out",
       [](RawCrl* c) {
         c->extensions =
             ListExtensions({FromHex("300d0603551d14010100040302"
                                     "0101")});
       },
       Reason::kMalformed, "extensions are malformed"},
      {"a negative number",
       [](RawCrl* c) { c->extensions = ListExtensions({Number("0201ff")}); },
       Reason::kMalformed, "cRLNumber"},
      {"a padded number",
       [](RawCrl* c) { c->extensions = ListExtensions({Number("02020001")}); },
       Reason::kMalformed, "cRLNumber"},
      {"a number of 21 octets",
       [](RawCrl* c) {
         c->extensions = ListExtensions(
             {Number("0215010000000000000000000000000000000000000000")});
       },
       Reason::kMalformed, "cRLNumber"},
      {"bytes after the number",
       [](RawCrl* c) { c->extensions = ListExtensions({Number("02010100")}); },
       Reason::kMalformed, "cRLNumber"},
      {"a delta list without a number",
       [](RawCrl* c) { c->extensions = ListExtensions({Delta("020101")}); },
       Reason::kInvalid, "without a cRLNumber"},
      {"a delta list below its base",
       [](RawCrl* c) {
         c->extensions = ListExtensions({Number("020105"), Delta("020106")});
       },
       Reason::kInvalid, "below its base"},
      {"an empty issuing distribution point",
       [](RawCrl* c) { c->extensions = ListExtensions({Point("")}); },
       Reason::kMalformed, "issuingDistributionPoint"},
      // A well-formed empty BIT STRING has brought other readers down.
      {"an empty onlySomeReasons",
       [](RawCrl* c) { c->extensions = ListExtensions({Point("8300")}); },
       Reason::kMalformed, "issuingDistributionPoint"},
      {"onlySomeReasons of no bits",
       [](RawCrl* c) { c->extensions = ListExtensions({Point("830100")}); },
       Reason::kMalformed, "issuingDistributionPoint"},
      {"onlySomeReasons of eight unused bits",
       [](RawCrl* c) { c->extensions = ListExtensions({Point("83020800")}); },
       Reason::kMalformed, "issuingDistributionPoint"},
      {"onlySomeReasons with all bits zero",
       [](RawCrl* c) { c->extensions = ListExtensions({Point("83020700")}); },
       Reason::kMalformed, "issuingDistributionPoint"},
      {"onlySomeReasons of a thousand bits",
       [](RawCrl* c) {
         c->extensions = ListExtensions(
             {Point(absl::StrCat("8379", "00", std::string(240, 'f')))});
       },
       Reason::kMalformed, "issuingDistributionPoint"},
      {"a flag that is FALSE",
       [](RawCrl* c) { c->extensions = ListExtensions({Point("810100")}); },
       Reason::kMalformed, "issuingDistributionPoint"},
      {"a flag that is 1",
       [](RawCrl* c) { c->extensions = ListExtensions({Point("810101")}); },
       Reason::kMalformed, "issuingDistributionPoint"},
      {"a flag without content",
       [](RawCrl* c) { c->extensions = ListExtensions({Point("8100")}); },
       Reason::kMalformed, "issuingDistributionPoint"},
      {"flags out of order",
       [](RawCrl* c) {
         c->extensions = ListExtensions({Point("8401ff8101ff")});
       },
       Reason::kMalformed, "issuingDistributionPoint"},
      {"users only and CAs only",
       [](RawCrl* c) {
         c->extensions = ListExtensions({Point("8101ff8201ff")});
       },
       Reason::kInvalid, "several kinds"},
      {"a distribution point with no names",
       [](RawCrl* c) { c->extensions = ListExtensions({Point("a002a000")}); },
       Reason::kMalformed, "issuingDistributionPoint"},
      {"a distribution point of a kind that is none",
       [](RawCrl* c) { c->extensions = ListExtensions({Point("a002a200")}); },
       Reason::kMalformed, "issuingDistributionPoint"},
      {"an authority key id that is none",
       [](RawCrl* c) {
         c->extensions = ListExtensions(
             {RawExtensionDer("551d23", false, FromHex("0500"))});
       },
       Reason::kMalformed, ""},
      {"a freshest CRL that is none",
       [](RawCrl* c) {
         c->extensions = ListExtensions(
             {RawExtensionDer("551d2e", false, FromHex("3000"))});
       },
       Reason::kMalformed, "freshestCRL"},
      {"an entry that is none",
       [](RawCrl* c) { c->entries = RawEntries({FromHex("0500")}); },
       Reason::kMalformed, "entry 1: not a SEQUENCE"},
      {"a serial without octets",
       [](RawCrl* c) { c->entries = RawEntries({RawEntry("")}); },
       Reason::kMalformed, "entry 1: the serial number"},
      {"a padded serial, in the second entry",
       [](RawCrl* c) {
         c->entries = RawEntries({RawEntry("01"), RawEntry("0001")});
       },
       Reason::kMalformed, "entry 2: the serial number"},
      {"a padded negative serial",
       [](RawCrl* c) { c->entries = RawEntries({RawEntry("ff80")}); },
       Reason::kMalformed, "entry 1: the serial number"},
      {"a serial of 65 octets",
       [](RawCrl* c) {
         c->entries = RawEntries({RawEntry("01" + std::string(128, '0'))});
       },
       Reason::kMalformed, "entry 1: the serial number"},
      {"an entry without a date",
       [](RawCrl* c) { c->entries = RawEntries({FromHex("3003020101")}); },
       Reason::kMalformed, "entry 1: revocationDate"},
      {"entry extensions in version 1",
       [](RawCrl* c) {
         c->version = "";
         c->entries = RawEntries({RawEntry("01", {Why("0a0101")})});
       },
       Reason::kMalformed, "entry 1: the extensions"},
      {"an unknown critical extension of an entry",
       [](RawCrl* c) {
         c->entries = RawEntries({RawEntry("01", {Unknown(true)})});
       },
       Reason::kUnhandledCritical, "entry 1: critical extension 1.2.3.4"},
      {"reason 7",
       [](RawCrl* c) {
         c->entries = RawEntries({RawEntry("01", {Why("0a0107")})});
       },
       Reason::kMalformed, "entry 1: reasonCode"},
      {"reason 11",
       [](RawCrl* c) {
         c->entries = RawEntries({RawEntry("01", {Why("0a010b")})});
       },
       Reason::kMalformed, "entry 1: reasonCode"},
      {"a reason of two octets",
       [](RawCrl* c) {
         c->entries = RawEntries({RawEntry("01", {Why("0a020001")})});
       },
       Reason::kMalformed, "entry 1: reasonCode"},
      {"a reason that is an INTEGER",
       [](RawCrl* c) {
         c->entries = RawEntries({RawEntry("01", {Why("020101")})});
       },
       Reason::kMalformed, "entry 1: reasonCode"},
      {"a reason twice",
       [](RawCrl* c) {
         c->entries =
             RawEntries({RawEntry("01", {Why("0a0101"), Why("0a0101")})});
       },
       Reason::kMalformed, "there twice"},
      {"removeFromCRL in a complete list",
       [](RawCrl* c) {
         c->entries = RawEntries({RawEntry("01", {Why("0a0108")})});
       },
       Reason::kInvalid, "removeFromCRL in a complete list"},
      {"an invalidityDate in UTCTime",
       [](RawCrl* c) {
         c->entries =
             RawEntries({RawEntry("01", {Since(Tlv(0x17, "260702000000Z"))})});
       },
       Reason::kMalformed, "entry 1: invalidityDate"},
      {"a certificateIssuer in a list that is not indirect",
       [](RawCrl* c) {
         c->entries =
             RawEntries({RawEntry("01", {IssuedBy(Tlv(0xa4, Ca().subject))})});
       },
       Reason::kInvalid, "not indirect"},
      {"a certificateIssuer without a directory name",
       [](RawCrl* c) {
         c->extensions = ListExtensions({Point("8401ff")});
         c->entries =
             RawEntries({RawEntry("01", {IssuedBy(Tlv(0x82, "example.org"))})});
       },
       Reason::kMalformed, "entry 1: certificateIssuer"},
      {"something after the entry's extensions",
       [](RawCrl* c) {
         c->entries = RawEntries({Tlv(
             0x30, FromHex("020101 170d3236303730323030303030305a 0500"))});
       },
       Reason::kMalformed, "entry 1: the extensions"},
  };
  for (const BadCase& c : kCases) {
    RawCrl raw;
    c.change(&raw);
    ExpectRefused(c, raw.Der(Ca()));
  }
}

TEST(Crl, RefusesWhatIsNoList) {
  const std::string good = RawCrl().Der(Ca());
  ASSERT_TRUE(Crl::FromDer(good).ok());
  std::string indefinite = good;
  indefinite[1] = '\x80';
  const struct {
    const char* what;
    std::string der;
    Reason reason;
  } kCases[] = {
      {"nothing", "", Reason::kMalformed},
      {"a byte more", good + '\0', Reason::kMalformed},
      {"the list twice", good + good, Reason::kMalformed},
      {"text", "hello", Reason::kMalformed},
      {"an indefinite length", indefinite, Reason::kMalformed},
      {"a length beyond the end", FromHex("3084ffffffff"), Reason::kMalformed},
      {"a length of 8 octets", FromHex("30880000000000000001"),
       Reason::kMalformed},
      {"a certificate", Ca().Der(), Reason::kMalformed},
      {"a null", FromHex("0500"), Reason::kMalformed},
  };
  for (const auto& c : kCases) {
    const auto crl = Crl::FromDer(c.der);
    EXPECT_EQ(ReasonOf(crl.status()), c.reason) << c.what;
  }
  // Cut anywhere, it is refused.
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(Crl::FromDer(good.substr(0, size)).ok()) << size;
  }
}

TEST(Crl, ReadsWhatItSays) {
  const std::string key_id = "0123456789abcdefghij";
  RawCrl raw;
  raw.extensions = ListExtensions({
      Number("02021000"),
      RawExtensionDer("551d23", false, Tlv(0x30, Tlv(0x80, key_id))),
      Point("a012a010860e687474703a2f2f632f612e63726c 8101ff 83020640 8401ff"),
      RawExtensionDer(
          "551d2e", false,
          Tlv(0x30, Tlv(0x30, Tlv(0xa0, Tlv(0xa0, Tlv(0x86, "http://d")))))),
      Unknown(false),
  });
  const std::string other = testing::NameDer("other");
  raw.entries = RawEntries({
      RawEntry("01"),
      RawEntry("00ff", {Why("0a0101"), Since(Tlv(0x18, "20260630120000Z")),
                        Unknown(false)}),
      RawEntry("02", {IssuedBy(Tlv(0xa4, other))}),
      RawEntry("03", {Why("0a010a")}),
  });
  const auto crl = Crl::FromDer(raw.Der(Ca()), "a.crl");
  ASSERT_TRUE(crl.ok()) << crl.status();
  const CrlInfo& info = crl->info();
  EXPECT_EQ(info.source, "a.crl");
  EXPECT_EQ(info.version, 2);
  EXPECT_EQ(info.issuer.ToString(), "CN=ca");
  EXPECT_EQ(info.this_update, At("2026-07-01T00:00:00Z"));
  EXPECT_EQ(info.next_update, At("2026-08-01T00:00:00Z"));
  EXPECT_EQ(info.number, FromHex("1000"));
  EXPECT_FALSE(info.is_delta());
  EXPECT_EQ(info.authority_key_id, key_id);
  EXPECT_TRUE(info.has_freshest_crl);
  ASSERT_TRUE(info.distribution_point.has_value());
  EXPECT_EQ(info.distribution_point->names,
            std::vector<std::string>{Tlv(0x86, "http://c/a.crl")});
  EXPECT_TRUE(info.distribution_point->only_user_certificates);
  EXPECT_FALSE(info.distribution_point->only_ca_certificates);
  EXPECT_FALSE(info.distribution_point->only_attribute_certificates);
  EXPECT_TRUE(info.distribution_point->indirect);
  EXPECT_EQ(info.distribution_point->only_some_reasons, 1 << 1);
  EXPECT_EQ(info.entry_count, 4u);

  std::vector<std::string> lines;
  crl->ForEachEntry([&](const CrlEntry& entry) {
    lines.push_back(absl::StrCat(
        absl::BytesToHexString(entry.serial), " ",
        absl::FormatTime("%Y-%m-%d", entry.revoked_at, absl::UTCTimeZone()),
        " ", CrlReasonName(entry.reason),
        entry.certificate_issuer == other ? " other" : "",
        entry.invalid_since.has_value()
            ? absl::FormatTime(" %H:%M", *entry.invalid_since,
                               absl::UTCTimeZone())
            : ""));
  });
  EXPECT_EQ(lines, (std::vector<std::string>{
                       "01 2026-07-02 unspecified",
                       "00ff 2026-07-02 keyCompromise 12:00",
                       "02 2026-07-02 unspecified other",
                       "03 2026-07-02 aACompromise other",
                   }));
}

TEST(Crl, ReadsVersion1AndEmptyLists) {
  const struct {
    const char* what;
    std::string version, entries;
    int expected_version;
    size_t count;
  } kCases[] = {
      {"version 1, no entries", "", "", 1, 0},
      {"version 1, entries", "", RawEntries({RawEntry("01"), RawEntry("02")}),
       1, 2},
      {"version 2, no entries", FromHex("020101"), "", 2, 0},
      {"version 2, an empty list", FromHex("020101"), RawEntries({}), 2, 0},
      {"a negative serial", FromHex("020101"), RawEntries({RawEntry("80")}), 2,
       1},
      {"a serial of 64 octets", FromHex("020101"),
       RawEntries({RawEntry("01" + std::string(126, '0'))}), 2, 1},
  };
  for (const auto& c : kCases) {
    RawCrl raw;
    raw.version = c.version;
    raw.entries = c.entries;
    const auto crl = Crl::FromDer(raw.Der(Ca()));
    ASSERT_TRUE(crl.ok()) << c.what << crl.status();
    EXPECT_EQ(crl->info().version, c.expected_version) << c.what;
    EXPECT_EQ(crl->info().entry_count, c.count) << c.what;
  }
}

TEST(Crl, MakesARelativeDistributionPointWhole) {
  RawCrl raw;
  // nameRelativeToCRLIssuer: CN=part.
  raw.extensions =
      ListExtensions({Point("a00fa10d300b0603550403 0c0470617274")});
  const auto crl = Crl::FromDer(raw.Der(Ca()));
  ASSERT_TRUE(crl.ok()) << crl.status();
  const std::string name =
      testing::NameDer({{"2.5.4.3", "ca"}, {"2.5.4.3", "part"}});
  EXPECT_EQ(crl->info().distribution_point->names,
            std::vector<std::string>{Tlv(0xa4, name)});
}

TEST(Crl, ReadsPem) {
  const std::string one = RawCrl().Der(Ca());
  RawCrl raw;
  raw.entries = RawEntries({RawEntry("01")});
  const std::string two = raw.Der(Ca());
  const std::string text = absl::StrCat(
      "a text before\n", EncodePem("X509 CRL", one),
      EncodePem("CERTIFICATE", Ca().Der()), EncodePem("X509 CRL", two));
  const auto lists = Crl::FromPem(text, "all.pem");
  ASSERT_TRUE(lists.ok()) << lists.status();
  ASSERT_EQ(lists->size(), 2u);
  EXPECT_EQ((*lists)[0].der(), one);
  EXPECT_EQ((*lists)[0].info().source, "all.pem:2");
  EXPECT_EQ((*lists)[1].der(), two);
  EXPECT_EQ(Crl::FromPem((*lists)[1].ToPem())->front().der(), two);
}

TEST(Crl, RefusesPemWithoutAListOrWithABadOne) {
  const struct {
    const char* what;
    std::string text;
    Reason reason;
    const char* message;
  } kCases[] = {
      {"nothing", "", Reason::kNotFound, "f: no \"X509 CRL\" block"},
      {"a certificate", EncodePem("CERTIFICATE", Ca().Der()), Reason::kNotFound,
       "f: no \"X509 CRL\" block"},
      {"a bad list", EncodePem("X509 CRL", "bad"), Reason::kMalformed,
       "f:1: CRL: not a SEQUENCE"},
      {"a good one and a bad one",
       absl::StrCat(EncodePem("X509 CRL", RawCrl().Der(Ca())),
                    EncodePem("X509 CRL", "bad")),
       Reason::kMalformed, "CRL: not a SEQUENCE"},
  };
  for (const auto& c : kCases) {
    const auto lists = Crl::FromPem(c.text, "f");
    EXPECT_EQ(ReasonOf(lists.status()), c.reason) << c.what;
    EXPECT_THAT(std::string(lists.status().message()), HasSubstr(c.message))
        << c.what;
  }
}

TEST(Crl, ChecksItsSignature) {
  const auto good = Crl::FromDer(RawCrl().Der(Ca()));
  const PublicKey key = Ca().Build().public_key();
  EXPECT_TRUE(good->CheckSignature(key).ok());
  const PublicKey other = testing::TestCa("other").Build().public_key();
  EXPECT_EQ(ReasonOf(good->CheckSignature(other)), Reason::kBadSignature);
  RawCrl raw;
  raw.flip_signature = true;
  EXPECT_EQ(ReasonOf(Crl::FromDer(raw.Der(Ca()))->CheckSignature(key)),
            Reason::kBadSignature);
}

TEST(CrlReason, HasNames) {
  int known = 0;
  for (int i = 0; i <= 10; ++i) {
    const auto reason = static_cast<CrlReason>(i);
    const auto parsed = ParseCrlReason(CrlReasonName(reason));
    ASSERT_TRUE(parsed.ok());
    known += *parsed == reason ? 1 : 0;
  }
  EXPECT_EQ(known, 10);  // All but 7, which RFC 5280 does not use.
  EXPECT_EQ(*ParseCrlReason("KEYCOMPROMISE"), CrlReason::kKeyCompromise);
  EXPECT_EQ(*ParseCrlReason("cacompromise"), CrlReason::kCaCompromise);
  for (const char* wrong : {"", "stolen", "key compromise", "1"}) {
    const auto reason = ParseCrlReason(wrong);
    EXPECT_EQ(ReasonOf(reason.status()), Reason::kInvalid) << wrong;
    EXPECT_THAT(std::string(reason.status().message()),
                HasSubstr("keyCompromise"));
  }
}

TEST(CrlNumber, Compares) {
  const struct {
    const char *a, *b;
    int expected;
  } kCases[] = {{"", "", 0},        {"", "01", -1},    {"01", "02", -1},
                {"ff", "0100", -1}, {"0100", "ff", 1}, {"0100", "0100", 0},
                {"80", "7f", 1}};
  for (const auto& c : kCases) {
    const int result = CompareCrlNumbers(FromHex(c.a), FromHex(c.b));
    EXPECT_EQ(result < 0   ? -1
              : result > 0 ? 1
                           : 0,
              c.expected)
        << c.a << " " << c.b;
  }
}

}  // namespace
}  // namespace gatehouse::pki
