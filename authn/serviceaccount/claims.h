// What the tokens of service accounts say, in both of their forms.
#ifndef GATEHOUSE_AUTHN_SERVICEACCOUNT_CLAIMS_H_
#define GATEHOUSE_AUTHN_SERVICEACCOUNT_CLAIMS_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
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

// The claims below hold their text as Text: std::string (RegisteredClaims,
// LegacyClaims, ObjectClaim, BoundClaims), or absl::string_view where they
// point into Claims, which must outlive them (BoundClaimsView).

// BasicRegisteredClaims are those of RFC 7519 section 4.1. What is absent is
// empty; an empty list of audiences is the same as none (Kubernetes behaviour).
template <typename Text>
struct BasicRegisteredClaims {
  Text issuer;
  Text subject;
  Text id;  // "jti"
  std::vector<Text> audiences;
  absl::optional<absl::Time> expires;
  absl::optional<absl::Time> not_before;
  absl::optional<absl::Time> issued_at;
  // Of "cnf"; see Authentication::certificate_thumbprint.
  absl::optional<std::array<uint8_t, 32>> certificate_thumbprint;
};
using RegisteredClaims = BasicRegisteredClaims<std::string>;

// LegacyClaims are those of a token in a Secret: four flat private claims.
struct LegacyClaims {
  RegisteredClaims registered;
  std::string object_namespace;
  std::string secret_name;
  std::string service_account_name;
  std::string service_account_uid;
};

// BasicObjectClaim names an object that a token is bound to.
template <typename Text>
struct BasicObjectClaim {
  Text name;
  Text uid;
};
using ObjectClaim = BasicObjectClaim<std::string>;

// BasicBoundClaims are those of a token of the TokenRequest API: the private
// claim "kubernetes.io".
template <typename Text>
struct BasicBoundClaims {
  using Object = BasicObjectClaim<Text>;

  BasicRegisteredClaims<Text> registered;
  Text object_namespace;
  Object service_account;
  absl::optional<Object> pod;
  absl::optional<Object> secret;
  absl::optional<Object> node;
  absl::optional<Object> validating_webhook;  // Its configuration.
  absl::optional<Object> mutating_webhook;
  // Of the attestations: the API groups whose objects are reviewed.
  std::vector<Text> admission_review_api_groups;
  // From when on its use is to be warned of.
  absl::optional<absl::Time> warn_after;
};
using BoundClaims = BasicBoundClaims<std::string>;
using BoundClaimsView = BasicBoundClaims<absl::string_view>;

// Read the claims of a payload that was verified. A claim of another type than
// its own is Reason::kInvalid, as is null; other names are passed over. What is
// missing is left empty: that is for the authenticators, in Kubernetes' order.
// Errors name the claim and show nothing of its value.
absl::StatusOr<LegacyClaims> ParseLegacyClaims(const Claims& claims);
absl::StatusOr<BoundClaims> ParseBoundClaims(const Claims& claims);
// As ParseBoundClaims, into `*out`, which is new and points into `claims`;
// after an error it is not to be used.
absl::Status ReadBoundClaims(const Claims& claims, BoundClaimsView* out);

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
UserInfo BoundServiceAccountUser(const BoundClaimsView& claims);

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_SERVICEACCOUNT_CLAIMS_H_
