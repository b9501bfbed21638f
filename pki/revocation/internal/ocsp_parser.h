// The grammar of OCSP responses (RFC 6960 section 4.2.1).
#ifndef GATEHOUSE_PKI_REVOCATION_INTERNAL_OCSP_PARSER_H_
#define GATEHOUSE_PKI_REVOCATION_INTERNAL_OCSP_PARSER_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "pki/certificate.h"
#include "pki/revocation/ocsp.h"

namespace gatehouse::pki::internal {

// OcspParts are the pieces of one basic response. Views point into its
// encoding.
struct OcspParts {
  absl::string_view tbs;        // ResponseData, tag and all.
  absl::string_view algorithm;  // AlgorithmIdentifier, tag and all.
  absl::string_view signature;  // Octets of the BIT STRING.
  absl::optional<std::string> responder_name;
  absl::optional<std::string> responder_key_hash;
  absl::Time produced_at;
  std::vector<OcspSingle> singles;
  std::vector<Certificate> certificates;
};

// Parses a response.
absl::Status ParseOcspResponse(absl::string_view der, OcspParts* parts);

}  // namespace gatehouse::pki::internal

#endif  // GATEHOUSE_PKI_REVOCATION_INTERNAL_OCSP_PARSER_H_
