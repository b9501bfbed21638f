// Answering other servers that ask whose a token is.
#ifndef GATEHOUSE_AUTHN_WEBHOOK_TOKEN_REVIEW_H_
#define GATEHOUSE_AUTHN_WEBHOOK_TOKEN_REVIEW_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "authn/token/token_authenticator.h"
#include "proto/authentication.pb.h"

namespace gatehouse::authn {

// Answers the TokenReview `request`: the same with its status filled in, as
// kube-apiserver does. The audiences are those that the request names, else
// `api_audiences`; where there are any, the token must be good for one, and
// status.audiences are those it is good for.
//
// A token that is not good is an answer, not an error: authenticated is false
// and status.error says why. So is one that belongs to the holder of a
// certificate (Authentication::certificate_thumbprint): whoever asks sees the
// connection, and we do not.
//
// The token stays in the answer's spec, as in Kubernetes, so it must go to the
// one who asked, and into no log.
//
// Errors: kInvalidArgument, in Kubernetes' words, for a request without a
// token: status 400. kInternal when the authenticator answered without regard
// to audiences: 500.
absl::StatusOr<k8s::TokenReview> ReviewToken(
    const k8s::TokenReview& request, const TokenAuthenticator& authenticator,
    const std::vector<std::string>& api_audiences, absl::Time now);

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_WEBHOOK_TOKEN_REVIEW_H_
