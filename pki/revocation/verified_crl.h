// A CRL whose signature has been checked, indexed for look-up.
#ifndef GATEHOUSE_PKI_REVOCATION_VERIFIED_CRL_H_
#define GATEHOUSE_PKI_REVOCATION_VERIFIED_CRL_H_

#include <cstddef>
#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "pki/certificate.h"
#include "pki/revocation/crl.h"
#include "pki/revocation/internal/serial_table.h"

namespace gatehouse::pki {

// VerifiedCrl is one list that a known issuer signed. It keeps the serials,
// dates and reasons (less than 24 bytes for each serial of up to 128 bits) and
// not the list's encoding. Immutable; any thread may ask it.
class VerifiedCrl {
 public:
  // Checks `crl` and indexes it. It must be signed by one of `issuers` that
  // has its issuer's name and, where both say one, its key id (RFC 5280 6.3.3
  // step f), and that may sign lists: kUnknownAuthority, kBadSignature,
  // kIncompatibleUsage (a key usage without cRLSign), kWeakCryptography.
  static absl::StatusOr<std::shared_ptr<const VerifiedCrl>> Create(
      const Crl& crl, absl::Span<const Certificate> issuers);

  const CrlInfo& info() const { return info_; }
  // The certificate whose key signed the list.
  const Certificate& signer() const { return signer_; }

  // Returns the entry for the certificate that `issuer` (DER of a name) gave
  // `serial`, if there is one.
  absl::optional<internal::SerialEntry> Find(absl::string_view issuer,
                                             absl::string_view serial) const {
    if (issuer == info_.issuer.der()) return own_.Find(serial);
    return FindOfOthers(issuer, serial);
  }

  size_t MemoryBytes() const;  // Heap that the look-up holds.

 private:
  VerifiedCrl(CrlInfo info, Certificate signer);
  absl::optional<internal::SerialEntry> FindOfOthers(
      absl::string_view issuer, absl::string_view serial) const;

  CrlInfo info_;
  Certificate signer_;
  internal::SerialTable own_;
  // Of an indirect list, by the DER of the certificates' issuer.
  absl::flat_hash_map<std::string, internal::SerialTable> others_;
};

}  // namespace gatehouse::pki

#endif  // GATEHOUSE_PKI_REVOCATION_VERIFIED_CRL_H_
