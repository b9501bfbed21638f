// Whether a verified certificate has been taken back.
#ifndef GATEHOUSE_PKI_REVOCATION_REVOCATION_H_
#define GATEHOUSE_PKI_REVOCATION_REVOCATION_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "pki/certificate.h"
#include "pki/revocation/crl_set.h"
#include "pki/revocation/deny_list.h"
#include "pki/revocation/ocsp.h"
#include "pki/verify/verified_chain.h"

namespace gatehouse::pki {

// StalePolicy is what happens when the information about an issuer is missing
// where it is required, or its nextUpdate has passed.
enum class StalePolicy : uint8_t {
  kFailClosed,  // Refuse (kStale). The default.
  kGrace,       // Trust it for `grace` after nextUpdate, then refuse.
  kFailOpen,    // Trust what it said last, for ever.
};

// RevocationOptions say which information there must be.
struct RevocationOptions {
  StalePolicy stale = StalePolicy::kFailClosed;
  absl::Duration grace = absl::ZeroDuration();  // For kGrace.
  // Whether every issuer of a chain (anchors aside) must be covered by a CRL
  // or an OCSP answer. False: an issuer for which there is no CRL is not
  // asked about; one for which there is, must be fresh by `stale`.
  bool require_coverage = false;
};

// RevocationLists is everything known about what has been taken back: CRLs,
// OCSP answers, a deny list; each may be null. An immutable snapshot; any
// thread may ask it.
class RevocationLists {
 public:
  RevocationLists(std::shared_ptr<const CrlSet> crls,
                  std::shared_ptr<const OcspSet> ocsp,
                  std::shared_ptr<const DenyList> deny_list,
                  RevocationOptions options);

  // Checks every certificate of the chain but the anchor (the deny list names
  // anchors too). OK: none is revoked. kRevoked says which certificate, by
  // which list, since when and why; kStale names the list and its nextUpdate.
  // `stapled` is an OCSP response that came with the TLS handshake, or "".
  absl::Status Check(const VerifiedChain& chain, absl::Time now,
                     absl::string_view stapled = "") const;

  // Checks a user against the deny list: by name, and by name and "issued
  // before" against the leaf's notBefore.
  absl::Status CheckUser(absl::string_view user, const Certificate& leaf) const;

  // Returns the moment until which an answer OK of Check holds if no list is
  // replaced: the earliest at which a list used for the chain turns stale, by
  // the policy. `stapled` as there.
  absl::Time GoodUntil(const VerifiedChain& chain, absl::Time now,
                       absl::string_view stapled = "") const;

 private:
  std::shared_ptr<const CrlSet> crls_;
  std::shared_ptr<const OcspSet> ocsp_;
  std::shared_ptr<const DenyList> deny_list_;
  RevocationOptions options_;
};

}  // namespace gatehouse::pki

#endif  // GATEHOUSE_PKI_REVOCATION_REVOCATION_H_
