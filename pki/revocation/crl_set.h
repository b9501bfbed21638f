// Certificate revocation lists (RFC 5280 section 5), indexed for look-up.
#ifndef GATEHOUSE_PKI_REVOCATION_CRL_SET_H_
#define GATEHOUSE_PKI_REVOCATION_CRL_SET_H_

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "pki/certificate.h"
#include "pki/revocation/crl.h"
#include "pki/verify/trust_bundle.h"

namespace gatehouse::pki {

// CrlAnswer is what the lists say of one certificate.
struct CrlAnswer {
  enum class State : uint8_t { kNotCovered, kGood, kRevoked };
  State state = State::kNotCovered;
  absl::Time revoked_at;              // If revoked.
  CrlReason reason = CrlReason::kUnspecified;
  absl::Time next_update;             // Of the list that answered.
  const Crl* list = nullptr;          // That list; lives as long as the set.
};

// CrlSet is an immutable set of CRLs whose signatures have been checked: at
// most one complete list and its deltas for an issuer and scope, the newest of
// those given. Any thread may ask it.
class CrlSet {
 public:
  // Indexes `crls`. Each must be signed by a certificate of `issuers` that is
  // its issuer by name and key id and may sign CRLs (RFC 5280 6.3.3); a list
  // whose issuer is not among them or whose signature fails is an error that
  // names it. Delta lists need their base.
  static absl::StatusOr<std::shared_ptr<const CrlSet>> Create(
      std::vector<Crl> crls, absl::Span<const Certificate> issuers);

  // Looks `certificate` up, which `issuer` signed. Entries for another issuer
  // (certificateIssuer) and scopes (issuing distribution point) are heeded.
  CrlAnswer Find(const Certificate& certificate,
                 const Certificate& issuer) const;

  size_t size() const;          // Serials in all lists.
  size_t MemoryBytes() const;   // Heap that the look-up holds.

 private:
  struct Index;
  explicit CrlSet(std::unique_ptr<const Index> index);
  std::unique_ptr<const Index> index_;

 public:
  ~CrlSet();
};

}  // namespace gatehouse::pki

#endif  // GATEHOUSE_PKI_REVOCATION_CRL_SET_H_
