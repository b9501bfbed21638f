#include "pki/distinguished_name.h"

#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "pki/internal/der.h"

namespace gatehouse::pki {
namespace {

constexpr unsigned kUtf8 = CBS_ASN1_UTF8STRING;
constexpr unsigned kPrintable = CBS_ASN1_PRINTABLESTRING;

struct Attribute {
  const char* oid;
  std::string value;
  unsigned tag = kUtf8;
};
using Rdn = std::vector<Attribute>;

// Returns the DER of a name; a SET is written in the order given.
std::string Encode(const std::vector<Rdn>& rdns) {
  using internal::WriteConstructed;
  return internal::BuildDer([&](CBB* out) {
    return WriteConstructed(out, CBS_ASN1_SEQUENCE, [&](CBB* list) {
      for (const Rdn& rdn : rdns) {
        const bool written =
            WriteConstructed(list, CBS_ASN1_SET, [&](CBB* set) {
              for (const Attribute& attribute : rdn) {
                if (!WriteConstructed(set, CBS_ASN1_SEQUENCE, [&](CBB* pair) {
                      return internal::WriteOid(pair, attribute.oid) &&
                             internal::WriteElement(pair, attribute.tag,
                                                    attribute.value);
                    })) {
                  return false;
                }
              }
              return true;
            });
        if (!written) return false;
      }
      return true;
    });
  });
}

DistinguishedName Parse(const std::vector<Rdn>& rdns) {
  const absl::StatusOr<DistinguishedName> name =
      DistinguishedName::FromDer(Encode(rdns));
  EXPECT_TRUE(name.ok()) << name.status();
  return name.value_or(DistinguishedName());
}

constexpr char kCn[] = "2.5.4.3";
constexpr char kO[] = "2.5.4.10";
constexpr char kOu[] = "2.5.4.11";

struct Row {
  std::vector<Rdn> rdns;
  std::string text;  // ToString().
  std::string common_name;
  std::string organizations;  // Joined by "|".
};

std::vector<Row> Rows() {
  return {
      {{}, "", "", ""},
      {{{{kO, "dev"}}, {{kCn, "john"}}}, "CN=john,O=dev", "john", "dev"},
      {{{{kCn, "john"}}, {{kO, "dev"}}}, "O=dev,CN=john", "john", "dev"},
      // Several of one type: the last CommonName, every Organization.
      {{{{kCn, "a"}}, {{kCn, "b"}}}, "CN=b,CN=a", "b", ""},
      {{{{kO, "a"}}, {{kO, "b"}}, {{kO, "a"}}}, "O=a,O=b,O=a", "", "a|b|a"},
      // A multi-valued RDN, in whichever order it is.
      {{{{kO, "b"}, {kO, "a"}}, {{kCn, "x"}}}, "CN=x,O=b+O=a", "x", "b|a"},
      {{{{kCn, "a"}, {kO, "dev"}, {kCn, "b"}}}, "CN=a+O=dev+CN=b", "b", "dev"},
      {{{{kOu, "dev"}}}, "OU=dev", "", ""},
      {{{{kCn, ""}}}, "CN=", "", ""},
      // Every short name.
      {{{{"2.5.4.6", "DE", kPrintable}},
        {{"2.5.4.8", "BE"}},
        {{"2.5.4.7", "B"}},
        {{"2.5.4.9", "S"}},
        {{"2.5.4.17", "1"}},
        {{"2.5.4.5", "2"}}},
       "SERIALNUMBER=2,POSTALCODE=1,STREET=S,L=B,ST=BE,C=DE",
       "",
       ""},
      // Escapes of RFC 2253.
      {{{{kCn, " a "}}}, "CN=\\ a\\ ", " a ", ""},
      {{{{kCn, " "}}}, "CN=\\ ", " ", ""},
      {{{{kCn, "#a#"}}}, "CN=\\#a#", "#a#", ""},
      {{{{kCn, ",+\"\\<>;="}}},
       "CN=\\,\\+\\\"\\\\\\<\\>\\;=",
       ",+\"\\<>;=",
       ""},
      {{{{kCn, "system:node:a"}}}, "CN=system:node:a", "system:node:a", ""},
      {{{{kCn, "a\nb\x7f"}}}, "CN=a\\0ab\\7f", "a\nb\x7f", ""},
      {{{{kCn, std::string("a\0b", 3)}}},
       "CN=a\\00b",
       std::string("a\0b", 3),
       ""},
      {{{{kCn, "m\xc3\xbcller"}}}, "CN=m\xc3\xbcller", "m\xc3\xbcller", ""},
      // Types without a short name, and values that are no strings.
      {{{{"1.2.3.4", "a"}}}, "1.2.3.4=#0c0161", "", ""},
      {{{{kCn, std::string("\0\1", 2), CBS_ASN1_BITSTRING}}},
       "CN=#03020001",
       "",
       ""},
      {{{{kCn, "john"}}, {{kCn, "", CBS_ASN1_SEQUENCE}}},
       "CN=#3000,CN=john",
       "john",
       ""},
      // Other types of strings.
      {{{{kCn, "m\xfc", CBS_ASN1_T61STRING}}}, "CN=m\xc3\xbc", "m\xc3\xbc", ""},
      {{{{kCn, std::string("\0m\0\xfc", 4), CBS_ASN1_BMPSTRING}}},
       "CN=m\xc3\xbc",
       "m\xc3\xbc",
       ""},
      {{{{kO, std::string("\0\0\0m", 4), CBS_ASN1_UNIVERSALSTRING}}},
       "O=m",
       "",
       "m"},
      {{{{kCn, "a@b", CBS_ASN1_IA5STRING}}}, "CN=a@b", "a@b", ""},
      {{{{kCn, "12", CBS_ASN1_NUMERICSTRING}}}, "CN=12", "12", ""},
  };
}

TEST(DistinguishedNameTest, Parses) {
  for (const Row& row : Rows()) {
    SCOPED_TRACE(row.text);
    const DistinguishedName name = Parse(row.rdns);
    EXPECT_EQ(name.ToString(), row.text);
    EXPECT_EQ(name.common_name(), row.common_name);
    EXPECT_EQ(absl::StrJoin(name.organizations(), "|"), row.organizations);
    EXPECT_EQ(name.der(), Encode(row.rdns));
    EXPECT_EQ(name.empty(), row.rdns.empty());
  }
}

struct BadRow {
  const char* der;   // Hex.
  const char* text;  // What the error says.
};
constexpr BadRow kBad[] = {
    {"", "not one SEQUENCE"},
    {"3100", "not one SEQUENCE"},
    {"30000500", "not one SEQUENCE"},
    {"30800000", "not one SEQUENCE"},
    {"30810100", "not one SEQUENCE"},
    {"30023000", "not a SET of attributes"},
    {"30023100", "not a SET of attributes"},
    {"3006310430020500", "not a type and a value"},
    {"3009310730050603550403", "not a type and a value"},
    {"300b3109300706035504030c00", ""},
    {"300d310b300906035504030c000500", "not a type and a value"},
    {"300d310b3009060380040c02616100", "not a type and a value"},
    {"300c310a300806035504030c01ff", "not valid in its type"},
    {"300c310a3008060355040313015f", "not valid in its type"},
    {"300c310a300806035504031e0161", "not valid in its type"},
    // Types that BoringSSL does not carry in names.
    {"300c310a30080603550403020105", "not valid in its type"},
    {"300c310a30080603550403040105", "not valid in its type"},
    {"300c310a30080603550403040161", "not valid in its type"},
    {"300c310a300806035504031a0161", "not valid in its type"},
    {"300b3109300706035504030500", "not valid in its type"},
    // A BIT STRING whose padding is not zero; a constructed UTF8String.
    {"300d310b30090603550403030201ff", "not valid in its type"},
    {"300e310c300a06035504032c030c0161", "not valid in its type"},
};

TEST(DistinguishedNameTest, RefusesWhatIsNone) {
  for (const BadRow& row : kBad) {
    const absl::StatusOr<DistinguishedName> name =
        DistinguishedName::FromDer(absl::HexStringToBytes(row.der));
    if (*row.text == '\0') {
      EXPECT_TRUE(name.ok()) << row.der;
      continue;
    }
    EXPECT_EQ(ReasonOf(name.status()), Reason::kMalformed) << row.der;
    EXPECT_TRUE(absl::EndsWith(name.status().message(), row.text))
        << row.der << " " << name.status();
  }
}

TEST(DistinguishedNameTest, AttributesSayWhereTheyStand) {
  const DistinguishedName name =
      Parse({{{kO, "dev"}, {kOu, "x"}}, {{kCn, "john", kPrintable}}});
  ASSERT_EQ(name.attributes().size(), 3u);
  EXPECT_EQ(name.attributes()[1].oid, kOu);
  EXPECT_EQ(name.attributes()[1].rdn, 0);
  EXPECT_EQ(name.attributes()[2].rdn, 1);
  EXPECT_EQ(name.attributes()[2].value, "john");
  EXPECT_EQ(name.attributes()[2].der, "\x13\x04john");
}

TEST(DistinguishedNameTest, ValuesOfAType) {
  const DistinguishedName name = Parse({{{kUserUidOid, "1"}},
                                        {{kCn, "john"}},
                                        {{kUserUidOid, "", CBS_ASN1_SEQUENCE}},
                                        {{kUserUidOid, ""}}});
  const std::vector<absl::optional<std::string>> expected = {"1", absl::nullopt,
                                                             ""};
  EXPECT_EQ(name.ValuesOf(kUserUidOid), expected);
  EXPECT_TRUE(name.ValuesOf(kO).empty());
}

TEST(DistinguishedNameTest, EqualByEncoding) {
  const DistinguishedName a = Parse({{{kCn, "john"}}});
  EXPECT_EQ(a, Parse({{{kCn, "john"}}}));
  EXPECT_FALSE(a == Parse({{{kCn, "john", kPrintable}}}));
  EXPECT_FALSE(a == DistinguishedName());
}

TEST(DistinguishedNameTest, ForUser) {
  const DistinguishedName name =
      DistinguishedName::ForUser("john", {"dev", "system:masters", "a_b"});
  EXPECT_EQ(name.der(), Encode({{{kO, "dev", kPrintable}},
                                {{kO, "system:masters", kPrintable}},
                                {{kO, "a_b"}},
                                {{kCn, "john", kPrintable}}}));
  EXPECT_EQ(name.common_name(), "john");
  EXPECT_EQ(name.organizations(),
            (std::vector<std::string>{"dev", "system:masters", "a_b"}));
  EXPECT_EQ(DistinguishedName::ForUser("", {}).der(),
            absl::HexStringToBytes("3000"));
  EXPECT_EQ(DistinguishedName::ForUser("m\xc3\xbcller", {}).common_name(),
            "m\xc3\xbcller");
  EXPECT_EQ(DistinguishedName::ForUser("a*", {}).der(),
            Encode({{{kCn, "a*"}}}));
}

TEST(DistinguishedNameTest, ForUserOfWhatIsNotUtf8IsNothing) {
  const DistinguishedName name = DistinguishedName::ForUser("\xff", {});
  EXPECT_TRUE(name.empty());
  EXPECT_FALSE(DistinguishedName::FromDer(name.der()).ok());
}

TEST(DistinguishedNameTest, Ceiling) {
  std::vector<Rdn> rdns(DistinguishedName::kMaxAttributes, {{kO, "a"}});
  EXPECT_EQ(Parse(rdns).organizations().size(),
            DistinguishedName::kMaxAttributes);
  rdns.push_back({{kO, "a"}});
  EXPECT_FALSE(DistinguishedName::FromDer(Encode(rdns)).ok());
}

}  // namespace
}  // namespace gatehouse::pki
