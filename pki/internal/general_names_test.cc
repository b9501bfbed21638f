#include "pki/internal/general_names.h"

#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "pki/internal/der.h"

namespace gatehouse::pki::internal {
namespace {

constexpr unsigned kEmail = PrimitiveContextTag(1);
constexpr unsigned kDns = PrimitiveContextTag(2);
constexpr unsigned kUri = PrimitiveContextTag(6);
constexpr unsigned kIp = PrimitiveContextTag(7);

std::string Hex(absl::string_view hex) { return absl::HexStringToBytes(hex); }

// Returns "dns:a ip:0a000001 ..." in the order of the struct.
std::string Dump(const GeneralNames& names) {
  std::string text;
  const auto add = [&text](absl::string_view type, absl::string_view value) {
    absl::StrAppend(&text, text.empty() ? "" : " ", type, ":", value);
  };
  for (const std::string& name : names.dns) add("dns", name);
  for (const std::string& name : names.ips) {
    add("ip", absl::BytesToHexString(name));
  }
  for (const std::string& name : names.emails) add("email", name);
  for (const std::string& name : names.uris) add("uri", name);
  for (const std::string& name : names.directory_names) {
    add("dir", absl::BytesToHexString(name));
  }
  for (const std::string& name : names.other_types) add("other", name);
  return text;
}

std::string Element(unsigned tag, absl::string_view contents) {
  return BuildDer([&](CBB* out) { return WriteElement(out, tag, contents); });
}

// Returns the dump of what `der` holds, or the error's text.
std::string ReadAll(const std::string& der, NameRole role) {
  GeneralNames names;
  const absl::Status status = ReadGeneralNames(CbsOf(der), role, &names);
  if (status.ok()) return Dump(names);
  EXPECT_EQ(ReasonOf(status), Reason::kMalformed);
  return std::string(status.message());
}

struct TextRow {
  unsigned tag;
  const char* text;
  bool name;
  bool constraint;
  bool location;
};
constexpr TextRow kTexts[] = {
    {kDns, "a.example", true, true, true},
    {kDns, "*.example", true, true, true},
    {kDns, ".example", true, true, true},  // As in Go; it matches no host.
    {kDns, "", false, true, true},
    {kDns, "m\xc3\xbcller.example", false, false, false},
    {kDns, "a b", true, false, true},
    {kDns, "a.example.", true, false, true},
    {kEmail, "john@a.example", true, true, true},
    {kEmail, "a.example", true, true, true},
    {kEmail, ".a.example", true, true, true},
    {kEmail, "@a.example", true, false, true},
    {kEmail, "john@", true, false, true},
    {kEmail, "a@b@c.example", true, false, true},
    {kEmail, "\"john doe\"@c.example", true, true, true},
    {kEmail, "john..doe@c.example", true, false, true},
    {kEmail, "john@c..example", true, false, true},
    {kEmail, "", false, true, true},
    {kUri, "spiffe://a.example/x", true, true, true},
    {kUri, "a.example", false, true, true},
    {kUri, ".a.example", false, true, true},
    {kUri, "10.0.0.1", false, false, true},
    {kUri, "::1", false, false, true},
    {kUri, "", false, true, true},
    {kUri, "http://a b/", false, false, true},
    {kUri, "http://[::1", false, true, true},
};

TEST(GeneralNamesTest, Texts) {
  for (const TextRow& row : kTexts) {
    SCOPED_TRACE(row.text);
    const std::string der = Element(row.tag, row.text);
    const std::string dump = absl::StrCat(row.tag == kDns     ? "dns:"
                                          : row.tag == kEmail ? "email:"
                                                              : "uri:",
                                          row.text);
    EXPECT_EQ(ReadAll(der, NameRole::kName) == dump, row.name);
    EXPECT_EQ(ReadAll(der, NameRole::kConstraint) == dump, row.constraint);
    EXPECT_EQ(ReadAll(der, NameRole::kLocation) == dump, row.location);
  }
}

TEST(GeneralNamesTest, NulIsRefusedEverywhere) {
  for (const unsigned tag : {kDns, kEmail, kUri}) {
    const std::string der =
        Element(tag, absl::string_view("http://a.example\0.evil.example", 30));
    for (const NameRole role :
         {NameRole::kName, NameRole::kConstraint, NameRole::kLocation}) {
      EXPECT_TRUE(absl::StartsWith(ReadAll(der, role), "malformed ")) << tag;
    }
  }
}

struct IpRow {
  const char* bytes;  // Hex.
  bool name;
  bool constraint;
};
constexpr IpRow kIps[] = {
    {"0a000001", true, false},
    {"00000000000000000000000000000001", true, false},
    {"", false, false},
    {"0a0000", false, false},
    {"0a00000100", false, false},
    {"00000000000000000000ffff0a000001", false, false},  // IPv4 in IPv6.
    {"0a000000ff000000", false, true},
    {"0a00000000000000", false, true},
    {"0a000001ffffffff", false, true},
    {"0a000000fe000000", false, true},
    {"0a000000ff00ff00", false, false},  // A hole in the mask.
    {"0a0000007f000000", false, false},
    {"0a000000fd000000", false, false},
    {"fd000000000000000000000000000000ff000000000000000000000000000000", false,
     true},
    {"fd000000000000000000000000000000ff000000000000000000000000000001", false,
     false},
    {"00000000000000000000ffff0a000000ffffffffffffffffffffffffff000000", false,
     false},
    {"0a000000ff0000", false, false},
};

TEST(GeneralNamesTest, Addresses) {
  for (const IpRow& row : kIps) {
    SCOPED_TRACE(row.bytes);
    const std::string der = Element(kIp, Hex(row.bytes));
    const std::string dump = absl::StrCat("ip:", row.bytes);
    EXPECT_EQ(ReadAll(der, NameRole::kName) == dump, row.name);
    EXPECT_EQ(ReadAll(der, NameRole::kConstraint) == dump, row.constraint);
  }
}

struct DerRow {
  const char* der;  // Hex.
  const char* dump;
};
constexpr DerRow kDers[] = {
    {"", "malformed GeneralNames: there is none"},
    {"82016182016287040a000001", "dns:a dns:b ip:0a000001"},
    {"a0020500", "other:otherName"},
    {"a300", "other:x400Address"},
    {"a500", "other:ediPartyName"},
    {"88012a", "other:registeredID"},
    {"a4023000", "dir:3000"},
    {"a410300e310c300a060355040313036a6f65",
     "dir:300e310c300a060355040313036a6f65"},
    {"a400", "malformed directoryName"},
    {"a40430000500", "malformed directoryName"},
    {"a4043102300a", "malformed directoryName"},
    {"a40430023100",
     "malformed name: a relative name is not a SET of attributes"},
    {"8400", "malformed GeneralName"},        // A directoryName is explicit.
    {"a2030c0161", "malformed GeneralName"},  // A dNSName is implicit.
    {"8900", "malformed GeneralName"},        // No such type.
    {"0c0161", "malformed GeneralName"},
    {"820261", "malformed GeneralName"},    // Cut off.
    {"82810161", "malformed GeneralName"},  // Not the shortest length.
};

TEST(GeneralNamesTest, Types) {
  for (const DerRow& row : kDers) {
    EXPECT_EQ(ReadAll(Hex(row.der), NameRole::kName), row.dump) << row.der;
  }
}

TEST(GeneralNamesTest, WritesWhatItReads) {
  GeneralNames names;
  names.dns = {"a.example", "b.example"};
  names.ips = {Hex("0a000001"), Hex("0a000000ff000000")};
  names.emails = {"john@a.example"};
  names.uris = {"spiffe://a.example/x"};
  names.directory_names = {Hex("300e310c300a060355040313036a6f65")};
  const std::string ip_and_mask = names.ips[1];
  names.ips.pop_back();
  const std::string der =
      BuildDer([&](CBB* out) { return WriteGeneralNames(out, names); });
  EXPECT_EQ(ReadAll(der, NameRole::kName), Dump(names));
  EXPECT_EQ(BuildDer([&](CBB* out) { return WriteUris(out, names.uris); }),
            Element(kUri, names.uris[0]));
  names.ips = {ip_and_mask};
  EXPECT_NE(BuildDer([&](CBB* out) { return WriteGeneralNames(out, names); }),
            "");
}

TEST(GeneralNamesTest, WritesNothingThatHasNoEncoding) {
  std::vector<GeneralNames> bad(4);
  bad[0].dns = {"m\xc3\xbcller.example"};
  bad[1].ips = {"abc"};
  bad[2].other_types = {"otherName"};
  bad[3].uris = {std::string("a\0b", 3)};
  for (const GeneralNames& names : bad) {
    EXPECT_EQ(BuildDer([&](CBB* out) { return WriteGeneralNames(out, names); }),
              "")
        << Dump(names);
  }
}

}  // namespace
}  // namespace gatehouse::pki::internal
