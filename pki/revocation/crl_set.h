// Certificate revocation lists of several issuers (RFC 5280 section 6.3.3).
#ifndef GATEHOUSE_PKI_REVOCATION_CRL_SET_H_
#define GATEHOUSE_PKI_REVOCATION_CRL_SET_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "pki/certificate.h"
#include "pki/revocation/crl.h"
#include "pki/revocation/verified_crl.h"

namespace gatehouse::pki {

// CrlAnswer is what the lists say of one certificate.
struct CrlAnswer {
  enum class State : uint8_t { kNotCovered, kGood, kRevoked };
  State state = State::kNotCovered;
  absl::Time revoked_at;  // If revoked.
  CrlReason reason = CrlReason::kUnspecified;
  // From when to when the answer is current: of the list that answered, or the
  // narrowest of several that had to answer together.
  absl::Time this_update;
  absl::Time next_update;
  // That list; null if not covered. Lives as long as the set.
  const CrlInfo* list = nullptr;
};

// CrlSet is an immutable set of CRLs whose signatures have been checked: at
// most one complete list and its newest delta for an issuer, key and scope,
// the newest of those given. Any thread may ask it.
class CrlSet {
 public:
  // Checks and indexes `crls`: VerifiedCrl::Create of each, then the other
  // Create. An error names the list.
  static absl::StatusOr<std::shared_ptr<const CrlSet>> Create(
      std::vector<Crl> crls, absl::Span<const Certificate> issuers);

  // Takes lists that were checked and indexed before. Of lists with the same
  // issuer, key and scope the one with the highest number counts, without
  // numbers the one with the latest thisUpdate. A delta list needs a complete
  // list with a number not below its base (RFC 5280 5.2.4): kInvalid.
  static absl::StatusOr<std::shared_ptr<const CrlSet>> Create(
      std::vector<std::shared_ptr<const VerifiedCrl>> lists);

  // Looks `certificate` up, which `issuer` signed.
  //
  // An entry revokes, whatever the scope of its list; that there is none means
  // good only where the certificate is in the scope of the lists and they give
  // all reasons together. Lists are those that the issuer's key signed; if
  // there are none, those that another key of the same name signed (RFC 5280
  // knows a CA by its name). An indirect list covers certificates of other
  // issuers only if they name its issuer as their cRLIssuer.
  CrlAnswer Find(const Certificate& certificate,
                 const Certificate& issuer) const;

  // Every list that counts; complete ones before their deltas.
  std::vector<const CrlInfo*> lists() const;

  size_t size() const;         // Serials in all lists.
  size_t MemoryBytes() const;  // Heap that the look-up holds.

  ~CrlSet();

 private:
  struct Index;
  explicit CrlSet(std::unique_ptr<const Index> index);
  std::unique_ptr<const Index> index_;
};

}  // namespace gatehouse::pki

#endif  // GATEHOUSE_PKI_REVOCATION_CRL_SET_H_
