#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "authn/serviceaccount/bound.h"
#include "base/errors.h"
#include "objects/object.h"
#include "proto/core.pb.h"
#include "proto/meta.pb.h"

namespace gatehouse::authn {
namespace {

using objects::KindInfo;

constexpr char kStaleTokenAnnotation[] = "authentication.k8s.io/stale-token";

absl::Status Refuse(Reason reason, absl::string_view text) {
  return MakeError(absl::StatusCode::kUnauthenticated, reason, text);
}

absl::Status Invalidated() {
  return Refuse(Reason::kRevoked, "service account token has been invalidated");
}

template <typename Text>
absl::Status CheckTimes(const BasicRegisteredClaims<Text>& claims,
                        absl::Time now) {
  constexpr absl::Duration kLeeway = kServiceAccountLeeway;
  if (claims.not_before.has_value() && now + kLeeway < *claims.not_before) {
    return Refuse(Reason::kNotYetValid,
                  "service account token is not valid yet");
  }
  if (claims.expires.has_value() && now - kLeeway > *claims.expires) {
    return Refuse(Reason::kExpired, "service account token has expired");
  }
  if (claims.issued_at.has_value() && now + kLeeway < *claims.issued_at) {
    return Refuse(Reason::kNotYetValid,
                  "service account token is issued in the future");
  }
  return absl::OkStatus();
}

// Kinds that tokens are bound to.
struct BoundKinds {
  const KindInfo& account = *objects::FindKind("v1", "ServiceAccount");
  const KindInfo& secret = *objects::FindKind("v1", "Secret");
  const KindInfo& pod = *objects::FindKind("v1", "Pod");
  const KindInfo& node = *objects::FindKind("v1", "Node");
};

const BoundKinds& Kinds() {
  static const BoundKinds* const kinds = new BoundKinds;
  return *kinds;
}

// Returns the metadata of a T, without the detour that Object::metadata makes.
template <typename T>
const k8s::ObjectMeta& MetadataAs(const objects::Object& object) {
  const T* const message = object.As<T>();
  return message == nullptr ? k8s::ObjectMeta::default_instance()
                            : message->metadata();
}

// Checker looks at the objects of one token at one moment.
class Checker {
 public:
  Checker(const objects::ObjectStore& objects, absl::string_view ns,
          absl::Time now)
      : objects_(objects), namespace_(ns), now_(now) {}

  // The uid comes before the deletion, unlike with what a token is bound to.
  template <typename Text>
  absl::Status Account(const BasicObjectClaim<Text>& claim) const {
    const absl::StatusOr<objects::Object> object =
        objects_.Get(Kinds().account, namespace_, claim.name);
    if (!object.ok()) {
      return Refuse(Reason::kRevoked, object.status().message());
    }
    const k8s::ObjectMeta& metadata = MetadataAs<k8s::ServiceAccount>(*object);
    if (metadata.uid() != claim.uid) {
      return Refuse(Reason::kRevoked,
                    absl::StrCat("service account UID (", metadata.uid(),
                                 ") does not match claim (", claim.uid, ")"));
    }
    if (Deleted(metadata)) {
      return Refuse(Reason::kRevoked,
                    absl::StrCat("service account ", namespace_, "/",
                                 claim.name, " has been deleted"));
    }
    return absl::OkStatus();
  }

  // `word` is how Kubernetes' message calls it.
  template <typename T, typename Text>
  absl::Status Bound(
      const KindInfo& kind, absl::string_view word,
      const absl::optional<BasicObjectClaim<Text>>& claim) const {
    if (!claim.has_value()) return absl::OkStatus();
    const absl::StatusOr<objects::Object> object =
        objects_.Get(kind, namespace_, claim->name);
    if (!object.ok()) return Invalidated();
    const k8s::ObjectMeta& metadata = MetadataAs<T>(*object);
    if (Deleted(metadata)) return Invalidated();
    if (metadata.uid() == claim->uid) return absl::OkStatus();
    return Refuse(Reason::kRevoked,
                  absl::StrCat(word, " UID (", metadata.uid(),
                               ") does not match service account ", word,
                               " ref claim (", claim->uid, ")"));
  }

 private:
  bool Deleted(const k8s::ObjectMeta& metadata) const {
    return metadata.has_deletiontimestamp() &&
           absl::FromUnixSeconds(metadata.deletiontimestamp().seconds()) <
               now_ - kServiceAccountLeeway;
  }

  const objects::ObjectStore& objects_;
  const absl::string_view namespace_;
  const absl::Time now_;
};

template <typename Text>
absl::Status CheckObjects(const BasicBoundClaims<Text>& claims,
                          const objects::ObjectStore& objects, absl::Time now) {
  const Checker checker(objects, claims.object_namespace, now);
  absl::Status status = checker.Account(claims.service_account);
  if (!status.ok()) return status;
  status = checker.Bound<k8s::Secret>(Kinds().secret, "secret", claims.secret);
  if (!status.ok()) return status;
  status = checker.Bound<k8s::Pod>(Kinds().pod, "pod", claims.pod);
  if (!status.ok()) return status;
  if (!claims.pod.has_value()) {
    status = checker.Bound<k8s::Node>(Kinds().node, "node", claims.node);
    if (!status.ok()) return status;
  }
  // Kinds that are no objects here: none of them exists.
  const bool webhook = claims.validating_webhook.has_value() ||
                       claims.mutating_webhook.has_value();
  return webhook ? Invalidated() : absl::OkStatus();
}

template <typename Text>
void NoteStale(const BasicBoundClaims<Text>& claims, absl::Time now,
               Notes* notes) {
  if (notes == nullptr || !claims.warn_after.has_value()) return;
  const absl::Time warn_after = *claims.warn_after;
  if (warn_after == absl::UnixEpoch() || now <= warn_after) return;
  const int64_t late =
      absl::ToUnixSeconds(now) - absl::ToUnixSeconds(warn_after);
  notes->audit_annotations.emplace_back(
      kStaleTokenAnnotation,
      absl::StrCat("subject: ", claims.registered.subject,
                   ", seconds after warning threshold: ", late));
}

template <typename Text>
absl::Status CheckClaims(const BasicBoundClaims<Text>& claims,
                         const objects::ObjectStore& objects, absl::Time now,
                         Notes* notes) {
  absl::Status status = CheckTimes(claims.registered, now);
  if (!status.ok()) return status;
  status = CheckObjects(claims, objects, now);
  if (!status.ok()) return status;
  NoteStale(claims, now, notes);
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckBoundClaims(const BoundClaims& claims,
                              const objects::ObjectStore& objects,
                              absl::Time now, Notes* notes) {
  return CheckClaims(claims, objects, now, notes);
}

absl::Status CheckBoundClaims(const BoundClaimsView& claims,
                              const objects::ObjectStore& objects,
                              absl::Time now, Notes* notes) {
  return CheckClaims(claims, objects, now, notes);
}

}  // namespace gatehouse::authn
