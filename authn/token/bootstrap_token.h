// The form of bootstrap tokens and of the Secrets that hold them.
#ifndef GATEHOUSE_AUTHN_TOKEN_BOOTSTRAP_TOKEN_H_
#define GATEHOUSE_AUTHN_TOKEN_BOOTSTRAP_TOKEN_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "proto/core.pb.h"

namespace gatehouse::authn {

// Names with a meaning, all Kubernetes'. A token "abcdef.0123456789abcdef" is
// the Secret kube-system/bootstrap-token-abcdef of this type.
inline constexpr char kBootstrapSecretType[] = "bootstrap.kubernetes.io/token";
inline constexpr char kBootstrapNamespace[] = "kube-system";
inline constexpr char kBootstrapSecretPrefix[] = "bootstrap-token-";
inline constexpr char kBootstrapUserPrefix[] = "system:bootstrap:";
inline constexpr char kBootstrappersGroup[] = "system:bootstrappers";

// Keys of the Secret's data.
inline constexpr char kBootstrapTokenId[] = "token-id";
inline constexpr char kBootstrapTokenSecret[] = "token-secret";
inline constexpr char kBootstrapExpiration[] = "expiration";  // RFC 3339.
inline constexpr char kBootstrapDescription[] = "description";
inline constexpr char kBootstrapExtraGroups[] = "auth-extra-groups";
inline constexpr char kBootstrapUsagePrefix[] = "usage-bootstrap-";
inline constexpr char kBootstrapUsageAuthentication[] =
    "usage-bootstrap-authentication";
inline constexpr char kBootstrapUsageSigning[] = "usage-bootstrap-signing";

// BootstrapToken is a token in its two parts, views of it.
struct BootstrapToken {
  absl::string_view id;      // Six of a-z and 0-9; no secret.
  absl::string_view secret;  // Sixteen of them.
};

// Returns the parts of "id.secret"; nothing for anything else.
absl::optional<BootstrapToken> ParseBootstrapToken(absl::string_view token);

// Returns whether `id` is six of a-z and 0-9.
bool IsBootstrapTokenId(absl::string_view id);

// Returns the id in the name of a Secret, "bootstrap-token-" and the id;
// nothing if it is no such name.
absl::optional<absl::string_view> BootstrapTokenIdOf(
    absl::string_view secret_name);

// Returns whether `group` may be among auth-extra-groups:
// "system:bootstrappers:" and up to 256 of a-z, 0-9, colon and hyphen, of which
// the last is neither of the two.
bool IsBootstrapGroup(absl::string_view group);

// Returns the groups that the Secret gives, sorted and without repetition:
// system:bootstrappers and auth-extra-groups, split at commas and not trimmed.
// One bad group and there are none: Reason::kInvalid.
absl::StatusOr<std::vector<std::string>> BootstrapGroups(
    const k8s::Secret& secret);

// Returns when the Secret's token expires: never without an expiration, or with
// an empty one; long ago with one that is no time of RFC 3339 (Kubernetes
// behaviour).
absl::Time BootstrapExpiration(const k8s::Secret& secret);

// OK if each usage is "signing" or "authentication"; Reason::kInvalid.
absl::Status ValidateBootstrapUsages(absl::Span<const std::string> usages);

}  // namespace gatehouse::authn

#endif  // GATEHOUSE_AUTHN_TOKEN_BOOTSTRAP_TOKEN_H_
