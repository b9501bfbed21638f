// Making OCSP responses (RFC 6960), for stapling and for tests.
#ifndef GATEHOUSE_PKI_REVOCATION_OCSP_WRITER_H_
#define GATEHOUSE_PKI_REVOCATION_OCSP_WRITER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "pki/certificate.h"
#include "pki/private_key.h"
#include "pki/revocation/ocsp.h"

namespace gatehouse::pki {

// OcspTemplate is what a response shall say of one certificate.
struct OcspTemplate {
  OcspStatus status = OcspStatus::kGood;
  absl::Time revoked_at;                       // If revoked.
  CrlReason reason = CrlReason::kUnspecified;  // If revoked.
  absl::Time this_update;                      // Also producedAt.
  absl::optional<absl::Time> next_update;
  bool sha256_id = false;         // Name the certificate by SHA-256, not SHA-1.
  bool responder_by_key = false;  // Name the responder by key, not by name.
};

// Makes a successful basic response about `serial` of `issuer`, signed with
// `key`: the key of `issuer`, or of `delegate`, whose certificate is put in.
// Returns its DER. kInvalid if the key does not belong to the one who signs.
absl::StatusOr<std::string> WriteOcspResponse(
    const OcspTemplate& request, absl::string_view serial,
    const Certificate& issuer, const PrivateKey& key,
    const absl::optional<Certificate>& delegate = absl::nullopt);

}  // namespace gatehouse::pki

#endif  // GATEHOUSE_PKI_REVOCATION_OCSP_WRITER_H_
