// The signers of kube-controller-manager.
#ifndef GATEHOUSE_PKI_SIGNERS_SIGNERS_H_
#define GATEHOUSE_PKI_SIGNERS_SIGNERS_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "pki/ca/ca.h"
#include "pki/certificate.h"
#include "pki/public_key.h"
#include "pki/signers/signing_policy.h"
#include "proto/certificates.pb.h"

namespace gatehouse::pki {

// SigningOptions says how a signer signs; the defaults are Kubernetes'.
struct SigningOptions {
  // Lifetime without a wish, and the most that a request can have.
  absl::Duration max_lifetime = kMaxSigningDuration;
  // Signs with the authority that the controller was made with; null:
  // CertificateAuthority::Issue. One that keeps a journal binds
  // JournaledIssuer::Issue. Called by the threads that call Handle.
  std::function<absl::StatusOr<Certificate>(
      const PublicKey&, const CertificateTemplate&, absl::Time now)>
      issue;
};

// SigningController signs the requests for one signer. Immutable; any thread
// may use it. It writes into the object that it is given; storing that is the
// caller's business (CsrHandler does).
class SigningController {
 public:
  // What became of a request.
  enum class Result {
    kIgnored,  // Not for this signer, not approved, denied, failed, or signed.
    kSigned,   // status.certificate is set.
    kFailed,   // It breaks the signer's rules: it has a Failed condition.
  };

  // Makes the controller of `signer_name`. kUnsupported, `unrecognized
  // signerName: "x"`, if it is not one of KubernetesSigners(): the rules of any
  // other are its own.
  static absl::StatusOr<SigningController> Create(
      absl::string_view signer_name, CertificateAuthority authority,
      SigningOptions options = {});

  const std::string& signer_name() const { return signer_name_; }
  const CertificateAuthority& authority() const { return authority_; }

  // Acts on a request that is approved and neither denied, failed nor issued.
  // One that breaks the rules gets the condition Failed, reason
  // SignerValidationFailure, and is never signed; any other a certificate in
  // PEM. On an error the object is unchanged, and the caller may try again:
  // `unable to parse csr "x": ...`, `error auto signing csr: ...`, with the
  // code and reason of the cause (kExpired for a CA that has ended).
  absl::StatusOr<Result> Handle(absl::Time now,
                                k8s::CertificateSigningRequest* csr) const;

 private:
  SigningController(std::string signer_name, CertificateAuthority authority,
                    SigningOptions options);

  absl::StatusOr<Certificate> Sign(
      const CertificateRequest& request,
      const k8s::CertificateSigningRequestSpec& spec, absl::Time now) const;

  std::string signer_name_;
  CertificateAuthority authority_;
  SigningOptions options_;
};

}  // namespace gatehouse::pki

#endif  // GATEHOUSE_PKI_SIGNERS_SIGNERS_H_
