#include "authn/serviceaccount/claims.h"

#include <cstddef>
#include <cstring>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "authn/authenticator.h"
#include "authn/jose/confirmation.h"
#include "base/errors.h"
#include "base/service_account_name.h"

namespace gatehouse::authn {
namespace {

constexpr absl::string_view kAttestationKeyPrefix =
    "attestation.authentication.kubernetes.io/";
constexpr absl::string_view kLegacyClaimPrefix =
    "kubernetes.io/serviceaccount/";
constexpr char kValidatingNameKey[] =
    "authentication.kubernetes.io/validatingwebhookconfiguration-name";
constexpr char kValidatingUidKey[] =
    "authentication.kubernetes.io/validatingwebhookconfiguration-uid";
constexpr char kMutatingNameKey[] =
    "authentication.kubernetes.io/mutatingwebhookconfiguration-name";
constexpr char kMutatingUidKey[] =
    "authentication.kubernetes.io/mutatingwebhookconfiguration-uid";

// Reader takes what the members of one object say. The first fault of all
// readers of a payload is kept in one place: then what was read is not to be
// used.
class Reader {
 public:
  // `path` names the object in errors; "" for the outermost.
  Reader(absl::string_view path, absl::Status* status)
      : path_(path), status_(*status) {}

  template <typename Text>
  void String(ClaimValue member, Text* out) {
    if (!member.is(ClaimKind::kString)) return Refuse(member, "a string");
    *out = Text(member.text());
  }

  void Moment(ClaimValue member, absl::optional<absl::Time>* out) {
    *out = member.AsNumericDate();
    if (!out->has_value()) Refuse(member, "a number of seconds");
  }

  template <typename Text>
  void Strings(ClaimValue member, std::vector<Text>* out) {
    if (!member.is(ClaimKind::kList)) return RefuseStrings(member);
    out->reserve(member.size());
    for (const ClaimValue each : member) {
      if (!each.is(ClaimKind::kString)) return RefuseStrings(member);
      out->emplace_back(each.text());
    }
  }

  template <typename Text>
  void StringOrStrings(ClaimValue member, std::vector<Text>* out) {
    if (!member.is(ClaimKind::kString)) return Strings(member, out);
    out->emplace_back(member.text());
  }

  bool IsObject(ClaimValue member) {
    if (member.is(ClaimKind::kObject)) return true;
    Refuse(member, "an object");
    return false;
  }

  // Reads {"name":...,"uid":...}.
  template <typename Text>
  void Bound(ClaimValue member, BasicObjectClaim<Text>* out) {
    if (!IsObject(member)) return;
    Reader reader(member.name(), &status_);
    for (const ClaimValue each : member) {
      if (each.name() == "name") reader.String(each, &out->name);
      if (each.name() == "uid") reader.String(each, &out->uid);
    }
  }

 private:
  void Refuse(ClaimValue member, absl::string_view want) {
    if (!status_.ok()) return;
    status_ =
        MakeError(absl::StatusCode::kUnauthenticated, Reason::kInvalid,
                  absl::StrCat("the claim ", path_, path_.empty() ? "" : ".",
                               member.name(), " is not ", want));
  }
  void RefuseStrings(ClaimValue member) { Refuse(member, "a list of strings"); }

