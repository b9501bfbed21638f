// Certificate extensions (RFC 5280 section 4.2), parsed.
#ifndef GATEHOUSE_PKI_EXTENSIONS_H_
#define GATEHOUSE_PKI_EXTENSIONS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/optional.h"

namespace gatehouse::pki {

// Bits of the key usage extension (RFC 5280 4.2.1.3).
enum KeyUsage : uint16_t {
  kDigitalSignature = 1 << 0,
  kContentCommitment = 1 << 1,
  kKeyEncipherment = 1 << 2,
  kDataEncipherment = 1 << 3,
  kKeyAgreement = 1 << 4,
  kKeyCertSign = 1 << 5,
  kCrlSign = 1 << 6,
  kEncipherOnly = 1 << 7,
  kDecipherOnly = 1 << 8,
};

// Extended key usages, as dotted object identifiers.
inline constexpr char kAnyExtendedKeyUsage[] = "2.5.29.37.0";
inline constexpr char kServerAuth[] = "1.3.6.1.5.5.7.3.1";
inline constexpr char kClientAuth[] = "1.3.6.1.5.5.7.3.2";
inline constexpr char kOcspSigning[] = "1.3.6.1.5.5.7.3.9";

// Whether the subject is a CA, and how many CAs may follow below it (RFC 5280
// 4.2.1.9). There is no path length without a CA.
struct BasicConstraints {
  bool is_ca = false;
  absl::optional<int> path_length;
};

// GeneralNames are names by type (RFC 5280 4.2.1.6). Texts are ASCII without
// NUL. IP addresses are 4 or 16 bytes, never IPv4 written as IPv6; in name
// constraints 8 or 32: an address, which may have bits outside the mask, and a
// mask of ones and then zeros. URIs are absolute; in name constraints they are
// hosts, or domains with a leading dot. A directory name is its DER.
struct GeneralNames {
  std::vector<std::string> dns;
  std::vector<std::string> ips;
  std::vector<std::string> emails;
  std::vector<std::string> uris;
  std::vector<std::string> directory_names;
  std::vector<std::string> other_types;  // Such as "otherName", "registeredID".

  bool empty() const {
    return dns.empty() && ips.empty() && emails.empty() && uris.empty() &&
           directory_names.empty() && other_types.empty();
  }
};

// What names a CA's certificates may have (RFC 5280 4.2.1.10).
struct NameConstraints {
  GeneralNames permitted;
  GeneralNames excluded;
};

// Extension is one extension as it is encoded.
struct Extension {
  std::string oid;
  bool critical = false;
  std::string value;  // The octets inside the OCTET STRING.
};

// Extensions are what a certificate's extensions say. Absent: no such
// extension. A plain value.
struct Extensions {
  absl::optional<BasicConstraints> basic_constraints;
  absl::optional<uint16_t> key_usage;                            // Of KeyUsage.
  absl::optional<std::vector<std::string>> extended_key_usages;  // OIDs.
  absl::optional<GeneralNames> subject_alt_names;
  absl::optional<NameConstraints> name_constraints;
  absl::optional<std::string> subject_key_id;
  absl::optional<std::string> authority_key_id;
  std::vector<std::string> ocsp_servers;             // URIs.
  std::vector<std::string> crl_distribution_points;  // URIs.
  // Critical extensions that nothing here understands, by OID, and those of
  // which a part is not: alternative names or name constraints of other types
  // alone. A certificate with one must be refused (RFC 5280 4.2). Those about
  // policies (certificatePolicies, policyMappings, policyConstraints,
  // inhibitAnyPolicy) are checked for their form and count as understood, as in
  // Go; they are for the verifier to heed, from `all`.
  std::vector<std::string> unhandled_critical;
  std::vector<Extension> all;  // In the order of the encoding.
};

}  // namespace gatehouse::pki

#endif  // GATEHOUSE_PKI_EXTENSIONS_H_
