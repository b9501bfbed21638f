// What a Certificate points at.
#ifndef GATEHOUSE_PKI_INTERNAL_CERTIFICATE_DATA_H_
#define GATEHOUSE_PKI_INTERNAL_CERTIFICATE_DATA_H_

#include <array>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "pki/distinguished_name.h"
#include "pki/extensions.h"
#include "pki/public_key.h"

namespace gatehouse::pki::internal {

// CertificateData is one parsed certificate. Views point into `der`; so it is
// built in place and never moved.
struct CertificateData {
  CertificateData() = default;
  CertificateData(const CertificateData&) = delete;
  CertificateData& operator=(const CertificateData&) = delete;

  std::string der;
  std::array<uint8_t, 32> sha256 = {};

  absl::string_view tbs;                  // TBSCertificate, tag and all.
  absl::string_view signature_algorithm;  // AlgorithmIdentifier, tag and all.
  absl::string_view signature;            // Octets of the BIT STRING.

  int version = 1;
  absl::string_view serial;  // Content octets.
  DistinguishedName issuer;
  DistinguishedName subject;
  absl::Time not_before;
  absl::Time not_after;
  absl::optional<PublicKey> public_key;  // Always there once parsed.
  Extensions extensions;
};

}  // namespace gatehouse::pki::internal

#endif  // GATEHOUSE_PKI_INTERNAL_CERTIFICATE_DATA_H_
