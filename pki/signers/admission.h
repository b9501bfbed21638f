// Who may request, approve and sign what: Kubernetes' admission plugins for
// CertificateSigningRequests.
#ifndef GATEHOUSE_PKI_SIGNERS_ADMISSION_H_
#define GATEHOUSE_PKI_SIGNERS_ADMISSION_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "authz/authorizer.h"
#include "base/user_info.h"
#include "objects/object.h"
#include "proto/certificates.pb.h"

namespace gatehouse::pki {

// AdmissionRequest is a write that an API server is about to do. A plain value;
// the plugins do not keep it.
struct AdmissionRequest {
  enum class Operation { kCreate, kUpdate, kDelete, kConnect };

  Operation operation = Operation::kCreate;
  std::string api_group;    // "certificates.k8s.io".
  std::string resource;     // "certificatesigningrequests".
  std::string subresource;  // "", "approval" or "status".
  std::string name;
  objects::Object object;      // As it shall be; empty for a deletion.
  objects::Object old_object;  // As it is; empty for a creation.
  UserInfo user;               // Who writes.
};

// Each plugin returns OK for a write that is not its business or that it
// admits; else kPermissionDenied with Reason::kForbidden, the API server's 403:
// `certificatesigningrequests.certificates.k8s.io "<name>" is forbidden: ...`.
// An object of another type than the resource's is refused. Any thread may call
// them.

// CertificateSubjectRestriction: a new request to
// kubernetes.io/kube-apiserver-client may not ask for the organization
// system:masters, in whichever RDN it stands; nor may it be unreadable.
// Requests to other signers are not looked at.
absl::Status CertificateSubjectRestriction(const AdmissionRequest& request);

// CertificateApproval: an update of "approval" needs the permission to
// `approve` for the signer of the old object.
absl::Status CertificateApproval(const AdmissionRequest& request,
                                 const authz::Authorizer& authorizer);

// CertificateSigning: an update of "status" that changes the certificate or the
// conditions needs the permission to `sign` for the signer of the old object.
absl::Status CertificateSigning(const AdmissionRequest& request,
                                const authz::Authorizer& authorizer);

// Returns OK if IsAuthorizedForSigner says so of the signer that `csr` names;
// else the error of the plugins above.
absl::Status CheckSignerPermission(const authz::Authorizer& authorizer,
                                   const UserInfo& user, absl::string_view verb,
                                   const k8s::CertificateSigningRequest& csr);

// Returns whether `user` may do `verb` (approve, sign, attest) for a signer: on
// the resource "signers" of certificates.k8s.io, any version, with the signer's
// name, or else with SignerWildcard of it. An answer with an error never
// allows, but the second question is asked all the same.
bool IsAuthorizedForSigner(const authz::Authorizer& authorizer,
                           const UserInfo& user, absl::string_view verb,
                           absl::string_view signer_name);

}  // namespace gatehouse::pki

#endif  // GATEHOUSE_PKI_SIGNERS_ADMISSION_H_
