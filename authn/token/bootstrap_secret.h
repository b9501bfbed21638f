// Making bootstrap tokens and the Secrets that hold them.
#ifndef GATEHOUSE_AUTHN_TOKEN_BOOTSTRAP_SECRET_H_
#define GATEHOUSE_AUTHN_TOKEN_BOOTSTRAP_SECRET_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "proto/core.pb.h"

namespace gatehouse::authn {

// Returns a new token, "id.secret", of the randomness that keys are made of: 82
// bits of it are secret. Any thread may call it.
std::string NewBootstrapToken();

// BootstrapSecretOptions say what a token is good for. The defaults are
// kubeadm's, but for the lifetime.
struct BootstrapSecretOptions {
  // From when on it is not; absent: it is until the Secret is deleted.
  absl::optional<absl::Time> expires;
  std::string description;
  // "signing" (of the cluster-info ConfigMap) and "authentication".
  std::vector<std::string> usages = {"signing", "authentication"};
  // Groups beside system:bootstrappers.
  std::vector<std::string> groups = {
      "system:bootstrappers:kubeadm:default-node-token"};
};

// Returns the Secret kube-system/bootstrap-token-<id> that makes `token` good,
// as kubeadm writes it, in stringData. Reason::kInvalid, with nothing of the
// token: it is no bootstrap token; a usage or group that cannot be.
absl::StatusOr<k8s::Secret> MakeBootstrapSecret(
    absl::string_view token, const BootstrapSecretOptions& options);

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_TOKEN_BOOTSTRAP_SECRET_H_