  const absl::string_view path_;
  absl::Status& status_;
};

// Returns whether a name is that literal; the length is known when this is
// compiled, so that nothing is called.
template <size_t kSize>
bool Is(absl::string_view name, const char (&literal)[kSize]) {
  return name.size() == kSize - 1 &&
         std::memcmp(name.data(), literal, kSize - 1) == 0;
}

// Reads a member of the payload that both forms have.
template <typename Text>
void ReadRegistered(ClaimValue member, Reader* reader,
                    BasicRegisteredClaims<Text>* out) {
  const absl::string_view name = member.name();
  if (Is(name, "iss")) {
    reader->String(member, &out->issuer);
  } else if (Is(name, "sub")) {
    reader->String(member, &out->subject);
  } else if (Is(name, "jti")) {
    reader->String(member, &out->id);
  } else if (Is(name, "aud")) {
    reader->StringOrStrings(member, &out->audiences);
  } else if (Is(name, "exp")) {
    reader->Moment(member, &out->expires);
  } else if (Is(name, "nbf")) {
    reader->Moment(member, &out->not_before);
  } else if (Is(name, "iat")) {
    reader->Moment(member, &out->issued_at);
  }
}

template <typename Text>
absl::Status ReadConfirmation(const Claims& claims,
                              BasicRegisteredClaims<Text>* out) {
  auto thumbprint = CertificateThumbprint(claims);
  if (!thumbprint.ok()) return thumbprint.status();
  out->certificate_thumbprint = *thumbprint;
  return absl::OkStatus();
}

// Reads the members of "kubernetes.io".
template <typename Text>
void ReadPrivate(ClaimValue object, absl::Status* status,
                 BasicBoundClaims<Text>* out) {
  Reader reader(object.name(), status);
  for (const ClaimValue member : object) {
    const absl::string_view name = member.name();
    if (Is(name, "namespace")) {
      reader.String(member, &out->object_namespace);
    } else if (Is(name, "serviceaccount")) {
      reader.Bound(member, &out->service_account);
    } else if (Is(name, "pod")) {
      reader.Bound(member, &out->pod.emplace());
    } else if (Is(name, "secret")) {
      reader.Bound(member, &out->secret.emplace());
    } else if (Is(name, "node")) {
      reader.Bound(member, &out->node.emplace());
    } else if (Is(name, "validatingwebhookconfiguration")) {
      reader.Bound(member, &out->validating_webhook.emplace());
    } else if (Is(name, "mutatingwebhookconfiguration")) {
      reader.Bound(member, &out->mutating_webhook.emplace());
    } else if (Is(name, "warnafter")) {
      reader.Moment(member, &out->warn_after);
    } else if (Is(name, "attestations") && reader.IsObject(member)) {
      const ClaimValue groups = member.Find(kAdmissionReviewApiGroups);
      if (!groups.present()) continue;
      Reader(name, status).Strings(groups, &out->admission_review_api_groups);
    }
  }
}

template <typename Text>
absl::Status ReadBound(const Claims& claims, BasicBoundClaims<Text>* out) {
  absl::Status status;
  Reader reader("", &status);
  for (const ClaimValue member : claims) {
    ReadRegistered(member, &reader, &out->registered);
    if (Is(member.name(), "kubernetes.io") && reader.IsObject(member)) {
      ReadPrivate(member, &status, out);
    }
  }
  if (!status.ok()) return status;
  return ReadConfirmation(claims, &out->registered);
}

// Adds an extra value; quickest when keys come in their order.
void Add(const char* key, std::string value, UserInfo* user) {
  std::vector<std::string> values(1);
  values[0] = std::move(value);
  user->extra.emplace(key, std::move(values));
}

// Adds what a pair of name and uid says; nothing unless both are there.
template <typename Text>
void AddPair(const char* name_key, const char* uid_key,
             const absl::optional<BasicObjectClaim<Text>>& claim,
             UserInfo* user) {
  if (!claim.has_value() || claim->name.empty() || claim->uid.empty()) return;
  Add(name_key, std::string(claim->name), user);
  Add(uid_key, std::string(claim->uid), user);
}

UserInfo User(absl::string_view object_namespace, absl::string_view name,
              absl::string_view uid) {
  UserInfo user;
  user.name = ServiceAccountUsername(object_namespace, name);
  user.uid = std::string(uid);
  user.groups = ServiceAccountGroups(object_namespace);
  return user;
}

template <typename Text>
UserInfo BoundUser(const BasicBoundClaims<Text>& claims) {
  UserInfo user = User(claims.object_namespace, claims.service_account.name,
                       claims.service_account.uid);
  // In most tokens there are five.
  user.extra.reserve(5);
  if (!claims.registered.id.empty()) {
    Add(kCredentialIdKey, absl::StrCat("JTI=", claims.registered.id), &user);
  }
  // Of a node the name alone will do: it may be gone when its pod is bound.
  if (claims.node.has_value() && !claims.node->name.empty()) {
    Add(kNodeNameKey, std::string(claims.node->name), &user);
    if (!claims.node->uid.empty())
      Add(kNodeUidKey, std::string(claims.node->uid), &user);
  }
  AddPair(kPodNameKey, kPodUidKey, claims.pod, &user);
  AddPair(kValidatingNameKey, kValidatingUidKey, claims.validating_webhook,
          &user);
  AddPair(kMutatingNameKey, kMutatingUidKey, claims.mutating_webhook, &user);
  const std::vector<Text>& groups = claims.admission_review_api_groups;
  if (!groups.empty()) {
    user.extra[absl::StrCat(kAttestationKeyPrefix, kAdmissionReviewApiGroups)] =
        std::vector<std::string>(groups.begin(), groups.end());
  }
  return user;
}

}  // namespace

absl::StatusOr<LegacyClaims> ParseLegacyClaims(const Claims& claims) {
  LegacyClaims out;
  absl::Status status;
  Reader reader("", &status);
  for (const ClaimValue member : claims) {
    ReadRegistered(member, &reader, &out.registered);
    absl::string_view name = member.name();
    if (!absl::ConsumePrefix(&name, kLegacyClaimPrefix)) continue;
    if (name == "namespace") {
      reader.String(member, &out.object_namespace);
    } else if (name == "secret.name") {
      reader.String(member, &out.secret_name);
    } else if (name == "service-account.name") {
      reader.String(member, &out.service_account_name);
    } else if (name == "service-account.uid") {
      reader.String(member, &out.service_account_uid);
    }
  }
  if (status.ok()) status = ReadConfirmation(claims, &out.registered);
  if (!status.ok()) return status;
  return out;
}

absl::StatusOr<BoundClaims> ParseBoundClaims(const Claims& claims) {
  BoundClaims out;
  absl::Status status = ReadBound(claims, &out);
  if (!status.ok()) return status;
  return out;
}

absl::Status ReadBoundClaims(const Claims& claims, BoundClaimsView* out) {
  return ReadBound(claims, out);
}

UserInfo LegacyServiceAccountUser(const LegacyClaims& claims) {
  return User(claims.object_namespace, claims.service_account_name,
              claims.service_account_uid);
}

UserInfo BoundServiceAccountUser(const BoundClaims& claims) {
  return BoundUser(claims);
}

UserInfo BoundServiceAccountUser(const BoundClaimsView& claims) {
  return BoundUser(claims);
}

}  // namespace gatehouse::authn
