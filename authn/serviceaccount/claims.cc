#include "authn/serviceaccount/claims.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "authn/authenticator.h"
#include "authn/jose/confirmation.h"
#include "base/errors.h"
#include "base/service_account_name.h"

namespace gatehouse::authn {
namespace {

constexpr absl::string_view kAttestationKeyPrefix =
    "attestation.authentication.kubernetes.io/";
constexpr absl::string_view kValidatingPrefix =
    "authentication.kubernetes.io/validatingwebhookconfiguration";
constexpr absl::string_view kMutatingPrefix =
    "authentication.kubernetes.io/mutatingwebhookconfiguration";

// Reader takes claims out of one object and keeps the first fault: then what
// was read is not to be used.
class Reader {
 public:
  Reader(ClaimValue object, absl::string_view path)
      : object_(object), path_(path) {}

  void Text(absl::string_view name, std::string* out) {
    const ClaimValue value = object_.Find(name);
    if (!value.present()) return;
    const absl::optional<absl::string_view> text = value.AsString();
    if (!text.has_value()) return Refuse(name, "a string");
    out->assign(text->data(), text->size());
  }

  void Moment(absl::string_view name, absl::optional<absl::Time>* out) {
    const ClaimValue value = object_.Find(name);
    if (!value.present()) return;
    *out = value.AsNumericDate();
    if (!out->has_value()) Refuse(name, "a number of seconds");
  }

  void Texts(absl::string_view name, bool or_one,
             std::vector<std::string>* out) {
    const ClaimValue value = object_.Find(name);
    if (!value.present()) return;
    const auto texts = or_one ? value.AsStringOrStrings() : value.AsStrings();
    if (!texts.has_value()) return Refuse(name, "a list of strings");
    out->clear();
    for (const absl::string_view text : *texts) out->emplace_back(text);
  }

  // Returns a reader of an object in this one; absent reads as empty.
  ClaimValue Object(absl::string_view name) {
    const ClaimValue value = object_.Find(name);
    if (value.present() && !value.is(ClaimKind::kObject)) {
      Refuse(name, "an object");
    }
    return value;
  }

  // Reads {"name":...,"uid":...} at `name`.
  void Bound(absl::string_view name, ObjectClaim* out) {
    Reader object(Object(name), name);
    object.Text("name", &out->name);
    object.Text("uid", &out->uid);
    if (status_.ok()) status_ = object.status_;
  }
  void Bound(absl::string_view name, absl::optional<ObjectClaim>* out) {
    if (object_.Find(name).present()) Bound(name, &out->emplace());
  }

  void Fail(const absl::Status& status) {
    if (status_.ok()) status_ = status;
  }
  const absl::Status& status() const { return status_; }

 private:
  void Refuse(absl::string_view name, absl::string_view want) {
    Fail(MakeError(absl::StatusCode::kUnauthenticated, Reason::kInvalid,
                   absl::StrCat("the claim ", path_, path_.empty() ? "" : ".",
                                name, " is not ", want)));
  }

