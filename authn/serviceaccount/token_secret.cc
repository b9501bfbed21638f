#include "authn/serviceaccount/token_secret.h"

#include <string>

namespace gatehouse::authn {
namespace {

absl::string_view Annotation(const k8s::Secret& secret, const char* key) {
  const auto& annotations = secret.metadata().annotations();
  const auto it = annotations.find(key);
  return it == annotations.end() ? absl::string_view()
                                 : absl::string_view(it->second);
}

}  // namespace

bool IsServiceAccountTokenSecret(const k8s::Secret& secret,
                                 const k8s::ServiceAccount& account) {
  if (secret.type() != kServiceAccountTokenSecretType) return false;
  const absl::string_view uid =
      Annotation(secret, kServiceAccountUidAnnotation);
  return Annotation(secret, kServiceAccountNameAnnotation) ==
             account.metadata().name() &&
         (uid.empty() || uid == account.metadata().uid());
}

}  // namespace gatehouse::authn
