// An issuing CA that forgets nothing: what it signs is in the journal first.
#ifndef GATEHOUSE_PKI_CA_ISSUER_H_
#define GATEHOUSE_PKI_CA_ISSUER_H_

#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "pki/ca/ca.h"
#include "pki/ca/journal.h"
#include "pki/certificate.h"
#include "pki/public_key.h"

namespace gatehouse::pki {

// JournaledIssuer is a CertificateAuthority, the Journal of what it issued, and
// the name of the signer it issues for. It shares the journal with whoever else
// holds it. Any thread may use it.
//
// A certificate goes through two doors: Issue records it durably before anybody
// can see it, HandOut delivers it and then records that. After a crash between
// the two the journal lists it as JournalEntry::State::kSigned.
class JournaledIssuer {
 public:
  // Delivers a certificate: writes the file, answers the request.
  using Deliver = absl::FunctionRef<absl::Status(const Certificate&)>;

  // `signer_name` is what the journal says of each certificate, such as
  // "kubernetes.io/kube-apiserver-client". `journal` must not be null.
  JournaledIssuer(CertificateAuthority authority,
                  std::shared_ptr<Journal> journal, std::string signer_name);

  const CertificateAuthority& authority() const { return authority_; }
  Journal& journal() const { return *journal_; }
  const std::string& signer_name() const { return signer_name_; }

  // Signs a certificate (see CertificateAuthority::Issue) and records it,
  // durably, as signed. What could not be recorded is not returned.
  absl::StatusOr<Certificate> Issue(const PublicKey& public_key,
                                    const CertificateTemplate& request,
                                    absl::Time now) const;

  // Calls `deliver` and, where it succeeds, records that `certificate` was
  // handed out. The error is deliver's or the journal's; after one of the
  // journal's the certificate is out, and listed as signed.
  absl::Status HandOut(const Certificate& certificate, Deliver deliver) const;

 private:
  CertificateAuthority authority_;
  std::shared_ptr<Journal> journal_;
  std::string signer_name_;
};

}  // namespace gatehouse::pki

#endif  // GATEHOUSE_PKI_CA_ISSUER_H_
