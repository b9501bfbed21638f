#include "authn/serviceaccount/token_request.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "authn/internal/uuid.h"
#include "authn/jose/sign.h"
#include "base/errors.h"
#include "base/go_quote.h"
#include "base/service_account_name.h"
#include "base/snapshot.h"
#include "objects/object.h"
#include "proto/core.pb.h"

namespace gatehouse::authn {
namespace {

constexpr char kIssuedAnnotation[] =
    "authentication.kubernetes.io/issued-credential-id";
constexpr char kKind[] = "TokenRequest.authentication.k8s.io";

absl::Status BadOption(absl::string_view text) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                   absl::StrCat("issuing tokens: ", text));
}

// A 409, as the API server words it. `what` is the kind and its group.
absl::Status Conflict(absl::string_view what, absl::string_view name,
                      absl::string_view why) {
  return MakeError(absl::StatusCode::kAborted, Reason::kConflict,
                   absl::StrCat("Operation cannot be fulfilled on ", what, " ",
                                GoQuote(name), ": ", why));
}

ObjectClaim ClaimOf(const objects::Object& object) {
  return {object.metadata().name(), object.metadata().uid()};
}

// Splits "group/version"; the core group has only the version.
std::pair<absl::string_view, absl::string_view> SplitApiVersion(
    absl::string_view api_version) {
  const size_t slash = api_version.find('/');
  if (slash == absl::string_view::npos) return {"", api_version};
  return {api_version.substr(0, slash), api_version.substr(slash + 1)};
}

// Binder finds the object of one reference and writes it into the claims.
class Binder {
 public:
  Binder(const objects::ObjectStore& objects,
         const k8s::BoundObjectReference& reference, BoundClaims* claims)
      : objects_(objects), reference_(reference), claims_(claims) {}

  absl::Status Run() {
    const auto [group, version] = SplitApiVersion(reference_.apiversion());
    const std::string& kind = reference_.kind();
    // The version is not looked at (Kubernetes behaviour).
    if (!group.empty() ||
        (kind != "Pod" && kind != "Node" && kind != "Secret")) {
      return MakeError(absl::StatusCode::kInvalidArgument, Reason::kUnsupported,
                       absl::StrCat("cannot bind token to object of type ",
                                    group, "/", version, ", Kind=", kind));
    }
    const auto object = Get(kind, reference_.name());
    if (!object.ok()) return object.status();
    if (kind == "Secret") claims_->secret = ClaimOf(*object);
    if (kind == "Node") claims_->node = ClaimOf(*object);
    if (kind == "Pod") {
      absl::Status status = BindPod(*object);
      if (!status.ok()) return status;
    }
    return CheckUid(kind, object->metadata().uid());
  }

 private:
  absl::StatusOr<objects::Object> Get(absl::string_view kind,
                                      const std::string& name) const {
    return objects_.Get(*objects::FindKind("v1", kind),
                        claims_->object_namespace, name);
  }

  absl::Status BindPod(const objects::Object& object) {
    const k8s::PodSpec& spec = object.As<k8s::Pod>()->spec();
    const std::string& account = claims_->service_account.name;
    if (spec.serviceaccountname() != account) {
      return MakeError(
          absl::StatusCode::kFailedPrecondition, Reason::kInvalid,
          absl::StrCat("cannot bind token for serviceaccount ",
                       GoQuote(account),
                       " to pod running with different serviceaccount name."));
    }
    claims_->pod = ClaimOf(object);
    if (spec.nodename().empty()) return absl::OkStatus();
    const auto node = Get("Node", spec.nodename());
    if (node.ok()) {
      claims_->node = ClaimOf(*node);
    } else if (ReasonOf(node.status()) == Reason::kNotFound) {
      // For people who read the token.
      claims_->node = ObjectClaim{spec.nodename(), ""};
    } else {
      return node.status();
    }
    return absl::OkStatus();
  }

  absl::Status CheckUid(const std::string& kind, const std::string& uid) const {
    if (reference_.uid().empty() || reference_.uid() == uid) {
      return absl::OkStatus();
    }
    return Conflict(
        kind, reference_.name(),
        absl::StrCat("the UID in the bound object reference (",
                     reference_.uid(),
                     ") does not match the UID in record. The object might "
                     "have been deleted and then recreated"));
  }

