#include "pki/internal/der.h"

#include <cstdint>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/time/time.h"
#include "base/errors.h"
#include "gtest/gtest.h"

namespace gatehouse::pki::internal {
namespace {

std::string Hex(absl::string_view hex) { return absl::HexStringToBytes(hex); }

std::string Print(absl::Time time) {
  return absl::FormatTime(absl::RFC3339_sec, time, absl::UTCTimeZone());
}

struct OidRow {
  const char* contents;  // Hex, of the content octets.
  const char* dotted;    // "" if malformed.
};
constexpr OidRow kOids[] = {
    {"550403", "2.5.4.3"},
    {"2a864886f70d01010b", "1.2.840.113549.1.1.11"},
    {"2b0601040183c25102", "1.3.6.1.4.1.57681.2"},
    {"00", "0.0"},
    {"27", "0.39"},
    {"28", "1.0"},
    {"4f", "1.39"},
    {"50", "2.0"},
    {"8837", "2.999"},
    {"2affffffffffffffff7f", "1.2.9223372036854775807"},
    {"", ""},
    {"2a80", ""},                      // No end.
    {"2a8001", ""},                    // Not the shortest form.
    {"8037", ""},                      // The same in the first number.
    {"2a83ffffffffffffffffff7f", ""},  // More than 64 bits.
};

TEST(OidTest, ReadsAndWrites) {
  for (const OidRow& row : kOids) {
    SCOPED_TRACE(row.contents);
    const std::string contents = Hex(row.contents);
    EXPECT_EQ(OidToString(contents), row.dotted);
    const std::string der = BuildDer(
        [&](CBB* out) { return WriteElement(out, CBS_ASN1_OBJECT, contents); });
    CBS in = CbsOf(der);
    std::string dotted;
    EXPECT_EQ(ReadOid(&in, &dotted), *row.dotted != '\0');
    if (*row.dotted == '\0') continue;
    EXPECT_EQ(CBS_len(&in), 0u);
    EXPECT_EQ(BuildDer([&](CBB* out) { return WriteOid(out, dotted); }), der);
  }
}

TEST(OidTest, WritesNothingThatIsNone) {
  for (const char* text : {"", "1", "3.1", "1.40", "1.2.", "1..2", "1.2.x"}) {
    EXPECT_EQ(BuildDer([&](CBB* out) { return WriteOid(out, text); }), "")
        << text;
  }
}

struct TimeRow {
  const char* tag;       // "17" UTCTime, "18" GeneralizedTime, hex.
  const char* contents;  // Text.
  const char* time;      // "" if refused.
};
constexpr TimeRow kTimes[] = {
    {"17", "260723000000Z", "2026-07-23T00:00:00+00:00"},
    {"17", "491231235959Z", "2049-12-31T23:59:59+00:00"},
    {"17", "500101000000Z", "1950-01-01T00:00:00+00:00"},
    {"17", "240229120000Z", "2024-02-29T12:00:00+00:00"},
    {"18", "20500101000000Z", "2050-01-01T00:00:00+00:00"},
    {"18", "99991231235959Z", "9999-12-31T23:59:59+00:00"},
    // Years that belong to UTCTime.
    {"18", "20491231235959Z", ""},
    {"18", "19500101000000Z", ""},
    {"18", "00000101000000Z", ""},
    // Dates and times that do not exist.
    {"17", "230229120000Z", ""},
    {"17", "260431120000Z", ""},
    {"17", "261301120000Z", ""},
    {"17", "260001120000Z", ""},
    {"17", "260700120000Z", ""},
    {"17", "260723240000Z", ""},
    {"17", "260723126000Z", ""},
    {"17", "260723120060Z", ""},
    // Forms that DER or RFC 5280 does not have.
    {"17", "2607231200Z", ""},
    {"17", "260723120000", ""},
    {"17", "260723120000+0000", ""},
    {"17", "260723120000z", ""},
    {"17", "260723120000ZZ", ""},
    {"17", "26072312000 Z", ""},
    {"17", "-60723120000Z", ""},
    {"17", "20500101000000Z", ""},
    {"17", "", ""},
    {"18", "20500101000000.5Z", ""},
    {"18", "205001010000Z", ""},
    {"18", "20500101000000", ""},
    {"18", "500101000000Z", ""},
    {"13", "260723000000Z", ""},  // A PrintableString.
};

TEST(TimeTest, ReadsAndWrites) {
  for (const TimeRow& row : kTimes) {
    SCOPED_TRACE(row.contents);
    const std::string contents = row.contents;
    std::string der = Hex(row.tag);
    der.push_back(static_cast<char>(contents.size()));
    der += contents;
    CBS in = CbsOf(der);
    absl::Time time;
    const bool good = ReadTime(&in, &time);
    ASSERT_EQ(good, *row.time != '\0');
    if (!good) continue;
    EXPECT_EQ(Print(time), row.time);
    EXPECT_EQ(BuildDer([&](CBB* out) { return WriteTime(out, time); }), der);
  }
}

TEST(TimeTest, GeneralizedTimeOfAnyYear) {
  absl::Time time;
  EXPECT_TRUE(ParseGeneralizedTime("20260723101112Z", &time));
  EXPECT_EQ(Print(time), "2026-07-23T10:11:12+00:00");
  const std::string der =
      BuildDer([&](CBB* out) { return WriteGeneralizedTime(out, time); });
  EXPECT_EQ(der,
            "\x18\x0f"
            "20260723101112Z");
  CBS in = CbsOf(der);
  EXPECT_TRUE(ReadGeneralizedTime(&in, &time));
  EXPECT_FALSE(ParseGeneralizedTime("2026-07-23", &time));
}

TEST(TimeTest, RoundsDownAndRefusesWhatHasNoEncoding) {
  const absl::Time time = absl::FromUnixMillis(1'999);
  EXPECT_EQ(BuildDer([&](CBB* out) { return WriteTime(out, time); }),
            "\x17\x0d"
            "700101000001Z");
  for (const absl::Time bad :
       {absl::InfiniteFuture(), absl::InfinitePast(),
        absl::FromCivil(absl::CivilSecond(1949, 12, 31), absl::UTCTimeZone()),
        absl::FromCivil(absl::CivilSecond(10000, 1, 1), absl::UTCTimeZone())}) {
    EXPECT_EQ(BuildDer([&](CBB* out) { return WriteTime(out, bad); }), "");
  }
}

struct IntegerRow {
  const char* der;      // Hex.
  const char* decimal;  // "" if malformed.
};
constexpr IntegerRow kIntegers[] = {
    {"020100", "0"},
    {"020101", "1"},
    {"02017f", "127"},
    {"02020080", "128"},
    {"020180", "-128"},
    {"0201ff", "-1"},
    {"0202ff7f", "-129"},
    {"0202ff00", "-256"},
    {"020800ffffffffffff00", "72057594037927680"},
    {"02141000000000000000000000000000000000000001",
     "91343852333181432387730302044767688728495783937"},
    {"0200", ""},      // No content.
    {"02020001", ""},  // Not the shortest form.
    {"0202ff80", ""},  // The same of a negative one.
    {"0402007f", ""},  // An OCTET STRING.
    {"02810101", ""},  // A length that is not DER.
    {"0203007f", ""},  // Cut off.
};

TEST(IntegerTest, Reads) {
  for (const IntegerRow& row : kIntegers) {
    SCOPED_TRACE(row.der);
    const std::string der = Hex(row.der);
    CBS in = CbsOf(der);
    absl::string_view contents;
    ASSERT_EQ(ReadInteger(&in, &contents), *row.decimal != '\0');
    if (row.decimal[0] == 0) continue;
    EXPECT_EQ(IntegerToDecimal(contents), row.decimal);
  }
}

struct BitsRow {
  const char* contents;  // Hex, of the content octets.
  int bits;              // -1 if refused.
};
constexpr BitsRow kBits[] = {
    {"00", 0},        {"0780", 1},        {"05a0", 1 | 4}, {"0106", 32 | 64},
    {"070080", 256},  {"00ffff", 0xffff}, {"0001", 128},   {"", -1},
    {"0700", -1},     {"0580", -1},       {"0880", -1},    {"07ff", -1},
    {"07800000", -1}, {"00ffffff", -1},   {"01", -1},
};

TEST(NamedBitsTest, ReadsAndWrites) {
  for (const BitsRow& row : kBits) {
    SCOPED_TRACE(row.contents);
    const std::string contents = Hex(row.contents);
    uint16_t bits = 0;
    ASSERT_EQ(ParseNamedBits(CbsOf(contents), &bits), row.bits >= 0);
    if (row.bits < 0) continue;
    EXPECT_EQ(bits, row.bits);
    EXPECT_EQ(BuildDer([&](CBB* out) { return WriteNamedBits(out, bits); }),
              BuildDer([&](CBB* out) {
                return WriteElement(out, CBS_ASN1_BITSTRING, contents);
              }));
  }
}

TEST(BitStringTest, WholeOctetsOnly) {
  const std::string der =
      BuildDer([](CBB* out) { return WriteBitString(out, "key"); });
  CBS in = CbsOf(der);
  CBS octets;
  ASSERT_TRUE(ReadBitString(&in, &octets));
  EXPECT_EQ(ViewOf(octets), "key");
  for (const char* bad : {"0300", "03020100", "040100", "030207ff"}) {
    const std::string bytes = Hex(bad);
    in = CbsOf(bytes);
    EXPECT_FALSE(ReadBitString(&in, &octets)) << bad;
  }
}

struct ParametersRow {
  const char* parameters;  // Hex.
  bool good;
};
constexpr ParametersRow kParameters[] = {
    {"", true},          {"0500", true},       {"06032b6570", true},
    {"3000", true},      {"3003020101", true}, {"050100", false},
    {"05000500", false}, {"0600", false},      {"06022a80", false},
    {"020101", false},   {"0400", false},      {"30800000", false},
    {"30", false},
};

TEST(AlgorithmParametersTest, Shapes) {
  for (const ParametersRow& row : kParameters) {
    const std::string der = Hex(row.parameters);
    EXPECT_EQ(AreAlgorithmParameters(CbsOf(der)), row.good) << row.parameters;
  }
}

TEST(Ia5Test, NoNulAndNothingAboveAscii) {
  EXPECT_TRUE(IsIa5(""));
  EXPECT_TRUE(IsIa5("a.example\x7f"));
  EXPECT_FALSE(IsIa5(absl::string_view("a\0b", 3)));
  EXPECT_FALSE(IsIa5("m\xc3\xbcller"));
}

TEST(BuildDerTest, NothingWhereAWriterFails) {
  EXPECT_EQ(BuildDer([](CBB*) { return false; }), "");
  EXPECT_EQ(BuildDer([](CBB* out) {
              return WriteConstructed(out, ContextTag(3), [](CBB* inner) {
                return WriteElement(inner, PrimitiveContextTag(1), "x");
              });
            }),
            Hex("a303810178"));
}

TEST(MalformedErrorTest, NamesTheSource) {
  EXPECT_EQ(MalformedError("ca.crt:3", "bad").message(), "ca.crt:3: bad");
  EXPECT_EQ(MalformedError("", "bad").message(), "bad");
  EXPECT_EQ(ReasonOf(MalformedError("", "bad")), Reason::kMalformed);
}

}  // namespace
}  // namespace gatehouse::pki::internal
