// What the tokens of service accounts say, in both of their forms.
#ifndef GATEHOUSE_AUTHN_SERVICEACCOUNT_CLAIMS_H_
#define GATEHOUSE_AUTHN_SERVICEACCOUNT_CLAIMS_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "authn/jose/claims.h"
#include "base/user_info.h"

namespace gatehouse::authn {

// The issuer of the tokens that are stored in Secrets; every cluster's.
inline constexpr char kLegacyIssuer[] = "kubernetes/serviceaccount";

// Keys of UserInfo::extra, beside kCredentialIdKey.
inline constexpr char kPodNameKey[] = "authentication.kubernetes.io/pod-name";
inline constexpr char kPodUidKey[] = "authentication.kubernetes.io/pod-uid";
inline constexpr char kNodeNameKey[] = "authentication.kubernetes.io/node-name";
inline constexpr char kNodeUidKey[] = "authentication.kubernetes.io/node-uid";
inline constexpr char kAdmissionReviewApiGroups[] = "admissionReviewAPIGroups";

// RegisteredClaims are those of RFC 7519 section 4.1. What is absent is empty;
// an empty list of audiences is the same as none (Kubernetes behaviour).
struct RegisteredClaims {
  std::string issuer;
  std::string subject;
  std::string id;  // "jti"
  std::vector<std::string> audiences;
  absl::optional<absl::Time> expires;
  absl::optional<absl::Time> not_before;
  absl::optional<absl::Time> issued_at;
  // Of "cnf"; see Authentication::certificate_thumbprint.
  absl::optional<std::array<uint8_t, 32>> certificate_thumbprint;
};

// LegacyClaims are those of a token in a Secret: four flat private claims.
struct LegacyClaims {
  RegisteredClaims registered;
  std::string object_namespace;
  std::string secret_name;
  std::string service_account_name;
  std::string service_account_uid;
};

// ObjectClaim names an object that a token is bound to.
struct ObjectClaim {
  std::string name;
  std::string uid;
};

// BoundClaims are those of a token of the TokenRequest API: the private claim
// "kubernetes.io".
struct BoundClaims {
  RegisteredClaims registered;
  std::string object_namespace;
  ObjectClaim service_account;
  absl::optional<ObjectClaim> pod;
  absl::optional<ObjectClaim> secret;
  absl::optional<ObjectClaim> node;
  absl::optional<ObjectClaim> validating_webhook;  // Its configuration.
  absl::optional<ObjectClaim> mutating_webhook;
  // Of the attestations: the API groups whose objects are reviewed.
  std::vector<std::string> admission_review_api_groups;
  // From when on its use is to be warned of.
  absl::optional<absl::Time> warn_after;
};

// Read the claims of a payload that was verified. A claim of another type than
// its own is Reason::kInvalid, as is null; other names are passed over. What is
// missing is left empty: that is for the authenticators, in Kubernetes' order.
// Errors name the claim and show nothing of its value.
absl::StatusOr<LegacyClaims> ParseLegacyClaims(const Claims& claims);
absl::StatusOr<BoundClaims> ParseBoundClaims(const Claims& claims);
// As ParseBoundClaims, into `*out`, which is new; after an error it is not to
// be used.
absl::Status ReadBoundClaims(const Claims& claims, BoundClaims* out);

// Returns the payload of a token with these claims: JSON on one line with
// sorted names, what is empty left out. Read by ParseBoundClaims it gives
// `claims` again, fractions of seconds cut off. "cnf" is written too, which
// Kubernetes' tokens have not. Reason::kInvalid: a secret and a pod or node at
// once ("internal error, token can only be bound to one object type"), text
// that is not UTF-8 or has U+0000.
absl::StatusOr<std::string> WriteBoundClaims(const BoundClaims& claims);

// Return the user, who comes from the private claims and not from "sub"
// (Kubernetes behaviour); of a bound token with what it is bound to in `extra`.
UserInfo LegacyServiceAccountUser(const LegacyClaims& claims);
UserInfo BoundServiceAccountUser(const BoundClaims& claims);

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_SERVICEACCOUNT_CLAIMS_H_
