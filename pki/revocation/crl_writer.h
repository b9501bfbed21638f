// Making certificate revocation lists (RFC 5280 section 5).
#ifndef GATEHOUSE_PKI_REVOCATION_CRL_WRITER_H_
#define GATEHOUSE_PKI_REVOCATION_CRL_WRITER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "pki/certificate.h"
#include "pki/private_key.h"
#include "pki/revocation/crl.h"

namespace gatehouse::pki {

// RevokedCertificate is one entry of a list to be made.
struct RevokedCertificate {
  std::string serial;  // As Certificate::serial().
  absl::Time revoked_at;
  // kUnspecified is left out of the encoding, as the RFC advises.
  CrlReason reason = CrlReason::kUnspecified;
  absl::optional<absl::Time> invalid_since;
};

// CrlTemplate is what a list shall say. Its issuer and authority key id are
// those of the certificate that signs.
struct CrlTemplate {
  std::string number = "\1";  // Big-endian without leading zeros; "" is 0.
  absl::Time this_update;
  absl::Time next_update;
  std::vector<RevokedCertificate> entries;
  absl::optional<std::string> delta_base;  // A number: makes it a delta list.
  // The scope; names, reasons and flags as parsed.
  absl::optional<IssuingDistributionPoint> distribution_point;
};

// Returns a template with the entries of `crl` and the number after its own:
// where the next list of its issuer begins. The caller sets the times. kInvalid
// for a delta list, a scope or an indirect list.
absl::StatusOr<CrlTemplate> NextCrl(const Crl& crl);

// Returns the number after `number`.
std::string NextCrlNumber(absl::string_view number);

// Makes a list, version 2, and signs it with `key`, which must be `issuer`'s.
// kInvalid if it is not, or if the template contradicts itself (nextUpdate not
// after thisUpdate, a serial twice, removeFromCRL in a complete list);
// kIncompatibleUsage if the issuer's key usage does not have cRLSign.
absl::StatusOr<Crl> WriteCrl(const CrlTemplate& request,
                             const Certificate& issuer, const PrivateKey& key);

}  // namespace gatehouse::pki

#endif  // GATEHOUSE_PKI_REVOCATION_CRL_WRITER_H_
