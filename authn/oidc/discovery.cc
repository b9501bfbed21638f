#include "authn/oidc/discovery.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/types/optional.h"
#include "authn/jose/claims.h"
#include "authn/oidc/internal/claim_errors.h"
#include "authn/oidc/internal/http_get.h"
#include "base/errors.h"
#include "base/go_quote.h"

namespace gatehouse::authn {
namespace {

absl::Status Refused(Reason reason, absl::string_view message) {
  return MakeError(absl::StatusCode::kInvalidArgument, reason, message);
}

}  // namespace

std::string DiscoveryUrl(absl::string_view issuer,
                         absl::string_view discovery_url) {
  if (!discovery_url.empty()) return std::string(discovery_url);
  return absl::StrCat(absl::StripSuffix(issuer, "/"),
                      "/.well-known/openid-configuration");
}

absl::StatusOr<ProviderMetadata> ParseProviderMetadata(
    absl::string_view json, absl::string_view issuer) {
  ClaimsLimits limits;
  limits.max_bytes = kMaxDiscoveryBytes;
  const absl::StatusOr<Claims> document = Claims::Parse(json, limits);
  if (!document.ok()) {
    return InContext("oidc: failed to decode provider discovery object",
                     document.status());
  }
  ProviderMetadata metadata;
  metadata.issuer = std::string(document->StringOf("issuer").value_or(""));
  if (metadata.issuer != issuer) {
    return Refused(Reason::kInvalid,
                   absl::StrCat("oidc: issuer did not match the issuer "
                                "returned by provider, expected ",
                                GoQuote(issuer), " got ",
                                internal::ShownUrl(metadata.issuer)));
  }
  metadata.jwks_uri = std::string(document->StringOf("jwks_uri").value_or(""));
  if (!internal::HttpsHost(metadata.jwks_uri).has_value()) {
    return Refused(Reason::kInvalid,
                   "oidc: jwks_uri of the provider is not an https URL");
  }
  return metadata;
}

absl::StatusOr<ProviderMetadata> Discover(HttpClient& http,
                                          const std::string& url,
                                          absl::string_view issuer,
                                          absl::Duration timeout) {
  internal::HttpGetOptions options;
  options.timeout = timeout;
  options.max_bytes = kMaxDiscoveryBytes;
  const auto response = internal::HttpGet(http, url, options);
  if (!response.ok()) return response.status();
  auto metadata = ParseProviderMetadata(response->body, issuer);
  if (metadata.ok()) return metadata;
  return InContext(absl::StrCat("Get ", internal::ShownUrl(url)),
                   metadata.status());
}

}  // namespace gatehouse::authn