  const objects::ObjectStore& objects_;
  const k8s::BoundObjectReference& reference_;
  BoundClaims* const claims_;
};

absl::Status CheckNames(absl::string_view object_namespace,
                        absl::string_view name,
                        const k8s::TokenRequest& request) {
  const k8s::ObjectMeta& metadata = request.metadata();
  std::vector<objects::FieldError> errors;
  if (!metadata.name().empty() && metadata.name() != name) {
    errors.push_back(objects::InvalidError(
        "metadata.name", metadata.name(),
        "must match the service account name if specified"));
  } else if (!metadata.namespace_().empty() &&
             metadata.namespace_() != object_namespace) {
    errors.push_back(objects::InvalidError(
        "metadata.namespace", metadata.namespace_(),
        "must match the service account namespace if specified"));
  }
  return objects::InvalidObjectError(errors, kKind, name);
}
absl::Status CheckAccountUid(const k8s::TokenRequest& request,
                             const k8s::ObjectMeta& account) {
  const std::string& uid = request.metadata().uid();
  if (uid.empty() || uid == account.uid()) return absl::OkStatus();
  return Conflict(kKind, account.name(),
                  absl::StrCat("the UID in the token request (", uid,
                               ") does not match the UID of the service "
                               "account (",
                               account.uid(), ")"));
}

k8s::TokenRequest WithDefaults(const k8s::ObjectMeta& account,
                               const k8s::TokenRequest& request,
                               const std::vector<std::string>& audiences,
                               absl::Time now) {
  k8s::TokenRequest filled = request;
  k8s::ObjectMeta* metadata = filled.mutable_metadata();
  metadata->set_name(account.name());
  metadata->set_namespace_(account.namespace_());
  metadata->mutable_creationtimestamp()->set_seconds(absl::ToUnixSeconds(now));
  k8s::TokenRequestSpec* spec = filled.mutable_spec();
  if (spec->audiences().empty()) {
    *spec->mutable_audiences() = {audiences.begin(), audiences.end()};
  }
  if (!spec->has_expirationseconds()) {
    spec->set_expirationseconds(kDefaultTokenSeconds);
  }
  filled.clear_status();
  return filled;
}

// Makes the claims of a token that is asked for, but for times.
absl::StatusOr<BoundClaims> MakeClaims(const k8s::ObjectMeta& account,
                                       const k8s::TokenRequest& request,
                                       const objects::ObjectStore& objects) {
  BoundClaims claims;
  claims.object_namespace = account.namespace_();
  claims.service_account = {account.name(), account.uid()};
  claims.registered.subject =
      ServiceAccountUsername(account.namespace_(), account.name());
  const auto& audiences = request.spec().audiences();
  claims.registered.audiences = {audiences.begin(), audiences.end()};
  if (!request.spec().has_boundobjectref()) return claims;
  Binder binder(objects, request.spec().boundobjectref(), &claims);
  const absl::Status status = binder.Run();
  if (!status.ok()) return status;
  return claims;
}

void SetTimes(const TokenLifetime& lifetime, absl::Time now,
              BoundClaims* claims) {
  RegisteredClaims& registered = claims->registered;
  registered.issued_at = now;
  registered.not_before = now;
  registered.expires = now + absl::Seconds(lifetime.seconds);
  if (lifetime.warn_after_seconds > 0) {
    claims->warn_after = now + absl::Seconds(lifetime.warn_after_seconds);
  }
}

}  // namespace

TokenLifetime ComputeTokenLifetime(int64_t requested_seconds, bool pod_bound,
                                   bool for_server_alone,
                                   const LifetimeRules& rules) {
  TokenLifetime lifetime;
  if (rules.max_seconds > 0 && requested_seconds > rules.max_seconds) {
    lifetime.warning =
        absl::StrCat("requested expiration of ", requested_seconds,
                     " seconds shortened to ", rules.max_seconds, " seconds");
    requested_seconds = rules.max_seconds;
  }
  lifetime.seconds = requested_seconds;
  lifetime.reported_seconds = requested_seconds;
  if (rules.extend && pod_bound && for_server_alone &&
      requested_seconds == kExtendedTokenSeconds) {
    lifetime.warn_after_seconds = requested_seconds;
    lifetime.seconds = rules.extended_seconds;
  }
  return lifetime;
}

