#include "cli/pki/asn1_text.h"

#include <arpa/inet.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "pki/distinguished_name.h"

namespace gatehouse::cli {

namespace {

constexpr char kSubjectAltName[] = "2.5.29.17";

struct Named {
  absl::string_view oid;
  absl::string_view name;
};

// openssl's names.
constexpr Named kExtensionNames[] = {
    {"2.5.29.9", "X509v3 Subject Directory Attributes"},
    {"2.5.29.14", "X509v3 Subject Key Identifier"},
    {"2.5.29.15", "X509v3 Key Usage"},
    {"2.5.29.16", "X509v3 Private Key Usage Period"},
    {kSubjectAltName, "X509v3 Subject Alternative Name"},
    {"2.5.29.18", "X509v3 Issuer Alternative Name"},
    {"2.5.29.19", "X509v3 Basic Constraints"},
    {"2.5.29.30", "X509v3 Name Constraints"},
    {"2.5.29.31", "X509v3 CRL Distribution Points"},
    {"2.5.29.32", "X509v3 Certificate Policies"},
    {"2.5.29.33", "X509v3 Policy Mappings"},
    {"2.5.29.35", "X509v3 Authority Key Identifier"},
    {"2.5.29.36", "X509v3 Policy Constraints"},
    {"2.5.29.37", "X509v3 Extended Key Usage"},
    {"2.5.29.46", "X509v3 Freshest CRL"},
    {"2.5.29.54", "X509v3 Inhibit Any Policy"},
    {"1.3.6.1.5.5.7.1.1", "Authority Information Access"},
    {"1.3.6.1.5.5.7.1.24", "TLS Feature"},
    {"2.16.840.1.113730.1.1", "Netscape Cert Type"},
    {"2.16.840.1.113730.1.13", "Netscape Comment"},
    {"1.3.6.1.4.1.11129.2.4.2", "CT Precertificate SCTs"},
};

constexpr Named kUsageNames[] = {
    {pki::kServerAuth, "TLS Web Server Authentication"},
    {pki::kClientAuth, "TLS Web Client Authentication"},
    {"1.3.6.1.5.5.7.3.3", "Code Signing"},
    {"1.3.6.1.5.5.7.3.4", "E-mail Protection"},
    {"1.3.6.1.5.5.7.3.8", "Time Stamping"},
    {pki::kOcspSigning, "OCSP Signing"},
    {pki::kAnyExtendedKeyUsage, "Any Extended Key Usage"},
};

constexpr absl::string_view kKeyUsageNames[] = {
    "Digital Signature", "Non Repudiation", "Key Encipherment",
    "Data Encipherment", "Key Agreement",   "Certificate Sign",
    "CRL Sign",          "Encipher Only",   "Decipher Only",
};

template <size_t N>
absl::string_view NameOf(const Named (&table)[N], absl::string_view oid) {
  for (const Named& named : table) {
    if (named.oid == oid) return named.name;
  }
  return "";
}

// Takes the first element off `*in`. False if there is no whole one.
bool ReadElement(absl::string_view* in, absl::string_view* content) {
  if (in->size() < 2) return false;
  const auto byte = [in](size_t i) {
    return static_cast<size_t>(static_cast<unsigned char>((*in)[i]));
  };
  size_t length = byte(1);
  size_t header = 2;
  if (length >= 0x80) {
    const size_t octets = length & 0x7F;
    if (octets > 4 || in->size() < 2 + octets) return false;
    length = 0;
    for (size_t i = 0; i < octets; ++i) length = length << 8 | byte(2 + i);
    header += octets;
  }
  if (in->size() - header < length) return false;
  *content = in->substr(header, length);
  in->remove_prefix(header + length);
  return true;
}

// Returns the bits of the BIT STRING that is the last element in a sequence;
// "" if there is none.
absl::string_view LastBits(absl::string_view sequence) {
  absl::string_view content;
  if (!ReadElement(&sequence, &content)) return "";
  absl::string_view last;
  while (ReadElement(&content, &last)) {
  }
  return last.empty() ? last : last.substr(1);
}

void DescribeRsa(absl::string_view bits, PublicKeyAnswer* answer) {
  absl::string_view pair;
  absl::string_view modulus;
  absl::string_view exponent;
  if (!ReadElement(&bits, &pair) || !ReadElement(&pair, &modulus) ||
      !ReadElement(&pair, &exponent) || exponent.size() > 8) {
    return;
  }
  uint64_t value = 0;
  for (const char c : exponent) {
    value = value << 8 | static_cast<unsigned char>(c);
  }
  answer->set_modulus(Hex(modulus));
  answer->set_exponent(absl::StrCat(value));
}

std::string Address(absl::string_view bytes) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = bytes.size() == 4 ? AF_INET : AF_INET6;
  if ((bytes.size() != 4 && bytes.size() != 16) ||
      inet_ntop(family, bytes.data(), text.data(), text.size()) == nullptr) {
    return absl::StrCat("<", Hex(bytes), ">");
  }
  return text.data();
}

// Returns an address, or in a constraint an address and its mask.
std::string AddressOrRange(absl::string_view bytes) {
  if (bytes.size() != 8 && bytes.size() != 32) return Address(bytes);
  return absl::StrCat(Address(bytes.substr(0, bytes.size() / 2)), "/",
                      Address(bytes.substr(bytes.size() / 2)));
}

std::string DirectoryName(const std::string& der) {
  const auto name = pki::DistinguishedName::FromDer(der);
  return name.ok() ? name->ToString() : absl::StrCat("<", Hex(der), ">");
}

std::vector<std::string> KeyUsages(uint16_t usage) {
  std::vector<absl::string_view> names;
  for (size_t bit = 0; bit < std::size(kKeyUsageNames); ++bit) {
    if ((usage >> bit & 1U) != 0) names.push_back(kKeyUsageNames[bit]);
  }
  return {absl::StrJoin(names, ", ")};
}

std::vector<std::string> ExtendedUsages(const std::vector<std::string>& oids) {
  std::vector<std::string> names;
  for (const std::string& oid : oids) {
    const absl::string_view name = NameOf(kUsageNames, oid);
    names.emplace_back(name.empty() ? oid : std::string(name));
  }
  return {absl::StrJoin(names, ", ")};
}

std::vector<std::string> Constraints(const pki::NameConstraints& constraints) {
  std::vector<std::string> values;
  for (const std::string& name : DescribeNames(constraints.permitted)) {
    values.push_back(absl::StrCat("Permitted: ", name));
  }
  for (const std::string& name : DescribeNames(constraints.excluded)) {
    values.push_back(absl::StrCat("Excluded: ", name));
  }
  return values;
}

std::vector<std::string> Prefixed(absl::string_view prefix,
                                  const std::vector<std::string>& items) {
  std::vector<std::string> values;
  for (const std::string& item : items) {
    values.push_back(absl::StrCat(prefix, item));
  }
  return values;
}

std::string BasicConstraintsText(const pki::BasicConstraints& constraints) {
  std::string text = constraints.is_ca ? "CA:TRUE" : "CA:FALSE";
  if (constraints.path_length) {
    absl::StrAppend(&text, ", pathlen:", *constraints.path_length);
  }
  return text;
}

// Returns the values of an extension that has been understood; empty if it has
// not.
std::vector<std::string> Values(absl::string_view oid,
                                const pki::Extensions& all) {
  if (oid == "2.5.29.14" && all.subject_key_id) {
    return {WithColons(Hex(*all.subject_key_id))};
  }
  if (oid == "2.5.29.35" && all.authority_key_id) {
    return {WithColons(Hex(*all.authority_key_id))};
  }
  if (oid == "2.5.29.15" && all.key_usage) return KeyUsages(*all.key_usage);
  if (oid == "2.5.29.37" && all.extended_key_usages) {
    return ExtendedUsages(*all.extended_key_usages);
  }
  if (oid == kSubjectAltName && all.subject_alt_names) {
    return DescribeNames(*all.subject_alt_names);
  }
  if (oid == "2.5.29.19" && all.basic_constraints) {
    return {BasicConstraintsText(*all.basic_constraints)};
  }
  if (oid == "2.5.29.30" && all.name_constraints) {
    return Constraints(*all.name_constraints);
  }
  if (oid == "2.5.29.31") return Prefixed("URI:", all.crl_distribution_points);
  if (oid == "1.3.6.1.5.5.7.1.1") {
    return Prefixed("OCSP - URI:", all.ocsp_servers);
  }
  return {};
}

ExtensionAnswer Describe(const pki::Extension& extension,
                         const std::vector<std::string>& values) {
  ExtensionAnswer answer;
  answer.set_oid(extension.oid);
  const absl::string_view name = NameOf(kExtensionNames, extension.oid);
  answer.set_name(name.empty() ? extension.oid : std::string(name));
  answer.set_critical(extension.critical);
  for (const std::string& value : values) answer.add_values(value);
  if (values.empty()) answer.add_values(WithColons(Hex(extension.value)));
  return answer;
}

}  // namespace

