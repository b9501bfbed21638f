// Chains that have been verified. Only the verifier makes them.
#ifndef GATEHOUSE_PKI_VERIFY_VERIFIED_CHAIN_H_
#define GATEHOUSE_PKI_VERIFY_VERIFIED_CHAIN_H_

#include <vector>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "pki/certificate.h"

namespace gatehouse::pki {

class Verifier;

// VerifiedChain is a path from a certificate to a trust anchor for which every
// rule held at the moment of verification. A value; any thread may read it.
class VerifiedChain {
 public:
  // Leaf first, trust anchor last. A leaf that is itself an anchor is alone.
  absl::Span<const Certificate> certificates() const { return certificates_; }
  const Certificate& leaf() const { return certificates_.front(); }
  const Certificate& anchor() const { return certificates_.back(); }
  // Returns who signed the leaf: the next certificate, or the leaf itself.
  const Certificate& issuer() const {
    return certificates_.size() > 1 ? certificates_[1] : certificates_[0];
  }

  // The last moment at which every certificate of the chain is valid.
  absl::Time not_after() const { return not_after_; }

 private:
  friend class Verifier;
  VerifiedChain() = default;

  std::vector<Certificate> certificates_;
  absl::Time not_after_ = absl::InfinitePast();
};

}  // namespace gatehouse::pki

#endif  // GATEHOUSE_PKI_VERIFY_VERIFIED_CHAIN_H_
