#include "authn/token/bootstrap_secret.h"

#include <openssl/rand.h>

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "authn/token/bootstrap_token.h"
#include "base/errors.h"
#include "base/go_quote.h"

namespace gatehouse::authn {
namespace {

absl::Status Invalid(absl::string_view text) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid,
                   absl::StrCat("bootstrap token: ", text));
}

// Appends characters of the alphabet of tokens, each as likely as any other.
void AppendRandom(int count, std::string* out) {
  constexpr absl::string_view kAlphabet =
      "abcdefghijklmnopqrstuvwxyz0123456789";
  constexpr uint8_t kEnd = 256 / 36 * 36;
  while (count > 0) {
    uint8_t byte = 0;
    RAND_bytes(&byte, 1);  // BoringSSL's never fails.
    if (byte >= kEnd) continue;
    out->push_back(kAlphabet[byte % kAlphabet.size()]);
    --count;
  }
}

absl::Status Validate(const BootstrapSecretOptions& options) {
  if (options.usages.empty()) return Invalid("it is of no use");
  absl::Status status = ValidateBootstrapUsages(options.usages);
  if (!status.ok()) return status;
  for (const std::string& group : options.groups) {
    if (IsBootstrapGroup(group)) continue;
    return Invalid(absl::StrCat("the group ", GoQuote(group),
                                " is none of system:bootstrappers:..."));
  }
  return absl::OkStatus();
}

}  // namespace

std::string NewBootstrapToken() {
  std::string token;
  AppendRandom(6, &token);
  token.push_back('.');
  AppendRandom(16, &token);
  return token;
}

absl::StatusOr<k8s::Secret> MakeBootstrapSecret(
    absl::string_view token, const BootstrapSecretOptions& options) {
  const absl::optional<BootstrapToken> parts = ParseBootstrapToken(token);
  if (!parts.has_value()) {
    return Invalid("want six and sixteen of a-z and 0-9 with a dot between");
  }
  absl::Status status = Validate(options);
  if (!status.ok()) return status;
  k8s::Secret secret;
  secret.mutable_metadata()->set_namespace_(kBootstrapNamespace);
  secret.mutable_metadata()->set_name(
      absl::StrCat(kBootstrapSecretPrefix, parts->id));
  secret.set_type(kBootstrapSecretType);
  auto& data = *secret.mutable_stringdata();
  data[kBootstrapTokenId] = std::string(parts->id);
  data[kBootstrapTokenSecret] = std::string(parts->secret);
  if (!options.description.empty()) {
    data[kBootstrapDescription] = options.description;
  }
  if (options.expires.has_value()) {
    data[kBootstrapExpiration] = absl::FormatTime(
        "%Y-%m-%dT%H:%M:%SZ", *options.expires, absl::UTCTimeZone());
  }
  for (const std::string& usage : options.usages) {
    data[absl::StrCat(kBootstrapUsagePrefix, usage)] = "true";
  }
  if (!options.groups.empty()) {
    data[kBootstrapExtraGroups] = absl::StrJoin(options.groups, ",");
  }
  return secret;
}

}  // namespace gatehouse::authn