absl::StatusOr<std::unique_ptr<TokenIssuer>> TokenIssuer::Create(
    TokenIssuerOptions options) {
  if (options.issuer.empty()) return BadOption("there is no issuer");
  if (options.keys == nullptr) return BadOption("there are no keys");
  if (options.objects == nullptr) return BadOption("there are no objects");
  if (options.api_audiences.empty()) {
    return BadOption("the server has no audiences");
  }
  if (options.make_id == nullptr) options.make_id = internal::RandomUuid;
  return std::unique_ptr<TokenIssuer>(new TokenIssuer(std::move(options)));
}

TokenIssuer::TokenIssuer(TokenIssuerOptions options)
    : options_(std::move(options)) {}

bool TokenIssuer::ForServerAlone(const k8s::TokenRequest& request) const {
  return absl::c_all_of(
      request.spec().audiences(), [this](const std::string& audience) {
        return absl::c_linear_search(options_.api_audiences, audience);
      });
}

absl::StatusOr<std::string> TokenIssuer::Sign(const BoundClaims& claims) const {
  const absl::StatusOr<std::string> payload = WriteBoundClaims(claims);
  if (!payload.ok()) return payload.status();
  const EpochGuard guard;
  const ServiceAccountKeys& keys = *options_.keys->Load();
  if (!keys.signing.has_value()) {
    return MakeError(absl::StatusCode::kFailedPrecondition,
                     Reason::kUnsupported,
                     "issuing tokens: there is no signing key");
  }
  return SignCompact(*payload, *keys.signing, keys.signing_key_id,
                     /*type=*/"");
}

absl::StatusOr<k8s::TokenRequest> TokenIssuer::Issue(
    absl::string_view object_namespace, absl::string_view name,
    const k8s::TokenRequest& request, absl::Time now, Notes* notes) const {
  absl::Status status = CheckNames(object_namespace, name, request);
  if (!status.ok()) return status;
  const auto account = options_.objects->Get(
      *objects::FindKind("v1", "ServiceAccount"), object_namespace, name);
  if (!account.ok()) return account.status();
  status = CheckAccountUid(request, account->metadata());
  if (!status.ok()) return status;
  k8s::TokenRequest answer =
      WithDefaults(account->metadata(), request, options_.api_audiences, now);
  status = objects::InvalidObjectError(ValidateTokenRequest(answer), kKind, "");
  if (!status.ok()) return status;
  absl::StatusOr<BoundClaims> claims =
      MakeClaims(account->metadata(), answer, *options_.objects);
  if (!claims.ok()) return claims.status();

  const TokenLifetime lifetime = ComputeTokenLifetime(
      answer.spec().expirationseconds(), claims->pod.has_value(),
      ForServerAlone(answer), options_.lifetime);
  SetTimes(lifetime, now, &*claims);
  claims->registered.issuer = options_.issuer;
  claims->registered.id = options_.make_id();
  absl::StatusOr<std::string> token = Sign(*claims);
  if (!token.ok()) return token.status();

  k8s::TokenRequestSpec* spec = answer.mutable_spec();
  spec->set_expirationseconds(lifetime.reported_seconds);
  k8s::TokenRequestStatus* result = answer.mutable_status();
  result->set_token(*std::move(token));
  result->mutable_expirationtimestamp()->set_seconds(absl::ToUnixSeconds(now) +
                                                     lifetime.reported_seconds);
  if (notes != nullptr) {
    if (!lifetime.warning.empty()) notes->warnings.push_back(lifetime.warning);
    notes->audit_annotations.emplace_back(
        kIssuedAnnotation, absl::StrCat("JTI=", claims->registered.id));
  }
  return answer;
}

}  // namespace gatehouse::authn
