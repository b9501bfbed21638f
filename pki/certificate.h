// Certificates as they were parsed: nothing in this header has been verified.
// pki/verify/verifier.h makes a VerifiedChain of them.
#ifndef GATEHOUSE_PKI_CERTIFICATE_H_
#define GATEHOUSE_PKI_CERTIFICATE_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "pki/distinguished_name.h"
#include "pki/extensions.h"
#include "pki/public_key.h"

namespace gatehouse::pki {

namespace internal {
struct CertificateData;
}  // namespace internal

using Sha256Digest = std::array<uint8_t, 32>;

// Certificate is one X.509 certificate, parsed by RFC 5280's grammar in strict
// DER, version 1 to 3. What is taken, BoringSSL's parser takes too. A
// handle to immutable shared data: copies are cheap and any thread may read
// them. Views and references are valid as long as any copy lives.
class Certificate {
 public:
  // The most bytes of DER that are parsed.
  static constexpr size_t kMaxBytes = size_t{1} << 16;

  // Parses exactly one certificate. `source` names the input in errors.
  // kMalformed, also for bytes after it, an extension twice, or an encoding
  // that is not DER; kTooLarge.
  static absl::StatusOr<Certificate> FromDer(absl::string_view der,
                                             absl::string_view source = "");

  // Parses every CERTIFICATE block of a PEM text, in order; other blocks are
  // passed over. An error if there is none (kNotFound) or one is bad; it names
  // `source` and the line.
  static absl::StatusOr<std::vector<Certificate>> FromPem(
      absl::string_view pem, absl::string_view source = "");

  absl::string_view der() const;
  std::string ToPem() const;

  // Returns the SHA-256 of der(): the certificate's identity.
  const Sha256Digest& sha256() const;
  // Returns it as Kubernetes' credential id, "X509SHA256=<lower-case hex>".
  std::string CredentialId() const;

  int version() const;  // 1, 2 or 3.
  // Returns the serial number's content octets: big-endian, the shortest form,
  // 1 to 20 octets, never negative (Go's rule and RFC 5280 4.1.2.2's). The
  // first is 0 where the next has its top bit set.
  absl::string_view serial() const;
  std::string SerialDecimal() const;
  std::string SerialHex() const;  // Lower case, as openssl: "9cf3f468".

  const DistinguishedName& subject() const;
  const DistinguishedName& issuer() const;
  // Returns whether subject and issuer are the same bytes (RFC 5280 3.2).
  bool self_issued() const;

  absl::Time not_before() const;
  absl::Time not_after() const;  // The last moment of validity, to the second.

  const PublicKey& public_key() const;
  // Returns the name of the algorithm that signed it, such as
  // "sha256WithRSAEncryption"; its dotted OID if it is not known here.
  std::string signature_algorithm() const;

  // What the extensions say; see pki/extensions.h. Absent: no such extension.
  const Extensions& extensions() const;

  // Checks the signature with `key`: bytes only, no rule of X.509. False if it
  // does not verify, the algorithm is unknown or insecure (MD5, SHA-1), its
  // parameters are not as its RFC has them, or it does not fit the key.
  bool SignedBy(const PublicKey& key) const;

  // Returns "SN=<decimal>, SKID=<AA:BB>, AKID=<AA:BB>", the identifier in
  // Kubernetes' error texts.
  std::string Identifier() const;

  friend bool operator==(const Certificate& a, const Certificate& b) {
    return a.der() == b.der();
  }

  // For pki/ only.
  const internal::CertificateData& data() const { return *data_; }

 private:
  explicit Certificate(std::shared_ptr<const internal::CertificateData> data);

  std::shared_ptr<const internal::CertificateData> data_;
};

// Returns what Certificate::Identifier does, of these parts: a serial number in
// decimal, "<nil>" where there is none (Kubernetes behaviour), and key ids.
std::string CertificateIdentifier(
    const absl::optional<std::string>& serial,
    const absl::optional<std::string>& subject_key_id,
    const absl::optional<std::string>& authority_key_id);

}  // namespace gatehouse::pki

#endif  // GATEHOUSE_PKI_CERTIFICATE_H_
