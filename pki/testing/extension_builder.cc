// Names and extensions of the certificate builder.
#include <arpa/inet.h>
#include <openssl/bytestring.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "pki/testing/certificate_builder.h"
#include "pki/testing/internal/encode.h"

namespace gatehouse::pki::testing {
namespace {

constexpr char kCommonName[] = "2.5.4.3";

std::string GeneralName(const TestName& name) {
  const bool constructed =
      name.choice == 0 || (name.choice >= 3 && name.choice <= 5);
  return ContextTag(static_cast<unsigned>(name.choice), name.value,
                    constructed);
}

std::string Subtrees(unsigned number, const std::vector<TestName>& names) {
  if (names.empty()) return "";
  std::string content;
  for (const TestName& name : names) {
    absl::StrAppend(&content, Sequence(GeneralName(name)));
  }
  return ContextTag(number, content, true);
}

}  // namespace

std::string NameDer(const std::vector<TestAttribute>& attributes) {
  std::string content;
  for (size_t i = 0; i < attributes.size();) {
    std::vector<std::string> rdn;
    do {
      rdn.push_back(Sequence(
          absl::StrCat(Oid(attributes[i].oid),
                       Tagged(attributes[i].tag, attributes[i].value))));
      ++i;
    } while (i < attributes.size() && attributes[i].same_rdn);
    // DER: the members of a SET OF stand in the order of their encodings.
    std::sort(rdn.begin(), rdn.end());
    std::string members;
    for (const std::string& member : rdn) absl::StrAppend(&members, member);
    absl::StrAppend(&content, Tagged(CBS_ASN1_SET, members));
  }
  return Sequence(content);
}

std::string NameDer(absl::string_view common_name) {
  return NameDer({{kCommonName, std::string(common_name), kUtf8, false}});
}

TestName Dns(absl::string_view name) { return {2, std::string(name)}; }
TestName Email(absl::string_view name) { return {1, std::string(name)}; }
TestName Uri(absl::string_view name) { return {6, std::string(name)}; }
TestName Ip(absl::string_view octets) { return {7, std::string(octets)}; }

TestName IpText(absl::string_view text) {
  const std::string whole(text);
  const size_t slash = whole.find('/');
  const std::string address = whole.substr(0, slash);
  const bool v6 = address.find(':') != std::string::npos;
  std::string octets(v6 ? 16 : 4, '\0');
  inet_pton(v6 ? AF_INET6 : AF_INET, address.c_str(), &octets[0]);
  if (slash == std::string::npos) return Ip(octets);
  int bits = 0;
  if (!absl::SimpleAtoi(whole.substr(slash + 1), &bits)) return Ip(octets);
  std::string mask(octets.size(), '\0');
  for (size_t i = 0; i < static_cast<size_t>(bits); ++i) {
    mask[i / 8] = static_cast<char>(mask[i / 8] | (0x80 >> (i % 8)));
  }
  return Ip(octets + mask);
}

TestName Directory(absl::string_view name_der) {
  return {4, std::string(name_der)};
}

TestName OtherName() {
  return {0, Oid("1.3.6.1.4.1.311.20.2.3") +
                 ContextTag(0, Tagged(kUtf8, "john@example.com"), true)};
}

TestName RegisteredId() { return {8, "\x2a\x03\x04"}; }

TestExtension BasicConstraintsExtension(bool ca,
                                        absl::optional<int> path_length,
                                        bool critical) {
  const std::string content = Encode([&](CBB* cbb) {
    if (ca) CBB_add_asn1_bool(cbb, 1);
    if (path_length.has_value()) {
      CBB_add_asn1_uint64(cbb, static_cast<uint64_t>(*path_length));
    }
  });
  return {"2.5.29.19", critical, Sequence(content)};
}

TestExtension KeyUsageExtension(uint16_t bits) {
  // Bit 0 of the BIT STRING is the highest bit of its first octet.
  std::string octets(2, '\0');
  size_t used = 0;
  for (size_t i = 0; i < 9; ++i) {
    if ((bits >> i & 1) == 0) continue;
    used = i + 1;
    octets[i / 8] = static_cast<char>(octets[i / 8] | (0x80 >> (i % 8)));
  }
  octets.resize((used + 7) / 8);
  const char unused = static_cast<char>(octets.size() * 8 - used);
  return {"2.5.29.15", true,
          Tagged(CBS_ASN1_BITSTRING, std::string(1, unused) + octets)};
}

TestExtension ExtendedKeyUsageExtension(const std::vector<std::string>& oids) {
  std::string content;
  for (const std::string& oid : oids) absl::StrAppend(&content, Oid(oid));
  return {"2.5.29.37", false, Sequence(content)};
}

TestExtension SubjectAltNames(const std::vector<TestName>& names,
                              bool critical) {
  std::string content;
  for (const TestName& name : names) {
    absl::StrAppend(&content, GeneralName(name));
  }
  return {"2.5.29.17", critical, Sequence(content)};
}

TestExtension NameConstraintsExtension(const std::vector<TestName>& permitted,
                                       const std::vector<TestName>& excluded,
                                       bool critical) {
  return {"2.5.29.30", critical,
          Sequence(Subtrees(0, permitted) + Subtrees(1, excluded))};
}

TestExtension SubjectKeyIdExtension(absl::string_view id) {
  return {"2.5.29.14", false, Tagged(CBS_ASN1_OCTETSTRING, id)};
}

TestExtension AuthorityKeyIdExtension(absl::string_view id) {
  return {"2.5.29.35", false, Sequence(ContextTag(0, id, false))};
}

TestExtension UnknownExtension(bool critical) {
  return {"1.3.6.1.4.1.57683.999", critical, std::string("\x05\x00", 2)};
}

}  // namespace gatehouse::pki::testing
