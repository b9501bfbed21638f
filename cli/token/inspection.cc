#include "cli/token/inspection.h"

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/types/optional.h"
#include "authn/jose/base64url.h"
#include "authn/jose/claims.h"
#include "authn/jose/jws.h"
#include "authn/serviceaccount/claims.h"
#include "authn/token/bootstrap_token.h"
#include "base/errors.h"
#include "base/user_info.h"
#include "cli/internal/moments.h"
#include "cli/internal/table.h"
#include "pki/cluster/expiration.h"

namespace gatehouse::cli {

namespace {

constexpr char kNotVerified[] = "NotVerified";
constexpr char kBootstrap[] = "Bootstrap";
constexpr char kJwt[] = "JWT";

void SetUser(const UserInfo& user, TokenAnswer* answer) {
  k8s::UserInfo* out = answer->mutable_user();
  out->set_username(user.name);
  out->set_uid(user.uid);
  *out->mutable_groups() = {user.groups.begin(), user.groups.end()};
  for (const auto& [key, values] : user.extra) {
    *(*out->mutable_extra())[key].mutable_items() = {values.begin(),
                                                     values.end()};
  }
}

void AddBound(const char* kind, absl::string_view object_namespace,
              const absl::optional<authn::ObjectClaim>& claim,
              TokenAnswer* answer) {
  if (!claim.has_value()) return;
  BoundObjectAnswer* bound = answer->add_boundto();
  bound->set_kind(kind);
  bound->set_namespace_(std::string(object_namespace));
  bound->set_name(claim->name);
  bound->set_uid(claim->uid);
}

void AddTimes(const authn::RegisteredClaims& claims, absl::Time now,
              TokenAnswer* answer) {
  if (claims.issued_at) answer->set_issuedat(FormatMoment(*claims.issued_at));
  if (claims.not_before) {
    answer->set_notbefore(FormatMoment(*claims.not_before));
  }
  if (!claims.expires) {
    answer->set_expires("never");
    return;
  }
  answer->set_expires(FormatMoment(*claims.expires));
  answer->set_expiresinseconds(absl::ToInt64Seconds(*claims.expires - now));
  answer->set_expired(*claims.expires < now);
}

void AddRegistered(const authn::RegisteredClaims& claims, absl::Time now,
                   TokenAnswer* answer) {
  *answer->mutable_audiences() = {claims.audiences.begin(),
                                  claims.audiences.end()};
  if (!claims.id.empty()) {
    answer->set_credentialid(absl::StrCat("JTI=", claims.id));
  }
  if (claims.certificate_thumbprint.has_value()) {
    const auto& bytes = *claims.certificate_thumbprint;
    answer->set_certificatethumbprint(authn::Base64UrlEncode(absl::string_view(
        reinterpret_cast<const char*>(bytes.data()), bytes.size())));
  }
  AddTimes(claims, now, answer);
}

absl::Status InspectLegacy(const authn::Claims& claims, absl::Time now,
                           TokenAnswer* answer) {
  const auto legacy = authn::ParseLegacyClaims(claims);
  if (!legacy.ok()) return legacy.status();
  answer->set_type("LegacyServiceAccount");
  SetUser(authn::LegacyServiceAccountUser(*legacy), answer);
  AddRegistered(legacy->registered, now, answer);
  // Times in it are looked at by nobody.
  answer->set_expires("never");
  answer->clear_expired();
  answer->clear_expiresinseconds();
  AddBound("Secret", legacy->object_namespace,
           authn::ObjectClaim{legacy->secret_name, ""}, answer);
  return absl::OkStatus();
}

absl::Status InspectBound(const authn::Claims& claims, absl::Time now,
                          TokenAnswer* answer) {
  const auto bound = authn::ParseBoundClaims(claims);
  if (!bound.ok()) return bound.status();
  AddRegistered(bound->registered, now, answer);
  if (bound->service_account.name.empty()) {
    answer->set_type(kJwt);
    return absl::OkStatus();
  }
  answer->set_type("BoundServiceAccount");
  SetUser(authn::BoundServiceAccountUser(*bound), answer);
  const std::string& ns = bound->object_namespace;
  AddBound("ServiceAccount", ns, bound->service_account, answer);
  AddBound("Secret", ns, bound->secret, answer);
  AddBound("Pod", ns, bound->pod, answer);
  if (!bound->pod.has_value()) AddBound("Node", "", bound->node, answer);
  AddBound("ValidatingWebhookConfiguration", "", bound->validating_webhook,
           answer);
  AddBound("MutatingWebhookConfiguration", "", bound->mutating_webhook, answer);
  if (bound->warn_after) {
    answer->set_warnafter(FormatMoment(*bound->warn_after));
  }
  return absl::OkStatus();
}

TokenAnswer InspectBootstrap(const authn::BootstrapToken& token) {
  TokenAnswer answer;
  answer.set_verification(kNotVerified);
  answer.set_type(kBootstrap);
  UserInfo user;
  user.name = absl::StrCat(authn::kBootstrapUserPrefix, token.id);
  user.groups = {authn::kBootstrappersGroup};
  SetUser(user, &answer);
  BoundObjectAnswer* secret = answer.add_boundto();
  secret->set_kind("Secret");
  secret->set_namespace_(authn::kBootstrapNamespace);
  secret->set_name(absl::StrCat(authn::kBootstrapSecretPrefix, token.id));
  return answer;
}

// Adds what the claims mean, or why they mean nothing.
void AddMeaning(const authn::Claims& claims, absl::Time now,
                TokenAnswer* answer) {
  answer->mutable_claims()->set_raw(claims.root().ToJson());
  TokenAnswer meant = *answer;
  const absl::Status status = claims.StringOf("iss") == authn::kLegacyIssuer
                                  ? InspectLegacy(claims, now, &meant)
                                  : InspectBound(claims, now, &meant);
  if (status.ok()) {
    *answer = std::move(meant);
  } else {
    answer->add_problems(std::string(status.message()));
  }
}

// Returns the object in a part of a token.
absl::StatusOr<authn::Claims> DecodePart(absl::string_view part) {
  std::string text;
  const authn::JoseError error = authn::Base64UrlDecode(part, &text);
  if (error != authn::JoseError::kNone) {
    return authn::MakeJoseError(error, "a part is not base64url");
  }
  return authn::Claims::Parse(text);
}

// What is no JSON Web Token may well be a good one of another kind.
absl::Status Opaque(const absl::Status& why) {
  return MakeError(why.code(), ReasonOf(why),
                   absl::StrCat("neither a JSON Web Token (", why.message(),
                                ") nor a bootstrap token: tokens of a static "
                                "file or of a webhook say nothing that could "
                                "be shown"));
}

absl::StatusOr<TokenAnswer> InspectJwt(absl::string_view token,
                                       absl::Time now) {
  const absl::Status form = authn::Jws::Parse(token).status();
  const std::vector<absl::string_view> parts = absl::StrSplit(token, '.');
  const auto header = DecodePart(parts[0]);
  if (parts.size() < 2 || !header.ok()) {
    return Opaque(form.ok() ? header.status() : form);
  }
  TokenAnswer answer;
  answer.set_verification(kNotVerified);
  answer.set_type(kJwt);
  answer.mutable_header()->set_raw(header->root().ToJson());
  if (!form.ok()) answer.add_problems(std::string(form.message()));
  const auto claims = DecodePart(parts[1]);
  if (claims.ok()) {
    AddMeaning(*claims, now, &answer);
  } else if (form.ok()) {
    answer.add_problems(std::string(claims.status().message()));
  }
  return answer;
}

// Returns "in 3 hours", "2 days ago".
std::string Relative(int64_t seconds) {
  const absl::Duration time = absl::Seconds(seconds);
  return seconds < 0 ? absl::StrCat(pki::HumanDuration(-time), " ago")
                     : absl::StrCat("in ", pki::HumanDuration(time));
}

std::string Expiry(const TokenAnswer& answer) {
  if (!answer.has_expiresinseconds()) return answer.expires();
  return absl::StrCat(answer.expires(), answer.expired() ? ", EXPIRED " : ", ",
                      Relative(answer.expiresinseconds()));
}

std::string Shown(const BoundObjectAnswer& bound) {
  return absl::StrCat(bound.kind(), " ", bound.namespace_(),
                      bound.namespace_().empty() ? "" : "/", bound.name(),
                      bound.uid().empty() ? "" : ", uid ", bound.uid());
}

// PageRows adds the rows that say something.
class PageRows {
 public:
  void Add(const char* name, const std::string& value) {
    if (!value.empty()) table_.AddRow({name, Printable(value)});
  }
  template <typename List>
  void AddList(const char* name, const List& values) {
    Add(name, absl::StrJoin(values, ", "));
  }
  void Print(std::ostream& out) const { table_.Print(out); }

