#include "authn/token/bootstrap.h"

#include <openssl/mem.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "authn/token/bootstrap_token.h"
#include "base/errors.h"
#include "objects/object.h"
#include "proto/core.pb.h"

namespace gatehouse::authn {
namespace {

bool SameSecret(absl::string_view a, absl::string_view b) {
  return a.size() == b.size() &&
         CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

absl::string_view Value(const k8s::Secret& secret, const char* key) {
  const auto it = secret.data().find(key);
  return it != secret.data().end() ? absl::string_view(it->second) : "";
}

// Returns whether the Secret makes `token` good at `now`.
bool Holds(const k8s::Secret& secret, const BootstrapToken& token,
           absl::Time now) {
  return !secret.metadata().has_deletiontimestamp() &&
         secret.type() == kBootstrapSecretType &&
         SameSecret(Value(secret, kBootstrapTokenSecret), token.secret) &&
         Value(secret, kBootstrapTokenId) == token.id &&
         now < BootstrapExpiration(secret) &&
         Value(secret, kBootstrapUsageAuthentication) == "true";
}

const objects::KindInfo& SecretKind() {
  static const objects::KindInfo* const kind =
      objects::FindKind("v1", "Secret");
  return *kind;
}

}  // namespace

BootstrapAuthenticator::BootstrapAuthenticator(
    std::shared_ptr<const objects::ObjectStore> secrets)
    : secrets_(std::move(secrets)) {}

Result BootstrapAuthenticator::AuthenticateToken(
    absl::string_view token, const TokenContext& context) const {
  const absl::optional<BootstrapToken> parts = ParseBootstrapToken(token);
  if (!parts.has_value()) return Result();
  const absl::StatusOr<objects::Object> object =
      secrets_->Get(SecretKind(), kBootstrapNamespace,
                    absl::StrCat(kBootstrapSecretPrefix, parts->id));
  if (ReasonOf(object.status()) == Reason::kNotFound) return Result();
  if (!object.ok()) return object.status();
  const auto* secret = object->As<k8s::Secret>();
  if (secret == nullptr || !Holds(*secret, *parts, context.now)) {
    return Result();
  }
  absl::StatusOr<std::vector<std::string>> groups = BootstrapGroups(*secret);
  if (!groups.ok()) return Result();
  Authentication found;
  found.user.name = absl::StrCat(kBootstrapUserPrefix, parts->id);
  found.user.groups = *std::move(groups);
  found.authenticator = "bootstrap";
  found.credential_id = absl::StrCat("BOOTSTRAP=", parts->id);
  // At the moment of its expiration it is no longer good.
  found.not_after = BootstrapExpiration(*secret) - absl::Nanoseconds(1);
  return found;
}

}  // namespace gatehouse::authn
