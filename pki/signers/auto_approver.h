// kube-controller-manager's approver: kubelets' client certificates need no
// human.
#ifndef GATEHOUSE_PKI_SIGNERS_AUTO_APPROVER_H_
#define GATEHOUSE_PKI_SIGNERS_AUTO_APPROVER_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "authz/authorizer.h"
#include "pki/ca/certificate_request.h"
#include "proto/certificates.pb.h"

namespace gatehouse::pki {

// Returns whether `csr`, whose spec.request is `request`, asks
// kubernetes.io/kube-apiserver-client-kubelet for a certificate that keeps that
// signer's rules.
bool IsKubeletClientCsr(const k8s::CertificateSigningRequest& csr,
                        const CertificateRequest& request);

// The same for one that the node asks for itself: spec.username is the common
// name.
bool IsSelfKubeletClientCsr(const k8s::CertificateSigningRequest& csr,
                            const CertificateRequest& request);

// Approves such a request if the requestor (spec.username and so on) may create
// certificatesigningrequests/selfnodeclient (a node for itself) or
// certificatesigningrequests/nodeclient (any). Returns whether it did: then
// `csr` has the condition Approved, reason AutoApproved. False, and no question
// asked, for one that is approved, denied or issued already, or is no such
// request.
//
// kPermissionDenied with Reason::kForbidden, `recognized csr "x" as
// [nodeclient] but subject access review was not approved`, if it is one and
// the requestor may not: to be tried again later. kMalformed and so on, `unable
// to parse csr "x": ...`. On an error `csr` is unchanged.
absl::StatusOr<bool> AutoApprove(const authz::Authorizer& authorizer,
                                 absl::Time now,
                                 k8s::CertificateSigningRequest* csr);

}  // namespace gatehouse::pki

#endif  // GATEHOUSE_PKI_SIGNERS_AUTO_APPROVER_H_
