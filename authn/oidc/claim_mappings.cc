#include "authn/oidc/claim_mappings.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "authn/authenticator.h"
#include "authn/internal/shown_text.h"
#include "authn/oidc/internal/claim_errors.h"
#include "base/go_quote.h"

namespace gatehouse::authn {
namespace {

using internal::CannotUnmarshal;
using internal::ClaimError;

// Returns a claim that must be a string. `what` is how the error begins:
// "username claims", ...
absl::StatusOr<std::string> StringClaim(const Claims& claims,
                                        absl::string_view name,
                                        absl::string_view what) {
  const ClaimValue value = claims.Find(name);
  const absl::optional<absl::string_view> text = value.AsString();
  if (text.has_value()) return std::string(*text);
  return ClaimError(
      Reason::kInvalid,
      absl::StrCat("oidc: parse ", what, " ", GoQuote(name), ": ",
                   value.present() ? CannotUnmarshal(value, "string")
                                   : "claim not present"));
}

// A name of mail is an identity only if the issuer has seen that it is the
// user's (Kubernetes behaviour).
absl::Status CheckEmailVerified(const Claims& claims) {
  const ClaimValue verified = claims.Find("email_verified");
  if (!verified.present()) return absl::OkStatus();
  const absl::optional<bool> value = verified.AsBool();
  if (!value.has_value() && !verified.is(ClaimKind::kNull)) {
    return ClaimError(Reason::kInvalid,
                      absl::StrCat("oidc: parse 'email_verified' claim: ",
                                   CannotUnmarshal(verified, "bool")));
  }
  if (value.value_or(false)) return absl::OkStatus();
  return ClaimError(Reason::kInvalid, "oidc: email not verified");
}

absl::Status CheckRequired(const Claims& claims, const std::string& name,
                           absl::string_view want) {
  const ClaimValue value = claims.Find(name);
  if (!value.present()) {
    return ClaimError(Reason::kInvalid,
                      absl::StrCat("oidc: required claim ", name,
                                   " not present in ID token"));
  }
  const absl::optional<absl::string_view> got = value.AsString();
  if (!got.has_value()) {
    return ClaimError(Reason::kInvalid,
                      absl::StrCat("oidc: parse claim ", name, ": ",
                                   CannotUnmarshal(value, "string")));
  }
  if (*got == want) return absl::OkStatus();
  return ClaimError(Reason::kInvalid,
                    absl::StrCat("oidc: required claim ", name,
                                 " value does not match. Got = ",
                                 internal::ShownText(*got), ", want = ", want));
}

}  // namespace

ClaimMappings::ClaimMappings(const k8s::JWTAuthenticator& config)
    : username_claim_(config.claimmappings().username().claim()),
      username_prefix_(config.claimmappings().username().prefix()),
      groups_claim_(config.claimmappings().groups().claim()),
      groups_prefix_(config.claimmappings().groups().prefix()),
      uid_claim_(config.claimmappings().uid().claim()) {
  for (const k8s::ClaimValidationRule& rule : config.claimvalidationrules()) {
    required_.emplace_back(rule.claim(), rule.requiredvalue());
  }
}

absl::StatusOr<UserInfo> ClaimMappings::ToUser(const Claims& claims,
                                               const ClaimValue& groups) const {
  UserInfo user;
  const auto name = StringClaim(claims, username_claim_, "username claims");
  if (!name.ok()) return name.status();
  if (username_claim_ == "email") {
    const absl::Status verified = CheckEmailVerified(claims);
    if (!verified.ok()) return verified;
  }
  user.name = absl::StrCat(username_prefix_, *name);
  const absl::Status has_groups = AddGroups(groups, &user);
  if (!has_groups.ok()) return has_groups;
  if (!uid_claim_.empty()) {
    absl::StatusOr<std::string> uid =
        StringClaim(claims, uid_claim_, "uid claim");
    if (!uid.ok()) return uid.status();
    user.uid = *std::move(uid);
  }
  for (const auto& [claim, value] : required_) {
    const absl::Status required = CheckRequired(claims, claim, value);
    if (!required.ok()) return required;
  }
  std::string id = CredentialId(claims);
  if (!id.empty()) user.extra[kCredentialIdKey] = {std::move(id)};
  return user;
}

absl::Status ClaimMappings::AddGroups(const ClaimValue& groups,
                                      UserInfo* user) const {
  if (groups_claim_.empty() || !groups.present() ||
      groups.is(ClaimKind::kNull)) {
    return absl::OkStatus();
  }
  const auto names = groups.AsStringOrStrings();
  if (!names.has_value()) {
    return ClaimError(
        Reason::kInvalid,
        absl::StrCat("oidc: parse groups claim ", GoQuote(groups_claim_), ": ",
                     CannotUnmarshal(groups, "string")));
  }
  for (const absl::string_view name : *names) {
    user->groups.push_back(absl::StrCat(groups_prefix_, name));
  }
  return absl::OkStatus();
}

std::string CredentialId(const Claims& claims) {
  const absl::string_view id = claims.StringOf("jti").value_or("");
  return id.empty() ? "" : absl::StrCat("JTI=", id);
}

}  // namespace gatehouse::authn
