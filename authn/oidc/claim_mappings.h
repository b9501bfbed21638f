// From the claims of a token to a user.
#ifndef GATEHOUSE_AUTHN_OIDC_CLAIM_MAPPINGS_H_
#define GATEHOUSE_AUTHN_OIDC_CLAIM_MAPPINGS_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "authn/jose/claims.h"
#include "base/user_info.h"
#include "proto/apiserver_config.pb.h"

namespace gatehouse::authn {

// ClaimMappings is the claimMappings and claimValidationRules of a
// JWTAuthenticator that has no CEL in it. Immutable; any thread may use it.
//
// In this order (Kubernetes behaviour; the texts are Kubernetes'):
// - username: a string, prefixed. Of the claim "email" only if "email_verified"
//   is absent or true. "" is a name like others.
// - groups: absent or null is none; a string is one; else a list of strings.
//   Each is prefixed; empty ones are kept.
// - uid: a string, and must be there.
// - the claims that a rule requires: strings, equal to what the rule says.
// - "jti", if it is a string and not empty, becomes the credential id.
//
// Stricter than Kubernetes: a username, uid or required claim that is null is
// refused, where Go's decoder makes "" of it.
class ClaimMappings {
 public:
  // `config` must have been validated and hold no expression.
  explicit ClaimMappings(const k8s::JWTAuthenticator& config);

  // Returns the name of the claim that groups are in; "" if they are in none.
  const std::string& groups_claim() const { return groups_claim_; }

  // Returns who `claims` speak for. Groups are taken from `groups`, which is
  // the claim of that name or what a distributed claim led to.
  // kUnauthenticated, with kInvalid; the text names claims and, of a required
  // claim, its value.
  absl::StatusOr<UserInfo> ToUser(const Claims& claims,
                                  const ClaimValue& groups) const;

 private:
  absl::Status AddGroups(const ClaimValue& groups, UserInfo* user) const;

  const std::string username_claim_;
  const std::string username_prefix_;
  const std::string groups_claim_;
  const std::string groups_prefix_;
  const std::string uid_claim_;
  std::vector<std::pair<std::string, std::string>> required_;
};

// Returns "JTI=..." of the claims' "jti"; "" if there is none that counts.
std::string CredentialId(const Claims& claims);

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_OIDC_CLAIM_MAPPINGS_H_
