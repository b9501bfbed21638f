#include "pki/internal/asn1_string.h"

#include <openssl/bytestring.h>

#include <string>

#include "absl/strings/escaping.h"
#include "gtest/gtest.h"

namespace gatehouse::pki::internal {
namespace {

struct Row {
  unsigned tag;
  const char* contents;  // Hex.
  const char* utf8;      // Hex; "-" if refused.
};
constexpr Row kRows[] = {
    // UTF8String.
    {CBS_ASN1_UTF8STRING, "", ""},
    {CBS_ASN1_UTF8STRING, "6a6f686e", "6a6f686e"},
    {CBS_ASN1_UTF8STRING, "6d00", "6d00"},          // A NUL is kept.
    {CBS_ASN1_UTF8STRING, "c3bc", "c3bc"},          // U+00FC.
    {CBS_ASN1_UTF8STRING, "e282ac", "e282ac"},      // U+20AC.
    {CBS_ASN1_UTF8STRING, "f09f9880", "f09f9880"},  // U+1F600.
    {CBS_ASN1_UTF8STRING, "f48fbfbd", "f48fbfbd"},  // U+10FFFD.
    {CBS_ASN1_UTF8STRING, "fc", "-"},
    {CBS_ASN1_UTF8STRING, "80", "-"},
    {CBS_ASN1_UTF8STRING, "c3", "-"},        // Cut off.
    {CBS_ASN1_UTF8STRING, "c341", "-"},      // No continuation.
    {CBS_ASN1_UTF8STRING, "c1a1", "-"},      // Overlong.
    {CBS_ASN1_UTF8STRING, "e08080", "-"},    // Overlong.
    {CBS_ASN1_UTF8STRING, "f0808080", "-"},  // Overlong.
    {CBS_ASN1_UTF8STRING, "eda080", "-"},    // A surrogate.
    {CBS_ASN1_UTF8STRING, "efbfbe", "-"},    // U+FFFE.
    {CBS_ASN1_UTF8STRING, "efb790", "-"},    // U+FDD0.
    {CBS_ASN1_UTF8STRING, "f4908080", "-"},  // Over U+10FFFF.
    {CBS_ASN1_UTF8STRING, "f5808080", "-"},
    // PrintableString.
    {CBS_ASN1_PRINTABLESTRING, "6a6f686e", "6a6f686e"},
    {CBS_ASN1_PRINTABLESTRING, "2a2e6126", "2a2e6126"},  // "*" and "&".
    {CBS_ASN1_PRINTABLESTRING, "27282b2c2d2e2f3a3d3f20",
     "27282b2c2d2e2f3a3d3f20"},
    {CBS_ASN1_PRINTABLESTRING, "40", "-"},  // "@".
    {CBS_ASN1_PRINTABLESTRING, "5f", "-"},  // "_".
    {CBS_ASN1_PRINTABLESTRING, "00", "-"},
    {CBS_ASN1_PRINTABLESTRING, "c3bc", "-"},
    // IA5String.
    {CBS_ASN1_IA5STRING, "40", "40"},
    {CBS_ASN1_IA5STRING, "7f", "7f"},
    {CBS_ASN1_IA5STRING, "00", "00"},
    {CBS_ASN1_IA5STRING, "80", "-"},
    // NumericString.
    {CBS_ASN1_NUMERICSTRING, "3120", "3120"},
    {CBS_ASN1_NUMERICSTRING, "61", "-"},
    // T61String: Latin-1.
    {CBS_ASN1_T61STRING, "6dfc", "6dc3bc"},
    {CBS_ASN1_T61STRING, "00ff", "00c3bf"},
    // BMPString.
    {CBS_ASN1_BMPSTRING, "", ""},
    {CBS_ASN1_BMPSTRING, "006a00fc20ac", "6ac3bce282ac"},
    {CBS_ASN1_BMPSTRING, "006a0000", "6a"},        // A terminator.
    {CBS_ASN1_BMPSTRING, "006a00000000", "6a00"},  // One only.
    {CBS_ASN1_BMPSTRING, "0000006a", "006a"},
    {CBS_ASN1_BMPSTRING, "006a00", "-"},
    {CBS_ASN1_BMPSTRING, "d83dde00", "-"},  // Surrogates.
    {CBS_ASN1_BMPSTRING, "ffff", "-"},
    {CBS_ASN1_BMPSTRING, "fdd0", "-"},
    // UniversalString.
    {CBS_ASN1_UNIVERSALSTRING, "0000006a0001f600", "6af09f9880"},
    {CBS_ASN1_UNIVERSALSTRING, "0000006a00000000", "6a"},
    {CBS_ASN1_UNIVERSALSTRING, "0000d800", "-"},
    {CBS_ASN1_UNIVERSALSTRING, "00110000", "-"},
    {CBS_ASN1_UNIVERSALSTRING, "00006a", "-"},
    // No strings, or none that names hold.
    {CBS_ASN1_OCTETSTRING, "6a", "-"},
    {CBS_ASN1_VISIBLESTRING, "6a", "-"},
    {CBS_ASN1_INTEGER, "01", "-"},
};

TEST(Asn1StringTest, Decodes) {
  for (const Row& row : kRows) {
    std::string utf8 = "left over";
    const bool good =
        DecodeAsn1String(row.tag, absl::HexStringToBytes(row.contents), &utf8);
    EXPECT_EQ(good ? absl::BytesToHexString(utf8) : "-", row.utf8)
        << row.tag << " " << row.contents;
    // What is good has a tag of a string, and is UTF-8.
    if (good) {
      EXPECT_TRUE(IsStringTag(row.tag));
      EXPECT_TRUE(IsValidUtf8(utf8));
    }
  }
}

TEST(Asn1StringTest, TagsOfStrings) {
  for (const unsigned tag :
       {CBS_ASN1_UTF8STRING, CBS_ASN1_PRINTABLESTRING, CBS_ASN1_IA5STRING,
        CBS_ASN1_NUMERICSTRING, CBS_ASN1_T61STRING, CBS_ASN1_BMPSTRING,
        CBS_ASN1_UNIVERSALSTRING}) {
    EXPECT_TRUE(IsStringTag(tag)) << tag;
  }
  for (const unsigned tag :
       {CBS_ASN1_SEQUENCE, CBS_ASN1_BITSTRING, CBS_ASN1_INTEGER,
        CBS_ASN1_VISIBLESTRING, CBS_ASN1_CONTEXT_SPECIFIC | CBS_ASN1_UTF8STRING,
        CBS_ASN1_CONSTRUCTED | CBS_ASN1_UTF8STRING}) {
    EXPECT_FALSE(IsStringTag(tag)) << tag;
  }
}

TEST(Asn1StringTest, PrintableIsNarrowerToWriteThanToRead) {
  EXPECT_TRUE(IsPrintableString(""));
  EXPECT_TRUE(IsPrintableString("kube-apiserver (1), a/b: c=d?"));
  for (const char* text :
       {"*.example", "a&b", "a_b", "a@b", "system;x", "\n"}) {
    EXPECT_FALSE(IsPrintableString(text)) << text;
  }
}

}  // namespace
}  // namespace gatehouse::pki::internal
