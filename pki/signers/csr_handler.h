// CertificateSigningRequests from creation to certificate, over an ObjectStore.
#ifndef GATEHOUSE_PKI_SIGNERS_CSR_HANDLER_H_
#define GATEHOUSE_PKI_SIGNERS_CSR_HANDLER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "authz/authorizer.h"
#include "base/clock.h"
#include "base/user_info.h"
#include "objects/object_store.h"
#include "pki/signers/csr_validation.h"
#include "pki/signers/signers.h"
#include "proto/certificates.pb.h"

namespace gatehouse::pki {

// CsrHandler does what an API server and the controllers around it do with
// CertificateSigningRequests: prepare, validate, admit, store. It asks the
// authorizer only what the admission plugins ask; whether somebody may write
// the object at all is the server's question, before.
//
// It borrows all three, which must outlive it, and has no state of its own: any
// thread may call it. Updates hold the object's version: who comes second gets
// kConflict (kAborted).
//
// Errors of all methods: kNotFound; kInvalid with all field errors,
// `CertificateSigningRequest.certificates.k8s.io "x" is invalid: ...`;
// kForbidden from admission; the store's.
class CsrHandler {
 public:
  CsrHandler(objects::ObjectStore* store, const authz::Authorizer* authorizer,
             const Clock* clock = &Clock::System());

  // Stores a new request in the name of `requestor`. Returns what was stored.
  absl::StatusOr<k8s::CertificateSigningRequest> Create(
      const UserInfo& requestor, k8s::CertificateSigningRequest csr);

  absl::StatusOr<k8s::CertificateSigningRequest> Get(
      absl::string_view name) const;

  // Add the condition that an administrator decides on, as `kubectl certificate
  // approve` and `deny` do; a request that has it already stays as it is.
  absl::StatusOr<k8s::CertificateSigningRequest> Approve(
      const UserInfo& user, absl::string_view name, absl::string_view reason,
      absl::string_view message);
  absl::StatusOr<k8s::CertificateSigningRequest> Deny(
      const UserInfo& user, absl::string_view name, absl::string_view reason,
      absl::string_view message);

  // Replaces what `endpoint` may change of the stored object by what `csr`
  // says.
  absl::StatusOr<k8s::CertificateSigningRequest> Update(
      const UserInfo& user, k8s::CertificateSigningRequest csr,
      CsrEndpoint endpoint);

  // Lets a signer act on a request, in the name of `user`, who needs the
  // permission to sign. Returns the object after it: signed, failed, or as it
  // was if the signer ignores it.
  absl::StatusOr<k8s::CertificateSigningRequest> Sign(
      const UserInfo& user, absl::string_view name,
      const SigningController& signer);

  // Lets the automatic approver act, in the name of `user`, who needs the
  // permission to approve. The question to the requestor is the authorizer's
  // too. Returns the object after it.
  absl::StatusOr<k8s::CertificateSigningRequest> AutoApprove(
      const UserInfo& user, absl::string_view name);

  // Deletes what IsCsrGarbage says. Returns the names.
  absl::StatusOr<std::vector<std::string>> CollectGarbage();

 private:
  absl::StatusOr<k8s::CertificateSigningRequest> Decide(
      const UserInfo& user, absl::string_view name, absl::string_view type,
      absl::string_view reason, absl::string_view message);

  objects::ObjectStore* const store_;
  const authz::Authorizer* const authorizer_;
  const Clock* const clock_;
};

}  // namespace gatehouse::pki

#endif  // GATEHOUSE_PKI_SIGNERS_CSR_HANDLER_H_
