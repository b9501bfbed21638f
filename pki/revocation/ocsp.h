// OCSP responses (RFC 6960): parsed, and sets of them that were verified.
#ifndef GATEHOUSE_PKI_REVOCATION_OCSP_H_
#define GATEHOUSE_PKI_REVOCATION_OCSP_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "pki/certificate.h"
#include "pki/revocation/crl.h"

namespace gatehouse::pki {

enum class OcspStatus : uint8_t { kGood = 0, kRevoked = 1, kUnknown = 2 };

// OcspCertId names a certificate by hashes of its issuer (RFC 6960 4.1.1).
struct OcspCertId {
  std::string hash_oid;  // Of SHA-1 or SHA-256; others match nothing.
  std::string issuer_name_hash;
  std::string issuer_key_hash;
  std::string serial;  // As Certificate::serial().

  // Returns whether it means certificates of `issuer`.
  bool IssuedBy(const Certificate& issuer) const;
};

// OcspSingle is the answer about one certificate.
struct OcspSingle {
  OcspCertId id;
  OcspStatus status = OcspStatus::kUnknown;
  absl::Time revoked_at;  // If revoked.
  CrlReason reason = CrlReason::kUnspecified;
  absl::Time this_update;
  // Without a nextUpdate, newer information is always to be had (RFC 6960
  // 4.2.2.1): the answer holds at thisUpdate and no longer.
  absl::Time next_update;
};

// OcspResponse is one response as it was parsed, strict DER. A handle to
// immutable shared data; any thread may read it.
class OcspResponse {
 public:
  static constexpr size_t kMaxBytes = size_t{1} << 20;
  static constexpr size_t kMaxSingles = 1000;
  static constexpr size_t kMaxCertificates = 10;

  // Parses exactly one response. kMalformed, kTooLarge, kUnhandledCritical;
  // kInvalid for a responseStatus other than successful ("tryLater" ...), and
  // kUnsupported for a response that is not basic. Nonces are passed over:
  // nothing here asks a responder.
  static absl::StatusOr<OcspResponse> FromDer(absl::string_view der,
                                              absl::string_view source = "");

  absl::string_view source() const;
  absl::Time produced_at() const;
  // Who signed, by one of these: DER of the name, or SHA-1 of the key.
  const absl::optional<std::string>& responder_name() const;
  const absl::optional<std::string>& responder_key_hash() const;
  const std::vector<OcspSingle>& singles() const;
  const std::vector<Certificate>& certificates() const;

  // Checks that `issuer` or a responder that it authorized signed the response
  // (RFC 6960 4.2.2.2): a certificate among those of the response, signed by
  // the issuer's key and with the extended key usage OCSPSigning. Returns that
  // certificate, or `issuer`; whether it is valid now is the caller's to ask.
  // kUnknownAuthority, kBadSignature, kIncompatibleUsage, kWeakCryptography.
  absl::StatusOr<Certificate> CheckSignature(const Certificate& issuer) const;

 private:
  struct Data;
  explicit OcspResponse(std::shared_ptr<const Data> data);
  bool IsResponder(const Certificate& certificate) const;

  std::shared_ptr<const Data> data_;
};

// OcspAnswer is what a verified response says of one certificate.
struct OcspAnswer {
  OcspStatus status = OcspStatus::kUnknown;
  absl::Time revoked_at;
  CrlReason reason = CrlReason::kUnspecified;
  // From when to when it holds; the responder's certificate is valid as long.
  absl::Time this_update;
  absl::Time next_update;
  // Who signed: the issuer, or whom it authorized. That one can be revoked too,
  // unless its certificate says id-pkix-ocsp-nocheck.
  absl::optional<Certificate> delegate;
  bool delegate_no_check = false;
};

// Verifies `response` and returns what it says of `certificate`, which `issuer`
// signed; absent if it says nothing of it. Several answers: the latest.
absl::StatusOr<absl::optional<OcspAnswer>> AnswerOf(
    const OcspResponse& response, const Certificate& certificate,
    const Certificate& issuer);

// OcspSet is an immutable set of verified answers, by certificate. Any thread
// may ask it.
class OcspSet {
 public:
  // Verifies `responses`: each answer must be about a certificate of one of
  // `issuers` and signed for it. Of several about one certificate the one with
  // the latest thisUpdate counts. An error names the response.
  static absl::StatusOr<std::shared_ptr<const OcspSet>> Create(
      const std::vector<OcspResponse>& responses,
      absl::Span<const Certificate> issuers);

  // Returns the answer about `certificate`, which `issuer` signed; null if
  // there is none. It lives as long as the set.
  const OcspAnswer* Find(const Certificate& certificate,
                         const Certificate& issuer) const;

  size_t size() const { return answers_.size(); }

 private:
  OcspSet() = default;
  absl::Status Add(const OcspResponse& response,
                   absl::Span<const Certificate> issuers);

  // By the issuer's key and name, and the serial.
  absl::flat_hash_map<std::string, OcspAnswer> answers_;
};

}  // namespace gatehouse::pki

#endif  // GATEHOUSE_PKI_REVOCATION_OCSP_H_
