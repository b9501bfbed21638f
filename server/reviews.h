// Endpoints for those who ask whose a token is, and who may do what.
#ifndef GATEHOUSE_SERVER_REVIEWS_H_
#define GATEHOUSE_SERVER_REVIEWS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "authn/token/token_authenticator.h"
#include "authz/authorizer.h"
#include "base/http_client.h"
#include "proto/authorization.pb.h"
#include "server/request.h"

namespace gatehouse::server {

// The most bytes of a SubjectAccessReview.
inline constexpr size_t kMaxSubjectAccessReviewBytes = size_t{1} << 20;

// Answers `POST` of a TokenReview, v1 or v1beta1, in the version of the
// question, with the status `success`: 201 as an API server creates one, or 200
// as a webhook answers. A token that is not good is a success.
//
// `audiences` are those of a question that names none. The answer has the token
// in it, as Kubernetes' has; it goes to nobody but the one who asked.
//
// 400 for what does not parse and for a review without a token, 405, 413, 415
// for what is no JSON, 500 as authn::ReviewToken.
HttpResponse ServeTokenReview(const authn::TokenAuthenticator& tokens,
                              const std::vector<std::string>& audiences,
                              const Request& request, int success);

// The same for a SubjectAccessReview, v1 or v1beta1 (where the groups are
// called `group`); 422 for a review that an API server refuses.
HttpResponse ServeSubjectAccessReview(const authz::Authorizer& authorizer,
                                      const Request& request, int success);

// SubjectAccessReview and the version it was written in: "v1" or "v1beta1".
struct VersionedSubjectAccessReview {
  k8s::SubjectAccessReview review;
  std::string version;
};

// Parses one object. Unknown fields are dropped, as in Kubernetes; a key twice,
// a wrong type, another kind or version is an error.
absl::StatusOr<VersionedSubjectAccessReview> SubjectAccessReviewFromJson(
    absl::string_view json, absl::string_view where);

// Writes one object, on one line.
std::string SubjectAccessReviewToJson(
    const VersionedSubjectAccessReview& versioned);

}  // namespace gatehouse::server

#endif  // GATEHOUSE_SERVER_REVIEWS_H_
