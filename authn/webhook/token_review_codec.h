// The JSON of TokenReview, in both of its versions.
#ifndef GATEHOUSE_AUTHN_WEBHOOK_TOKEN_REVIEW_CODEC_H_
#define GATEHOUSE_AUTHN_WEBHOOK_TOKEN_REVIEW_CODEC_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "proto/authentication.pb.h"

namespace gatehouse::authn {

// The most bytes of a TokenReview, either way: a token (kMaxTokenBytes, six
// bytes each when escaped) and a user with thousands of groups fit.
inline constexpr size_t kMaxTokenReviewBytes = size_t{1} << 20;

// Returns OK for "v1" and "v1beta1", the versions of authentication.k8s.io that
// have TokenReview; they have the same fields. Else kUnsupported, in
// Kubernetes' words.
absl::Status CheckTokenReviewVersion(absl::string_view version);

// VersionedTokenReview is a TokenReview and the version it was written in.
struct VersionedTokenReview {
  k8s::TokenReview review;
  std::string version;
};

// Parses one object. Fields that a TokenReview does not have are dropped, as
// in Kubernetes; a key twice, a wrong type, another kind or anything around the
// object is an error. `where` is the name to show in errors, which never show a
// value. kMalformed, kDuplicate, kInvalid, kTooLarge; kUnsupported for another
// apiVersion or kind.
absl::StatusOr<VersionedTokenReview> TokenReviewFromJson(
    absl::string_view json, absl::string_view where);

// Writes one object, on one line.
std::string TokenReviewToJson(const k8s::TokenReview& review,
                              absl::string_view version);

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_WEBHOOK_TOKEN_REVIEW_CODEC_H_
