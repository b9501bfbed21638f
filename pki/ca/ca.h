// A certificate authority: a CA certificate, its key, and what it signs.
#ifndef GATEHOUSE_PKI_CA_CA_H_
#define GATEHOUSE_PKI_CA_CA_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "pki/certificate.h"
#include "pki/distinguished_name.h"
#include "pki/extensions.h"
#include "pki/private_key.h"
#include "pki/public_key.h"

namespace gatehouse::pki {

// CertificateTemplate is what a certificate shall say. Its issuer and authority
// key id are the CA's, its subject key id the key's. Its serial has 128 random
// bits (Kubernetes behaviour): positive, never 0, so at most 17 octets where
// RFC 5280 4.1.2.2 allows 20.
struct CertificateTemplate {
  DistinguishedName subject;
  GeneralNames subject_alt_names;  // The extension is critical if no subject.
  absl::Time not_before;
  absl::Time not_after;
  uint16_t key_usage = 0;  // Of KeyUsage; 0: no extension.
  std::vector<std::string> extended_key_usages;  // OIDs; empty: no extension.
  // Always written, critical (Kubernetes behaviour); default: no CA.
  BasicConstraints basic_constraints;
  absl::optional<NameConstraints> name_constraints;  // Critical; CAs only.
  std::vector<std::string> crl_distribution_points;  // URIs.
  std::vector<std::string> ocsp_servers;             // URIs.
  // Lets it have neither subject nor names, which RFC 5280 4.1.2.6 forbids and
  // Kubernetes' signers issue.
  bool allow_nameless = false;
};

// CertificateAuthority signs certificates. Immutable; any thread may use it.
class CertificateAuthority {
 public:
  // Takes a CA's certificate and its key. kInvalid if they do not belong
  // together or the certificate is not one of a CA.
  static absl::StatusOr<CertificateAuthority> Create(Certificate certificate,
                                                     PrivateKey key);

  // Makes a self-signed CA as kubeadm does: CN=`common_name`, CA:TRUE, key
  // usage digital signature, cert sign, key encipherment if it is RSA, and,
  // beyond kubeadm, crl sign. Backdated by 5 minutes; `now` + `lifetime` is
  // its end. kInvalid, kWeakCryptography as Issue.
  static absl::StatusOr<CertificateAuthority> SelfSigned(
      absl::string_view common_name, PrivateKey key, absl::Time now,
      absl::Duration lifetime);

  const Certificate& certificate() const { return certificate_; }
  const PrivateKey& key() const { return key_; }

  // Signs a certificate for `public_key`. Its end is cut to the CA's own;
  // times are cut to seconds. kInvalid for a template that contradicts itself
  // (an end before its beginning, a CA without cert sign, neither subject nor
  // names), for a CA that this one's path length forbids, and for names that
  // have no encoding; kWeakCryptography for a key that
  // VerificationPolicy::Default() refuses.
  absl::StatusOr<Certificate> Issue(const PublicKey& public_key,
                                    const CertificateTemplate& request) const;

 private:
  CertificateAuthority(Certificate certificate, PrivateKey key);

  Certificate certificate_;
  PrivateKey key_;
};

}  // namespace gatehouse::pki

#endif  // GATEHOUSE_PKI_CA_CA_H_