  const ClaimValue object_;
  const absl::string_view path_;
  absl::Status status_;
};

// What RegisteredClaims are read from, in one place for both forms.
void ReadRegistered(const Claims& claims, Reader* reader,
                    RegisteredClaims* out) {
  reader->Text("iss", &out->issuer);
  reader->Text("sub", &out->subject);
  reader->Text("jti", &out->id);
  reader->Texts("aud", /*or_one=*/true, &out->audiences);
  reader->Moment("exp", &out->expires);
  reader->Moment("nbf", &out->not_before);
  reader->Moment("iat", &out->issued_at);
  auto thumbprint = CertificateThumbprint(claims);
  if (!thumbprint.ok()) return reader->Fail(thumbprint.status());
  out->certificate_thumbprint = *thumbprint;
}

// Adds an extra value; quickest when keys come in their order.
void Add(std::string key, std::string value, UserInfo* user) {
  user->extra.emplace_hint(user->extra.end(), std::move(key), 0)
      ->second.push_back(std::move(value));
}

// Adds what a pair of name and uid says; nothing unless both are there.
void AddPair(absl::string_view prefix, const absl::optional<ObjectClaim>& claim,
             UserInfo* user) {
  if (!claim.has_value() || claim->name.empty() || claim->uid.empty()) return;
  Add(absl::StrCat(prefix, "-name"), claim->name, user);
  Add(absl::StrCat(prefix, "-uid"), claim->uid, user);
}

UserInfo User(absl::string_view object_namespace, absl::string_view name,
              const std::string& uid) {
  UserInfo user;
  user.name = ServiceAccountUsername(object_namespace, name);
  user.uid = uid;
  user.groups = ServiceAccountGroups(object_namespace);
  return user;
}

}  // namespace

absl::StatusOr<LegacyClaims> ParseLegacyClaims(const Claims& claims) {
  LegacyClaims out;
  Reader reader(claims.root(), "");
  ReadRegistered(claims, &reader, &out.registered);
  reader.Text("kubernetes.io/serviceaccount/namespace", &out.object_namespace);
  reader.Text("kubernetes.io/serviceaccount/secret.name", &out.secret_name);
  reader.Text("kubernetes.io/serviceaccount/service-account.name",
              &out.service_account_name);
  reader.Text("kubernetes.io/serviceaccount/service-account.uid",
              &out.service_account_uid);
  if (!reader.status().ok()) return reader.status();
  return out;
}

absl::StatusOr<BoundClaims> ParseBoundClaims(const Claims& claims) {
  BoundClaims out;
  absl::Status status = ReadBoundClaims(claims, &out);
  if (!status.ok()) return status;
  return out;
}

absl::Status ReadBoundClaims(const Claims& claims, BoundClaims* out) {
  constexpr absl::string_view kPrivate = "kubernetes.io";
  Reader root(claims.root(), "");
  ReadRegistered(claims, &root, &out->registered);
  Reader reader(root.Object(kPrivate), kPrivate);
  reader.Text("namespace", &out->object_namespace);
  reader.Bound("serviceaccount", &out->service_account);
  reader.Bound("pod", &out->pod);
  reader.Bound("secret", &out->secret);
  reader.Bound("node", &out->node);
  reader.Bound("validatingwebhookconfiguration", &out->validating_webhook);
  reader.Bound("mutatingwebhookconfiguration", &out->mutating_webhook);
  reader.Moment("warnafter", &out->warn_after);
  Reader attestations(reader.Object("attestations"), "attestations");
  attestations.Texts(kAdmissionReviewApiGroups, /*or_one=*/false,
                     &out->admission_review_api_groups);
  for (const Reader* each : {&root, &reader, &attestations}) {
    if (!each->status().ok()) return each->status();
  }
  return absl::OkStatus();
}

UserInfo LegacyServiceAccountUser(const LegacyClaims& claims) {
  return User(claims.object_namespace, claims.service_account_name,
              claims.service_account_uid);
}

UserInfo BoundServiceAccountUser(const BoundClaims& claims) {
  UserInfo user = User(claims.object_namespace, claims.service_account.name,
                       claims.service_account.uid);
  if (!claims.registered.id.empty()) {
    Add(kCredentialIdKey, absl::StrCat("JTI=", claims.registered.id), &user);
  }
  // Of a node the name alone will do: it may be gone when its pod is bound.
  if (claims.node.has_value() && !claims.node->name.empty()) {
    Add(kNodeNameKey, claims.node->name, &user);
    if (!claims.node->uid.empty()) Add(kNodeUidKey, claims.node->uid, &user);
  }
  AddPair("authentication.kubernetes.io/pod", claims.pod, &user);
  AddPair(kValidatingPrefix, claims.validating_webhook, &user);
  AddPair(kMutatingPrefix, claims.mutating_webhook, &user);
  if (!claims.admission_review_api_groups.empty()) {
    user.extra[absl::StrCat(kAttestationKeyPrefix, kAdmissionReviewApiGroups)] =
        claims.admission_review_api_groups;
  }
  return user;
}

}  // namespace gatehouse::authn
