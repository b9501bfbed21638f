// The CA certificates that chains may end at.
#ifndef GATEHOUSE_PKI_VERIFY_TRUST_BUNDLE_H_
#define GATEHOUSE_PKI_VERIFY_TRUST_BUNDLE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "pki/certificate.h"

namespace gatehouse::pki {

// TrustBundle is an immutable set of trust anchors, indexed by subject. Shared
// by handle; any thread may read it.
class TrustBundle {
 public:
  // Makes a bundle. The same certificate twice counts once. Empty is an error
  // (kInvalid): no trust is never meant by leaving it out.
  static absl::StatusOr<std::shared_ptr<const TrustBundle>> Create(
      std::vector<Certificate> anchors);

  // Parses a PEM bundle as --client-ca-file: blocks that are no certificates
  // are passed over, one that does not parse is an error, and so is none.
  static absl::StatusOr<std::shared_ptr<const TrustBundle>> FromPem(
      absl::string_view pem, absl::string_view source);

  absl::Span<const Certificate> anchors() const { return anchors_; }

  // Returns the anchors whose subject is `name`, in the bundle's order.
  absl::Span<const Certificate> WithSubject(
      const DistinguishedName& name) const;

  // Returns whether this very certificate is an anchor.
  bool Contains(const Certificate& certificate) const;

 private:
  TrustBundle() = default;

  std::vector<Certificate> anchors_;
  // By the subject's DER.
  absl::flat_hash_map<std::string, std::vector<Certificate>> by_subject_;
};

}  // namespace gatehouse::pki

#endif  // GATEHOUSE_PKI_VERIFY_TRUST_BUNDLE_H_
