// What the cases of certificate signing requests have in common.
#ifndef GATEHOUSE_CONFORMANCE_AUTHN_CSR_SIGNERS_H_
#define GATEHOUSE_CONFORMANCE_AUTHN_CSR_SIGNERS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "conformance/check.h"
#include "conformance/fields.h"
#include "proto/certificates.pb.h"

namespace gatehouse::conformance {

// Reads {signerName, username, usages, expirationSeconds, request, conditions,
// certificate}; conditions are types with status True.
k8s::CertificateSigningRequest DecodeCsr(Fields fields);

// Return RFC 5280's names of key usages, by their bits, and of extended ones;
// an OID that is not known stands for itself.
std::vector<std::string> KeyUsageNames(uint16_t key_usage);
std::vector<std::string> ExtendedKeyUsageNames(
    const std::vector<std::string>& oids);

// Compares the condition expected, {type, status, reason, message} or null,
// with the last one of the object; null is no condition of that type.
void CompareCondition(const k8s::CertificateSigningRequest& csr, Check& check);

// The kinds of cases that need a CA: sign, ca_policy, signed_fields.
void CheckSign(Check& check);
void CheckCaPolicy(Check& check);
void CheckSignedFields(Check& check);

// The kinds that need an authorizer: auto_approve, subject_restriction,
// approval_admission, signing_admission.
void CheckAutoApprove(Check& check);
void CheckSubjectRestriction(Check& check);
void CheckApprovalAdmission(Check& check);
void CheckSigningAdmission(Check& check);

}  // namespace gatehouse::conformance

#endif  // GATEHOUSE_CONFORMANCE_AUTHN_CSR_SIGNERS_H_
