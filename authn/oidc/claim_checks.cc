#include "authn/oidc/claim_checks.h"

#include <cstddef>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/optional.h"
#include "authn/internal/shown_text.h"
#include "authn/oidc/internal/claim_errors.h"
#include "base/errors.h"
#include "base/go_quote.h"

namespace gatehouse::authn {
namespace {

using internal::CannotUnmarshal;
using internal::ClaimError;

constexpr absl::string_view kGoogle = "accounts.google.com";
constexpr absl::string_view kGoogleUrl = "https://accounts.google.com";

// Each name is looked up among all sources before the signature is checked, so
// there are few of both. Kubernetes has no such limit.
constexpr size_t kMaxClaimSources = 64;

// What Go shows of a time that was never set.
constexpr absl::string_view kZeroTime = "0001-01-01 00:00:00 +0000 UTC";

std::string GoTime(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S +0000 UTC", time,
                          absl::UTCTimeZone());
}

// Go's %q of a list.
template <typename List>
std::string GoQuotedList(const List& texts) {
  return absl::StrCat(
      "[",
      absl::StrJoin(texts, " ",
                    [](std::string* out, absl::string_view text) {
                      absl::StrAppend(out, GoQuote(text));
                    }),
      "]");
}

absl::Status Malformed(const ClaimValue& value, absl::string_view type) {
  return ClaimError(Reason::kMalformed,
                    absl::StrCat("oidc: failed to unmarshal claims: ",
                                 CannotUnmarshal(value, type)));
}

bool IsNone(const ClaimValue& value) {
  return !value.present() || value.is(ClaimKind::kNull);
}

// Each distributed or aggregated claim must have a source, whether anybody asks
// for it or not (Kubernetes behaviour).
absl::Status CheckSources(const Claims& claims) {
  const ClaimValue names = claims.Find("_claim_names");
  if (IsNone(names)) return absl::OkStatus();
  if (!names.is(ClaimKind::kObject)) {
    return Malformed(names, "map[string]string");
  }
  const ClaimValue sources = claims.Find("_claim_sources");
  if (names.size() > kMaxClaimSources || sources.size() > kMaxClaimSources) {
    return ClaimError(Reason::kTooLarge, "oidc: too many claim sources");
  }
  for (const ClaimValue name : names) {
    const absl::optional<absl::string_view> source = name.AsString();
    if (!source.has_value()) return Malformed(name, "string");
    if (source->empty()) {
      return ClaimError(Reason::kInvalid,
                        "oidc: failed to obtain source from claim name");
    }
    if (!sources.Find(*source).present()) {
      return ClaimError(Reason::kInvalid, "oidc: source does not exist");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckAudience(const Claims& claims,
                           const std::vector<std::string>& audiences) {
  std::vector<absl::string_view> got;
  const ClaimValue value = claims.Find("aud");
  if (!IsNone(value)) {
    auto strings = value.AsStringOrStrings();
    if (!strings.has_value()) return Malformed(value, "string");
    got = *std::move(strings);
  }
  const bool good = absl::c_any_of(got, [&](absl::string_view audience) {
    return absl::c_linear_search(audiences, audience);
  });
  if (good) return absl::OkStatus();
  std::vector<std::string> want = audiences;
  absl::c_sort(want);
  return ClaimError(
      Reason::kWrongAudience,
      absl::StrCat(want.size() == 1 ? "oidc: expected audience "
                                    : "oidc: expected audience in ",
                   want.size() == 1 ? GoQuote(want[0]) : GoQuotedList(want),
                   " got ", internal::ShownText(GoQuotedList(got))));
}

// Returns a time, `absent` if there is none.
absl::StatusOr<absl::Time> TimeClaim(const Claims& claims,
                                     absl::string_view name,
                                     absl::Time absent) {
  const ClaimValue value = claims.Find(name);
  if (IsNone(value)) return absent;
  const absl::optional<absl::Time> time = value.AsNumericDate();
  if (time.has_value()) return *time;
  return Malformed(value, "oidc.jsonTime");
}

absl::Status ExpiredAt(absl::string_view time) {
  return ClaimError(
      Reason::kExpired,
      absl::StrCat("oidc: token is expired (Token Expiry: ", time, ")"));
}

}  // namespace

absl::string_view NormalizedIssuer(absl::string_view issuer) {
  return issuer == kGoogle ? kGoogleUrl : issuer;
}

absl::StatusOr<absl::Time> CheckClaims(
    const Claims& claims, absl::string_view issuer,
    const std::vector<std::string>& audiences, absl::Time now) {
  absl::Status status = CheckSources(claims);
  if (!status.ok()) return status;
  const absl::string_view got = claims.StringOf("iss").value_or("");
  if (NormalizedIssuer(got) != issuer) {
    return ClaimError(
        Reason::kInvalid,
        absl::StrCat("oidc: id token issued by a different provider, expected ",
                     GoQuote(issuer), " got ",
                     internal::ShownText(GoQuote(got))));
  }
  status = CheckAudience(claims, audiences);
  if (!status.ok()) return status;
  const auto expiry = TimeClaim(claims, "exp", absl::InfinitePast());
  if (!expiry.ok()) return expiry.status();
  if (*expiry == absl::InfinitePast()) return ExpiredAt(kZeroTime);
  if (*expiry < now) return ExpiredAt(GoTime(*expiry));
  const auto not_before = TimeClaim(claims, "nbf", absl::InfinitePast());
  if (!not_before.ok()) return not_before.status();
  if (now + kNotBeforeLeeway < *not_before) {
    return ClaimError(Reason::kNotYetValid,
                      absl::StrCat("oidc: current time ", GoTime(now),
                                   " before the nbf (not before) time: ",
                                   GoTime(*not_before)));
  }
  return *expiry;
}

}  // namespace gatehouse::authn
