#include "pki/verify/trust_bundle.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "base/errors.h"

namespace gatehouse::pki {

absl::StatusOr<std::shared_ptr<const TrustBundle>> TrustBundle::Create(
    std::vector<Certificate> anchors) {
  if (anchors.empty()) {
    return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                     "a trust bundle needs at least one CA certificate");
  }
  std::shared_ptr<TrustBundle> bundle(new TrustBundle);
  for (Certificate& anchor : anchors) {
    if (bundle->Contains(anchor)) continue;
    bundle->by_subject_[anchor.subject().der()].push_back(anchor);
    bundle->anchors_.push_back(std::move(anchor));
  }
  return bundle;
}

absl::StatusOr<std::shared_ptr<const TrustBundle>> TrustBundle::FromPem(
    absl::string_view pem, absl::string_view source) {
  absl::StatusOr<std::vector<Certificate>> anchors =
      Certificate::FromPem(pem, source);
  if (!anchors.ok()) return anchors.status();
  return Create(*std::move(anchors));
}

absl::Span<const Certificate> TrustBundle::WithSubject(
    const DistinguishedName& name) const {
  const auto found = by_subject_.find(name.der());
  if (found == by_subject_.end()) return {};
  return found->second;
}

bool TrustBundle::Contains(const Certificate& certificate) const {
  const absl::Span<const Certificate> candidates =
      WithSubject(certificate.subject());
  return std::find(candidates.begin(), candidates.end(), certificate) !=
         candidates.end();
}

}  // namespace gatehouse::pki
