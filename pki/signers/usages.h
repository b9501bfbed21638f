// The usages of a CertificateSigningRequest, and what they are in X.509.
#ifndef GATEHOUSE_PKI_SIGNERS_USAGES_H_
#define GATEHOUSE_PKI_SIGNERS_USAGES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace gatehouse::pki {

// Usages that the signers' rules speak of.
inline constexpr char kDigitalSignatureUsage[] = "digital signature";
inline constexpr char kKeyEnciphermentUsage[] = "key encipherment";
inline constexpr char kClientAuthUsage[] = "client auth";
inline constexpr char kServerAuthUsage[] = "server auth";

// Usage is one of the strings that spec.usages may hold: a bit of the key usage
// extension or an extended key usage.
struct Usage {
  absl::string_view name;
  uint16_t key_usage;           // Of KeyUsage; 0: it is an extended one.
  absl::string_view oid;        // Dotted; "" if it is a bit.
  absl::string_view x509_name;  // RFC 5280's name, such as "keyCertSign".
};

// Returns the 23 usages of certificates.k8s.io/v1, in the order of their names.
// "signing" and "digital signature" are the same bit, "s/mime" and "email
// protection" the same extended key usage (Kubernetes behaviour).
absl::Span<const Usage> KnownUsages();

// Returns the usage of that name, or null. The comparison is exact.
const Usage* FindUsage(absl::string_view name);

// CertificateUsages is what a certificate's two extensions say.
struct CertificateUsages {
  uint16_t key_usage = 0;  // Of KeyUsage.
  // OIDs, each once, in the order in which Kubernetes writes them: any, server,
  // client, code signing, email, IPsec, timestamping, OCSP, SGC.
  std::vector<std::string> extended_key_usages;
};

// Returns the extensions that usages mean; a usage twice counts once. kInvalid,
// `unrecognized usage values: ["x" "y"]`, if some are not known.
absl::StatusOr<CertificateUsages> UsagesToX509(
    absl::Span<const std::string> usages);

// Returns what is wrong with the usages of a request whose key is ML-DSA, which
// can sign and nothing else: each usage that encrypts or agrees on keys, and
// the absence of any that signs. Kubernetes 1.37's texts.
//
// The CA refuses such keys today (the crypto library does not know ML-DSA), so
// that no signer here asks this; it is for API servers that validate.
std::vector<std::string> CheckMlDsaUsages(absl::Span<const std::string> usages);

}  // namespace gatehouse::pki

#endif  // GATEHOUSE_PKI_SIGNERS_USAGES_H_
