#include "authn/serviceaccount/issuers.h"

#include <cstdint>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "authn/serviceaccount/claims.h"
#include "base/errors.h"
#include "base/go_quote.h"

namespace gatehouse::authn {
namespace {

absl::Status Refuse(Reason reason, absl::string_view text) {
  return MakeError(absl::StatusCode::kInvalidArgument, reason, text);
}

bool IsSchemeCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '+' ||
         c == '-' || c == '.';
}

// Returns whether `text` has a scheme (RFC 3986 section 3.1), something behind
// it, and no character that a URL has not.
bool IsUrl(absl::string_view text) {
  const size_t colon = text.find(':');
  const absl::string_view scheme = text.substr(0, colon);
  if (scheme.empty() || colon + 1 == text.size() ||
      !absl::ascii_isalpha(static_cast<unsigned char>(scheme[0]))) {
    return false;
  }
  for (const char c : scheme) {
    if (!IsSchemeCharacter(c)) return false;
  }
  for (const char c : text) {
    if (!absl::ascii_isgraph(static_cast<unsigned char>(c)) ||
        absl::StrContains("\"<>\\^`{|}", absl::string_view(&c, 1))) {
      return false;
    }
  }
  return true;
}

absl::Status Check(const std::string& issuer) {
  if (issuer.empty()) {
    return Refuse(Reason::kInvalid,
                  "service-account-issuer should not be an empty string");
  }
  if (absl::StrContains(issuer, ":") && !IsUrl(issuer)) {
    return Refuse(Reason::kInvalid,
                  absl::StrCat("service-account-issuer ", GoQuote(issuer),
                               " contained a ':' but was not a valid URL"));
  }
  if (issuer == kLegacyIssuer) {
    return Refuse(Reason::kInvalid,
                  absl::StrCat("service-account-issuer ", GoQuote(issuer),
                               " is the issuer of the tokens in Secrets"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ValidateIssuers(absl::Span<const std::string> issuers) {
  if (issuers.empty()) {
    return Refuse(Reason::kInvalid,
                  "service-account-issuer is a required flag");
  }
  absl::flat_hash_set<absl::string_view> seen;
  for (const std::string& issuer : issuers) {
    absl::Status status = Check(issuer);
    if (!status.ok()) return status;
    if (!seen.insert(issuer).second) {
      return Refuse(Reason::kDuplicate,
                    absl::StrCat("service-account-issuer ", GoQuote(issuer),
                                 " is given more than once"));
    }
  }
  return absl::OkStatus();
}

absl::Status ValidateMaxTokenLifetime(absl::Duration most) {
  constexpr int64_t kMostSeconds = int64_t{1} << 32;
  if (most == absl::ZeroDuration() ||
      (most >= absl::Hours(1) && most <= absl::Seconds(kMostSeconds))) {
    return absl::OkStatus();
  }
  return Refuse(Reason::kInvalid,
                "the service-account-max-token-expiration must be between 1 "
                "hour and 2^32 seconds");
}

}  // namespace gatehouse::authn