std::string Hex(absl::string_view bytes) {
  return absl::BytesToHexString(bytes);
}

std::string WithColons(absl::string_view hex) {
  std::string text;
  for (size_t i = 0; i < hex.size(); i += 2) {
    absl::StrAppend(&text, i > 0 ? ":" : "", hex.substr(i, 2));
  }
  return text;
}

std::string SignatureHex(absl::string_view der) { return Hex(LastBits(der)); }

PublicKeyAnswer DescribeKey(const pki::PublicKey& key) {
  PublicKeyAnswer answer;
  answer.set_algorithm(key.ToString());
  const auto& digest = key.sha256();
  answer.set_sha256(Hex(absl::string_view(
      reinterpret_cast<const char*>(digest.data()), digest.size())));
  const absl::string_view bits = LastBits(key.der());
  if (key.type() == pki::KeyType::kRsa) {
    DescribeRsa(bits, &answer);
  } else {
    answer.set_bits(Hex(bits));
  }
  return answer;
}

std::vector<ExtensionAnswer> DescribeExtensions(
    const pki::Extensions& extensions) {
  std::vector<ExtensionAnswer> answers;
  for (const pki::Extension& extension : extensions.all) {
    answers.push_back(Describe(extension, Values(extension.oid, extensions)));
  }
  return answers;
}

std::vector<ExtensionAnswer> DescribeRequested(
    const std::vector<pki::Extension>& extensions,
    const pki::GeneralNames& names) {
  std::vector<ExtensionAnswer> answers;
  for (const pki::Extension& extension : extensions) {
    answers.push_back(Describe(extension, extension.oid == kSubjectAltName
                                              ? DescribeNames(names)
                                              : std::vector<std::string>()));
  }
  return answers;
}

std::vector<std::string> DescribeNames(const pki::GeneralNames& names) {
  std::vector<std::string> values = Prefixed("DNS:", names.dns);
  for (const std::string& ip : names.ips) {
    values.push_back(absl::StrCat("IP Address:", AddressOrRange(ip)));
  }
  for (const std::string& value : Prefixed("email:", names.emails)) {
    values.push_back(value);
  }
  for (const std::string& value : Prefixed("URI:", names.uris)) {
    values.push_back(value);
  }
  for (const std::string& der : names.directory_names) {
    values.push_back(absl::StrCat("DirName:", DirectoryName(der)));
  }
  for (const std::string& value : Prefixed("", names.other_types)) {
    values.push_back(absl::StrCat(value, ":<unsupported>"));
  }
  return values;
}

}  // namespace gatehouse::cli
