// What an API server finds wrong with a CertificateSigningRequest.
#ifndef GATEHOUSE_PKI_SIGNERS_CSR_VALIDATION_H_
#define GATEHOUSE_PKI_SIGNERS_CSR_VALIDATION_H_

#include <vector>

#include "objects/field_error.h"
#include "proto/certificates.pb.h"

namespace gatehouse::pki {

// CsrEndpoint is through which door of the API an update comes; each may change
// another part of the object.
enum class CsrEndpoint {
  kObject,    // Metadata only.
  kApproval,  // Conditions: the only one that may add Approved or Denied.
  kStatus,    // The certificate, once; conditions other than those two.
};

// The least value of spec.expirationSeconds.
inline constexpr int kMinExpirationSeconds = 600;

// Returns the faults of a new object, in the API server's order, in its words:
// metadata, spec.request (PEM, PKCS #10, its signature), spec.usages,
// spec.signerName, spec.expirationSeconds, status.conditions,
// status.certificate. Rules of certificates.k8s.io/v1.
std::vector<objects::FieldError> ValidateCertificateSigningRequest(
    const k8s::CertificateSigningRequest& csr);

// Returns the faults of an update of `old` to `csr` by `endpoint`: those of a
// new object, save what `old` had already (a legacy signer name, unknown or
// repeated usages, conditions of old APIs, a certificate that is none), and
// changes that this endpoint may not make. Approved, Denied and Failed cannot
// be removed, nor a certificate replaced, by any.
//
// That spec cannot change is not checked: an API server does not refuse, it
// ignores such a change; see PrepareCsrUpdate in csr_lifecycle.h.
std::vector<objects::FieldError> ValidateCertificateSigningRequestUpdate(
    const k8s::CertificateSigningRequest& csr,
    const k8s::CertificateSigningRequest& old, CsrEndpoint endpoint);

}  // namespace gatehouse::pki

#endif  // GATEHOUSE_PKI_SIGNERS_CSR_VALIDATION_H_
