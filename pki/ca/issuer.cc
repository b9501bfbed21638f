#include "pki/ca/issuer.h"

#include <utility>

namespace gatehouse::pki {

JournaledIssuer::JournaledIssuer(CertificateAuthority authority,
                                 std::shared_ptr<Journal> journal,
                                 std::string signer_name)
    : authority_(std::move(authority)),
      journal_(std::move(journal)),
      signer_name_(std::move(signer_name)) {}

absl::StatusOr<Certificate> JournaledIssuer::Issue(
    const PublicKey& public_key, const CertificateTemplate& request,
    absl::Time now) const {
  absl::StatusOr<Certificate> certificate =
      authority_.Issue(public_key, request);
  if (!certificate.ok()) return certificate;
  absl::Status status = journal_->Signed(*certificate, signer_name_, now);
  if (!status.ok()) return status;
  return certificate;
}

absl::Status JournaledIssuer::HandOut(const Certificate& certificate,
                                      Deliver deliver) const {
  absl::Status status = deliver(certificate);
  if (!status.ok()) return status;
  return journal_->HandedOut(certificate);
}

}  // namespace gatehouse::pki