 private:
  Table table_;
};

void AddUserRows(const k8s::UserInfo& user, PageRows* rows) {
  rows->Add("User:", user.username());
  rows->Add("Uid:", user.uid());
  rows->AddList("Groups:", user.groups());
  const std::map<std::string, k8s::ExtraValue> extra(user.extra().begin(),
                                                     user.extra().end());
  for (const auto& [key, value] : extra) {
    rows->Add("Extra:",
              absl::StrCat(key, "=", absl::StrJoin(value.items(), ",")));
  }
}

}  // namespace

absl::StatusOr<TokenAnswer> InspectToken(absl::string_view token,
                                         absl::Time now) {
  const auto bootstrap = authn::ParseBootstrapToken(token);
  if (bootstrap.has_value()) return InspectBootstrap(*bootstrap);
  return InspectJwt(token, now);
}

void PrintTokenPage(const TokenAnswer& answer, std::ostream& out) {
  out << "NOT VERIFIED: anybody can write such a token. `gatehouse token "
         "verify` says whether it is good.\n";
  PageRows rows;
  rows.Add("Type:", answer.type());
  for (const std::string& problem : answer.problems()) {
    rows.Add("Problem:", problem);
  }
  AddUserRows(answer.user(), &rows);
  rows.Add("Credential:", answer.credentialid());
  rows.AddList("Audiences:", answer.audiences());
  for (const BoundObjectAnswer& bound : answer.boundto()) {
    rows.Add("Bound to:", Shown(bound));
  }
  rows.Add("Certificate:", answer.certificatethumbprint());
  rows.Add("Issued:", answer.issuedat());
  rows.Add("Not before:", answer.notbefore());
  rows.Add("Warn after:", answer.warnafter());
  rows.Add("Expires:", Expiry(answer));
  rows.Add("Header:", answer.header().raw());
  rows.Add("Claims:", answer.claims().raw());
  rows.Print(out);
}

}  // namespace gatehouse::cli
