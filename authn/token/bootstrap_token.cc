#include "authn/token/bootstrap_token.h"

#include <cstddef>
#include <set>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/errors.h"
#include "base/go_quote.h"
#include "base/rfc3339.h"

namespace gatehouse::authn {
namespace {

constexpr size_t kIdSize = 6;
constexpr size_t kSecretSize = 16;
constexpr size_t kMaxGroupSuffix = 256;

bool IsLowerAlphanumeric(char c) {
  return absl::ascii_islower(c) || absl::ascii_isdigit(c);
}

absl::Status Invalid(absl::string_view text) {
  return MakeError(absl::StatusCode::kInvalidArgument, Reason::kInvalid, text);
}

}  // namespace

absl::optional<BootstrapToken> ParseBootstrapToken(absl::string_view token) {
  if (token.size() != kIdSize + 1 + kSecretSize || token[kIdSize] != '.') {
    return absl::nullopt;
  }
  const BootstrapToken parts = {token.substr(0, kIdSize),
                                token.substr(kIdSize + 1)};
  if (!IsBootstrapTokenId(parts.id) ||
      !absl::c_all_of(parts.secret, IsLowerAlphanumeric)) {
    return absl::nullopt;
  }
  return parts;
}

bool IsBootstrapTokenId(absl::string_view id) {
  return id.size() == kIdSize && absl::c_all_of(id, IsLowerAlphanumeric);
}

absl::optional<absl::string_view> BootstrapTokenIdOf(
    absl::string_view secret_name) {
  if (!absl::ConsumePrefix(&secret_name, kBootstrapSecretPrefix) ||
      !IsBootstrapTokenId(secret_name)) {
    return absl::nullopt;
  }
  return secret_name;
}

bool IsBootstrapGroup(absl::string_view group) {
  if (!absl::ConsumePrefix(&group, kBootstrappersGroup) ||
      !absl::ConsumePrefix(&group, ":") || group.empty()) {
    return false;
  }
  return group.size() <= kMaxGroupSuffix && IsLowerAlphanumeric(group.back()) &&
         absl::c_all_of(group, [](char c) {
           return IsLowerAlphanumeric(c) || c == ':' || c == '-';
         });
}

absl::StatusOr<std::vector<std::string>> BootstrapGroups(
    const k8s::Secret& secret) {
  std::set<std::string> groups = {kBootstrappersGroup};
  const auto extra = secret.data().find(kBootstrapExtraGroups);
  if (extra != secret.data().end() && !extra->second.empty()) {
    for (const absl::string_view group : absl::StrSplit(extra->second, ',')) {
      if (!IsBootstrapGroup(group)) {
        return Invalid(absl::StrCat(
            kBootstrapExtraGroups, ": ", GoQuote(group), ": want \"",
            kBootstrappersGroup,
            ":\" and up to 256 of a-z, 0-9, ':' and '-', the last a letter or "
            "a digit"));
      }
      groups.emplace(group);
    }
  }
  return std::vector<std::string>(groups.begin(), groups.end());
}

absl::Time BootstrapExpiration(const k8s::Secret& secret) {
  const auto expiration = secret.data().find(kBootstrapExpiration);
  if (expiration == secret.data().end() || expiration->second.empty()) {
    return absl::InfiniteFuture();
  }
  return ParseRfc3339(expiration->second).value_or(absl::InfinitePast());
}

absl::Status ValidateBootstrapUsages(absl::Span<const std::string> usages) {
  for (const std::string& usage : usages) {
    if (usage != "signing" && usage != "authentication") {
      return Invalid(absl::StrCat("bootstrap token usage ", GoQuote(usage),
                                  ": want signing or authentication"));
    }
  }
  return absl::OkStatus();
}

}  // namespace gatehouse::authn
