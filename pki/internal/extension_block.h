// Lists of extensions, as certificates, requests, CRLs and OCSP messages carry
// them (RFC 5280 section 4.1).
#ifndef GATEHOUSE_PKI_INTERNAL_EXTENSION_BLOCK_H_
#define GATEHOUSE_PKI_INTERNAL_EXTENSION_BLOCK_H_

#include <openssl/bytestring.h>

#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "pki/extensions.h"

namespace gatehouse::pki::internal {

// Object identifiers of extensions.
inline constexpr char kSubjectKeyIdOid[] = "2.5.29.14";
inline constexpr char kKeyUsageOid[] = "2.5.29.15";
inline constexpr char kSubjectAltNameOid[] = "2.5.29.17";
inline constexpr char kIssuerAltNameOid[] = "2.5.29.18";
inline constexpr char kBasicConstraintsOid[] = "2.5.29.19";
inline constexpr char kNameConstraintsOid[] = "2.5.29.30";
inline constexpr char kCrlDistributionPointsOid[] = "2.5.29.31";
inline constexpr char kCertificatePoliciesOid[] = "2.5.29.32";
inline constexpr char kPolicyMappingsOid[] = "2.5.29.33";
inline constexpr char kAuthorityKeyIdOid[] = "2.5.29.35";
inline constexpr char kPolicyConstraintsOid[] = "2.5.29.36";
inline constexpr char kExtendedKeyUsageOid[] = "2.5.29.37";
inline constexpr char kInhibitAnyPolicyOid[] = "2.5.29.54";
inline constexpr char kAuthorityInfoAccessOid[] = "1.3.6.1.5.5.7.1.1";

// The access method of authorityInfoAccess that means OCSP.
inline constexpr char kOcspAccessOid[] = "1.3.6.1.5.5.7.48.1";

// The most extensions in one list.
inline constexpr int kMaxExtensions = 128;

// Takes one "Extensions", a SEQUENCE OF Extension, off `*in`. kMalformed if it
// is empty or not DER, kDuplicate for an extension twice, kTooLarge.
absl::Status ReadExtensionBlock(CBS* in, std::vector<Extension>* extensions);

// Reads what `all` says into an Extensions, `all` included. kMalformed names
// the extension. Those that are critical and not understood are listed.
absl::Status ParseExtensions(std::vector<Extension> all, Extensions* parsed);

// Reads one "DistributionPoint": its URIs onto the end of `*uris`. Other forms
// of name are passed over, as Go does.
absl::Status ReadDistributionPoint(CBS* in, std::vector<std::string>* uris);

// Reads the value of an authorityKeyIdentifier extension: the key id, "" if
// there is none. Issuer and serial are checked and passed over.
absl::Status ReadAuthorityKeyId(absl::string_view value, std::string* key_id);

// Writes one Extension, whose value is what `value` writes.
bool WriteExtension(CBB* list, absl::string_view oid, bool critical,
                    absl::FunctionRef<bool(CBB*)> value);

// Values of extensions, without the OCTET STRING around them.
bool WriteBasicConstraints(CBB* out, const BasicConstraints& value);
bool WriteAuthorityKeyId(CBB* out, absl::string_view key_id);
bool WriteNameConstraints(CBB* out, const NameConstraints& value);
bool WriteOids(CBB* out, const std::vector<std::string>& oids);
bool WriteCrlDistributionPoints(CBB* out, const std::vector<std::string>& uris);
bool WriteOcspServers(CBB* out, const std::vector<std::string>& uris);

}  // namespace gatehouse::pki::internal

#endif  // GATEHOUSE_PKI_INTERNAL_EXTENSION_BLOCK_H_
