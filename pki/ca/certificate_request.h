// Certificate signing requests: PKCS #10 (RFC 2986).
#ifndef GATEHOUSE_PKI_CA_CERTIFICATE_REQUEST_H_
#define GATEHOUSE_PKI_CA_CERTIFICATE_REQUEST_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "pki/distinguished_name.h"
#include "pki/extensions.h"
#include "pki/private_key.h"
#include "pki/public_key.h"

namespace gatehouse::pki {

// CertificateRequest is a request whose own signature has been checked: its
// maker held the private key. Nothing else about it is vouched for. A handle
// to immutable shared data; any thread may read it.
class CertificateRequest {
 public:
  // The most bytes of DER, and of PEM around it, that are parsed.
  static constexpr size_t kMaxBytes = size_t{1} << 16;
  static constexpr size_t kMaxPemBytes = size_t{1} << 20;

  // Makes and signs a request for the public half of `key`. kInvalid for
  // names that have no encoding.
  static absl::StatusOr<CertificateRequest> Create(
      const PrivateKey& key, const DistinguishedName& subject,
      const GeneralNames& subject_alt_names = GeneralNames());

  // Parses the first PEM block, which must be a "CERTIFICATE REQUEST"
  // (Kubernetes' text: "PEM block type must be CERTIFICATE REQUEST"); what
  // follows it is ignored, as Kubernetes does. `source` names the input in
  // errors: kMalformed, kTooLarge, kDuplicate for an extension that is asked
  // for twice, kBadSignature, kUnsupported for an algorithm that is not known.
  static absl::StatusOr<CertificateRequest> FromPem(
      absl::string_view pem, absl::string_view source = "");
  // Parses exactly one request in DER: strictly, with nothing after it.
  // Attributes other than extensionRequest are ignored. Whether the key is
  // strong enough is for whoever signs to say.
  static absl::StatusOr<CertificateRequest> FromDer(
      absl::string_view der, absl::string_view source = "");

  const DistinguishedName& subject() const;
  const PublicKey& public_key() const;
  // The names of the requested subjectAltName extension; empty if none.
  const GeneralNames& subject_alt_names() const;
  // Every extension that is requested, in order.
  const std::vector<Extension>& extensions() const;

  absl::string_view der() const;
  std::string ToPem() const;  // "CERTIFICATE REQUEST".

 private:
  struct Data;
  explicit CertificateRequest(std::shared_ptr<const Data> data);
  std::shared_ptr<const Data> data_;
};

}  // namespace gatehouse::pki

#endif  // GATEHOUSE_PKI_CA_CERTIFICATE_REQUEST_H_
