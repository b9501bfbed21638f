#include <array>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "authn/jose/base64url.h"
#include "authn/jose/internal/json_text.h"
#include "authn/serviceaccount/claims.h"
#include "base/errors.h"

namespace gatehouse::authn {
namespace {

absl::Status Refuse(absl::string_view text) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid, text);
}

// ObjectWriter writes one JSON object; names are the caller's, in order.
class ObjectWriter {
 public:
  void Text(absl::string_view name, absl::string_view value) {
    if (value.empty()) return;
    internal::AppendJsonString(value, Name(name));
  }

  void Moment(absl::string_view name, const absl::optional<absl::Time>& value) {
    if (!value.has_value()) return;
    absl::StrAppend(Name(name), absl::ToUnixSeconds(*value));
  }

  void Texts(absl::string_view name, const std::vector<std::string>& values) {
    if (values.empty()) return;
    std::string* out = Name(name);
    const char* separator = "[";
    for (const std::string& value : values) {
      out->append(separator);
      internal::AppendJsonString(value, out);
      separator = ",";
    }
    out->push_back(']');
  }

  void Object(absl::string_view name, ObjectWriter&& object) {
    if (object.json_.empty()) return;
    absl::StrAppend(Name(name), object.json_, "}");
  }

  void Bound(absl::string_view name, const absl::optional<ObjectClaim>& claim) {
    if (claim.has_value()) Bound(name, *claim);
  }
  void Bound(absl::string_view name, const ObjectClaim& claim) {
    ObjectWriter object;
    object.Text("name", claim.name);
    object.Text("uid", claim.uid);
    Object(name, std::move(object));
  }

  std::string Finish() && { return json_.empty() ? "{}" : json_ + "}"; }

 private:
  std::string* Name(absl::string_view name) {
    absl::StrAppend(&json_, json_.empty() ? "{" : ",", "\"", name, "\":");
    return &json_;
  }

  std::string json_;
};

ObjectWriter Confirmation(const RegisteredClaims& claims) {
  ObjectWriter object;
  if (claims.certificate_thumbprint.has_value()) {
    const std::array<uint8_t, 32>& bytes = *claims.certificate_thumbprint;
    object.Text("x5t#S256", Base64UrlEncode(absl::string_view(
                                reinterpret_cast<const char*>(bytes.data()),
                                bytes.size())));
  }
  return object;
}

ObjectWriter Private(const BoundClaims& claims) {
  ObjectWriter object;
  ObjectWriter attestations;
  attestations.Texts(kAdmissionReviewApiGroups,
                     claims.admission_review_api_groups);
  object.Object("attestations", std::move(attestations));
  object.Bound("mutatingwebhookconfiguration", claims.mutating_webhook);
  object.Text("namespace", claims.object_namespace);
  object.Bound("node", claims.node);
  object.Bound("pod", claims.pod);
  object.Bound("secret", claims.secret);
  object.Bound("serviceaccount", claims.service_account);
  object.Bound("validatingwebhookconfiguration", claims.validating_webhook);
  object.Moment("warnafter", claims.warn_after);
  return object;
}

}  // namespace

absl::StatusOr<std::string> WriteBoundClaims(const BoundClaims& claims) {
  if (claims.secret.has_value() &&
      (claims.pod.has_value() || claims.node.has_value())) {
    return Refuse("internal error, token can only be bound to one object type");
  }
  const RegisteredClaims& registered = claims.registered;
  ObjectWriter object;
  object.Texts("aud", registered.audiences);
  object.Object("cnf", Confirmation(registered));
  object.Moment("exp", registered.expires);
  object.Moment("iat", registered.issued_at);
  object.Text("iss", registered.issuer);
  object.Text("jti", registered.id);
  object.Object("kubernetes.io", Private(claims));
  object.Moment("nbf", registered.not_before);
  object.Text("sub", registered.subject);
  std::string json = std::move(object).Finish();
  // Text that a verifier would refuse, such as U+0000, is found by reading.
  const absl::Status status = Claims::Parse(json).status();
  if (!status.ok()) {
    return Refuse(absl::StrCat("the claims of a token: ", status.message()));
  }
  return json;
}

}  // namespace gatehouse::authn
