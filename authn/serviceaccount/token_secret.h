// Secrets that hold the token of a service account.
#ifndef GATEHOUSE_AUTHN_SERVICEACCOUNT_TOKEN_SECRET_H_
#define GATEHOUSE_AUTHN_SERVICEACCOUNT_TOKEN_SECRET_H_

#include "absl/strings/string_view.h"
#include "proto/core.pb.h"

namespace gatehouse::authn {

// Names with a meaning, all Kubernetes'.
inline constexpr char kServiceAccountTokenSecretType[] =
    "kubernetes.io/service-account-token";
// The key of the Secret's data under which the token is.
inline constexpr char kServiceAccountTokenKey[] = "token";
// Annotations: whose token it is.
inline constexpr char kServiceAccountNameAnnotation[] =
    "kubernetes.io/service-account.name";
inline constexpr char kServiceAccountUidAnnotation[] =
    "kubernetes.io/service-account.uid";
// Labels: the day (UTC) on which the token was last used, and since when it is
// no longer good.
inline constexpr char kLegacyTokenLastUsedLabel[] =
    "kubernetes.io/legacy-token-last-used";
inline constexpr char kLegacyTokenInvalidSinceLabel[] =
    "kubernetes.io/legacy-token-invalid-since";

// Returns whether `secret` holds a token of `account`: of that type, named
// after the account, and of its uid or of none (Kubernetes behaviour). The
// namespaces are not compared.
bool IsServiceAccountTokenSecret(const k8s::Secret& secret,
                                 const k8s::ServiceAccount& account);

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_SERVICEACCOUNT_TOKEN_SECRET_H_
