// What CRLs and OCSP responses share beyond pki/internal/der.h.
#ifndef GATEHOUSE_PKI_REVOCATION_INTERNAL_REVOCATION_DER_H_
#define GATEHOUSE_PKI_REVOCATION_INTERNAL_REVOCATION_DER_H_

#include <openssl/bytestring.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"

namespace gatehouse::pki::internal {

// Object identifiers as their content octets.
inline constexpr absl::string_view kOidCrlNumber = "\x55\x1d\x14";
inline constexpr absl::string_view kOidReasonCode = "\x55\x1d\x15";
inline constexpr absl::string_view kOidInvalidityDate = "\x55\x1d\x18";
inline constexpr absl::string_view kOidDeltaCrl = "\x55\x1d\x1b";
inline constexpr absl::string_view kOidIssuingDistributionPoint =
    "\x55\x1d\x1c";
inline constexpr absl::string_view kOidCertificateIssuer = "\x55\x1d\x1d";
inline constexpr absl::string_view kOidAuthorityKeyId = "\x55\x1d\x23";
inline constexpr absl::string_view kOidFreshestCrl = "\x55\x1d\x2e";
inline constexpr absl::string_view kOidOcspBasic =
    "\x2b\x06\x01\x05\x05\x07\x30\x01\x01";

// Reads a CRL number: not negative, at most 20 octets; without leading zeros.
bool ReadNumber(CBS* cbs, std::string* number);
// Reads a reason of the CRLReason enumeration, as its number.
bool ReadReason(CBS* cbs, uint8_t* reason);

// Extension of a list, an entry or a response. It points into the encoding.
struct RawExtension {
  absl::string_view oid;
  bool critical = false;
  absl::string_view value;
};

// Reads the next extension; false if it is not one.
bool ReadRawExtension(CBS* extensions, RawExtension* extension);

// Reads an Extensions SEQUENCE, to the end of `cbs`. False if it is malformed,
// empty, longer than 32 extensions or has one twice.
bool ReadRawExtensions(CBS* cbs, std::vector<RawExtension>* extensions);

// One distribution point of a certificate (RFC 5280 4.2.1.13).
struct DistributionPoint {
  std::vector<std::string> names;        // GeneralNames in DER.
  std::vector<std::string> crl_issuers;  // The same.
  absl::optional<uint16_t> reasons;      // Bit n is bit n of ReasonFlags.
};

// Reads a DistributionPointName; a relative name becomes a directoryName below
// `issuer` (DER of a name).
bool ReadDistributionPointName(CBS* cbs, absl::string_view issuer,
                               std::vector<std::string>* names);
// Reads ReasonFlags' content octets. At least one bit must be set.
bool ReadReasonFlags(const CBS& bits, uint16_t* reasons);
// Reads a CRLDistributionPoints extension; false if it is malformed.
bool ReadDistributionPoints(absl::string_view value, absl::string_view issuer,
                            std::vector<DistributionPoint>* points);
// Reads GeneralNames: the DER of the name in the first directoryName. False if
// there is none.
bool ReadDirectoryName(CBS* cbs, absl::string_view* name);
// Returns the GeneralName (DER) of kind directoryName with `name`.
std::string DirectoryName(absl::string_view name);

// Writes a number without leading zeros as an INTEGER.
bool WriteNumber(CBB* out, absl::string_view number);
// Writes an Extension around `value`.
bool WriteRawExtension(CBB* out, absl::string_view oid, bool critical,
                       absl::string_view value);

}  // namespace gatehouse::pki::internal

#endif  // GATEHOUSE_PKI_REVOCATION_INTERNAL_REVOCATION_DER_H_
